//! The Workers runtime: JavaScript objects to [`crate::http`] and back.
//!
//! The shim `worker/js/` calls these exports. None of them is asynchronous, on purpose: workers-rs's
//! `#[event(fetch)]` polls its future in a microtask, where a trap leaves the promise pending forever and takes every
//! request in flight with it. Here the shim reads the body, in JavaScript, and everything that may trap happens within
//! one call, which then throws: the shim catches, replaces the instance and calls [`answer_crash`].

mod analytics;

use std::sync::{Mutex, OnceLock};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderValue};
use js_sys::{Array, Object, Reflect};
use onnxlet::slot;
use wasm_bindgen::prelude::*;
use worker::{EncodeBody, Env, Headers, ResponseBuilder, console_log, web_sys};

use crate::http::{COUNTERS, Config, Counters, Head, Kept, Key, LogLine, Module, Received, Running, Service};

static SERVICE: OnceLock<Service> = OnceLock::new();
static RUNNING: OnceLock<Running> = OnceLock::new();
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Makes a fresh instance ready: to be called first. Says whether it is one of the lean module, and how often this
/// isolate has fallen back to the full one.
#[wasm_bindgen]
pub fn begin(lean: bool, fallbacks: u32) {
    keep_panic_messages();
    let module = if lean { Module::Lean } else { Module::Full };
    // Called twice, it tells what was said first.
    let _ = RUNNING.set(Running { module, fallbacks });
}

/// The message of the panic that trapped this instance, if one did.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    LAST_PANIC.lock().ok()?.clone()
}

/// Where this instance's counters begin: [`counters_length`] bytes, which mean the same in every instance. Whoever replaces
/// a trapped one copies them.
#[wasm_bindgen(js_name = countersAt)]
pub fn counters_at() -> usize {
    std::ptr::from_ref(&COUNTERS).addr()
}

/// How many bytes the counters take.
#[wasm_bindgen(js_name = countersLength)]
pub fn counters_length() -> usize {
    size_of::<Counters>()
}

/// Notes how many requests are being answered, or their bodies awaited.
#[wasm_bindgen(js_name = noteInFlight)]
pub fn note_in_flight(count: u32) {
    COUNTERS.note_in_flight(count.into());
}

/// How many bytes of the body to read: 0 where the head alone decides.
#[wasm_bindgen(js_name = bodyLimit)]
pub fn body_limit(request: &web_sys::Request, env: &Env) -> usize {
    service(env).body_limit(&head(request))
}

/// Answers a request with its whole body.
#[wasm_bindgen]
pub fn answer(request: &web_sys::Request, env: &Env, body: Vec<u8>) -> web_sys::Response {
    respond(request, env, Received::Whole(Bytes::from(body)))
}

/// Answers a request whose body is larger than [`body_limit`].
#[wasm_bindgen(js_name = answerTooLarge)]
pub fn answer_too_large(request: &web_sys::Request, env: &Env) -> web_sys::Response {
    respond(request, env, Received::TooLarge)
}

/// Answers a request whose body could not be read to its end.
#[wasm_bindgen(js_name = answerBroken)]
pub fn answer_broken(request: &web_sys::Request, env: &Env) -> web_sys::Response {
    respond(request, env, Received::Broken)
}

/// Whom the rate limit counts a request of.
#[wasm_bindgen]
pub fn sender(request: &web_sys::Request, env: &Env) -> String {
    service(env).sender(&head(request))
}

/// Answers a request whose sender has asked too often, without its body.
#[wasm_bindgen(js_name = answerRateLimited)]
pub fn answer_rate_limited(request: &web_sys::Request, env: &Env) -> web_sys::Response {
    respond(request, env, Received::RateLimited)
}

/// Answers a request that trapped another instance.
#[wasm_bindgen(js_name = answerCrash)]
pub fn answer_crash(request: &web_sys::Request, env: &Env, message: String) -> web_sys::Response {
    respond(request, env, Received::Crashed(message))
}

/// Whether [`edge_key`] is worth calling.
#[wasm_bindgen(js_name = looksAtEdge)]
pub fn looks_at_edge(env: &Env) -> bool {
    service(env).looks_at_edge()
}

/// The URL that a request's answer has in Cloudflare's cache, where it is worth looking there before [`answer`]; and nothing
/// where it isn't.
#[wasm_bindgen(js_name = edgeKey)]
pub fn edge_key(request: &web_sys::Request, env: &Env, body: Vec<u8>) -> Option<String> {
    let head = head(request);
    let key = service(env).edge_key(&head, &Bytes::from(body))?;
    // Of the same origin; a request for it reaches the Worker, which has nothing there.
    let origin = head.uri.scheme_str().zip(head.uri.authority()).map(|(scheme, host)| format!("{scheme}://{host}"))?;
    Some(format!("{origin}{EDGE_PATH}{}", key.hex()))
}

