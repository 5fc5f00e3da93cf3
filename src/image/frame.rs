//! Finds the drawing in a picture and places it as the training data had it.

use super::convert::{Raster, luma};
use super::resize::{crop, inside, paste, scale};
use crate::card::{Center, Filter, Frame};

/// A pixel this far from the background, of the farthest pixel's distance, is ink.
const INK: f64 = 0.2;
/// A picture whose farthest pixel is nearer to its background than this is blank: what differs is noise.
const BLANK: u8 = 24;

/// `raster`'s drawing, fitted into `wanted.content` pixels and centred on a canvas of `target`; `None` where there is no
/// drawing.
pub(super) fn place(raster: &Raster, wanted: Frame, target: (u32, u32), filter: Filter) -> Option<Raster> {
    let ground = raster.border();
    let ink = Ink::find(raster, luma(ground))?;
    let drawing = crop(raster, ink.at, ink.size);
    let content = wanted.content as u32;
    let small = scale(&drawing, inside(ink.size, (content, content)), filter);
    let (x, y) = match wanted.center {
        Center::Box => (f64::from(small.size().0) / 2.0, f64::from(small.size().1) / 2.0),
        Center::Mass => mass(&small, luma(ground)),
    };
    let at = (f64::from(target.0) / 2.0 - x, f64::from(target.1) / 2.0 - y);
    Some(paste(&small, ground, target, (at.0.round() as i64, at.1.round() as i64)))
}

/// The bounding box of what differs from the background.
struct Ink {
    at: (u32, u32),
    size: (u32, u32),
}

impl Ink {
    fn find(raster: &Raster, ground: u8) -> Option<Ink> {
        let (width, height) = raster.size();
        let pixels = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
        let farthest = pixels().map(|(x, y)| raster.luma(x, y).abs_diff(ground)).max()?;
        if farthest < BLANK {
            return None;
        }
        let least = (f64::from(farthest) * INK).ceil() as u8;
        let inked = || pixels().filter(|&(x, y)| raster.luma(x, y).abs_diff(ground) >= least);
        let (left, right) = bounds(inked().map(|(x, _)| x))?;
        let (top, bottom) = bounds(inked().map(|(_, y)| y))?;
        Some(Ink { at: (left, top), size: (right - left + 1, bottom - top + 1) })
    }
}

fn bounds(values: impl Iterator<Item = u32>) -> Option<(u32, u32)> {
    values.fold(None, |bounds, v| match bounds {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}

/// The centre of mass of what differs from `ground`, in pixels from the top left corner; a pixel's centre is at 0.5.
fn mass(raster: &Raster, ground: u8) -> (f64, f64) {
    let (width, height) = raster.size();
    let (mut total, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
    for y in 0..height {
        for x in 0..width {
            let weight = f64::from(raster.luma(x, y).abs_diff(ground));
            total += weight;
            sum_x += weight * (f64::from(x) + 0.5);
            sum_y += weight * (f64::from(y) + 0.5);
        }
    }
    if total == 0.0 {
        return (f64::from(width) / 2.0, f64::from(height) / 2.0);
    }
    (sum_x / total, sum_y / total)
}
