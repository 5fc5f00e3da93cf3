//! Four numbers of 32 bits, or eight of 16. The crate is optimised for size, where loops are not vectorised: what is hot says so.
//! Natively the same is done one number at a time, which the tests hold to the rest of the engine.

#[cfg(target_arch = "wasm32")]
mod hardware {
    use core::arch::wasm32::{
        f32x4, f32x4_add, f32x4_convert_i32x4, f32x4_div, f32x4_extract_lane, f32x4_mul, f32x4_nearest, f32x4_pmax,
        f32x4_pmin, f32x4_splat, i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        i32x4_trunc_sat_f32x4, v128,
    };

    /// Four whole numbers, or eight of 16 bits.
    #[derive(Clone, Copy)]
    pub(crate) struct Whole(v128);

    /// Four floats.
    #[derive(Clone, Copy)]
    pub(crate) struct Floats(v128);

    impl Whole {
        #[inline(always)]
        pub(crate) fn of(&[a, b, c, d]: &[i32; 4]) -> Whole {
            Whole(i32x4(a, b, c, d))
        }

        #[inline(always)]
        pub(crate) fn splat(x: i32) -> Whole {
            Whole(i32x4_splat(x))
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Whole) -> Whole {
            Whole(i32x4_add(self.0, other.0))
        }

        /// With the products of the 16-bit numbers added, pair by pair.
        #[inline(always)]
        pub(crate) fn plus_products(self, a: Whole, b: Whole) -> Whole {
            Whole(i32x4_add(self.0, i32x4_dot_i16x8(a.0, b.0)))
        }

        #[inline(always)]
        pub(crate) fn floats(self) -> Floats {
            Floats(f32x4_convert_i32x4(self.0))
        }

        #[inline(always)]
        pub(crate) fn array(self) -> [i32; 4] {
            let x = self.0;
            let (a, b) = (i32x4_extract_lane::<0>(x), i32x4_extract_lane::<1>(x));
            [a, b, i32x4_extract_lane::<2>(x), i32x4_extract_lane::<3>(x)]
        }
    }

    impl Floats {
        #[inline(always)]
        pub(crate) fn of(&[a, b, c, d]: &[f32; 4]) -> Floats {
            Floats(f32x4(a, b, c, d))
        }

        #[inline(always)]
        pub(crate) fn splat(x: f32) -> Floats {
            Floats(f32x4_splat(x))
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Floats) -> Floats {
            Floats(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn times(self, other: Floats) -> Floats {
            Floats(f32x4_mul(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn over(self, other: Floats) -> Floats {
            Floats(f32x4_div(self.0, other.0))
        }

        /// The others where these are smaller.
        #[inline(always)]
        pub(crate) fn least(self, other: Floats) -> Floats {
            Floats(f32x4_pmin(self.0, other.0))
        }

        /// The others where these are larger.
        #[inline(always)]
        pub(crate) fn largest(self, other: Floats) -> Floats {
            Floats(f32x4_pmax(self.0, other.0))
        }

        /// Rounded to a whole number, ties to even.
        #[inline(always)]
        pub(crate) fn nearest(self) -> Floats {
            Floats(f32x4_nearest(self.0))
        }

        /// As whole numbers: NaN is 0, and what is beyond saturates.
        #[inline(always)]
        pub(crate) fn whole(self) -> Whole {
            Whole(i32x4_trunc_sat_f32x4(self.0))
        }

        #[inline(always)]
        pub(crate) fn array(self) -> [f32; 4] {
            let x = self.0;
            let (a, b) = (f32x4_extract_lane::<0>(x), f32x4_extract_lane::<1>(x));
            [a, b, f32x4_extract_lane::<2>(x), f32x4_extract_lane::<3>(x)]
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod hardware {
    /// Four whole numbers, or eight of 16 bits.
    #[derive(Clone, Copy)]
    pub(crate) struct Whole([i32; 4]);

    /// Four floats.
    #[derive(Clone, Copy)]
    pub(crate) struct Floats([f32; 4]);

    fn both<T: Copy, R>(a: [T; 4], b: [T; 4], f: impl Fn(T, T) -> R) -> [R; 4] {
        [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
    }

    impl Whole {
        pub(crate) fn of(numbers: &[i32; 4]) -> Whole {
            Whole(*numbers)
        }

        pub(crate) fn splat(x: i32) -> Whole {
            Whole([x; 4])
        }

        pub(crate) fn plus(self, other: Whole) -> Whole {
            Whole(both(self.0, other.0, i32::wrapping_add))
        }

        /// With the products of the 16-bit numbers added, pair by pair.
        pub(crate) fn plus_products(self, a: Whole, b: Whole) -> Whole {
            let low = |x: i32| i32::from(x as i16);
            let products = both(a.0, b.0, |x, y| (low(x) * low(y)).wrapping_add((x >> 16) * (y >> 16)));
            self.plus(Whole(products))
        }

        pub(crate) fn floats(self) -> Floats {
            Floats(self.0.map(|x| x as f32))
        }

        pub(crate) fn array(self) -> [i32; 4] {
            self.0
        }
    }

    impl Floats {
        pub(crate) fn of(numbers: &[f32; 4]) -> Floats {
            Floats(*numbers)
        }

        pub(crate) fn splat(x: f32) -> Floats {
            Floats([x; 4])
        }

        pub(crate) fn plus(self, other: Floats) -> Floats {
            Floats(both(self.0, other.0, |x, y| x + y))
        }

        pub(crate) fn times(self, other: Floats) -> Floats {
            Floats(both(self.0, other.0, |x, y| x * y))
        }

        pub(crate) fn over(self, other: Floats) -> Floats {
            Floats(both(self.0, other.0, |x, y| x / y))
        }

        /// The others where these are smaller.
        pub(crate) fn least(self, other: Floats) -> Floats {
            Floats(both(self.0, other.0, |x, y| if y < x { y } else { x }))
        }

        /// The others where these are larger.
        pub(crate) fn largest(self, other: Floats) -> Floats {
            Floats(both(self.0, other.0, |x, y| if y > x { y } else { x }))
        }

        /// Rounded to a whole number, ties to even.
        pub(crate) fn nearest(self) -> Floats {
            Floats(self.0.map(f32::round_ties_even))
        }

        /// As whole numbers: NaN is 0, and what is beyond saturates.
        pub(crate) fn whole(self) -> Whole {
            Whole(self.0.map(|x| x as i32))
        }

        pub(crate) fn array(self) -> [f32; 4] {
            self.0
        }
    }
}

pub(crate) use hardware::{Floats, Whole};

/// Two 16-bit numbers as one of 32 bits, the first in its lower half.
#[inline(always)]
pub(crate) fn pair(first: i16, second: i16) -> i32 {
    i32::from(first as u16) | i32::from(second) << 16
}

/// `f` of every four numbers, into as many; the last ones come with `fill` behind them.
#[inline(always)]
pub(crate) fn by_fours<T: Copy, R: Copy>(data: &[T], fill: T, results: &mut [R], mut f: impl FnMut(&[T; 4]) -> [R; 4]) {
    let ((fours, rest), (to, to_rest)) = (data.as_chunks::<4>(), results.as_chunks_mut::<4>());
    for (to, four) in to.iter_mut().zip(fours) {
        *to = f(four);
    }
    if !rest.is_empty() {
        let mut four = [fill; 4];
        four[..rest.len()].copy_from_slice(rest);
        to_rest.iter_mut().zip(f(&four)).for_each(|(to, result)| *to = result);
    }
}