/// Takes over what Cloudflare's cache has at `url`, an [`edge_key`].
#[wasm_bindgen]
pub fn keep(request: &web_sys::Request, env: &Env, url: &str, kept: &web_sys::Response, body: Vec<u8>) {
    if let Some(key) = key_in(url) {
        let headers = Head::parse("GET", url, Headers(kept.headers()).entries()).headers;
        service(env).keep(&head(request), key, Kept { headers, body: Bytes::from(body) });
    }
}

/// What to put into Cloudflare's cache at `url`, an [`edge_key`], once it was answered; nothing where it is not to be kept.
#[wasm_bindgen]
pub fn kept(env: &Env, url: &str) -> Option<web_sys::Response> {
    let Kept { mut headers, body } = service(env).kept(&key_in(url)?)?;
    // The key is of the contents.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    let mut kept = http::Response::new(body);
    *kept.headers_mut() = headers;
    Some(response(kept))
}

/// Forgets what requests have left: for the bake, whose answers may not depend on their order.
#[wasm_bindgen]
pub fn forget(env: &Env) {
    service(env).forget();
}

/// Where answers lie in Cloudflare's cache.
const EDGE_PATH: &str = "/.onnxlet/answers/";

fn key_in(url: &str) -> Option<Key> {
    Key::from_hex(url.rsplit_once(EDGE_PATH)?.1)
}

fn respond(request: &web_sys::Request, env: &Env, received: Received) -> web_sys::Response {
    let service = service(env);
    let answer = service.answer(&head(request), received);
    let response = response(answer.response);
    // Last of all: what comes before may trap, and be done again in the full module.
    service.count(&answer.point);
    analytics::write(env, || service.data_point(&answer.point));
    if let Some(line) = &answer.log {
        write(line);
    }
    response
}

fn service(env: &Env) -> &'static Service {
    SERVICE.get_or_init(|| {
        let running = RUNNING.get().copied().unwrap_or_default();
        Service::new(Config::from_variables(|name| variable(env, name)), slot::held).in_module(running)
    })
}

/// A variable's text; `wrangler.toml` may also hold numbers and the like, which are taken as they would be written.
fn variable(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())?;
    if is_binding(&value) {
        return Some("{}".into());
    }
    value.as_string().or_else(|| js_sys::JSON::stringify(&value).ok()?.as_string())
}

/// Whether a value is an object of a class: a service of the platform. Writing one as JSON might call it.
fn is_binding(value: &JsValue) -> bool {
    let Some(object) = value.dyn_ref::<Object>().filter(|_| !Array::is_array(value)) else { return false };
    Object::get_prototype_of(object) != Object::get_prototype_of(&Object::new())
}

fn head(request: &web_sys::Request) -> Head {
    let headers = Headers(request.headers()).entries();
    match client_accept_encoding(request) {
        None => Head::parse(&request.method(), &request.url(), headers),
        Some(accepts) => {
            let others = headers.filter(|(name, _)| name != "accept-encoding");
            let own = std::iter::once(("accept-encoding".to_string(), accepts));
            Head::parse(&request.method(), &request.url(), others.chain(own))
        }
    }
}

/// What the sender said in `Accept-Encoding`: Cloudflare puts what its edge takes in its place, and this beside it.
fn client_accept_encoding(request: &web_sys::Request) -> Option<String> {
    let property = |of: &JsValue, name: &str| {
        Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
    };
    property(&property(request, "cf")?, "clientAcceptEncoding")?.as_string()
}

fn response(response: http::Response<Bytes>) -> web_sys::Response {
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let is_compressed = parts.headers.contains_key(http::header::CONTENT_ENCODING);
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers.collect());
    // Otherwise the runtime would compress once more.
    let builder = if is_compressed { builder.with_encode_body(EncodeBody::Manual) } else { builder };
    // 204 may not have a body, not even an empty one.
    if body.is_empty() { builder.empty().into() } else { builder.fixed(body.into()).into() }
}

/// Writes a line as it is: `console.warn` and `console.error` would be decorated by `wrangler dev`.
fn write(line: &LogLine) {
    if let Ok(text) = serde_json::to_string(line) {
        console_log!("{text}");
    }
}

/// Keeps a panic's message for [`last_panic`]; it goes into the request's log line rather than into one of its own.
fn keep_panic_messages() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = Some(info.to_string());
        }
    }));
}
