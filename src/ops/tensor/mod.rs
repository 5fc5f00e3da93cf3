//! Shapes, places and pieces of tensors, whatever their elements.

mod grid;
mod indexed;
mod layout;
mod make;
mod pad;
mod pick;
mod reshape;
mod resize;
mod roi;
mod sample;
mod scatter;
mod slice;
mod unique;

use crate::eager::node::Build;

pub(super) use layout::part;
pub(super) use pick::joined;
pub(super) use sample::grid_sample;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "AffineGrid" => grid::affine,
        "CenterCropPad" => slice::center_crop_pad,
        "Compress" => layout::compress,
        "Concat" => layout::concat,
        "Constant" => reshape::constant,
        "ConstantOfShape" => make::constant_of_shape,
        "Expand" => layout::expand,
        "EyeLike" => make::eye_like,
        "Flatten" => layout::flatten,
        "Gather" => indexed::gather,
        "GatherElements" => indexed::gather_elements,
        "GatherND" => indexed::gather_nd,
        "GridSample" => grid_sample,
        "Identity" => reshape::identity,
        "MaxRoiPool" => roi::max_pool,
        "NonZero" => make::non_zero,
        "OneHot" => make::one_hot,
        "Pad" => pad::pad,
        "Range" => make::range,
        "Reshape" => reshape::reshape,
        "Resize" => resize::resize,
        "ReverseSequence" => layout::reverse_sequence,
        "RoiAlign" => roi::align,
        "Scatter" | "ScatterElements" => scatter::elements,
        "ScatterND" => scatter::nd,
        "Shape" => layout::shape,
        "Size" => layout::size_of,
        "Slice" => slice::slice,
        "Split" => layout::split,
        "Squeeze" => layout::squeeze,
        "Tile" => layout::tile,
        "Transpose" => layout::transpose,
        "Trilu" => make::trilu,
        "Unique" => unique::unique,
        "Unsqueeze" => layout::unsqueeze,
        "Upsample" => resize::upsample,
        _ => return None,
    })
}
