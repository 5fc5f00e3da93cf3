//! Content codings: bodies that are compressed with gzip or deflate, both ways.

use std::io::{self, BufRead, Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue, VARY};
use http::{Response, StatusCode};

use super::head::Head;
use super::problem::ProblemDetails;

/// A way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// `gzip`, also called `x-gzip`.
    Gzip,
    /// `deflate`: a zlib stream. From senders that misread the RFC also without its head and checksum.
    Deflate,
}

/// Smaller answers are sent as they are: a packet holds them either way.
const WORTH_COMPRESSING: usize = 1024;

impl Coding {
    /// The coding of that name, as `Content-Encoding` has it.
    fn named(name: &str) -> Option<Coding> {
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "deflate" => Some(Coding::Deflate),
            _ => None,
        }
    }

    /// How the body is compressed, if it is.
    ///
    /// # Errors
    /// 415 for other codings, and for several on top of each other.
    fn of_body(head: &Head) -> Result<Option<Coding>, ProblemDetails> {
        let Some(value) = head.headers.get(CONTENT_ENCODING) else { return Ok(None) };
        let name = String::from_utf8_lossy(value.as_bytes());
        match name.trim() {
            "" => Ok(None),
            plain if plain.eq_ignore_ascii_case("identity") => Ok(None),
            coded => Coding::named(coded).map(Some).ok_or_else(|| ProblemDetails::unsupported_encoding(&name)),
        }
    }

    /// The one that the sender likes best for the answer; gzip where it doesn't matter.
    fn accepted(head: &Head) -> Option<Coding> {
        let text = head.text(ACCEPT_ENCODING)?;
        let weight = |names: &[&str]| {
            let named = |wanted: &str| {
                text.split(',').find_map(|entry| {
                    let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
                    let q = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
                    name.trim().eq_ignore_ascii_case(wanted).then_some(q)
                })
            };
            names.iter().find_map(|name| named(name)).unwrap_or(0.0f32)
        };
        let (gzip, deflate) = (weight(&["gzip", "x-gzip", "*"]), weight(&["deflate"]));
        match (gzip > 0.0, deflate > gzip) {
            (_, true) => Some(Coding::Deflate),
            (true, false) => Some(Coding::Gzip),
            (false, false) => None,
        }
    }
}

/// Checks that a body could be read.
///
/// # Errors
/// 415 for codings other than gzip and deflate.
pub(super) fn check(head: &Head) -> Result<(), ProblemDetails> {
    Coding::of_body(head).map(drop)
}

/// The body as it was before it was compressed.
///
/// # Errors
/// 413 as soon as it holds more than `limit` bytes: the rest is not inflated. 400 where it is no whole stream.
pub(super) fn decoded(head: &Head, body: Bytes, limit: usize) -> Result<Bytes, ProblemDetails> {
    let whole = match Coding::of_body(head)? {
        None => return Ok(body),
        Some(Coding::Gzip) => {
            let mut decoder = MultiGzDecoder::new(&body[..]);
            inflated(&mut decoder, limit).map(|whole| (whole, decoder.into_inner().len()))
        }
        Some(Coding::Deflate) if has_zlib_head(&body) => {
            let mut decoder = ZlibDecoder::new(&body[..]);
            inflated(&mut decoder, limit).map(|whole| (whole, decoder.into_inner().len()))
        }
        Some(Coding::Deflate) => {
            let mut decoder = DeflateDecoder::new(&body[..]);
            inflated(&mut decoder, limit).map(|whole| (whole, decoder.into_inner().len()))
        }
    };
    match whole {
        Ok((Some(whole), 0)) if whole.is_empty() => Err(ProblemDetails::malformed("the body is empty".into())),
        Ok((Some(whole), 0)) => Ok(whole.into()),
        Ok((Some(_), rest)) => {
            Err(ProblemDetails::malformed(format!("the compressed body ends {rest} bytes before the body does")))
        }
        Ok((None, _)) => Err(ProblemDetails::decompressed_too_large(limit)),
        Err(error) => Err(ProblemDetails::malformed(format!("the body cannot be decompressed: {error}"))),
    }
}

/// All that comes out of `decoder`; nothing where that is more than `limit` bytes.
fn inflated(decoder: &mut impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut whole = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut whole)?;
    Ok((whole.len() <= limit).then_some(whole))
}

/// Whether a zlib stream begins here (RFC 1950, 2.2): method 8, and a checksum over the two bytes.
fn has_zlib_head(mut body: &[u8]) -> bool {
    let Ok(&[method, flags, ..]) = body.fill_buf() else { return false };
    method & 0x0f == 8 && u16::from_be_bytes([method, flags]) % 31 == 0
}

