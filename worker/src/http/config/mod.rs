//! What the environment sets, parsed once.

mod reader;
mod variables;

use std::fmt;

use onnxlet::{Limits, Problem};

use self::reader::{Reader, Wrong};
use self::variables::{
    ANALYTICS, API_KEYS, CACHE, CACHE_BYTES, CORS_ORIGINS, LOG_LEVEL, MAX_BATCH, MAX_BODY_BYTES,
    MAX_DECOMPRESSED_BYTES, MAX_ELEMENTS, MAX_IMAGE_PIXELS, MAX_NESTING, RATE_LIMIT, RATE_LIMIT_PERIOD,
};
use super::cache::Keeping;
use super::cors::Origins;
use super::keys::ApiKeys;
use super::log::Threshold;

pub use self::variables::{Kind, VARIABLES, Variable};

/// The Worker's settings. Every variable is optional; a variable that makes no sense is an error, never ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `ONNXLET_MAX_BODY_BYTES`: the largest request body, in bytes.
    pub max_body_bytes: usize,
    /// `ONNXLET_MAX_DECOMPRESSED_BYTES`: the largest request body once it is decompressed, in bytes.
    pub max_decompressed_bytes: usize,
    /// `ONNXLET_MAX_ELEMENTS`, `ONNXLET_MAX_BATCH` and `ONNXLET_MAX_IMAGE_PIXELS`: the largest input tensor, batch and
    /// encoded image.
    pub limits: Limits,
    /// `ONNXLET_MAX_NESTING`: the most levels of a JSON body.
    pub max_nesting: usize,
    /// `ONNXLET_LOG_LEVEL`: the least severe request that is still logged.
    pub log_level: Threshold,
    /// `ONNXLET_CACHE`: where answers are kept.
    pub keeping: Keeping,
    /// `ONNXLET_CACHE_BYTES`: how much of them is kept in memory.
    pub cache_bytes: usize,
    /// `ONNXLET_CORS_ORIGINS`: the origins whose pages may call.
    pub origins: Origins,
    /// `ONNXLET_API_KEYS`: who may ask for anything but health; anyone, where there are none.
    pub api_keys: ApiKeys,
    /// `ONNXLET_RATE_LIMIT_PERIOD`: the period of the rate limit, in seconds.
    pub rate_limit_period: u64,
}

impl Default for Config {
    /// 10 MiB bodies, compressed or not, pictures of 12.5 megapixels (a phone's; decoding one takes 91 MB of a Worker's 128), the engine's
    /// limit on tensors, every request logged, 4 MiB of answers kept, everyone may call.
    fn default() -> Self {
        let limits = Limits { examples: 1 << 16, image_pixels: 12_500_000, ..Limits::default() };
        Config {
            max_body_bytes: 10 << 20,
            max_decompressed_bytes: 10 << 20,
            limits,
            max_nesting: 64,
            log_level: Threshold::Info,
            keeping: Keeping::Memory,
            cache_bytes: 4 << 20,
            origins: Origins::Any,
            api_keys: ApiKeys::default(),
            rate_limit_period: 60,
        }
    }
}

/// Every variable whose value makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.0.iter().map(|p| format!("{}: {}", p.field, p.message)).collect();
        f.write_str(&each.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// What Cloudflare itself lets through on its smaller plans; a larger limit would promise what can't be kept.
const LARGEST_BODY: u64 = 100 << 20;
/// More float32 elements, or RGBA pixels, would not fit into a Worker's 128 MB.
const LARGEST_TENSOR: u64 = 32 << 20;
const LARGEST_CACHE: u64 = 64 << 20;
const LARGEST_IMAGE: u64 = 32_000_000;
/// More examples would not fit with even a few elements each.
const LARGEST_BATCH: u64 = 1 << 20;
/// serde_json's own limit is 128.
const DEEPEST_NESTING: u64 = 127;

impl Config {
    /// Reads the settings; `variable` gives a variable's text, or nothing where it isn't set. A binding's text is what
    /// JavaScript writes it as in JSON.
    ///
    /// # Errors
    /// [`ConfigError`] with every variable that can't be understood.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let default = Config::default();
        let mut reader = Reader::new(variable);
        let config = Config {
            max_body_bytes: reader.number(&MAX_BODY_BYTES, default.max_body_bytes as u64, 1..=LARGEST_BODY) as usize,
            max_decompressed_bytes: {
                let default = default.max_decompressed_bytes as u64;
                reader.number(&MAX_DECOMPRESSED_BYTES, default, 1..=LARGEST_BODY) as usize
            },
            limits: Limits {
                elements: reader.number(&MAX_ELEMENTS, default.limits.elements, 1..=LARGEST_TENSOR),
                examples: reader.number(&MAX_BATCH, default.limits.examples, 1..=LARGEST_BATCH),
                image_pixels: reader.number(&MAX_IMAGE_PIXELS, default.limits.image_pixels, 1..=LARGEST_IMAGE),
            },
            max_nesting: reader.number(&MAX_NESTING, default.max_nesting as u64, 1..=DEEPEST_NESTING) as usize,
            log_level: reader.read(&LOG_LEVEL, default.log_level, |text| Threshold::parse(text).ok_or(Wrong::Value)),
            keeping: reader.read(&CACHE, default.keeping, |text| Keeping::parse(text).ok_or(Wrong::Value)),
            cache_bytes: reader.number(&CACHE_BYTES, default.cache_bytes as u64, 1..=LARGEST_CACHE) as usize,
            origins: reader.read(&CORS_ORIGINS, default.origins, |text| Origins::parse(text).ok_or(Wrong::Value)),
            api_keys: reader.read(&API_KEYS, default.api_keys, |text| ApiKeys::parse(text).map_err(Wrong::Because)),
            rate_limit_period: {
                reader.binding(&RATE_LIMIT);
                let period = |text: &str| text.parse().ok().filter(|seconds| matches!(seconds, 10 | 60));
                reader.read(&RATE_LIMIT_PERIOD, default.rate_limit_period, |text| period(text).ok_or(Wrong::Value))
            },
        };
        reader.binding(&ANALYTICS);
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigError(reader.problems)) }
    }
}

