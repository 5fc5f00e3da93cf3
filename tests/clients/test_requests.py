"""Plain `requests`, as TensorFlow Serving's, MLflow's and KServe's tutorials write it, and with pictures."""

import base64
import gzip
import json
import unittest
import zlib
from pathlib import Path

import numpy as np
import requests
from server import IMAGES, URL, same

SEVEN = (Path(__file__).parents[2] / "models/digits/samples/7.png").read_bytes()


class TensorFlowServing(unittest.TestCase):
    def test_metadata(self):
        status = requests.get(f"{URL}/v1/models/digits").json()
        self.assertEqual(status["model_version_status"][0]["state"], "AVAILABLE")
        metadata = requests.get(f"{URL}/v1/models/digits/metadata").json()
        signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
        self.assertEqual(signature["inputs"]["image"]["dtype"], "DT_FLOAT")

    def test_one_and_a_batch_by_rows_and_columns(self):
        for images in [IMAGES[:1], IMAGES]:
            for path in ["digits", "digits/versions/1"]:
                url = f"{URL}/v1/models/{path}:predict"
                rows = requests.post(url, data=json.dumps({"signature_name": "serving_default", "instances": images.tolist()}))
                same(rows.json()["predictions"], images)
                named = requests.post(url, json={"instances": [{"image": image} for image in images.tolist()]})
                same(named.json()["predictions"], images)
                columns = requests.post(url, json={"inputs": {"image": images.tolist()}})
                same(columns.json()["outputs"], images)

    def test_a_picture(self):
        picture = {"b64": base64.b64encode(SEVEN).decode()}
        answer = requests.post(f"{URL}/v1/models/digits:predict", json={"instances": [picture, picture]}).json()
        self.assertEqual(np.argmax(answer["predictions"], axis=1).tolist(), [7, 7])
        answer = requests.post(f"{URL}/v1/models/digits:classify", json={"examples": [{"image": picture}]}).json()
        self.assertEqual(answer["result"][0][0][0], "7")

    def test_errors(self):
        answer = requests.post(f"{URL}/v1/models/digits:predict", json={"instances": [[1, 2], [3]]})
        self.assertEqual((answer.status_code, answer.json()), (422, {"error": "instances: got 1 values in row 1, 2 in the rows before"}))
        for path in ["nope", "digits/versions/7", "digits/labels/stable"]:
            answer = requests.post(f"{URL}/v1/models/{path}:predict", json={"instances": []})
            self.assertEqual((answer.status_code, list(answer.json())), (404, ["error"]))


class Compression(unittest.TestCase):
    def test_bodies_are_decompressed(self):
        body = json.dumps(IMAGES.tolist()).encode()
        for coding, compressed in [("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))]:
            headers = {"content-type": "application/json", "content-encoding": coding}
            answer = requests.post(f"{URL}/predict", data=compressed, headers=headers).json()
            same(np.reshape(answer["outputs"]["probs"]["data"], (3, 10)), IMAGES)

    def test_a_bomb_is_refused(self):
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        answer = requests.post(f"{URL}/predict", data=gzip.compress(bytes(100 << 20)), headers=headers)
        self.assertEqual((answer.status_code, answer.json()["code"]), (413, "too_large"))

    def test_answers_are_compressed_where_asked_for(self):
        plain = requests.get(f"{URL}/model", headers={"accept-encoding": "identity"})
        self.assertNotIn("content-encoding", plain.headers)
        for coding in ["gzip", "deflate"]:
            answer = requests.get(f"{URL}/model", headers={"accept-encoding": coding})
            self.assertEqual((answer.headers["content-encoding"], answer.text), (coding, plain.text))


if __name__ == "__main__":
    unittest.main()