/// Compresses an answer that is large enough, where the sender takes it compressed.
pub(super) fn encode(mut response: Response<Bytes>, head: &Head) -> Response<Bytes> {
    if response.body().len() <= WORTH_COMPRESSING || response.status() == StatusCode::NO_CONTENT {
        return response;
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    let (name, compressed) = match Coding::accepted(head) {
        None => return response,
        Some(Coding::Gzip) => ("gzip", gzip(response.body())),
        Some(Coding::Deflate) => ("deflate", zlib(response.body())),
    };
    if let Ok(compressed) = compressed
        && compressed.len() < response.body().len()
    {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        *response.body_mut() = compressed.into();
    }
    response
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

fn zlib(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use flate2::write::DeflateEncoder;

    use super::*;

    fn head(name: &str, value: &str) -> Head {
        Head::parse("POST", "/predict", std::iter::once((name.to_string(), value.to_string())))
    }

    fn decode(coding: &str, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, (u16, String)> {
        let decoded = decoded(&head("content-encoding", coding), body.into(), limit);
        decoded.map(|body| body.to_vec()).map_err(|problem| (problem.status.as_u16(), problem.detail))
    }

    fn raw(body: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_form_is_decompressed() {
        let body = b"[1, 2, 3]".repeat(100);
        for (coding, compressed) in [
            ("gzip", gzip(&body).unwrap()),
            ("X-GZIP", gzip(&body).unwrap()),
            (" deflate ", zlib(&body).unwrap()),
            ("deflate", raw(&body)),
            ("gzip", [gzip(&body[..10]).unwrap(), gzip(&body[10..]).unwrap()].concat()),
            ("identity", body.clone()),
            ("", body.clone()),
        ] {
            assert_eq!(decode(coding, compressed, body.len()), Ok(body.clone()), "{coding}");
        }
    }

    #[test]
    fn what_inflates_beyond_the_limit_is_refused() {
        let bomb = vec![b' '; 20 << 20];
        for (coding, compressed) in [("gzip", gzip(&bomb).unwrap()), ("deflate", zlib(&bomb).unwrap())] {
            let detail = "the body is too large: the limit is 1000 bytes once decompressed, got more".to_string();
            assert_eq!(decode(coding, compressed, 1000), Err((413, detail)), "{coding}");
        }
        assert!(decode("gzip", gzip(&[b' '; 1000]).unwrap(), 1000).is_ok());
    }

    #[test]
    fn what_is_no_whole_stream_is_malformed() {
        let whole = gzip(b"[1, 2, 3]").unwrap();
        let mut wrong_sum = whole.clone();
        wrong_sum[whole.len() - 6] ^= 1;
        for (coding, body) in [
            ("gzip", b"[1]".to_vec()),
            ("gzip", whole[..whole.len() - 1].to_vec()),
            ("gzip", wrong_sum),
            ("gzip", [whole.as_slice(), b"more"].concat()),
            ("deflate", b"hello".to_vec()),
            ("deflate", [zlib(b"[1]").unwrap().as_slice(), b"more"].concat()),
            ("gzip", gzip(b"").unwrap()),
        ] {
            let (status, detail) = decode(coding, body, 1000).unwrap_err();
            assert_eq!(status, 400, "{detail}");
        }
    }

    #[test]
    fn other_codings_are_refused_with_those_that_are_taken() {
        for coding in ["br", "zstd", "gzip, gzip", "deflate, gzip", "é"] {
            let problem = check(&head("content-encoding", coding)).unwrap_err();
            assert_eq!(problem.status.as_u16(), 415);
            assert_eq!(problem.detail, format!("content-encoding: expected gzip, deflate or identity, got {coding:?}"));
        }
    }

    #[test]
    fn the_answers_coding_is_the_one_liked_best() {
        for (accepts, coding) in [
            ("gzip, deflate, br", Some(Coding::Gzip)),
            ("deflate", Some(Coding::Deflate)),
            ("deflate;q=0.9, gzip;q=0.5", Some(Coding::Deflate)),
            ("*", Some(Coding::Gzip)),
            ("gzip;q=0, *;q=1", None),
            ("gzip; q=0", None),
            ("br", None),
            ("identity", None),
            ("", None),
        ] {
            assert_eq!(Coding::accepted(&head("accept-encoding", accepts)), coding, "{accepts}");
        }
        assert_eq!(Coding::accepted(&head("x", "y")), None);
    }

    #[test]
    fn a_large_answer_is_compressed_and_a_small_one_is_not() {
        let answer = |length: usize| Response::new(Bytes::from(b"[0.25]".repeat(length)));
        let large = encode(answer(1000), &head("accept-encoding", "gzip"));
        assert_eq!(
            (&large.headers()["content-encoding"], &large.headers()["vary"]),
            (&"gzip".parse().unwrap(), &"accept-encoding".parse().unwrap())
        );
        let compressed = large.body().to_vec();
        assert_eq!(decode("gzip", compressed, 10_000), Ok(b"[0.25]".repeat(1000)));
        let small = encode(answer(10), &head("accept-encoding", "gzip"));
        assert!(small.headers().is_empty() && small.body().len() == 60);
    }
}
