//! Bodies that are compressed with gzip or deflate, both ways.

mod support;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use onnxlet_worker::http::Config;
use support::{Request, configured, header, problem, sample, service};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zeros(count: usize) -> Vec<u8> {
    serde_json::to_vec(&vec![0; count]).unwrap()
}

#[test]
fn a_compressed_body_is_answered_like_the_plain_one() {
    let service = service();
    for (media, body) in [("application/json", zeros(784)), ("image/png", sample(7))] {
        let plain = Request::predict(media, body.clone()).send(&service).response;
        assert_eq!(plain.status(), 200);
        for (coding, compressed) in [("gzip", gzip(&body)), ("deflate", zlib(&body))] {
            let answer = Request::predict(media, compressed).with("content-encoding", coding).send(&service).response;
            assert_eq!((answer.status(), answer.body()), (plain.status(), plain.body()), "{coding} {media}");
        }
    }
}

#[test]
fn a_bomb_is_refused_and_not_inflated() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    assert!(bomb.len() < 60_000);
    let answer = Request::predict("application/json", bomb).with("content-encoding", "gzip").send(&service());
    let detail = "the body is too large: the limit is 10485760 bytes once decompressed, got more".to_string();
    assert_eq!(problem(&answer), (413, "too_large".into(), detail, vec![]));
}

#[test]
fn the_limits_on_compressed_and_decompressed_bytes_are_apart() {
    let body = zeros(784);
    let compressed = gzip(&body);
    let with = |max_body_bytes, max_decompressed_bytes| {
        let service = configured(Config { max_body_bytes, max_decompressed_bytes, ..Config::default() });
        let request = Request::predict("application/json", compressed.clone()).with("content-encoding", "gzip");
        request.send(&service).response.status().as_u16()
    };
    assert_eq!(with(compressed.len(), body.len()), 200);
    assert_eq!(with(compressed.len(), body.len() - 1), 413);
    assert_eq!(with(compressed.len() - 1, body.len()), 413);
}

#[test]
fn a_broken_stream_is_malformed() {
    let compressed = gzip(&zeros(784));
    for body in [b"[1]".to_vec(), compressed[..compressed.len() / 2].to_vec(), gzip(b"")] {
        let answer = Request::predict("application/json", body).with("content-encoding", "gzip").send(&service());
        assert_eq!(problem(&answer).0, 400);
    }
}

#[test]
fn a_large_answer_is_compressed_where_that_is_accepted() {
    let service = service();
    let get = |accepts: &str| Request::new("GET", "/model").with("accept-encoding", accepts).send(&service).response;
    let plain = get("identity");
    assert_eq!(
        (header(plain.headers(), "content-encoding"), header(plain.headers(), "vary")),
        (None, Some("accept-encoding"))
    );
    let mut body = Vec::new();
    let zipped = get("gzip, deflate, br");
    assert_eq!(header(zipped.headers(), "content-encoding"), Some("gzip"));
    GzDecoder::new(&zipped.body()[..]).read_to_end(&mut body).unwrap();
    assert_eq!(body, plain.body()[..]);
    body.clear();
    let deflated = get("deflate");
    assert_eq!(header(deflated.headers(), "content-encoding"), Some("deflate"));
    ZlibDecoder::new(&deflated.body()[..]).read_to_end(&mut body).unwrap();
    assert_eq!(body, plain.body()[..]);
    let small = Request::new("GET", "/healthz").with("accept-encoding", "gzip").send(&service).response;
    assert_eq!((header(small.headers(), "content-encoding"), header(small.headers(), "vary")), (None, None));
}

#[test]
fn head_tells_the_length_of_the_compressed_answer() {
    let service = service();
    let ask = |method| Request::new(method, "/model").with("accept-encoding", "gzip").send(&service).response;
    let (get, head) = (ask("GET"), ask("HEAD"));
    assert_eq!(header(head.headers(), "content-length"), Some(get.body().len().to_string().as_str()));
    assert_eq!(header(head.headers(), "content-encoding"), Some("gzip"));
}
