"""The server under test, and what it answers in its own form: what every client must get, bit for bit."""

import json
import os
import urllib.request
from urllib.parse import urlsplit

import numpy as np

URL = os.environ["ONNXLET_URL"].rstrip("/")
HOST = urlsplit(URL).hostname
PORT = urlsplit(URL).port
# As the drawings are: mostly empty.
IMAGES = (np.random.default_rng(7).random((3, 1, 28, 28), np.float32) ** 4).astype(np.float32)


def expected(images: np.ndarray) -> np.ndarray:
    """The probabilities that `POST /predict` answers."""
    body = json.dumps({"image": {"data": images.ravel().tolist(), "shape": images.shape}}).encode()
    request = urllib.request.Request(f"{URL}/predict", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        output = json.load(response)["outputs"]["probs"]
    return np.array(output["data"], np.float32).reshape(output["shape"])


def same(got, images: np.ndarray) -> None:
    """Checks probabilities, bit for bit."""
    np.testing.assert_array_equal(np.asarray(got, np.float32), expected(images), strict=True)
