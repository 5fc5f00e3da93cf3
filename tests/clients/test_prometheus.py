"""Prometheus's own parser, on what /metrics says."""

import unittest

import requests
from prometheus_client.parser import text_string_to_metric_families
from server import IMAGES, URL

EXPECTED = {
    "onnxlet_http_requests": "counter",
    "onnxlet_http_requests_in_flight": "gauge",
    "onnxlet_http_request_body_bytes": "counter",
    "onnxlet_http_response_body_bytes": "counter",
    "onnxlet_predictions": "counter",
    "onnxlet_prediction_batch_size": "histogram",
    "onnxlet_cache_requests": "counter",
    "onnxlet_fallbacks": "counter",
    "onnxlet_crashes": "counter",
    "onnxlet_build_info": "gauge",
    "onnxlet_model_info": "gauge",
}


def scrape():
    """The families, and every sample by its name and labels."""
    # As Prometheus 3 asks.
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
    answer = requests.get(f"{URL}/metrics", headers={"accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    samples = {(sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples}
    return families, samples


class Metrics(unittest.TestCase):
    def test_families_have_their_types_and_say_whose_they_are(self):
        families, _ = scrape()
        self.assertEqual({family.name: family.type for family in families}, EXPECTED)
        for family in families:
            self.assertIn("Of this isolate alone", family.documentation)

    def test_a_request_is_counted_once(self):
        labels = [("method", "GET"), ("route", "/v2/models/{model}"), ("status", "200")]
        name = ("onnxlet_http_requests_total", *labels)
        requests.get(f"{URL}/v2/models/digits")
        _, before = scrape()
        requests.get(f"{URL}/v2/models/digits")
        _, after = scrape()
        self.assertEqual(after[name], before[name] + 1)

    def test_a_batch_is_one_prediction_of_its_size(self):
        def sizes():
            _, samples = scrape()
            inf = samples["onnxlet_prediction_batch_size_bucket", ("le", "+Inf")]
            count, total = [samples[f"onnxlet_prediction_batch_size_{part}",] for part in ("count", "sum")]
            self.assertEqual((inf, samples["onnxlet_predictions_total",]), (count, count))
            return count, total

        before = sizes()
        # An answer that is kept would be no prediction.
        body = {"image": {"data": IMAGES.ravel().tolist(), "shape": IMAGES.shape}}
        requests.post(f"{URL}/predict", json=body, headers={"cache-control": "no-store"})
        self.assertEqual(sizes(), (before[0] + 1, before[1] + len(IMAGES)))


if __name__ == "__main__":
    unittest.main()
