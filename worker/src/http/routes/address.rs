//! The model that a path names: `{model}`, and `{version}` where there is one.

use onnxlet::{Card, Model};
use percent_encoding::percent_decode_str;

use super::super::call::Call;
use super::super::problem::ProblemDetails;

/// The model, where the path names it by its card's name and version.
///
/// # Errors
/// 404 for another name or version; 500 where the model can't be loaded.
pub(super) fn model(call: &Call) -> Result<&'static Model, ProblemDetails> {
    let model = call.model()?;
    let card = model.card();
    if let Some(name) = parameter(call, "model")
        && name != card.name
    {
        return Err(ProblemDetails::absent(format!("there is no model {name:?}; there is {}", card.name)));
    }
    match parameter(call, "version") {
        Some(version) if !is_version(card, &version) => {
            let detail = format!("{} has no version {version:?}; it has {}", card.name, card.version);
            Err(ProblemDetails::absent(detail))
        }
        _ => Ok(model),
    }
}

/// Whether `asked` names the card's version: whole, or shortened as semantic versions are, `1` and `1.4` for `1.4.2`.
/// Clients of TensorFlow Serving and Triton can only say whole numbers.
fn is_version(card: &Card, asked: &str) -> bool {
    let short = |rest: &str| rest.starts_with('.') && !rest.contains('-');
    asked == card.version || card.version.strip_prefix(asked).is_some_and(|rest| !asked.is_empty() && short(rest))
}

/// A parameter of the path, decoded and cut to a length that can be repeated in a message.
fn parameter(call: &Call, name: &str) -> Option<String> {
    let text = call.path.get(name)?;
    Some(percent_decode_str(text).decode_utf8_lossy().chars().take(256).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_may_be_shortened_at_its_dots() {
        let card = |version: &str| Card { version: version.into(), ..Card::default() };
        for asked in ["1", "1.4", "1.4.2"] {
            assert!(is_version(&card("1.4.2"), asked), "{asked}");
        }
        for asked in ["", "2", "1.", "1.5", "1.4.2.0", "01", "1.4.20", "v1"] {
            assert!(!is_version(&card("1.4.2"), asked), "{asked}");
        }
        assert!(!is_version(&card("10.0.0"), "1") && !is_version(&card("1.0.0-rc.1"), "1"));
        assert!(is_version(&card("1.0.0-rc.1"), "1.0.0-rc.1"));
    }
}
