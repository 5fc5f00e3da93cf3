"""`tritonclient[http]`, with and without asyncio."""

import unittest

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from server import HOST, IMAGES, PORT, same
from tritonclient.utils import InferenceServerException

CODINGS = [None, "gzip", "deflate"]
# The client with asyncio says that it takes compressed documents and errors, and doesn't decompress them. Cloudflare's edge,
# and workerd's imitation of it, compress what is accepted compressed.
PLAIN = {"Accept-Encoding": "identity"}


def image_input(images: np.ndarray, binary: bool) -> triton.InferInput:
    tensor = triton.InferInput("image", list(images.shape), "FP32")
    tensor.set_data_from_numpy(images, binary_data=binary)
    return tensor


class Sync(unittest.TestCase):
    def setUp(self):
        self.client = triton.InferenceServerClient(f"{HOST}:{PORT}")
        self.addCleanup(self.client.close)

    def test_health(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())
        for version in ["", "1", "1.0.0"]:
            self.assertTrue(self.client.is_model_ready("digits", version))
        self.assertFalse(self.client.is_model_ready("nope"))
        self.assertFalse(self.client.is_model_ready("digits", "2"))

    def test_metadata(self):
        self.assertIn("binary_tensor_data", self.client.get_server_metadata()["extensions"])
        metadata = self.client.get_model_metadata("digits", "1")
        self.assertEqual(metadata["inputs"], [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28]}])
        config = self.client.get_model_config("digits")
        self.assertEqual(config["max_batch_size"], 0)
        self.assertEqual(config["output"], [{"name": "probs", "data_type": "TYPE_FP32", "dims": [-1, 10]}])

    def test_one_and_a_batch_in_json_and_binary_compressed_both_ways(self):
        for images in [IMAGES[:1], IMAGES, np.repeat(IMAGES, 20, axis=0)]:
            for binary in [True, False]:
                for asked in CODINGS:
                    for answered in CODINGS:
                        with self.subTest(len(images), binary=binary, asked=asked, answered=answered):
                            result = self.client.infer(
                                "digits",
                                [image_input(images, binary)],
                                outputs=[triton.InferRequestedOutput("probs", binary_data=binary)],
                                request_id="a",
                                request_compression_algorithm=asked,
                                response_compression_algorithm=answered,
                            )
                            self.assertEqual(result.get_response()["id"], "a")
                            same(result.as_numpy("probs"), images)

    def test_all_outputs_where_none_is_named(self):
        same(self.client.infer("digits", [image_input(IMAGES, True)], "1").as_numpy("probs"), IMAGES)

    def test_in_the_background(self):
        asked = [self.client.async_infer("digits", [image_input(IMAGES, True)]) for _ in range(4)]
        for request in asked:
            same(request.get_result().as_numpy("probs"), IMAGES)

    def test_classification(self):
        for binary in [True, False]:
            outputs = [triton.InferRequestedOutput("probs", binary_data=binary, class_count=3)]
            classes = self.client.infer("digits", [image_input(IMAGES, True)], outputs=outputs).as_numpy("probs")
            self.assertEqual(classes.shape, (3, 3))
            score, index, label = np.asarray(classes)[0, 0].decode().split(":") if binary else str(classes[0, 0]).split(":")
            self.assertEqual(index, label)
            self.assertTrue(0 < float(score) <= 1)

    def test_errors(self):
        wrong = triton.InferInput("image", [1, 3], "FP32")
        wrong.set_data_from_numpy(np.zeros((1, 3), np.float32))
        with self.assertRaisesRegex(InferenceServerException, r"image: expected f32\[N,1,28,28\], got shape \[1, 3\]") as raised:
            self.client.infer("digits", [wrong])
        self.assertIn("422", raised.exception.status())
        integers = triton.InferInput("image", [1, 1, 28, 28], "INT32")
        integers.set_data_from_numpy(np.zeros((1, 1, 28, 28), np.int32))
        with self.assertRaisesRegex(InferenceServerException, "datatype: expected FP32"):
            self.client.infer("digits", [integers])
        with self.assertRaisesRegex(InferenceServerException, "there is no model"):
            self.client.infer("nope", [image_input(IMAGES, True)])
        with self.assertRaisesRegex(InferenceServerException, "nothing is at"):
            self.client.get_inference_statistics("digits")


class Async(unittest.IsolatedAsyncioTestCase):
    async def test_everything(self):
        async with triton_aio.InferenceServerClient(f"{HOST}:{PORT}") as client:
            self.assertTrue(await client.is_model_ready("digits"))
            self.assertEqual((await client.get_model_metadata("digits", headers=PLAIN))["versions"], ["1.0.0"])
            for images in [IMAGES[:1], IMAGES, np.repeat(IMAGES, 20, axis=0)]:
                for binary in [True, False]:
                    for coding in CODINGS:
                        with self.subTest(len(images), binary=binary, coding=coding):
                            result = await client.infer(
                                "digits",
                                [image_input(images, binary)],
                                outputs=[triton.InferRequestedOutput("probs", binary_data=binary)],
                                request_compression_algorithm=coding,
                                response_compression_algorithm=coding,
                            )
                            same(result.as_numpy("probs"), images)
            with self.assertRaisesRegex(InferenceServerException, "there is no model"):
                await client.infer("nope", [image_input(IMAGES, True)], headers=PLAIN)


if __name__ == "__main__":
    unittest.main()
