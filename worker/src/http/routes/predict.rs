//! `POST /predict`: inputs in, outputs and top labels out.

use bytes::Bytes;
use onnxlet::{Inputs, Model, Options, Prediction};
use serde::Serialize;

use super::super::endpoint::{Action, Answered, Endpoint};
use super::super::head::Head;
use super::super::media::{self, Media};
use super::super::problem::ProblemDetails;
use super::super::received::Received;
use super::super::render;
use super::super::service::Service;
use super::model::ModelName;

pub(in super::super) const PREDICT: Endpoint = Endpoint { path: "/predict", action: Action::Take(predict) };

/// A prediction and the model that made it.
#[derive(Serialize)]
struct Answer<'a> {
    model: ModelName<'a>,
    #[serde(flatten)]
    prediction: &'a Prediction,
}

fn predict(service: &Service, head: &Head, received: Received) -> Answered {
    let media = media::of_body(head)?;
    let config = service.config()?;
    let body = whole(received, config.max_body_bytes)?;
    let model = service.model()?;
    let (inputs, options) = inputs(model, media, body)?;
    let options = Options { limits: config.limits, ..options };
    let prediction = model.predict(inputs, &options)?;
    render::json(&Answer { model: ModelName::of(model), prediction: &prediction })
}

fn inputs(model: &Model, media: Media, body: Bytes) -> Result<(Inputs, Options), onnxlet::Error> {
    match media {
        Media::Json => Inputs::from_json(model, &body),
        Media::Image => Ok((Inputs::from_image(model, body.into())?, Options::default())),
    }
}

fn whole(received: Received, limit: usize) -> Result<Bytes, ProblemDetails> {
    match received {
        Received::Whole(body) if body.is_empty() => {
            Err(ProblemDetails::malformed("the body is empty: expected JSON or an image".into()))
        }
        Received::Whole(body) if body.len() > limit => {
            Err(ProblemDetails::body_too_large(limit, format!("{} bytes", body.len())))
        }
        Received::Whole(body) => Ok(body),
        Received::TooLarge => Err(ProblemDetails::body_too_large(limit, "more")),
        Received::Broken => Err(ProblemDetails::malformed("the body ended before it was complete".into())),
        Received::Crashed(_) => Err(ProblemDetails::crashed()),
    }
}
