//! Which coordinate of the input a place of the output stands for.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::bail;

use super::Wanted;

/// `coordinate_transformation_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coordinates {
    HalfPixel,
    Symmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    HalfPixelForNearest,
    Crop,
}

impl Coordinates {
    /// # Errors
    /// For a name that is none of ONNX's.
    pub(super) fn of(name: &str) -> TractResult<Coordinates> {
        Ok(match name {
            "half_pixel" => Coordinates::HalfPixel,
            "half_pixel_symmetric" => Coordinates::Symmetric,
            "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
            "align_corners" => Coordinates::AlignCorners,
            "asymmetric" => Coordinates::Asymmetric,
            "tf_half_pixel_for_nn" => Coordinates::HalfPixelForNearest,
            "tf_crop_and_resize" => Coordinates::Crop,
            other => bail!("coordinate_transformation_mode {other:?} is unknown"),
        })
    }

    pub(super) fn origin(self, at: usize, own: usize, wanted: &Wanted) -> f64 {
        let (x, own, new, scale) = (at as f64, own as f64, wanted.length as f64, wanted.scale);
        let half_pixel = (x + 0.5) / scale - 0.5;
        match self {
            Coordinates::HalfPixel => half_pixel,
            Coordinates::Symmetric => {
                // What is cut off by rounding the size is shared by both ends.
                let adjustment = new / (scale * own);
                own / 2.0 * (1.0 - adjustment) + half_pixel
            }
            Coordinates::PytorchHalfPixel if wanted.length > 1 => half_pixel,
            Coordinates::PytorchHalfPixel => 0.0,
            // The length before it is rounded to a whole number.
            Coordinates::AlignCorners if scale * own != 1.0 => x * (own - 1.0) / (scale * own - 1.0),
            Coordinates::AlignCorners => 0.0,
            Coordinates::Asymmetric => x / scale,
            Coordinates::HalfPixelForNearest => (x + 0.5) / scale,
            Coordinates::Crop => {
                let (start, end) = wanted.roi;
                match wanted.length {
                    0 | 1 => 0.5 * (start + end) * (own - 1.0),
                    _ => start * (own - 1.0) + x * (end - start) * (own - 1.0) / (new - 1.0),
                }
            }
        }
    }
}
