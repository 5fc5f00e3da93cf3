//! A picture → the input tensor that the card describes.
//!
//! decode → lay over the background → gray or colour → invert → frame → resize → scale, mean, std.

mod convert;
mod decode;
mod frame;
mod resize;

use crate::card::ImageCard;
use crate::value::Pixels;
use crate::{Error, Limits};

pub(crate) use decode::is_encoded;

/// A picture as it arrived.
pub(crate) enum Picture<'a> {
    /// PNG, JPEG or WebP.
    Encoded(&'a [u8]),
    /// RGBA.
    Raw(&'a Pixels),
}

/// The elements of one example's tensor, in the card's layout, `height × width × channels` of them.
///
/// # Errors
/// [`Error::Malformed`] for what isn't a whole picture, [`Error::TooLarge`] for one beyond the limits.
pub(crate) fn prepare(card: &ImageCard, picture: Picture, limits: &Limits) -> Result<Vec<f64>, Error> {
    let rgba = match picture {
        Picture::Encoded(bytes) => decode::decode(bytes, limits)?,
        Picture::Raw(pixels) => decode::raw(pixels.clone(), limits)?,
    };
    let mut raster = convert::Raster::new(&rgba, card.color, card.background);
    let background = raster.invert(card.invert, card.background);
    let target = (card.width as u32, card.height as u32);
    // A picture that has the tensor's size is taken as it is: it was made for this model.
    if raster.size() != target {
        raster = match card.frame.and_then(|wanted| frame::place(&raster, wanted, target, card.filter)) {
            Some(framed) => framed,
            None => resize::fit(&raster, target, card.resize, card.filter, background),
        };
    }
    Ok(raster.normalised(card))
}