impl Config {
    /// What a limit on requests is, where `variable` sets one.
    pub(super) fn limit(&self, variable: &Variable) -> Option<u64> {
        match *variable {
            MAX_BODY_BYTES => Some(self.max_body_bytes as u64),
            MAX_DECOMPRESSED_BYTES => Some(self.max_decompressed_bytes as u64),
            MAX_ELEMENTS => Some(self.limits.elements),
            MAX_BATCH => Some(self.limits.examples),
            MAX_IMAGE_PIXELS => Some(self.limits.image_pixels),
            MAX_NESTING => Some(self.max_nesting as u64),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_variables(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string()))
    }

    fn problems(variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let ConfigError(problems) = read(variables).unwrap_err();
        problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
    }

    #[test]
    fn unset_variables_leave_the_defaults() {
        assert_eq!(read(&[]), Ok(Config::default()));
    }

    #[test]
    fn the_defaults_are_those_that_the_list_tells() {
        let told: Vec<_> = VARIABLES.iter().filter(|v| v.kind == Kind::Variable).map(|v| (v.name, v.default)).collect();
        assert_eq!(read(&told), Ok(Config::default()));
    }

    #[test]
    fn exactly_what_the_list_tells_is_read() {
        let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
        let _ = Config::from_variables(|name| {
            asked.borrow_mut().insert(name.to_string());
            None
        });
        assert_eq!(asked.into_inner(), VARIABLES.iter().map(|variable| variable.name.to_string()).collect());
    }

    #[test]
    fn variables_are_read() {
        let config = read(&[
            ("ONNXLET_MAX_BODY_BYTES", " 2048 "),
            ("ONNXLET_MAX_DECOMPRESSED_BYTES", "4096"),
            ("ONNXLET_MAX_ELEMENTS", "784"),
            ("ONNXLET_MAX_BATCH", "32"),
            ("ONNXLET_MAX_IMAGE_PIXELS", "1000000"),
            ("ONNXLET_MAX_NESTING", "8"),
            ("ONNXLET_LOG_LEVEL", "Warn"),
            ("ONNXLET_CACHE", "Off"),
            ("ONNXLET_CACHE_BYTES", "1024"),
            ("ONNXLET_CORS_ORIGINS", "none"),
            ("ONNXLET_API_KEYS", "0123456789abcdef"),
            ("ONNXLET_RATE_LIMIT", "{}"),
            ("ONNXLET_RATE_LIMIT_PERIOD", "10"),
            ("ONNXLET_ANALYTICS", "{}"),
        ]);
        let expected = Config {
            max_body_bytes: 2048,
            max_decompressed_bytes: 4096,
            limits: Limits { elements: 784, examples: 32, image_pixels: 1_000_000 },
            max_nesting: 8,
            log_level: Threshold::Warn,
            keeping: Keeping::Off,
            cache_bytes: 1024,
            origins: Origins::Only(vec![]),
            api_keys: ApiKeys::parse("0123456789abcdef").unwrap(),
            rate_limit_period: 10,
        };
        assert_eq!(config, Ok(expected));
    }

    #[test]
    fn nonsense_is_refused_and_all_of_it_named() {
        for nonsense in ["", "0", "-1", "1e6", "10MB", "104857601", "99999999999999999999999"] {
            let message = format!("expected a whole number of bytes from 1 to 104857600, got {nonsense:?}");
            let expected = [("ONNXLET_MAX_BODY_BYTES".to_string(), message)];
            assert_eq!(problems(&[("ONNXLET_MAX_BODY_BYTES", nonsense)]), expected);
        }
        let all: Vec<_> = VARIABLES.iter().map(|variable| (variable.name, "lo ud")).collect();
        for ((field, message), variable) in problems(&all).iter().zip(VARIABLES) {
            assert_eq!(field, variable.name);
            assert!(message.starts_with(&format!("expected {}, got ", variable.expected)), "{message}");
        }
        assert_eq!(problems(&all).len(), VARIABLES.len());
    }

    #[test]
    fn a_wrong_secret_is_not_repeated() {
        for secret in ["hunter2", "hunter2hunter2hunter2,hunter2", "hunter2 hunter2 hunter2", "hünter2hünter2hünter2"]
        {
            let [(field, message)] = problems(&[("ONNXLET_API_KEYS", secret)]).try_into().unwrap();
            assert_eq!(field, "ONNXLET_API_KEYS");
            assert!(!message.contains("nter2"), "{message}");
        }
    }
}
