//! Four 32-bit lanes, or eight 16-bit ones. The crate is optimised for size, where loops are not vectorised: what is hot says so.

#[cfg(target_arch = "wasm32")]
mod hardware {
    use core::arch::wasm32::{i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat, v128};

    /// The lanes.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes(v128);

    impl Lanes {
        #[inline(always)]
        pub(crate) fn of(&[a, b, c, d]: &[i32; 4]) -> Lanes {
            Lanes(i32x4(a, b, c, d))
        }

        #[inline(always)]
        pub(crate) fn splat(x: i32) -> Lanes {
            Lanes(i32x4_splat(x))
        }

        /// With the products of the 16-bit lanes added, pair by pair.
        #[inline(always)]
        pub(crate) fn plus_products(self, a: Lanes, b: Lanes) -> Lanes {
            Lanes(i32x4_add(self.0, i32x4_dot_i16x8(a.0, b.0)))
        }

        #[inline(always)]
        pub(crate) fn array(self) -> [i32; 4] {
            let x = self.0;
            [
                i32x4_extract_lane::<0>(x),
                i32x4_extract_lane::<1>(x),
                i32x4_extract_lane::<2>(x),
                i32x4_extract_lane::<3>(x),
            ]
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod hardware {
    /// The lanes.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([i32; 4]);

    impl Lanes {
        pub(crate) fn of(lanes: &[i32; 4]) -> Lanes {
            Lanes(*lanes)
        }

        pub(crate) fn splat(x: i32) -> Lanes {
            Lanes([x; 4])
        }

        /// With the products of the 16-bit lanes added, pair by pair.
        pub(crate) fn plus_products(self, a: Lanes, b: Lanes) -> Lanes {
            let halves = |x: i32| (i32::from(x as i16), x >> 16);
            let mut sums = self.0;
            for (sum, (x, y)) in sums.iter_mut().zip(a.0.into_iter().zip(b.0)) {
                let ((a, b), (c, d)) = (halves(x), halves(y));
                *sum = sum.wrapping_add(a * c).wrapping_add(b * d);
            }
            Lanes(sums)
        }

        pub(crate) fn array(self) -> [i32; 4] {
            self.0
        }
    }
}

pub(crate) use hardware::Lanes;

/// Two 16-bit numbers as one of 32 bits, the first in its lower half.
#[inline(always)]
pub(crate) fn pair(first: i16, second: i16) -> i32 {
    i32::from(first as u16) | i32::from(second) << 16
}
