//! A bounded memory of answers: the ones that were not asked for longest go first.

use std::sync::{Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use http::header::{ETAG, HeaderMap, HeaderValue};
use http::{HeaderName, Response, StatusCode};
use lru::LruCache;
use sha2::{Digest, Sha256};

use super::super::call::Call;
use super::super::endpoint::Answered;
use super::super::problem::ProblemDetails;
use super::conditions::{Wishes, names};
use super::{CacheOutcome, Keeping, Key};

/// `Cache-Status` (RFC 9211), which the `http` crate doesn't name.
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What an entry takes beside its body: key, headers, links.
const ENTRY: usize = 512;

/// An answer as it is kept: without what belongs to one request only, and not compressed.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The headers that the endpoint gave it.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The answers of one service.
#[derive(Default)]
pub(in super::super) struct Answers {
    store: Mutex<Store>,
    identity: OnceLock<[u8; 32]>,
}

impl Answers {
    /// Answers from memory, or lets `take` answer.
    ///
    /// # Errors
    /// Those of `take`, which are never kept; 504 where the sender wants nothing but an answer given before.
    pub fn answer(&self, call: &Call, body: Bytes, take: fn(&Call, Bytes) -> Answered) -> Answered {
        let Some(key) = self.key(call, &body)? else { return take(call, body) };
        let wishes = Wishes::of(call.head);
        if wishes.no_store {
            return Ok(told(call, take(call, body)?, CacheOutcome::Bypassed));
        }
        let tag = key.tag();
        if names(call.head, &tag) {
            return Ok(tagged(told(call, not_modified(), CacheOutcome::Hit), &tag));
        }
        if let Some(kept) = self.get(&key).filter(|_| !wishes.fresh) {
            return Ok(tagged(told(call, kept.into_response(), CacheOutcome::Hit), &tag));
        }
        if wishes.only_kept {
            return Err(ProblemDetails::not_kept());
        }
        let response = take(call, body)?;
        let stored = self.keep(call, key, Kept::of(&response))?;
        let outcome = match stored {
            false => CacheOutcome::Passed,
            true if wishes.fresh => CacheOutcome::Refreshed,
            true => CacheOutcome::Miss,
        };
        Ok(tagged(told(call, response, outcome), &tag))
    }

    /// The key of a request, where answers are kept.
    ///
    /// # Errors
    /// 500 where there is no model, or the settings are wrong.
    pub fn key(&self, call: &Call, body: &[u8]) -> Result<Option<Key>, ProblemDetails> {
        if call.service.config()?.keeping == Keeping::Off {
            return Ok(None);
        }
        Ok(Some(Key::of(self.identity(call)?, call.head, body)))
    }

    /// An answer given before.
    pub fn get(&self, key: &Key) -> Option<Kept> {
        self.lock().entries.get(key).cloned()
    }

    /// Keeps an answer, if it is not too large for that.
    ///
    /// # Errors
    /// 500 where the settings are wrong.
    pub fn keep(&self, call: &Call, key: Key, kept: Kept) -> Result<bool, ProblemDetails> {
        let limit = call.service.config()?.cache_bytes;
        Ok(self.lock().keep(key, kept, limit))
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        *self.lock() = Store::default();
    }

    /// What tells one model, card and engine from another.
    fn identity(&self, call: &Call) -> Result<&[u8; 32], ProblemDetails> {
        let model = call.model()?;
        Ok(self.identity.get_or_init(|| {
            // A description is texts and numbers, which can always be written.
            let description = serde_json::to_vec(&model.describe()).unwrap_or_default();
            let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
            hash.update(&description);
            hash.finalize().into()
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Store> {
        // No code that holds it can panic half-way through a change.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of(response: &Response<Bytes>) -> Kept {
        Kept { headers: response.headers().clone(), body: response.body().clone() }
    }

    fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.headers_mut() = self.headers;
        response
    }

    fn size(&self) -> usize {
        self.body.len() + ENTRY
    }
}

/// The answers, and how many bytes they take.
struct Store {
    entries: LruCache<Key, Kept>,
    bytes: usize,
}

impl Default for Store {
    fn default() -> Self {
        Store { entries: LruCache::unbounded(), bytes: 0 }
    }
}

impl Store {
    fn keep(&mut self, key: Key, kept: Kept, limit: usize) -> bool {
        let size = kept.size();
        if size > limit {
            return false;
        }
        self.bytes += size;
        if let Some(before) = self.entries.put(key, kept) {
            self.bytes -= before.size();
        }
        while self.bytes > limit {
            let Some((_, oldest)) = self.entries.pop_lru() else { break };
            self.bytes -= oldest.size();
        }
        true
    }
}

fn not_modified() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// Says what became of the request, in the answer and in what is noted of it.
fn told(call: &Call, mut response: Response<Bytes>, outcome: CacheOutcome) -> Response<Bytes> {
    call.note_cache(outcome);
    if let Ok(text) = HeaderValue::from_str(&outcome.to_string()) {
        response.headers_mut().insert(CACHE_STATUS, text);
    }
    response
}

fn tagged(mut response: Response<Bytes>, tag: &str) -> Response<Bytes> {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::super::super::head::Head;
    use super::*;

    fn key(name: usize) -> Key {
        Key::of(&[0; 32], &Head::parse("POST", "/predict", std::iter::empty()), &name.to_le_bytes())
    }

    fn kept(bytes: usize) -> Kept {
        Kept { headers: HeaderMap::new(), body: Bytes::from(vec![0; bytes]) }
    }

    #[test]
    fn what_was_not_asked_for_longest_goes_first() {
        let mut store = Store::default();
        let limit = 3 * (100 + ENTRY);
        for name in 0..3 {
            assert!(store.keep(key(name), kept(100), limit));
        }
        store.entries.get(&key(0));
        assert!(store.keep(key(3), kept(100), limit));
        let there = [0, 1, 2, 3].map(|name| store.entries.contains(&key(name)));
        assert_eq!(there, [true, false, true, true]);
        assert_eq!(store.bytes, limit);
    }

    #[test]
    fn an_answer_that_is_too_large_is_not_kept_and_drives_nothing_out() {
        let mut store = Store::default();
        assert!(store.keep(key(0), kept(0), ENTRY));
        assert!(!store.keep(key(1), kept(1), ENTRY));
        assert!(store.entries.contains(&key(0)));
    }

    #[test]
    fn keeping_an_answer_again_counts_it_once() {
        let mut store = Store::default();
        for _ in 0..3 {
            store.keep(key(0), kept(10), 10_000);
        }
        assert_eq!((store.bytes, store.entries.len()), (10 + ENTRY, 1));
    }
}
