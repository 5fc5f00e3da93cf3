//! RGBA ↔ the raster that becomes the tensor: 8-bit gray or colour.

use image::{GrayImage, Luma, Rgb, RgbImage, RgbaImage};

use crate::card::{Color, ImageCard, Invert, Layout};

/// An opaque picture of one or three channels.
pub(super) enum Raster {
    Gray(GrayImage),
    Rgb(RgbImage),
}

impl Raster {
    /// Lays `rgba` over `background` and takes the channels that the model wants.
    pub(super) fn new(rgba: &RgbaImage, color: Color, background: [u8; 3]) -> Raster {
        let (width, height) = rgba.dimensions();
        let over = |x, y| lay(rgba.get_pixel(x, y).0, background);
        match color {
            Color::Gray => Raster::Gray(GrayImage::from_fn(width, height, |x, y| Luma([luma(over(x, y))]))),
            Color::Rgb | Color::Bgr => Raster::Rgb(RgbImage::from_fn(width, height, |x, y| Rgb(over(x, y)))),
        }
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u32, u32) {
        match self {
            Raster::Gray(image) => image.dimensions(),
            Raster::Rgb(image) => image.dimensions(),
        }
    }

    /// The brightness at column `x`, row `y`.
    pub(super) fn luma(&self, x: u32, y: u32) -> u8 {
        match self {
            Raster::Gray(image) => image.get_pixel(x, y).0[0],
            Raster::Rgb(image) => luma(image.get_pixel(x, y).0),
        }
    }

    /// The mean colour of the outermost pixels: what the drawing lies on.
    pub(super) fn border(&self) -> [u8; 3] {
        let (width, height) = self.size();
        let mut sum = [0u64; 3];
        let mut count = 0u64;
        for y in 0..height {
            let edge = y == 0 || y == height - 1;
            let step = if edge { 1 } else { (width - 1).max(1) };
            for x in (0..width).step_by(step as usize) {
                let pixel = self.pixel(x, y);
                sum.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += u64::from(channel));
                count += 1;
            }
        }
        sum.map(|sum| ((sum + count / 2) / count.max(1)) as u8)
    }

    fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        match self {
            Raster::Gray(image) => [image.get_pixel(x, y).0[0]; 3],
            Raster::Rgb(image) => image.get_pixel(x, y).0,
        }
    }

    /// Swaps dark and light where the card says so; `background`, swapped with them.
    pub(super) fn invert(&mut self, invert: Invert, background: [u8; 3]) -> [u8; 3] {
        let wanted = match invert {
            Invert::No => false,
            Invert::Yes => true,
            Invert::Auto => luma(self.border()) > 127,
        };
        match self {
            Raster::Gray(image) if wanted => image.iter_mut().for_each(|value| *value = 255 - *value),
            Raster::Rgb(image) if wanted => image.iter_mut().for_each(|value| *value = 255 - *value),
            _ => {}
        }
        let background = if wanted { background.map(|channel| 255 - channel) } else { background };
        match self {
            Raster::Gray(_) => [luma(background); 3],
            Raster::Rgb(_) => background,
        }
    }

    /// The tensor's elements. In double: a float32 `pixel × (1/255)` would differ from `pixel / 255` by an ulp.
    pub(super) fn normalised(&self, card: &ImageCard) -> Vec<f64> {
        let channels = card.color.channels();
        let per_channel = |values: &[f64], channel: usize| if values.len() == 1 { values[0] } else { values[channel] };
        let table: Vec<Vec<f64>> = (0..channels)
            .map(|c| {
                let (mean, std) = (per_channel(&card.mean, c), per_channel(&card.std, c));
                (0..256).map(|pixel| (f64::from(pixel) * card.scale - mean) / std).collect()
            })
            .collect();
        // The card's mean and std follow the tensor's order of channels.
        let source = |c: usize| if card.color == Color::Bgr { 2 - c } else { c };
        let raw: &[u8] = match self {
            Raster::Gray(image) => image,
            Raster::Rgb(image) => image,
        };
        let area = raw.len() / channels;
        match card.layout {
            Layout::Nchw | Layout::Hw => (0..channels)
                .flat_map(|c| {
                    let (table, source) = (&table[c], source(c));
                    (0..area).map(move |i| table[usize::from(raw[i * channels + source])])
                })
                .collect(),
            Layout::Nhwc => (0..area)
                .flat_map(|i| (0..channels).map(move |c| (i, c)))
                .map(|(i, c)| table[c][usize::from(raw[i * channels + source(c)])])
                .collect(),
        }
    }
}

fn lay([r, g, b, alpha]: [u8; 4], background: [u8; 3]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    let mix = |over: u8, under: u8| ((u32::from(over) * alpha + u32::from(under) * (255 - alpha) + 127) / 255) as u8;
    [mix(r, background[0]), mix(g, background[1]), mix(b, background[2])]
}

/// ITU-R BT.601 luma in 16-bit fixed point, as Pillow and OpenCV compute it.
pub(super) fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 19595 + u32::from(g) * 38470 + u32::from(b) * 7471 + 0x8000) >> 16) as u8
}
