//! Everything of its environment that the Worker reads: the one list, from which documents are checked and written.

use serde::Serialize;

/// Something in the Worker's environment: the code reads nothing that isn't in [`VARIABLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is in `wrangler.toml`.
    pub kind: Kind,
    /// What it sets, as a sentence.
    pub about: &'static str,
    /// Which values make sense.
    pub expected: &'static str,
    /// What holds without it: a value, or for what has none, what that means.
    pub default: &'static str,
}

/// What something in a Worker's environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An entry of `[vars]`.
    Variable,
    /// Set by `wrangler secret put`: it is never shown, not even where it makes no sense.
    Secret,
    /// A service of the platform, bound under this name.
    Binding,
}

const fn variable(name: &'static str, about: &'static str, expected: &'static str, default: &'static str) -> Variable {
    Variable { name, kind: Kind::Variable, about, expected, default }
}

pub(super) const MAX_BODY_BYTES: Variable = variable(
    "ONNXLET_MAX_BODY_BYTES",
    "The largest request body.",
    "a whole number of bytes from 1 to 104857600",
    "10485760",
);
pub(super) const MAX_DECOMPRESSED_BYTES: Variable = variable(
    "ONNXLET_MAX_DECOMPRESSED_BYTES",
    "The largest request body once it is decompressed.",
    "a whole number of bytes from 1 to 104857600",
    "10485760",
);
pub(super) const MAX_ELEMENTS: Variable = variable(
    "ONNXLET_MAX_ELEMENTS",
    "The most elements of an input tensor, the batch included.",
    "a whole number of elements from 1 to 33554432",
    "16777216",
);
pub(super) const MAX_BATCH: Variable = variable(
    "ONNXLET_MAX_BATCH",
    "The most examples of a request, where the model takes more than one.",
    "a whole number of examples from 1 to 1048576",
    "65536",
);
pub(super) const MAX_IMAGE_PIXELS: Variable = variable(
    "ONNXLET_MAX_IMAGE_PIXELS",
    "The most pixels of an encoded picture. Decoding takes about 7 bytes for each.",
    "a whole number of pixels from 1 to 32000000",
    "12500000",
);
pub(super) const MAX_NESTING: Variable = variable(
    "ONNXLET_MAX_NESTING",
    "How deep arrays and objects of a JSON body may lie in each other.",
    "a whole number of levels from 1 to 127",
    "64",
);
pub(super) const LOG_LEVEL: Variable = variable(
    "ONNXLET_LOG_LEVEL",
    "The least severe request that is logged: error is 5xx, warn 4xx, info every one.",
    "off, error, warn or info",
    "info",
);
pub(super) const CACHE: Variable = variable(
    "ONNXLET_CACHE",
    "Where answers are kept, to be given again: nowhere, in the isolate's memory, or also in the data centre's Cache API.",
    "off, memory or edge",
    "memory",
);
pub(super) const CACHE_BYTES: Variable = variable(
    "ONNXLET_CACHE_BYTES",
    "How much memory the kept answers may take.",
    "a whole number of bytes from 1 to 67108864",
    "4194304",
);
pub(super) const CORS_ORIGINS: Variable = variable(
    "ONNXLET_CORS_ORIGINS",
    "The origins whose pages may call: any, none, or these.",
    "*, none, or origins such as https://example.com, separated by commas",
    "*",
);
pub(super) const API_KEYS: Variable = Variable {
    name: "ONNXLET_API_KEYS",
    kind: Kind::Secret,
    about: "The keys of who may ask for anything but health: several for rotation, separated by commas.",
    expected: "keys of 16 to 256 visible ASCII characters, separated by commas",
    default: "no key is asked for",
};
pub(super) const RATE_LIMIT: Variable = Variable {
    name: "ONNXLET_RATE_LIMIT",
    kind: Kind::Binding,
    about: "A rate limit for predictions, for each API key, or where there are none, for each client's address.",
    expected: "a rate limit binding",
    default: "no limit",
};
pub(super) const RATE_LIMIT_PERIOD: Variable = variable(
    "ONNXLET_RATE_LIMIT_PERIOD",
    "The period of the rate limit binding, which can't be read from it: what Retry-After says.",
    "10 or 60 (seconds)",
    "60",
);
pub(super) const ANALYTICS: Variable = Variable {
    name: "ONNXLET_ANALYTICS",
    kind: Kind::Binding,
    about: "A dataset of Workers Analytics Engine, which gets a data point for each request.",
    expected: "an Analytics Engine dataset binding",
    default: "nothing is written",
};

/// All of them, in the order in which documents list them.
pub const VARIABLES: &[Variable] = &[
    MAX_BODY_BYTES,
    MAX_DECOMPRESSED_BYTES,
    MAX_ELEMENTS,
    MAX_BATCH,
    MAX_IMAGE_PIXELS,
    MAX_NESTING,
    LOG_LEVEL,
    CACHE,
    CACHE_BYTES,
    CORS_ORIGINS,
    API_KEYS,
    RATE_LIMIT,
    RATE_LIMIT_PERIOD,
    ANALYTICS,
];
