//! Where the windows of a convolution or a pool lie in an image of channels-last layout.

/// Places of windows over an image `[height, width, channels]` that is padded already, and of what they give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Windows {
    /// Height and width of the output.
    pub output: [usize; 2],
    /// Elements from one window to the next, down and to the right.
    pub stride: [usize; 2],
    /// Elements from one place of the output to the next, down and to the right, and from its start to the first.
    pub pitch: [usize; 2],
    pub start: usize,
}

impl Windows {
    pub fn count(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// From the first window on.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { windows: self, row: 0, column: 0 }
    }

    /// Holds windows of `reach` elements against the length of the input, and their places, of `columns` elements, against the output's.
    ///
    /// # Panics
    /// When one is outside.
    pub(crate) fn check(&self, reach: usize, columns: usize, [input, output]: [usize; 2]) {
        let last = |by: [usize; 2]| (self.output[0] - 1) * by[0] + (self.output[1] - 1) * by[1];
        assert!(last(self.stride) + reach <= input, "a window is outside of the image");
        assert!(self.start + last(self.pitch) + columns <= output, "the output is too small");
    }
}

/// Goes through windows, row by row.
pub struct Cursor<'a> {
    windows: &'a Windows,
    row: usize,
    column: usize,
}

impl Cursor<'_> {
    /// Where the next window begins in the input, and where its place in the output is.
    #[inline(always)]
    pub fn advance(&mut self) -> (usize, usize) {
        let Windows { output, stride, pitch, start } = self.windows;
        let input = self.row * stride[0] + self.column * stride[1];
        let place = start + self.row * pitch[0] + self.column * pitch[1];
        self.column += 1;
        if self.column == output[1] {
            (self.row, self.column) = (self.row + 1, 0);
        }
        (input, place)
    }

    /// As [`Cursor::advance`], for as many windows.
    #[inline(always)]
    pub fn take<const R: usize>(&mut self) -> ([usize; R], [usize; R]) {
        let (mut inputs, mut places) = ([0; R], [0; R]);
        for index in 0..R {
            (inputs[index], places[index]) = self.advance();
        }
        (inputs, places)
    }
}
