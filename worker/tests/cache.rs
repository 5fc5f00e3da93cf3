//! Answers that were given before: ETag, If-None-Match, Cache-Control, the memory's bounds, what is never kept.

mod support;

use bytes::Bytes;
use onnxlet_worker::http::{Answer, Config, Keeping, Service};
use support::{Request, configured, header, problem, sample, service};

fn digit(digit: usize) -> Request<'static> {
    Request::predict("image/png", sample(digit))
}

fn said<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    header(answer.response.headers(), name)
}

fn status(answer: &Answer) -> Option<&str> {
    said(answer, "cache-status")
}

const HIT: Option<&str> = Some("onnxlet; hit");
const MISS: Option<&str> = Some("onnxlet; fwd=miss; stored");

#[test]
fn the_second_answer_is_the_first_one_and_needs_no_prediction() {
    let service = service();
    let first = digit(7).send(&service);
    let second = digit(7).send(&service);
    assert_eq!((status(&first), status(&second)), (MISS, HIT));
    assert_eq!(first.response.body(), second.response.body());
    assert_eq!(said(&first, "etag"), said(&second, "etag"));
    assert_eq!(said(&second, "content-type"), Some("application/json"));
    assert_eq!(said(&second, "cache-control"), Some("no-cache"));
    let [first, second] = [first, second].map(|answer| answer.log.unwrap());
    assert_eq!((first.examples, second.examples), (Some(1), None));
    assert_eq!(second.cache.as_deref(), HIT);
}

#[test]
fn another_request_has_another_tag() {
    let service = service();
    let tags = [0, 1, 2].map(|which| said(&digit(which).send(&service), "etag").unwrap().to_string());
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
}

#[test]
fn a_sender_that_has_the_answer_gets_304_from_a_service_that_never_predicted() {
    let tag = said(&digit(3).send(&service()), "etag").unwrap().to_string();
    let service = service();
    let answer = digit(3).with("if-none-match", &tag).send(&service);
    assert_eq!((answer.response.status().as_u16(), answer.response.body().len()), (304, 0));
    assert_eq!((said(&answer, "etag"), status(&answer)), (Some(tag.as_str()), HIT));
    assert_eq!(answer.log.unwrap().examples, None);
    assert_eq!(digit(4).with("if-none-match", &tag).send(&service).response.status(), 200);
}

#[test]
fn cache_control_of_the_sender_is_honoured() {
    let service = service();
    let ask = |wish| digit(5).with("cache-control", wish).send(&service);
    let (code, kind, ..) = problem(&ask("only-if-cached"));
    assert_eq!((code, kind.as_str()), (504, "not_cached"));
    let bypassed = ask("no-store");
    assert_eq!((status(&bypassed), said(&bypassed, "etag")), (Some("onnxlet; fwd=bypass"), None));
    assert_eq!(said(&bypassed, "cache-control"), Some("no-store"));
    assert_eq!(problem(&ask("only-if-cached")).0, 504, "no-store left nothing behind");
    assert_eq!(status(&ask("no-cache")), Some("onnxlet; fwd=request; stored"));
    assert_eq!(status(&ask("only-if-cached")), HIT);
    assert_eq!(status(&ask("max-age=0")), Some("onnxlet; fwd=request; stored"));
}

#[test]
fn refusals_are_never_kept() {
    let service = service();
    for _ in 0..2 {
        let answer = Request::predict("application/json", "[[1, 2]]").send(&service);
        assert_eq!((problem(&answer).0, status(&answer), said(&answer, "etag")), (422, None, None));
        assert_eq!(said(&answer, "cache-control"), Some("no-store"));
    }
}

#[test]
fn it_can_be_turned_off() {
    let service = configured(Config { keeping: Keeping::Off, ..Config::default() });
    for _ in 0..2 {
        let answer = digit(7).send(&service);
        assert_eq!(
            (status(&answer), said(&answer, "etag"), said(&answer, "cache-control")),
            (None, None, Some("no-store"))
        );
    }
}

#[test]
fn an_answer_that_is_too_large_to_keep_is_given_all_the_same() {
    let service = configured(Config { cache_bytes: 600, ..Config::default() });
    for _ in 0..2 {
        assert_eq!(status(&digit(7).send(&service)), Some("onnxlet; fwd=miss"));
    }
}

#[test]
fn what_another_isolate_left_at_the_edge_is_taken_over() {
    let at_edge = || configured(Config { keeping: Keeping::Edge, ..Config::default() });
    let (giver, taker): (Service, Service) = (at_edge(), at_edge());
    let (head, body) = (digit(2).head(), Bytes::from(sample(2)));
    let key = giver.edge_key(&head, &body).unwrap();
    assert_eq!(taker.edge_key(&head, &body), Some(key));
    let answer = digit(2).send(&giver);
    assert_eq!(giver.edge_key(&head, &body), None, "it is in memory now");
    taker.keep(&head, key, giver.kept(&key).unwrap());
    let taken = digit(2).send(&taker);
    assert_eq!((status(&taken), taken.response.body()), (HIT, answer.response.body()));
    assert_eq!(service().edge_key(&head, &body), None, "not where the settings don't ask for it");
    assert_eq!(giver.edge_key(&Request::new("GET", "/model").head(), &Bytes::new()), None);
}

#[test]
fn forgetting_forgets_all() {
    let service = service();
    digit(1).send(&service);
    service.forget();
    assert_eq!(status(&digit(1).send(&service)), MISS);
}
