//! An encoded picture → RGBA: by the decoder that is linked in, or by the host's.

use image::RgbaImage;

use crate::value::Pixels;
use crate::{Error, Limits};

/// Whether `bytes` begin like a PNG, JPEG or WebP.
pub(crate) fn is_encoded(bytes: &[u8]) -> bool {
    let webp = |bytes: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(&[0xff, 0xd8, 0xff]) || webp(bytes)
}

#[cfg(feature = "pictures")]
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Error> {
    use onnxlet_pictures::{Failure, Rgba};

    match onnxlet_pictures::decode(bytes, limits.image_pixels) {
        Ok(Rgba { width, height, data }) => raw(Pixels { width, height, rgba: data }, limits),
        Err(Failure::Malformed(message)) => Err(Error::Malformed(message)),
        Err(Failure::TooLarge { width, height }) => Err(too_large(width, height, limits)),
    }
}

#[cfg(all(feature = "js", not(feature = "pictures")))]
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Error> {
    use crate::js::Decoded;

    match crate::js::decode_picture(bytes, limits.image_pixels)? {
        Decoded::Pixels(pixels) => raw(pixels, limits),
        Decoded::TooLarge { width, height } => Err(too_large(width, height, limits)),
    }
}

#[cfg(not(any(feature = "js", feature = "pictures")))]
pub(super) fn decode(_: &[u8], _: &Limits) -> Result<RgbaImage, Error> {
    Err(Error::Unsupported("this build decodes no pictures: give pixels".into()))
}

#[cfg(any(feature = "js", feature = "pictures"))]
fn too_large(width: u32, height: u32, limits: &Limits) -> Error {
    let wrong = || Error::Engine("the decoder refused a picture within the limit".into());
    limits.check_pixels(width, height).err().unwrap_or_else(wrong)
}

/// RGBA as a canvas gives it.
pub(super) fn raw(pixels: Pixels, limits: &Limits) -> Result<RgbaImage, Error> {
    let Pixels { width, height, rgba } = pixels;
    limits.check_pixels(width, height)?;
    if width == 0 || height == 0 {
        return Err(Error::Malformed(format!("expected a picture, got one of {width}×{height} pixels")));
    }
    let (expected, got) = (u64::from(width) * u64::from(height) * 4, rgba.len());
    let wrong = || Error::Malformed(format!("expected {width}×{height}×4 bytes of pixels, got {got}"));
    if got as u64 != expected {
        return Err(wrong());
    }
    RgbaImage::from_raw(width, height, rgba).ok_or_else(wrong)
}
