//! W3C Trace Context: the caller's trace, passed on as it came.
//!
//! Nothing is called from here, so that no span of our own would have children: the response and the log line carry the
//! caller's identifiers unchanged.

use http::header::{HeaderMap, HeaderName, HeaderValue};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// What every vendor must pass on at least; longer lists are dropped whole, as the specification allows.
const LONGEST_STATE: usize = 512;
const MOST_MEMBERS: usize = 32;

/// A request's place in a distributed trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    parent: HeaderValue,
    state: Option<HeaderValue>,
    id: String,
}

impl Trace {
    /// The trace that `headers` tell of, if they do in the form that the specification asks for: what is wrong is ignored,
    /// and `tracestate` with it.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let parent = only(headers, &TRACEPARENT)?;
        let id = trace_id(parent.to_str().ok()?)?.to_string();
        let state = only(headers, &TRACESTATE).filter(|state| state.to_str().is_ok_and(is_state));
        Some(Trace { parent: parent.clone(), state: state.cloned(), id })
    }

    /// The trace's id: 32 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Puts it on a response.
    pub fn pass_on(self, headers: &mut HeaderMap) {
        headers.insert(TRACEPARENT, self.parent);
        if let Some(state) = self.state {
            headers.insert(TRACESTATE, state);
        }
    }
}

/// A header's value where it stands once. (The platform joins several by commas, which then make no sense.)
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).into_iter();
    values.next().filter(|_| values.next().is_none())
}

/// The trace id in `version-trace-parent-flags`.
fn trace_id(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let [version, trace, parent, flags] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    // Later versions may say more behind what version 00 has.
    let ends = version != "00" || parts.next().is_none();
    let right =
        is_hex(version, 2) && version != "ff" && is_id(trace, 32) && is_id(parent, 16) && is_hex(flags, 2) && ends;
    right.then_some(trace)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

/// A list of up to 32 `key=value`, some of which may be empty.
fn is_state(text: &str) -> bool {
    text.len() <= LONGEST_STATE && text.split(',').count() <= MOST_MEMBERS && text.split(',').all(is_member)
}

fn is_member(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    let is_key = |key: &str| {
        let of_keys = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
        (1..=256).contains(&key.len()) && key.bytes().all(of_keys)
    };
    let is_value = |value: &str| {
        let of_values = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
        (1..=256).contains(&value.len()) && value.bytes().all(of_values)
    };
    text.is_empty() || text.split_once('=').is_some_and(|(key, value)| is_key(key) && is_value(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn a_right_trace_is_passed_on_as_it_came() {
        let later = format!("01-{}-and-more", &PARENT[3..]);
        for parent in [PARENT, &later] {
            for state in ["congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a@b=1 2, , c=!"] {
                let given = headers(&[("traceparent", parent), ("tracestate", state)]);
                let trace = Trace::of(&given).unwrap();
                assert_eq!(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
                let mut sent = HeaderMap::new();
                trace.pass_on(&mut sent);
                assert_eq!(sent, given);
            }
        }
    }

    #[test]
    fn a_wrong_traceparent_is_no_trace() {
        for parent in [
            "",
            "00",
            &PARENT.to_uppercase(),
            &PARENT[..54],
            &format!("{PARENT}-more"),
            &format!("{PARENT}, {PARENT}"),
            &PARENT.replacen("00", "ff", 1),
            &PARENT.replacen("00", "0", 1),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        ] {
            assert_eq!(Trace::of(&headers(&[("traceparent", parent), ("tracestate", "a=b")])), None, "{parent}");
        }
        assert_eq!(Trace::of(&headers(&[("tracestate", "a=b")])), None);
        assert_eq!(Trace::of(&headers(&[("traceparent", PARENT), ("traceparent", PARENT)])), None);
    }

    #[test]
    fn a_wrong_tracestate_is_dropped_alone() {
        let many = (0..33).map(|at| format!("k{at}=v")).collect::<Vec<_>>().join(",");
        for state in ["a", "=b", "a=", "A=b", "a=b=c", "a b=c", &many, &format!("a={}", "x".repeat(511))] {
            let trace = Trace::of(&headers(&[("traceparent", PARENT), ("tracestate", state)])).unwrap();
            assert_eq!(trace.state, None, "{state}");
        }
    }
}
