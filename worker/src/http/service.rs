//! From a request to its answer.

use std::sync::OnceLock;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, ETAG, HeaderValue};
use http::{Method, Response, StatusCode};
use matchit::Router;
use onnxlet::{Error, Model};

use super::cache::{Answers, Keeping, Kept, Key};
use super::call::{Call, Facts};
use super::coding;
use super::config::{Config, ConfigError};
use super::cors::{self, Origins};
use super::dialect::Dialect;
use super::endpoint::{Access, Action, Answered, Endpoint};
use super::head::Head;
use super::keys::{Admission, ApiKeys};
use super::log::{self, Level, LogLine, Threshold};
use super::media::{self, Media};
use super::metrics::{COUNTERS, Counters, DataPoint, Point};
use super::nesting;
use super::openapi;
use super::openapi::operation::Subject;
use super::problem::ProblemDetails;
use super::received::Received;
use super::request_id::{RequestId, X_REQUEST_ID};
use super::routes;
use super::running::Running;
use super::security;
use super::timing;
use super::trace::Trace;

/// A response and the line to log, if its level is logged.
#[derive(Debug)]
pub struct Answer {
    /// What to send.
    pub response: Response<Bytes>,
    /// What to log.
    pub log: Option<LogLine>,
    /// What to count, by [`Service::count`], once it is certain that this is what is sent.
    pub point: Point,
}

/// The process's model, as [`onnxlet::slot::held`] gives it: the same each time, or the reason why there is none.
pub type HeldModel = Result<&'static Model, &'static Error>;

/// An endpoint and the parameters of its path.
type Found<'a> = matchit::Match<'a, 'a, &'a &'static Endpoint>;

/// The service: settings, a model, routes. One lives as long as the process.
pub struct Service {
    config: Result<Config, ConfigError>,
    model: fn() -> HeldModel,
    running: Running,
    counters: &'static Counters,
    answers: Answers,
    router: Router<&'static Endpoint>,
    document: OnceLock<Bytes>,
}

impl Service {
    /// A service; `model` is asked when a request needs it. Wrong settings don't stop it: they are what it answers, and
    /// `/readyz` tells.
    pub fn new(config: Result<Config, ConfigError>, model: fn() -> HeldModel) -> Self {
        let mut router = Router::new();
        for endpoint in routes::endpoints() {
            let inserted = router.insert(endpoint.path, endpoint);
            debug_assert!(inserted.is_ok(), "two endpoints clash: {inserted:?}");
        }
        Service {
            config,
            model,
            running: Running::default(),
            counters: &COUNTERS,
            answers: Answers::default(),
            router,
            document: OnceLock::new(),
        }
    }

    /// The same service, which tells that it runs in this module.
    #[must_use]
    pub fn in_module(self, running: Running) -> Self {
        Service { running, ..self }
    }

    /// The same service, with counters of its own.
    #[must_use]
    pub fn counting(self, counters: &'static Counters) -> Self {
        Service { counters, ..self }
    }

    /// How many bytes of the body to read before [`Service::answer`]: 0 where the head alone decides.
    pub fn body_limit(&self, head: &Head) -> usize {
        match (self.check(head), &self.config) {
            (Ok(Found { value: endpoint, .. }), Ok(config))
                if endpoint.takes(&head.method) && endpoint.takes_body() =>
            {
                config.max_body_bytes
            }
            _ => 0,
        }
    }

    /// Whom a rate limit counts a request of: the API key that it was let in with, by a digest; without keys, its address.
    pub fn sender(&self, head: &Head) -> String {
        self.config.as_ref().map_or(&ApiKeys::default(), |config| &config.api_keys).sender(&head.headers)
    }

