//! Whether a card agrees with its model's signature.

use std::collections::HashSet;

use super::{Card, ImageCard, InputCard, Layout, OutputCard};
use crate::signature::names;
use crate::{Dim, Dtype, Error, Signature, TensorSpec};

pub(super) fn bad(path: impl Into<String>, message: impl Into<String>) -> Error {
    Error::Card { path: path.into(), message: message.into() }
}

impl Card {
    /// Checks every name, size and count against `signature`.
    ///
    /// # Errors
    /// [`Error::Card`] with the path of the first field that disagrees.
    pub fn check(&self, signature: &Signature) -> Result<(), Error> {
        if self.name.is_empty() || !self.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            return Err(bad("name", format!("expected letters, digits, - _ and ., got {:?}", self.name)));
        }
        for (name, input) in &self.inputs {
            let path = format!("inputs.{name}");
            let (_, spec) = signature.input(name).ok_or_else(|| {
                bad(&path, format!("the model has no such input; it has {}", names(&signature.inputs)))
            })?;
            check_input(&path, spec, input)?;
        }
        for (name, output) in &self.outputs {
            let path = format!("outputs.{name}");
            let (_, spec) = signature.output(name).ok_or_else(|| {
                bad(&path, format!("the model has no such output; it has {}", names(&signature.outputs)))
            })?;
            check_output(&path, spec, output)?;
        }
        Ok(())
    }
}

fn check_input(path: &str, spec: &TensorSpec, card: &InputCard) -> Result<(), Error> {
    if card.image.is_some() && card.features.is_some() {
        return Err(bad(path, "an input is an image or features, not both"));
    }
    if let Some(image) = &card.image {
        check_image(&format!("{path}.image"), spec, image)?;
    }
    if let Some(features) = &card.features {
        check_count(&format!("{path}.features"), spec, features.len())?;
        let mut names = HashSet::new();
        for (index, feature) in features.iter().enumerate() {
            if !names.insert(&feature.name) {
                return Err(bad(format!("{path}.features[{index}].name"), format!("{:?} stands twice", feature.name)));
            }
        }
    }
    Ok(())
}

fn check_image(path: &str, spec: &TensorSpec, card: &ImageCard) -> Result<(), Error> {
    let channels = card.color.channels();
    if card.width == 0 || card.height == 0 {
        return Err(bad(path, "width and height must be at least 1"));
    }
    let wanted = match card.layout {
        Layout::Nchw => vec![None, Some(channels), Some(card.height), Some(card.width)],
        Layout::Nhwc => vec![None, Some(card.height), Some(card.width), Some(channels)],
        Layout::Hw if channels != 1 => return Err(bad(format!("{path}.layout"), "HW holds gray images only")),
        Layout::Hw => vec![Some(card.height), Some(card.width)],
    };
    let fits = spec.dims().len() == wanted.len()
        && spec.dims().iter().zip(&wanted).all(|(dim, want)| match (dim, want) {
            (Dim::Fixed(size), Some(want)) => size == want,
            _ => true,
        });
    if !fits {
        return Err(bad(path, format!("{}×{} {:?} does not fit {spec}", card.width, card.height, card.color)));
    }
    if matches!(spec.dtype, Dtype::String | Dtype::Bool) {
        return Err(bad(path, format!("an image can't be a {} tensor", spec.dtype.name())));
    }
    for (field, values) in [("mean", &card.mean), ("std", &card.std)] {
        if values.len() != 1 && values.len() != channels {
            let message = format!("expected 1 or {channels} values, got {}", values.len());
            return Err(bad(format!("{path}.{field}"), message));
        }
    }
    if card.std.contains(&0.0) {
        return Err(bad(format!("{path}.std"), "must not be 0"));
    }
    match card.frame {
        Some(frame) if frame.content == 0 || frame.content > card.width.min(card.height) => {
            let message = format!("expected 1 to {}, got {}", card.width.min(card.height), frame.content);
            Err(bad(format!("{path}.frame.content"), message))
        }
        _ => Ok(()),
    }
}

fn check_output(path: &str, spec: &TensorSpec, card: &OutputCard) -> Result<(), Error> {
    if let Some(labels) = &card.labels {
        check_count(&format!("{path}.labels"), spec, labels.len())?;
        if matches!(spec.dtype, Dtype::String | Dtype::Bool) {
            return Err(bad(format!("{path}.labels"), format!("a {} output can't be ranked", spec.dtype.name())));
        }
    }
    if card.top_k == Some(0) {
        return Err(bad(format!("{path}.top_k"), "must be at least 1"));
    }
    Ok(())
}

/// The last axis must have `count` entries.
fn check_count(path: &str, spec: &TensorSpec, count: usize) -> Result<(), Error> {
    match spec.dims().last() {
        Some(Dim::Fixed(size)) if *size != count => {
            Err(bad(path, format!("{spec} has {size} along its last axis, got {count} names")))
        }
        None if spec.shape.is_some() => Err(bad(path, format!("{spec} has no axis to name"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature() -> Signature {
        let n = || Dim::Symbol("N".into());
        let spec =
            |name: &str, dims: Vec<Dim>| TensorSpec { name: name.into(), dtype: Dtype::Float32, shape: Some(dims) };
        Signature {
            inputs: vec![
                spec("image", vec![n(), Dim::Fixed(3), Dim::Fixed(8), Dim::Fixed(9)]),
                spec("row", vec![n(), Dim::Fixed(2)]),
            ],
            outputs: vec![spec("probs", vec![n(), Dim::Fixed(2)])],
        }
    }

    fn problem(card: &str) -> String {
        let card = Card::parse(card).unwrap();
        card.check(&signature()).map_or_else(|e| e.to_string(), |()| "fine".into())
    }

    #[test]
    fn names_sizes_and_counts_must_agree() {
        let cases = [
            (r#"{"name": "m"}"#, "fine"),
            (r#"{"name": "a b"}"#, "name: expected letters"),
            (r#"{"name": "m", "inputs": {"x": {}}}"#, "inputs.x: the model has no such input; it has image, row"),
            (r#"{"name": "m", "outputs": {"x": {}}}"#, "outputs.x: the model has no such output"),
            (r#"{"name": "m", "inputs": {"image": {"image": {"width": 9, "height": 8, "color": "rgb"}}}}"#, "fine"),
            (r#"{"name": "m", "inputs": {"image": {"image": {"width": 8, "height": 9, "color": "rgb"}}}}"#, "8×9"),
            (r#"{"name": "m", "inputs": {"image": {"image": {"width": 9, "height": 8, "color": "gray"}}}}"#, "Gray"),
            (
                r#"{"name": "m", "inputs": {"image": {"image": {"width": 9, "height": 8, "color": "rgb", "std": [1, 0, 1]}}}}"#,
                "inputs.image.image.std: must not be 0",
            ),
            (r#"{"name": "m", "inputs": {"row": {"features": [{"name": "a"}]}}}"#, "got 1 names"),
            (r#"{"name": "m", "inputs": {"row": {"features": [{"name": "a"}, {"name": "a"}]}}}"#, "stands twice"),
            (r#"{"name": "m", "outputs": {"probs": {"labels": ["a", "b", "c"]}}}"#, "outputs.probs.labels"),
            (r#"{"name": "m", "outputs": {"probs": {"top_k": 0}}}"#, "outputs.probs.top_k"),
        ];
        for (card, expected) in cases {
            assert!(problem(card).contains(expected), "{card}: {}", problem(card));
        }
    }
}
