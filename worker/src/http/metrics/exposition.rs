//! Counters in Prometheus's text format.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use onnxlet::Model;
use prometheus::TextEncoder;
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};

use super::super::problem::ProblemDetails;
use super::super::running::{Module, Running};
use super::counters::{BOUNDS, Counters};
use super::point::OTHER;

/// The type of the text, without its parameters.
pub(in super::super) const TEXT: &str = "text/plain";
const TYPE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Every counter, and what runs.
///
/// # Errors
/// 500 where it can't be written.
pub(in super::super) fn render(
    counters: &Counters,
    running: Running,
    model: Option<&Model>,
) -> Result<Response<Bytes>, ProblemDetails> {
    let families = families(counters, running, model);
    let text = TextEncoder::new().encode_to_string(&families);
    let text = text.map_err(|error| onnxlet::Error::Engine(format!("the metrics cannot be written: {error}")))?;
    let mut response = Response::new(Bytes::from(text));
    response.headers_mut().insert(CONTENT_TYPE, TYPE);
    Ok(response)
}

fn families(counters: &Counters, running: Running, model: Option<&Model>) -> Vec<MetricFamily> {
    let requests = counters.requests().map(|(route, method, status, count)| {
        let status = status.map_or(OTHER.into(), |status| status.to_string());
        counter(&[("route", route.unwrap_or(OTHER)), ("method", method), ("status", &status)], count)
    });
    let cache = counters.cache().map(|(outcome, count)| counter(&[("outcome", outcome)], count));
    let module = match running.module {
        Module::Lean => "lean",
        Module::Full => "full",
    };
    let worker = [("version", env!("CARGO_PKG_VERSION")), ("module", module)];
    let model = model.map(|model| {
        let card = model.card();
        gauge(&[("name", &card.name), ("version", &card.version), ("digest", model.digest())], 1)
    });
    let all = [
        family(
            "onnxlet_http_requests_total",
            "Requests that were answered, by route (the path's template; other: no route has it), method and status",
            MetricType::COUNTER,
            requests.collect(),
        ),
        family(
            "onnxlet_http_requests_in_flight",
            "Requests whose bodies are on their way or that are being answered, this one included",
            MetricType::GAUGE,
            vec![gauge(&[], counters.in_flight())],
        ),
        family(
            "onnxlet_http_request_body_bytes_total",
            "Bytes of request bodies that were read",
            MetricType::COUNTER,
            vec![counter(&[], counters.bytes_in())],
        ),
        family(
            "onnxlet_http_response_body_bytes_total",
            "Bytes of response bodies",
            MetricType::COUNTER,
            vec![counter(&[], counters.bytes_out())],
        ),
        family(
            "onnxlet_predictions_total",
            "Requests for which the model predicted",
            MetricType::COUNTER,
            vec![counter(&[], counters.batches().0.iter().sum())],
        ),
        family(
            "onnxlet_prediction_batch_size",
            "Examples of each request for which the model predicted",
            MetricType::HISTOGRAM,
            vec![batches(counters)],
        ),
        family(
            "onnxlet_cache_requests_total",
            "Requests that may be answered from the cache, by what became of them: hit, miss (predicted and kept), too_large \
             (predicted), refreshed (predicted as the sender wished, and kept), bypassed (neither looked up nor kept)",
            MetricType::COUNTER,
            cache.collect(),
        ),
        family(
            "onnxlet_fallbacks_total",
            "Requests that the lean module had no code for and the full one answered",
            MetricType::COUNTER,
            vec![counter(&[], u64::from(running.fallbacks))],
        ),
        family(
            "onnxlet_crashes_total",
            "Requests that stopped the engine (a panic or another trap) and were answered with 500",
            MetricType::COUNTER,
            vec![counter(&[], counters.crashes())],
        ),
        family(
            "onnxlet_build_info",
            "The Worker's version, and which of its modules answers; always 1",
            MetricType::GAUGE,
            vec![gauge(&worker, 1)],
        ),
        family("onnxlet_model_info", "The model; always 1", MetricType::GAUGE, model.into_iter().collect()),
    ];
    // A family without a metric would be an error; there are none of requests before the first is answered.
    all.into_iter().filter(|family| !family.get_metric().is_empty()).collect()
}

fn family(name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.into());
    family.set_help(format!("{help}. Of this isolate alone, since it began."));
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

fn counter(labels: &[(&str, &str)], count: u64) -> Metric {
    let mut value = Counter::default();
    value.set_value(count as f64);
    let mut metric = labelled(labels);
    metric.set_counter(value);
    metric
}

fn gauge(labels: &[(&str, &str)], count: u64) -> Metric {
    let mut value = Gauge::default();
    value.set_value(count as f64);
    let mut metric = labelled(labels);
    metric.set_gauge(value);
    metric
}

fn batches(counters: &Counters) -> Metric {
    let (counts, sum) = counters.batches();
    let mut histogram = Histogram::default();
    let mut below = 0;
    let buckets = BOUNDS.iter().zip(counts).map(|(bound, count)| {
        below += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound as f64);
        bucket.set_cumulative_count(below);
        bucket
    });
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(counts.iter().sum());
    histogram.set_sample_sum(sum as f64);
    let mut metric = labelled(&[]);
    metric.set_histogram(histogram);
    metric
}

fn labelled(labels: &[(&str, &str)]) -> Metric {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).into());
        pair.set_value((*value).into());
        pair
    };
    Metric::from_label(labels.iter().map(pair).collect())
}