    /// Answers one request.
    pub fn answer(&self, head: &Head, received: Received) -> Answer {
        let id = RequestId::of(&head.headers);
        let bytes_in = received.len();
        let panic = received.panic().map(String::from);
        let (answered, facts) = self.dispatch(head, received);
        let trace = Trace::of(&head.headers);
        let (response, problem) = match answered {
            Ok(response) => (response, None),
            Err(problem) => (self.dialect(head).render(&problem, &id), Some(problem)),
        };
        let mut response = finish(coding::encode(response, head), head, &id);
        let route = self.endpoint(head).map(|endpoint| endpoint.path);
        let point = Point {
            route,
            method: Point::method(&head.method),
            status: response.status(),
            model: facts.model,
            examples: facts.examples,
            cache: facts.cache,
            crashed: panic.is_some(),
            bytes_in,
            bytes_out: response.body().len(),
        };
        let line = LogLine {
            level: Level::of(response.status()),
            message: "request",
            request_id: id.to_string(),
            trace_id: trace.as_ref().map(|trace| trace.id().to_string()),
            method: head.method.to_string(),
            path: log::cut(head.path(), log::LONGEST_PATH),
            route,
            status: response.status().as_u16(),
            code: problem.as_ref().map(|problem| problem.code),
            error: panic.or(problem.map(|problem| problem.detail)).map(|error| log::cut(&error, log::LONGEST_ERROR)),
            version: facts.model.map(|model| model.card().version.as_str()),
            examples: facts.examples,
            cache: facts.cache.map(|outcome| outcome.to_string()),
            bytes_in,
            bytes_out: response.body().len(),
        };
        let threshold = self.config.as_ref().map_or(Threshold::Info, |config| config.log_level);
        let headers = response.headers_mut();
        // Where the settings make no sense, nothing is told but that.
        self.config.as_ref().map_or(&Origins::Any, |config| &config.origins).allow(head, headers);
        timing::tell(headers, facts, self.running);
        if let Some(trace) = trace {
            trace.pass_on(headers);
        }
        Answer { response, log: threshold.admits(line.level).then_some(line), point }
    }

    /// Counts a request: the last thing to be done of it, after everything that may trap and be done again.
    pub fn count(&self, point: &Point) {
        self.counters.count(point);
    }

    /// What Workers Analytics Engine is given of a request.
    pub fn data_point(&self, point: &Point) -> DataPoint {
        DataPoint::of(point, self.running)
    }

    /// Whether answers are kept in Cloudflare's cache.
    pub fn looks_at_edge(&self) -> bool {
        self.config.as_ref().is_ok_and(|config| config.keeping == Keeping::Edge)
    }

    /// The key of a request's answer in Cloudflare's cache, where it is worth looking there: the settings want it, and the answer
    /// isn't in memory.
    pub fn edge_key(&self, head: &Head, body: &Bytes) -> Option<Key> {
        if !self.looks_at_edge() {
            return None;
        }
        let call = self.predicting(head)?;
        let body = self.body(&call, Received::Whole(body.clone())).ok()?;
        let key = self.answers.key(&call, &body).ok()??;
        self.answers.get(&key).is_none().then_some(key)
    }

    /// Takes over an answer that was in Cloudflare's cache under the request's [`Service::edge_key`].
    pub fn keep(&self, head: &Head, key: Key, kept: Kept) {
        if let Some(call) = self.predicting(head) {
            // With wrong settings there was no key.
            let _ = self.answers.keep(&call, key, kept);
        }
    }

    /// An answer that is in memory.
    pub fn kept(&self, key: &Key) -> Option<Kept> {
        self.answers.get(key)
    }

    /// Forgets what requests have left: for the bake, whose answers may not depend on their order.
    pub fn forget(&self) {
        self.answers.forget();
    }

    /// A request to predict, if this is one.
    fn predicting<'a>(&'a self, head: &'a Head) -> Option<Call<'a>> {
        let found = self.check(head).ok()?;
        let predicts = head.method == Method::POST && found.value.takes_body();
        predicts.then(|| Call::new(self, head, found.value, found.params))
    }

    /// The settings.
    ///
    /// # Errors
    /// 500 naming each wrong variable.
    pub(super) fn config(&self) -> Result<&Config, ProblemDetails> {
        self.config.as_ref().map_err(ProblemDetails::from)
    }

