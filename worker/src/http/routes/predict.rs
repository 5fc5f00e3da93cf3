//! `POST /predict`: inputs in, outputs and top labels out.

use bytes::Bytes;
use onnxlet::{Inputs, Model, Options, Prediction};
use serde::Serialize;

use super::super::call::Call;
use super::super::dialect::Dialect;
use super::super::endpoint::{Access, Action, Answered, Endpoint, JSON_ONLY};
use super::super::media::Media;
use super::super::openapi::operation::{Body, Operation, Reply, Schema};
use super::super::openapi::{prediction, tags};
use super::super::render;
use super::model::ModelName;

pub(in super::super) const PREDICT: Endpoint = Endpoint {
    path: "/predict",
    action: Action::Take(predict),
    media: &[Media::Json, Media::Image],
    answers: JSON_ONLY,
    access: Access::Keyed,
    dialect: Dialect::Problem,
    document: Operation::new("predict", tags::PREDICTION, "Predict")
        .says(
            "Takes a picture as it is, or JSON: the inputs by name, or the only input's value alone; both also as `inputs` \
             of an object with options. Pictures, records and outermost rows may be batches.",
        )
        .takes(&[Body::json(Schema::Made(prediction::request), prediction::examples), Body::picture()])
        .gives(&[Reply::json("The outputs and the best labels.", Schema::Made(prediction::answer))]),
};

/// A prediction and the model that made it.
#[derive(Serialize)]
struct Answer<'a> {
    model: ModelName<'a>,
    #[serde(flatten)]
    prediction: &'a Prediction,
}

fn predict(call: &Call, body: Bytes) -> Answered {
    let model = call.model()?;
    let (inputs, options) = inputs(model, call.media()?, body)?;
    let prediction = call.predict(model, inputs, options)?;
    render::json(&Answer { model: ModelName::of(model), prediction: &prediction })
}

fn inputs(model: &Model, media: Media, body: Bytes) -> Result<(Inputs, Options), onnxlet::Error> {
    if media == Media::Image {
        return Ok((Inputs::from_image(model, body.into())?, Options::default()));
    }
    Inputs::from_json(model, &body)
}
