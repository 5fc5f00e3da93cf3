//! Strings.

mod grams;
mod normalize;

use crate::eager::node::Build;

pub(super) use normalize::regex;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "RegexFullMatch" => normalize::regex_full_match,
        "StringNormalizer" => normalize::normalizer,
        "StringSplit" => normalize::split,
        "TfIdfVectorizer" => grams::vectorizer,
        _ => return None,
    })
}
