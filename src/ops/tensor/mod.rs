//! Shapes, places and pieces of tensors, whatever their elements.

mod layout;
mod make;
mod pick;
mod reshape;
mod slice;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "CenterCropPad" => slice::center_crop_pad,
        "Compress" => layout::compress,
        "Concat" => layout::concat,
        "Constant" => reshape::constant,
        "ConstantOfShape" => make::constant_of_shape,
        "Expand" => layout::expand,
        "EyeLike" => make::eye_like,
        "Flatten" => layout::flatten,
        "Identity" => reshape::identity,
        "NonZero" => make::non_zero,
        "OneHot" => make::one_hot,
        "Range" => make::range,
        "Reshape" => reshape::reshape,
        "ReverseSequence" => layout::reverse_sequence,
        "Shape" => layout::shape,
        "Size" => layout::size_of,
        "Slice" => slice::slice,
        "Split" => layout::split,
        "Squeeze" => layout::squeeze,
        "Tile" => layout::tile,
        "Transpose" => layout::transpose,
        "Trilu" => make::trilu,
        "Unsqueeze" => layout::unsqueeze,
        _ => return None,
    })
}
