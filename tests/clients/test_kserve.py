"""KServe's `InferenceRESTClient`, versions 1 and 2."""

import unittest

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from server import IMAGES, URL, same


def request(images: np.ndarray, binary: bool) -> InferRequest:
    tensor = InferInput("image", list(images.shape), "FP32")
    tensor.set_data_from_numpy(images, binary_data=binary)
    return InferRequest("digits", [tensor], request_id="a")


class V1(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.client = InferenceRESTClient(RESTConfig(protocol="v1"))
        self.addAsyncCleanup(self.client.close)

    async def test_the_model_is_ready(self):
        self.assertTrue(await self.client.is_model_ready(URL, "digits"))
        with self.assertRaisesRegex(httpx.HTTPStatusError, "404"):
            await self.client.is_model_ready(URL, "nope")

    async def test_one_and_a_batch(self):
        for images in [IMAGES[:1], IMAGES]:
            answer = await self.client.infer(URL, {"instances": images.tolist()}, model_name="digits")
            same(answer["predictions"], images)

    async def test_an_error(self):
        with self.assertRaisesRegex(httpx.HTTPStatusError, "instances: expected a list.*422"):
            await self.client.infer(URL, {"instances": 1}, model_name="digits")


class V2(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.client = InferenceRESTClient(RESTConfig(protocol="v2"))
        self.addAsyncCleanup(self.client.close)

    async def test_health(self):
        self.assertTrue(await self.client.is_server_live(URL))
        self.assertTrue(await self.client.is_server_ready(URL))
        self.assertTrue(await self.client.is_model_ready(URL, "digits"))

    async def test_one_and_a_batch_in_json_and_binary(self):
        for images in [IMAGES[:1], IMAGES]:
            for binary in [True, False]:
                with self.subTest(len(images), binary=binary):
                    answer = await self.client.infer(URL, request(images, binary), model_name="digits")
                    self.assertEqual((answer.id, answer.model_name), ("a", "digits"))
                    same(answer.outputs[0].as_numpy(), images)

    async def test_an_error(self):
        with self.assertRaisesRegex(httpx.HTTPStatusError, "image: expected f32.*422"):
            await self.client.infer(URL, request(IMAGES[:, :, :2], True), model_name="digits")


if __name__ == "__main__":
    unittest.main()
