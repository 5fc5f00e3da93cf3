"""Digits behind Flask, as one would write it: onnxruntime, JSON in and out, and the same as raw float32.

MODEL=model.onnx CARD=card.json gunicorn --workers 2 app:app
"""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
from flask import Flask, Response, jsonify, request

options = onnxruntime.SessionOptions()
# Each worker is a process; more threads than processors would only get into each other's way.
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
card = json.loads(Path(os.environ["CARD"]).read_text())
probs_card = card["outputs"]["probs"]

app = Flask(__name__)


def predict(images: np.ndarray) -> np.ndarray:
    """The probabilities of a batch of images, [N, 1, 28, 28]."""
    return session.run(["probs"], {"image": images})[0]


def ranked(row: np.ndarray) -> list[dict]:
    """The best labels of one example, best first."""
    best = np.argsort(-row, kind="stable")[: probs_card["top_k"]]
    labels = probs_card["labels"]
    return [{"label": labels[index], "index": int(index), "score": float(row[index])} for index in best]


@app.get("/healthz")
def health() -> Response:
    """Says that it runs."""
    return jsonify(status="ok")


@app.post("/predict")
def predict_json() -> Response | tuple[Response, int]:
    """Takes {"image": nested arrays}; answers with what Onnxlet's POST /predict answers with."""
    try:
        images = np.asarray(request.get_json()["image"], np.float32)
    except (KeyError, TypeError, ValueError) as error:
        return jsonify(error=f"expected an object with image: {error}"), 400
    if images.ndim != 4 or images.shape[1:] != (1, 28, 28):
        return jsonify(error=f"expected f32[N,1,28,28], got shape {list(images.shape)}"), 422
    probs = predict(images)
    tops = [ranked(row) for row in probs]
    return jsonify(
        model={"name": card["name"], "version": card["version"]},
        outputs={"probs": {"dtype": "float32", "shape": probs.shape, "data": probs.ravel().tolist()}},
        top=tops[0],
        tops=tops,
    )


@app.post("/predict/raw")
def predict_raw() -> Response | tuple[Response, int]:
    """Takes float32 elements, little-endian; answers with those of the probabilities."""
    body = request.get_data()
    if not body or len(body) % (4 * 28 * 28):
        return jsonify(error="expected whole images of 784 float32 elements"), 422
    probs = predict(np.frombuffer(body, "<f4").reshape(-1, 1, 28, 28))
    return Response(probs.astype("<f4").tobytes(), mimetype="application/octet-stream")
