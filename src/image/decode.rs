//! PNG, JPEG, WebP → RGBA, within limits that are checked before anything is allocated.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbaImage};

use crate::value::Pixels;
use crate::{Error, Limits};

/// The format that `bytes` begin like, of those taken.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Whether `bytes` begin like a picture.
pub(crate) fn is_encoded(bytes: &[u8]) -> bool {
    format(bytes).is_some()
}

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<RgbaImage, Error> {
    let format = format(bytes).ok_or_else(|| {
        let start: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let start = if start.is_empty() { "nothing".into() } else { format!("bytes that begin {}", start.join(" ")) };
        Error::Malformed(format!("expected a PNG, JPEG or WebP image, got {start}"))
    })?;
    let broken = |e: image::ImageError| Error::Malformed(format!("the {} image cannot be decoded: {e}", name(format)));
    if format == ImageFormat::Jpeg && !jpeg_is_whole(bytes) {
        return Err(Error::Malformed("the JPEG image cannot be decoded: it is truncated".into()));
    }
    if let Some((width, height)) = png_size(bytes) {
        limits.check_pixels(width, height)?;
    }
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    limits.check_pixels(width, height)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgba8())
}

/// RGBA as a canvas gives it.
pub(super) fn raw(pixels: &Pixels, limits: &Limits) -> Result<RgbaImage, Error> {
    let Pixels { width, height, rgba } = pixels;
    limits.check_pixels(*width, *height)?;
    let wrong = || Error::Malformed(format!("expected {width}×{height}×4 bytes of pixels, got {}", rgba.len()));
    if *width == 0 || *height == 0 {
        return Err(Error::Malformed(format!("expected a picture, got one of {width}×{height} pixels")));
    }
    RgbaImage::from_raw(*width, *height, rgba.clone())
        .filter(|_| rgba.len() as u64 == area(*width, *height))
        .ok_or_else(wrong)
}

fn area(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height) * 4
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        _ => "WebP",
    }
}

/// The size in a PNG's header. The decoder refuses the largest ones itself, without telling their size.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// The decoder fills what a truncated JPEG lacks with gray: a wrong picture, silently. A whole one has its end marker
/// (ff d9) behind the start of its last scan (ff da); inside a scan, ff is never followed by either.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let last = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    matches!((last(0xda), last(0xd9)), (Some(scan), Some(end)) if scan < end)
}
