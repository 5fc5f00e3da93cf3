//! Everything that can go wrong, as one enum; its variants map once to a JS error and once to an HTTP status.

use serde::Serialize;

/// Names that a model doesn't have are told up to so many: a body has room for millions, and each message names those that it has.
pub const MOST_PROBLEMS: usize = 100;

/// One thing wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field: an input's name, or an option such as `top_k`.
    pub field: String,
    /// What was expected and what was given.
    pub message: String,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { field: field.into(), message: message.into() }
    }
}

/// Why a model can't be loaded or a prediction can't be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The model can't be run faithfully: not ONNX, an absent operator, unsupported types.
    #[error("the model cannot be loaded: {0}")]
    Model(String),
    /// The card is wrong at `path` (such as `inputs.image.width`).
    #[error("card.json: {path}: {message}")]
    Card {
        /// The field's path.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// The request can't be parsed: not JSON, not a whole image.
    #[error("{0}")]
    Malformed(String),
    /// The request doesn't fit the model's signature; every problem is listed.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
    /// The request is larger than a limit allows.
    #[error("{what} is too large: the limit is {limit}, got {got}")]
    TooLarge {
        /// What is too large, with its unit.
        what: String,
        /// The limit.
        limit: u64,
        /// What was given.
        got: u64,
    },
    /// The request's kind isn't one that this model takes.
    #[error("{0}")]
    Unsupported(String),
    /// The engine failed on an input that fits the signature.
    #[error("the model failed on this input: {0}")]
    Engine(String),
}

impl Error {
    /// A stable, short name of the kind of error.
    pub fn code(&self) -> &'static str {
        self.kind().0
    }

    /// The HTTP status that says this best.
    pub fn status(&self) -> u16 {
        self.kind().1
    }

    /// A title for the kind of error, the same for every error of the kind.
    pub fn title(&self) -> &'static str {
        self.kind().2
    }

    /// Each field's problem; empty unless the error is [`Error::Invalid`].
    pub fn problems(&self) -> &[Problem] {
        match self {
            Error::Invalid(problems) => problems,
            _ => &[],
        }
    }

    fn kind(&self) -> (&'static str, u16, &'static str) {
        match self {
            Error::Model(_) => ("model", 500, "The model cannot be loaded"),
            Error::Card { .. } => ("card", 500, "The model's card is wrong"),
            Error::Malformed(_) => ("malformed", 400, "The request cannot be parsed"),
            Error::Invalid(_) => ("invalid", 422, "The input does not fit the model's signature"),
            Error::TooLarge { .. } => ("too_large", 413, "The request is too large"),
            Error::Unsupported(_) => ("unsupported", 415, "The model does not take this kind of input"),
            Error::Engine(_) => ("engine", 500, "The model failed on this input"),
        }
    }
}

fn list(problems: &[Problem]) -> String {
    let each: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.field, p.message)).collect();
    each.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_lists_every_problem() {
        let error = Error::Invalid(vec![Problem::new("a", "missing"), Problem::new("b", "expected f32[2]")]);
        assert_eq!(error.to_string(), "a: missing; b: expected f32[2]");
        assert_eq!((error.code(), error.status(), error.problems().len()), ("invalid", 422, 2));
    }
}
