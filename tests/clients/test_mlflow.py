"""MLflow's own client of scoring servers."""

import json
import unittest

import pandas as pd
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from server import HOST, IMAGES, PORT, same


class Client(unittest.TestCase):
    def setUp(self):
        self.client = ScoringServerClient(HOST, PORT)

    def test_ping_and_version(self):
        self.client.ping()
        self.client.wait_server_ready()
        self.assertIn("digits", self.client.get_version())

    def test_one_and_a_batch(self):
        for images in [IMAGES[:1], IMAGES]:
            forms = {
                "array": images,
                "list": images.tolist(),
                "table": pd.DataFrame({"image": images.tolist()}),
                "instances": {"instances": images.tolist()},
                "records": {"dataframe_records": [{"image": image} for image in images.tolist()]},
            }
            for name, data in forms.items():
                with self.subTest(name, images=len(images)):
                    # It takes a dict for one of named inputs, unless it is a text already.
                    data = json.dumps(data) if isinstance(data, dict) else data
                    same(self.client.invoke(data).get_predictions("ndarray"), images)

    def test_an_error(self):
        with self.assertRaisesRegex(Exception, r"error code 422.*BAD_REQUEST.*image: expected f32\[N,1,28,28\]"):
            self.client.invoke(IMAGES[:, :, :2])
        with self.assertRaisesRegex(Exception, "params: the model takes no parameters"):
            self.client.invoke(IMAGES, params={"temperature": 1})


if __name__ == "__main__":
    unittest.main()
