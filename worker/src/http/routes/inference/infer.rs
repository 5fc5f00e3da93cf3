//! `POST /v2/models/{model}/infer`.

use bytes::Bytes;

use super::super::super::call::Call;
use super::super::super::endpoint::Answered;
use super::super::address;
use super::request::Request;
use super::response;

pub(super) fn infer(call: &Call, body: Bytes) -> Answered {
    let model = address::model(call)?;
    let (request, rest) = Request::read(call, &body)?;
    let id = request.id.clone();
    let wanted = request.wanted(model);
    let (inputs, options) = request.inputs(model, rest, &wanted)?;
    let prediction = call.predict(model, inputs, options)?;
    let forms = wanted.iter().map(|(_, wanted)| *wanted);
    response::render(model.card(), id.as_deref(), prediction.outputs().iter().zip(forms))
}
