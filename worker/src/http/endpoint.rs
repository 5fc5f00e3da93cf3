//! An endpoint: a path, its method, what it takes, what answers it, and in which dialect it refuses.

use bytes::Bytes;
use http::{Method, Response};

use super::call::Call;
use super::dialect::Dialect;
use super::media::{JSON_TYPE, Media};
use super::openapi::operation::Operation;
use super::problem::ProblemDetails;

/// The types of answers of an endpoint that has no other.
pub(super) const JSON_ONLY: &[&str] = &[JSON_TYPE];

/// The answer to a request whose head has been checked.
pub(super) type Answered = Result<Response<Bytes>, ProblemDetails>;

/// What an endpoint does; the method follows from it.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// `GET` and `HEAD`.
    Show(fn(&Call) -> Answered),
    /// `POST`, with a body: all of it, not empty, and no longer compressed.
    Take(fn(&Call, Bytes) -> Answered),
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everyone: what tells whether the service is well.
    Open,
    /// Whoever has an API key, where any are set.
    Keyed,
}

/// One path of the service.
pub(super) struct Endpoint {
    /// The path, in `matchit`'s syntax, which is OpenAPI's too.
    pub path: &'static str,
    /// What answers it.
    pub action: Action,
    /// The types that a body may have; none where there is no body.
    pub media: &'static [Media],
    /// The types that its answer may have.
    pub answers: &'static [&'static str],
    /// Who may ask.
    pub access: Access,
    /// How it tells of problems.
    pub dialect: Dialect,
    /// What the document says of it.
    pub document: Operation,
}

impl Endpoint {
    /// The methods, as `Allow` lists them.
    pub fn allow(&self) -> String {
        match self.action {
            Action::Show(_) => "GET, HEAD, OPTIONS".into(),
            Action::Take(_) => "POST, OPTIONS".into(),
        }
    }

    /// Whether a request to it has a body that matters.
    pub fn takes_body(&self) -> bool {
        matches!(self.action, Action::Take(_))
    }

    /// Whether `method` is one of its own (`OPTIONS` is answered for all alike).
    pub fn takes(&self, method: &Method) -> bool {
        match self.action {
            Action::Show(_) => matches!(*method, Method::GET | Method::HEAD),
            Action::Take(_) => *method == Method::POST,
        }
    }
}