    /// The model.
    ///
    /// # Errors
    /// 500 saying why it can't be loaded.
    pub(super) fn model(&self) -> Result<&'static Model, ProblemDetails> {
        (self.model)().map_err(|error| error.clone().into())
    }

    /// What was counted.
    pub(super) fn counters(&self) -> &Counters {
        self.counters
    }

    /// The OpenAPI document, made when it is first asked for.
    ///
    /// # Errors
    /// 500 where there is no model or the settings are wrong.
    pub(super) fn document(&self) -> Result<Bytes, ProblemDetails> {
        if let Some(document) = self.document.get() {
            return Ok(document.clone());
        }
        let subject = Subject { model: self.model()?, config: self.config()? };
        let written = openapi::write(&subject, &routes::endpoints().collect::<Vec<_>>())
            .map_err(|error| Error::Engine(format!("the document cannot be written: {error}")))?;
        Ok(self.document.get_or_init(|| written).clone())
    }

    /// The module that it runs in.
    pub(super) fn running(&self) -> Running {
        self.running
    }

    fn dispatch(&self, head: &Head, received: Received) -> (Answered, Facts) {
        if let Received::Crashed(_) = received {
            return (Err(ProblemDetails::crashed()), Facts::default());
        }
        let found = match self.check(head) {
            Ok(found) => found,
            Err(problem) => return (Err(problem), Facts::default()),
        };
        let call = Call::new(self, head, found.value, found.params);
        let answered = match call.endpoint.action {
            _ if head.method == Method::OPTIONS => Ok(cors::preflight(call.endpoint)),
            Action::Show(show) => show(&call),
            Action::Take(take) => self.body(&call, received).and_then(|body| self.answers.answer(&call, body, take)),
        };
        (answered, call.facts())
    }

    /// The body, as endpoints take it.
    fn body(&self, call: &Call, received: Received) -> Result<Bytes, ProblemDetails> {
        let config = self.config()?;
        let body = coding::decoded(call.head, received.whole(config)?, config.max_decompressed_bytes)?;
        if call.media()? == Media::Json {
            nesting::check(&body, config.max_nesting)?;
        }
        Ok(body)
    }

    /// Where a request goes, as far as its path tells.
    fn endpoint(&self, head: &Head) -> Option<&'static Endpoint> {
        self.router.at(head.path()).ok().filter(|_| head.problem.is_none()).map(|found| *found.value)
    }

    /// Sees that the sender may ask.
    fn admit(&self, head: &Head, endpoint: &Endpoint) -> Result<(), ProblemDetails> {
        if endpoint.access == Access::Open {
            return Ok(());
        }
        // Where the settings make no sense, the keys aren't known: nobody is let in.
        match self.config()?.api_keys.admit(&head.headers) {
            Admission::Open | Admission::Admitted => Ok(()),
            Admission::Missing => {
                let detail = "an API key is needed, as Authorization: Bearer or as X-API-Key";
                Err(ProblemDetails::unauthorized(detail, "Bearer realm=\"onnxlet\""))
            }
            Admission::Refused => {
                let challenge = "Bearer realm=\"onnxlet\", error=\"invalid_token\"";
                Err(ProblemDetails::unauthorized("the API key is not one of this service's", challenge))
            }
        }
    }

    /// The form in which to tell of problems.
    fn dialect(&self, head: &Head) -> Dialect {
        self.endpoint(head).map_or_else(|| Dialect::of_unknown(head.path()), |endpoint| endpoint.dialect)
    }

    /// Everything that the head alone can get wrong.
    fn check<'a>(&'a self, head: &'a Head) -> Result<Found<'a>, ProblemDetails> {
        if let Some(problem) = &head.problem {
            return Err(problem.clone());
        }
        let found = self.router.at(head.path()).map_err(|_| ProblemDetails::not_found(head.path()))?;
        let endpoint = found.value;
        if head.method == Method::OPTIONS {
            return Ok(found);
        }
        self.admit(head, endpoint)?;
        if !endpoint.takes(&head.method) {
            return Err(ProblemDetails::method_not_allowed(head.path(), head.method.as_str(), &endpoint.allow()));
        }
        media::check_accept(head, endpoint.answers)?;
        if endpoint.takes_body() {
            media::of_body(head, endpoint.media)?;
            self.check_declared_length(head)?;
        }
        Ok(found)
    }

    fn check_declared_length(&self, head: &Head) -> Result<(), ProblemDetails> {
        let limit = self.config()?.max_body_bytes;
        match head.text(CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok()) {
            Some(length) if length > limit as u64 => {
                Err(ProblemDetails::body_too_large(limit, format!("{length} bytes")))
            }
            _ => Ok(()),
        }
    }
}

/// The headers of every answer; no body for `HEAD`.
fn finish(mut response: Response<Bytes>, head: &Head, id: &RequestId) -> Response<Bytes> {
    let headers = response.headers_mut();
    // A prediction may be kept, but not be used again without asking: the model behind this address may change.
    let keeping = if headers.contains_key(ETAG) { "no-cache" } else { "no-store" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
    security::protect(headers);
    if let Some(id) = id.header() {
        headers.insert(X_REQUEST_ID, id);
    }
    if head.method == Method::HEAD && response.status() != StatusCode::NO_CONTENT {
        let length = HeaderValue::from(response.body().len());
        response.headers_mut().insert(CONTENT_LENGTH, length);
        *response.body_mut() = Bytes::new();
    }
    response
}
