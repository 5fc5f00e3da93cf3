//! How large a request may be. Limits are types, checked where the size is first known.

use crate::Error;

/// Limits on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements of one input tensor.
    pub elements: u64,
    /// Examples of one request, where the model leaves the first dimension of an input open: the batch.
    pub examples: u64,
    /// Pixels (width × height) of one encoded image, before decoding.
    pub image_pixels: u64,
}

impl Default for Limits {
    /// 16 Mi elements (64 MiB of float32), as many examples as these can be, and 24 megapixels, which a phone's photograph has and whose decoding takes about
    /// 170 MB. A host with less memory (a Worker has 128 MB) says less.
    fn default() -> Self {
        Limits { elements: 16 << 20, examples: 16 << 20, image_pixels: 24_000_000 }
    }
}

impl Limits {
    /// Checks the number of elements that a tensor of `shape` would have.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the limit, also where the product overflows.
    pub fn check_elements(&self, input: &str, shape: &[u64]) -> Result<usize, Error> {
        let count = shape.iter().try_fold(1u64, |product, &dim| product.checked_mul(dim));
        match count {
            Some(count) if count <= self.elements => Ok(count as usize),
            _ => Err(Error::TooLarge {
                what: format!("{input}: the number of elements of {shape:?}"),
                limit: self.elements,
                got: count.unwrap_or(u64::MAX),
            }),
        }
    }

    /// Checks the number of examples that `input` would have.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the limit.
    pub fn check_examples(&self, input: &str, got: u64) -> Result<(), Error> {
        if got <= self.examples {
            return Ok(());
        }
        Err(Error::TooLarge { what: format!("{input}: the number of examples"), limit: self.examples, got })
    }

    /// Checks the size that an image's header declares, before anything is decoded.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the limit.
    pub fn check_pixels(&self, width: u32, height: u32) -> Result<(), Error> {
        let got = u64::from(width) * u64::from(height);
        if got <= self.image_pixels {
            return Ok(());
        }
        Err(Error::TooLarge { what: format!("the image ({width} × {height} pixels)"), limit: self.image_pixels, got })
    }
}
