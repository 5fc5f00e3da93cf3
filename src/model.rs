//! A loaded model: card, signature and plan. Made once, used for every request.

use sha2::{Digest, Sha256};
use tract_onnx::prelude::{IntoArcTensor, IntoTValue, TVec, TractError};

use crate::import::{Imported, Plan, Runner};
use crate::ops::OutOfRange;
use crate::prediction::NamedTensor;
use crate::signature::names;
use crate::{Card, Error, Inputs, MOST_PROBLEMS, Options, Prediction, Problem, Signature, fit, import, ranking};

/// A model that answers.
pub struct Model {
    card: Card,
    signature: Signature,
    digest: String,
    plan: Plan,
}

impl Model {
    /// Reads ONNX bytes, and the card's JSON where there is one (otherwise the model's own `onnxlet.card` property).
    ///
    /// # Errors
    /// [`Error::Model`] for what can't be run faithfully; [`Error::Card`] for a card that is wrong or disagrees.
    pub fn load(onnx: &[u8], card: Option<&str>) -> Result<Model, Error> {
        Model::load_with(onnx, card, Runner::Tract)
    }

    /// As [`Model::load`], but operator by operator even where the model can be planned as a whole: for the tests, which would
    /// otherwise see most kernels in models of a few operators only. Slower; no part of the stable interface.
    ///
    /// # Errors
    /// As [`Model::load`].
    #[doc(hidden)]
    pub fn load_by_operator(onnx: &[u8], card: Option<&str>) -> Result<Model, Error> {
        Model::load_with(onnx, card, Runner::Eager)
    }

    fn load_with(onnx: &[u8], card: Option<&str>, runner: Runner) -> Result<Model, Error> {
        let Imported { plan, signature, card } = import::import(onnx, card, runner)?;
        let hash: String = Sha256::digest(onnx).iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = format!("sha256:{hash}");
        Ok(Model { card, signature, digest, plan })
    }

    #[cfg(test)]
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What each step of the network takes for these inputs, as `now` tells the time; nothing where tract runs it.
    ///
    /// # Errors
    /// As [`Model::predict`].
    #[cfg(feature = "profile")]
    pub(crate) fn profile(
        &self,
        inputs: Inputs,
        now: &dyn Fn() -> f64,
    ) -> Result<Vec<crate::network::profile::Line>, Error> {
        let tensors = fit::fit(&self.signature, &self.card, inputs, &Options::default().limits)?;
        let tensors: Vec<_> = tensors.into_iter().map(IntoTValue::into_tvalue).collect();
        self.plan.profile(&tensors, now).map_err(failure)
    }

    /// What the model takes and gives.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// What is said of the model.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// `sha256:` and the hash of the ONNX bytes, 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the examples of a batch are proven not to influence each other, and are computed one by one.
    pub(crate) fn takes_examples_apart(&self) -> bool {
        self.plan.is_by_example()
    }

    /// Answers one request. Pure: the same inputs give the same bits.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every problem of the request; [`Error::TooLarge`], [`Error::Malformed`] for what is inside
    /// it; [`Error::Engine`] where the plan itself fails.
    pub fn predict(&self, inputs: Inputs, options: &Options) -> Result<Prediction, Error> {
        let fitted = fit::fit(&self.signature, &self.card, inputs, &options.limits);
        let (tensors, wanted) = both(fitted, self.wanted(options))?;
        let tensors: TVec<_> = tensors.into_iter().map(IntoTValue::into_tvalue).collect();
        let results = self.plan.run(tensors).map_err(failure)?;
        let mut outputs = Vec::with_capacity(results.len());
        for (spec, result) in self.signature.outputs.iter().zip(results) {
            outputs.push(NamedTensor::new(spec, result.into_arc_tensor())?);
        }
        let tops = ranking::rank(&self.card, &outputs, options.top_k)?;
        let outputs = wanted.into_iter().map(|index| outputs[index].clone()).collect();
        Ok(Prediction { outputs, tops })
    }

    /// The positions of the outputs that the sender wants, in the order asked for.
    fn wanted(&self, options: &Options) -> Result<Vec<usize>, Error> {
        let mut problems = vec![];
        let mut wanted = vec![];
        let every = || self.signature.outputs.iter().map(|spec| spec.name.clone()).collect();
        for name in options.outputs.clone().unwrap_or_else(every) {
            match self.signature.output(&name) {
                // Named twice, it is given once: answers are by name.
                Some((index, _)) if wanted.contains(&index) => {}
                Some((index, _)) => wanted.push(index),
                None if problems.len() >= MOST_PROBLEMS => {}
                None => {
                    let known = names(&self.signature.outputs);
                    problems.push(Problem::new("outputs", format!("no such output {name:?}; the model has {known}")));
                }
            }
        }
        if options.top_k.is_some() && !self.card.outputs.values().any(|card| card.labels.is_some()) {
            problems.push(Problem::new("top_k", "the model's card names no labels"));
        }
        if problems.is_empty() { Ok(wanted) } else { Err(Error::Invalid(problems)) }
    }
}

/// Why a plan failed: because of the values of its inputs, or otherwise.
fn failure(error: TractError) -> Error {
    match error.downcast_ref::<OutOfRange>() {
        Some(problem) => Error::Invalid(vec![Problem::new("inputs", problem.to_string())]),
        None => Error::Engine(format!("{error:#}")),
    }
}

/// Both results, or every problem of both.
fn both<A, B>(first: Result<A, Error>, second: Result<B, Error>) -> Result<(A, B), Error> {
    match (first, second) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Error::Invalid(mut problems)), Err(Error::Invalid(more))) => {
            problems.extend(more);
            Err(Error::Invalid(problems))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("name", &self.card.name).field("signature", &self.signature).finish()
    }
}
