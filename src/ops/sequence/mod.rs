//! Sequences of tensors, and optional values.

mod optional;
mod sequences;
mod split;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "ConcatFromSequence" => sequences::concat,
        "Optional" => optional::optional,
        "OptionalGetElement" => optional::get_element,
        "OptionalHasElement" => optional::has_element,
        "SequenceAt" => sequences::at,
        "SequenceConstruct" => sequences::construct,
        "SequenceEmpty" => sequences::empty,
        "SequenceErase" => sequences::erase,
        "SequenceInsert" => sequences::insert,
        "SequenceLength" => sequences::length,
        "SplitToSequence" => split::to_sequence,
        _ => return None,
    })
}
