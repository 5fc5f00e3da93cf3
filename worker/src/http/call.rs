//! One request on its way through an endpoint: what it may ask of the service, and what is noted of it.

use std::cell::Cell;

use matchit::Params;
use onnxlet::{Inputs, Model, Options, Prediction};

use super::cache::CacheOutcome;
use super::endpoint::Endpoint;
use super::head::Head;
use super::media::{self, Media};
use super::problem::ProblemDetails;
use super::service::Service;

/// A request whose head has been checked.
pub(super) struct Call<'a> {
    /// Who answers.
    pub service: &'a Service,
    /// The request's head.
    pub head: &'a Head,
    /// Where it goes.
    pub endpoint: &'a Endpoint,
    /// The parameters in its path.
    pub path: Params<'a, 'a>,
    /// What is noted of it, for log and metrics.
    facts: Cell<Facts>,
}

/// What is noted of a request while it is answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// How many examples were predicted, where any were.
    pub examples: Option<u64>,
    /// The model, where it was asked for.
    pub model: Option<&'static Model>,
    /// What became of it in the cache, where it may be answered from there.
    pub cache: Option<CacheOutcome>,
}

impl<'a> Call<'a> {
    /// A call of which nothing is noted yet.
    pub fn new(service: &'a Service, head: &'a Head, endpoint: &'a Endpoint, path: Params<'a, 'a>) -> Self {
        Call { service, head, endpoint, path, facts: Cell::default() }
    }

    /// Notes something.
    pub fn note(&self, change: impl FnOnce(&mut Facts)) {
        let mut facts = self.facts.get();
        change(&mut facts);
        self.facts.set(facts);
    }

    /// What was noted.
    pub fn facts(&self) -> Facts {
        self.facts.get()
    }

    /// Notes what became of it in the cache.
    pub fn note_cache(&self, outcome: CacheOutcome) {
        self.note(|facts| facts.cache = Some(outcome));
    }

    /// The model.
    ///
    /// # Errors
    /// 500 saying why it can't be loaded.
    pub fn model(&self) -> Result<&'static Model, ProblemDetails> {
        let model = self.service.model()?;
        self.note(|facts| facts.model = Some(model));
        Ok(model)
    }

    /// What the body is.
    ///
    /// # Errors
    /// 415 where the endpoint doesn't take it.
    pub fn media(&self) -> Result<Media, ProblemDetails> {
        media::of_body(self.head, self.endpoint.media)
    }

    /// Predicts within the service's limits: the one way there, for every protocol.
    ///
    /// # Errors
    /// What [`Model::predict`] refuses, and 500 where the settings are wrong.
    pub fn predict(&self, model: &Model, inputs: Inputs, options: Options) -> Result<Prediction, ProblemDetails> {
        let options = Options { limits: self.service.config()?.limits, ..options };
        let prediction = model.predict(inputs, &options)?;
        let examples = prediction.outputs().first().and_then(|output| output.shape().first());
        let examples = examples.map_or(1, |count| *count as u64);
        self.note(|facts| facts.examples = Some(facts.examples.unwrap_or(0) + examples));
        Ok(prediction)
    }
}
