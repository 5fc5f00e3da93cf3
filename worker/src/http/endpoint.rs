//! An endpoint: a path, its method, what answers it.

use bytes::Bytes;
use http::{Method, Response};

use super::head::Head;
use super::problem::ProblemDetails;
use super::received::Received;
use super::service::Service;

/// The answer to a request whose head has been checked.
pub(super) type Answered = Result<Response<Bytes>, ProblemDetails>;

/// What an endpoint does; the method follows from it.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// `GET` and `HEAD`.
    Show(fn(&Service) -> Answered),
    /// `POST`, with a body.
    Take(fn(&Service, &Head, Received) -> Answered),
}

/// One path of the service.
pub(super) struct Endpoint {
    /// The path, in `matchit`'s syntax.
    pub path: &'static str,
    /// What answers it.
    pub action: Action,
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
