//! The bytes of a file → pixels, within a limit that is checked before anything is allocated.

use std::fmt;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG, with EXIF orientation.
    Jpeg,
    /// WebP, lossy and lossless.
    WebP,
}

impl Format {
    /// The format that `bytes` begin like, of those read.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Format> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Format::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
            _ => None,
        }
    }

    fn decoder(self) -> ImageFormat {
        match self {
            Format::Png => ImageFormat::Png,
            Format::Jpeg => ImageFormat::Jpeg,
            Format::WebP => ImageFormat::WebP,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Png => "PNG",
            Format::Jpeg => "JPEG",
            Format::WebP => "WebP",
        })
    }
}

/// Uncompressed pixels, 8 bits a channel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgba {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel: red, green, blue, alpha (not premultiplied).
    pub data: Vec<u8>,
}

/// Why there are no pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are no whole picture; says what is wrong.
    Malformed(String),
    /// The header declares more pixels than the limit.
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// Decodes a picture of at most `pixels` pixels (width × height), turned as its EXIF orientation says.
///
/// # Errors
/// [`Failure`]; nothing of the declared size is allocated before it is within the limit.
pub fn decode(bytes: &[u8], pixels: u64) -> Result<Rgba, Failure> {
    let format = Format::of(bytes).ok_or_else(|| Failure::Malformed(unknown(bytes)))?;
    let broken = |why: &dyn fmt::Display| Failure::Malformed(format!("the {format} image cannot be decoded: {why}"));
    let check = |(width, height): (u32, u32)| {
        let within = u64::from(width) * u64::from(height) <= pixels;
        if within { Ok(()) } else { Err(Failure::TooLarge { width, height }) }
    };
    if format == Format::Jpeg && !jpeg_is_whole(bytes) {
        return Err(broken(&"it is truncated"));
    }
    png_size(bytes).map_or(Ok(()), check)?;
    let reader = ImageReader::with_format(Cursor::new(bytes), format.decoder());
    let mut decoder = reader.into_decoder().map_err(|e| broken(&e))?;
    check(decoder.dimensions())?;
    let orientation = decoder.orientation().map_err(|e| broken(&e))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| broken(&e))?;
    picture.apply_orientation(orientation);
    let rgba = picture.into_rgba8();
    let (width, height) = rgba.dimensions();
    Ok(Rgba { width, height, data: rgba.into_raw() })
}

fn unknown(bytes: &[u8]) -> String {
    let start: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let start = if start.is_empty() { "nothing".into() } else { format!("bytes that begin {}", start.join(" ")) };
    format!("expected a PNG, JPEG or WebP image, got {start}")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = image::RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 7, 128]));
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pixels_come_back_as_they_were() {
        let Rgba { width, height, data } = decode(&png(3, 2), 6).unwrap();
        assert_eq!((width, height, data.len()), (3, 2, 24));
        assert_eq!(data[20..], [2, 1, 7, 128]);
    }

    #[test]
    fn a_picture_beyond_the_limit_is_refused_with_its_size() {
        assert_eq!(decode(&png(3, 2), 5), Err(Failure::TooLarge { width: 3, height: 2 }));
    }

    #[test]
    fn bytes_of_no_picture_are_named() {
        let message = "expected a PNG, JPEG or WebP image, got bytes that begin 01 02";
        assert_eq!(decode(&[1, 2], 5), Err(Failure::Malformed(message.into())));
        let Err(Failure::Malformed(message)) = decode(&[], 5) else { panic!("expected a refusal") };
        assert!(message.ends_with("got nothing"), "{message}");
    }

    #[test]
    fn a_picture_that_ends_early_is_refused() {
        let whole = png(40, 40);
        for length in [8, 20, 40, whole.len() - 20] {
            assert!(matches!(decode(&whole[..length], 9999), Err(Failure::Malformed(_))), "{length}");
        }
        let Err(Failure::Malformed(message)) = decode(&[0xff, 0xd8, 0xff, 0xe0], 9) else {
            panic!("expected a refusal")
        };
        assert_eq!(message, "the JPEG image cannot be decoded: it is truncated");
    }
}
