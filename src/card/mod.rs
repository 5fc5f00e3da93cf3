//! The model card: what a signature can't say. Its JSON Schema is `models/card.schema.json`.

mod check;
mod parse;
mod shapes;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::Dim;

/// What `card.json` says of a model. Every field but `name` is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Where the card's JSON Schema is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The model's name: lower-case letters, digits, `-`, `_`.
    pub name: String,
    /// The model's version.
    #[serde(default = "first_version")]
    pub version: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// An SPDX licence expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What is known of each input, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, InputCard>,
    /// What is known of each output, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, OutputCard>,
}

fn first_version() -> String {
    "0.0.0".into()
}

/// What the card says of one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputCard {
    /// What the input is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sizes for dimensions that the model leaves open, where it needs them fixed; symbols stay open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<Dim>>,
    /// How a picture becomes this tensor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageCard>,
    /// What the elements along the last axis are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// Whether NaN and infinities are meaningful here; refused otherwise.
    #[serde(default)]
    pub allow_nan: bool,
}

/// One column of a tabular input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The column's name, as a record's key.
    pub name: String,
    /// The unit of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The least usual value: a form's hint, not a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest usual value: a form's hint, not a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// A form's step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// A form's first value; never filled in for a missing one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<f64>,
}

/// What the card says of one output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputCard {
    /// What the output is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The classes along the last axis, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// How many labels `top` lists; all unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
}

/// How a picture becomes a tensor: `(pixel × scale − mean) / std`, computed in double and rounded once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCard {
    /// Columns of the tensor.
    pub width: usize,
    /// Rows of the tensor.
    pub height: usize,
    /// The channels and their order.
    pub color: Color,
    /// Where the channels stand.
    #[serde(default)]
    pub layout: Layout,
    /// How another aspect ratio is met.
    #[serde(default)]
    pub resize: Resize,
    /// The resampling filter; its support widens when shrinking (antialiasing).
    #[serde(default)]
    pub filter: Filter,
    /// What lies under transparent pixels and beside a `contain`ed picture: red, green, blue.
    #[serde(default = "white")]
    pub background: [u8; 3],
    /// Whether dark and light change places.
    #[serde(default)]
    pub invert: Invert,
    /// Finds the drawing in the picture and places it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
    /// The factor that takes a pixel (0 to 255) to the model's range.
    #[serde(default = "unit_range")]
    pub scale: f64,
    /// Subtracted after scaling: one for all channels, or one for each.
    #[serde(default = "zero")]
    pub mean: Vec<f64>,
    /// Divided by after subtracting: one for all channels, or one for each.
    #[serde(default = "one")]
    pub std: Vec<f64>,
}

fn white() -> [u8; 3] {
    [255; 3]
}
fn unit_range() -> f64 {
    1.0 / 255.0
}
fn zero() -> Vec<f64> {
    vec![0.0]
}
fn one() -> Vec<f64> {
    vec![1.0]
}

/// The channels of an image tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// One channel: ITU-R BT.601 luma.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

impl Color {
    /// The number of channels.
    pub fn channels(self) -> usize {
        if self == Color::Gray { 1 } else { 3 }
    }
}

/// The order of an image tensor's axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Batch, channels, rows, columns.
    #[default]
    #[serde(rename = "NCHW")]
    Nchw,
    /// Batch, rows, columns, channels.
    #[serde(rename = "NHWC")]
    Nhwc,
    /// Rows, columns: gray, no batch.
    #[serde(rename = "HW")]
    Hw,
}

/// How a picture of another aspect ratio is made to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Distorted.
    #[default]
    Stretch,
    /// Whole, with background beside it.
    Contain,
    /// Cut at the longer sides, about the centre.
    Cover,
}

/// A resampling filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// The nearest pixel.
    Nearest,
    /// Linear ("bilinear").
    #[default]
    Triangle,
    /// Cubic ("bicubic", a = −0.5).
    CatmullRom,
    /// Windowed sinc.
    Lanczos3,
}

/// Whether dark and light change places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Invert {
    /// Never.
    #[default]
    No,
    /// Always.
    Yes,
    /// When the picture's border is light: for models of light ink on dark ground.
    Auto,
}

/// Finds the drawing (what differs from the picture's background) and places it, unless the picture already has exactly
/// the tensor's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// The side in pixels of the square that the drawing is fitted into.
    pub content: usize,
    /// What is put in the middle.
    #[serde(default)]
    pub center: Center,
}

/// The point of a drawing that goes to the middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Center {
    /// The middle of its bounding box.
    #[default]
    Box,
    /// Its centre of mass.
    Mass,
}
