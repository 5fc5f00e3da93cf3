//! Strings.

mod expression;
mod grams;
mod normalize;

use crate::eager::node::Build;

pub(super) use expression::Longest;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "RegexFullMatch" => normalize::regex_full_match,
        "StringConcat" => normalize::concat,
        "StringNormalizer" => normalize::normalizer,
        "StringSplit" => normalize::split,
        "TfIdfVectorizer" => grams::vectorizer,
        _ => return None,
    })
}
