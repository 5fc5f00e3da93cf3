//! Another size, antialiased: when shrinking, the filter spans all the pixels that fall together.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma, Rgb, RgbImage};

use super::convert::Raster;
use crate::card::{Filter, Resize};

/// `raster` at `target` columns and rows; `background` beside a contained one.
pub(super) fn fit(raster: &Raster, target: (u32, u32), resize: Resize, filter: Filter, background: [u8; 3]) -> Raster {
    let (width, height) = raster.size();
    match resize {
        Resize::Stretch => scale(raster, target, filter),
        Resize::Contain => {
            let size = inside((width, height), target);
            let at = ((target.0 - size.0) / 2, (target.1 - size.1) / 2);
            paste(&scale(raster, size, filter), background, target, (i64::from(at.0), i64::from(at.1)))
        }
        Resize::Cover => {
            // The largest part of the target's aspect ratio, about the centre.
            let part = inside(target, (width, height));
            let at = ((width - part.0) / 2, (height - part.1) / 2);
            scale(&crop(raster, at, part), target, filter)
        }
    }
}

/// The largest size of `size`'s aspect ratio that lies inside `bounds`; at least one pixel.
pub(super) fn inside(size: (u32, u32), bounds: (u32, u32)) -> (u32, u32) {
    let factor = (f64::from(bounds.0) / f64::from(size.0)).min(f64::from(bounds.1) / f64::from(size.1));
    let side = |length: u32, bound: u32| ((f64::from(length) * factor).round() as u32).clamp(1, bound);
    (side(size.0, bounds.0), side(size.1, bounds.1))
}

pub(super) fn crop(raster: &Raster, at: (u32, u32), size: (u32, u32)) -> Raster {
    match raster {
        Raster::Gray(image) => Raster::Gray(imageops::crop_imm(image, at.0, at.1, size.0, size.1).to_image()),
        Raster::Rgb(image) => Raster::Rgb(imageops::crop_imm(image, at.0, at.1, size.0, size.1).to_image()),
    }
}

pub(super) fn scale(raster: &Raster, (width, height): (u32, u32), filter: Filter) -> Raster {
    if raster.size() == (width, height) {
        return crop(raster, (0, 0), (width, height));
    }
    let filter = match filter {
        Filter::Nearest => FilterType::Nearest,
        Filter::Triangle => FilterType::Triangle,
        Filter::CatmullRom => FilterType::CatmullRom,
        Filter::Lanczos3 => FilterType::Lanczos3,
    };
    match raster {
        Raster::Gray(image) => Raster::Gray(imageops::resize(image, width, height, filter)),
        Raster::Rgb(image) => Raster::Rgb(imageops::resize(image, width, height, filter)),
    }
}

/// A canvas of `size` filled with `color`, with `raster` laid on it at `at`; what hangs over is cut.
pub(super) fn paste(raster: &Raster, color: [u8; 3], size: (u32, u32), at: (i64, i64)) -> Raster {
    match raster {
        Raster::Gray(image) => {
            let mut canvas = GrayImage::from_pixel(size.0, size.1, Luma([color[0]]));
            imageops::replace(&mut canvas, image, at.0, at.1);
            Raster::Gray(canvas)
        }
        Raster::Rgb(image) => {
            let mut canvas = RgbImage::from_pixel(size.0, size.1, Rgb(color));
            imageops::replace(&mut canvas, image, at.0, at.1);
            Raster::Rgb(canvas)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aspect_ratio_is_kept_inside_bounds() {
        assert_eq!(inside((200, 100), (50, 50)), (50, 25));
        assert_eq!(inside((3, 1000), (20, 20)), (1, 20));
        assert_eq!(inside((10, 10), (28, 20)), (20, 20));
    }
}
