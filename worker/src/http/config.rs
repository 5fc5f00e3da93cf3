//! What environment variables set, parsed once.

use std::fmt;

use onnxlet::{Limits, Problem};

use super::cache::Keeping;
use super::log::Threshold;

/// The Worker's settings. Every variable is optional; a variable that makes no sense is an error, never ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `ONNXLET_MAX_BODY_BYTES`: the largest request body, in bytes.
    pub max_body_bytes: usize,
    /// `ONNXLET_MAX_ELEMENTS` and `ONNXLET_MAX_IMAGE_PIXELS`: the largest input tensor and encoded image.
    pub limits: Limits,
    /// `ONNXLET_LOG_LEVEL`: the least severe request that is still logged.
    pub log_level: Threshold,
    /// `ONNXLET_CACHE`: where answers are kept.
    pub keeping: Keeping,
    /// `ONNXLET_CACHE_BYTES`: how much of them is kept in memory.
    pub cache_bytes: usize,
}

impl Default for Config {
    /// 10 MiB bodies, pictures of 12.5 megapixels (a phone's; decoding one takes 91 MB of a Worker's 128), the engine's
    /// limit on tensors, every request logged, 4 MiB of answers kept.
    fn default() -> Self {
        let limits = Limits { image_pixels: 12_500_000, ..Limits::default() };
        Config {
            max_body_bytes: 10 << 20,
            limits,
            log_level: Threshold::Info,
            keeping: Keeping::Memory,
            cache_bytes: 4 << 20,
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

impl Config {
    /// Reads the settings; `variable` gives a variable's text, or nothing where it isn't set.
    ///
    /// # Errors
    /// [`ConfigError`] with every variable that can't be understood.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let default = Config::default();
        let mut reader = Reader { variable, problems: Vec::new() };
        let config = Config {
            max_body_bytes: reader.read("ONNXLET_MAX_BODY_BYTES", default.max_body_bytes, body_bytes),
            limits: Limits {
                elements: reader.read("ONNXLET_MAX_ELEMENTS", default.limits.elements, elements),
                image_pixels: reader.read("ONNXLET_MAX_IMAGE_PIXELS", default.limits.image_pixels, pixels),
            },
            log_level: reader.read("ONNXLET_LOG_LEVEL", default.log_level, Threshold::parse),
            keeping: reader.read("ONNXLET_CACHE", default.keeping, Keeping::parse),
            cache_bytes: reader.read("ONNXLET_CACHE_BYTES", default.cache_bytes, cache_bytes),
        };
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigError(reader.problems)) }
    }
}

/// Reads variables and collects what is wrong with them.
struct Reader<F> {
    variable: F,
    problems: Vec<Problem>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// The variable's value, or `default` where it isn't set. `parse`'s error says what was expected.
    fn read<T>(&mut self, name: &str, default: T, parse: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(text) = (self.variable)(name) else { return default };
        parse(text.trim()).unwrap_or_else(|expected| {
            self.problems.push(Problem::new(name, format!("expected {expected}, got {text:?}")));
            default
        })
    }
}

fn body_bytes(text: &str) -> Result<usize, String> {
    Ok(whole(text, "bytes", LARGEST_BODY)? as usize)
}

fn cache_bytes(text: &str) -> Result<usize, String> {
    Ok(whole(text, "bytes", LARGEST_CACHE)? as usize)
}

fn elements(text: &str) -> Result<u64, String> {
    whole(text, "elements", LARGEST_TENSOR)
}

fn pixels(text: &str) -> Result<u64, String> {
    whole(text, "pixels", LARGEST_IMAGE)
}

/// A number from 1 to `largest`.
fn whole(text: &str, unit: &str, largest: u64) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(limit) if (1..=largest).contains(&limit) => Ok(limit),
        _ => Err(format!("a whole number of {unit} from 1 to {largest}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_variables(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string()))
    }

    #[test]
    fn unset_variables_leave_the_defaults() {
        assert_eq!(read(&[]), Ok(Config::default()));
    }

    #[test]
    fn variables_are_read() {
        let config = read(&[
            ("ONNXLET_MAX_BODY_BYTES", " 2048 "),
            ("ONNXLET_MAX_ELEMENTS", "784"),
            ("ONNXLET_MAX_IMAGE_PIXELS", "1000000"),
            ("ONNXLET_LOG_LEVEL", "Warn"),
            ("ONNXLET_CACHE", "edge"),
            ("ONNXLET_CACHE_BYTES", "65536"),
        ]);
        let limits = Limits { elements: 784, image_pixels: 1_000_000 };
        let expected = Config {
            max_body_bytes: 2048,
            limits,
            log_level: Threshold::Warn,
            keeping: Keeping::Edge,
            cache_bytes: 65536,
        };
        assert_eq!(config, Ok(expected));
    }

    #[test]
    fn nonsense_is_refused_and_all_of_it_named() {
        for nonsense in ["", "0", "-1", "1e6", "10MB", "104857601", "99999999999999999999999"] {
            let ConfigError(problems) = read(&[("ONNXLET_MAX_BODY_BYTES", nonsense)]).unwrap_err();
            let message = format!("expected a whole number of bytes from 1 to 104857600, got {nonsense:?}");
            assert_eq!(problems, [Problem::new("ONNXLET_MAX_BODY_BYTES", message)]);
        }
        let names = ["ONNXLET_MAX_BODY_BYTES", "ONNXLET_MAX_ELEMENTS", "ONNXLET_MAX_IMAGE_PIXELS", "ONNXLET_LOG_LEVEL"];
        let ConfigError(problems) = read(&names.map(|name| (name, "loud"))).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), names);
        let ConfigError(wrong) = read(&[("ONNXLET_CACHE", "yes")]).unwrap_err();
        assert_eq!(wrong, [Problem::new("ONNXLET_CACHE", "expected off, memory or edge, got \"yes\"")]);
        assert_eq!(problems[3].message, "expected off, error, warn or info, got \"loud\"");
    }
}
