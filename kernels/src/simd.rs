//! Four float32 at once: a WebAssembly vector, or an array where there is none.
#![allow(unsafe_code)]

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::arch::wasm32 as wasm;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Lanes = wasm::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Lanes = [f32; 4];

/// Four float32.
#[derive(Clone, Copy)]
pub struct F32x4(Lanes);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        F32x4(wasm::f32x4_splat(value))
    }

    /// # Safety
    /// Four elements from `at` on can be read.
    #[inline(always)]
    pub unsafe fn load(at: *const f32) -> Self {
        F32x4(unsafe { wasm::v128_load(at.cast()) })
    }

    /// The element at `at`, four times.
    ///
    /// # Safety
    /// It can be read.
    #[inline(always)]
    pub unsafe fn load_splat(at: *const f32) -> Self {
        F32x4(unsafe { wasm::v128_load32_splat(at.cast()) })
    }

    /// # Safety
    /// Four elements from `at` on can be written.
    #[inline(always)]
    pub unsafe fn store(self, at: *mut f32) {
        unsafe { wasm::v128_store(at.cast(), self.0) }
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        F32x4(wasm::f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        F32x4(wasm::f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        F32x4(wasm::f32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        F32x4(wasm::f32x4_div(self.0, other.0))
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        F32x4(wasm::f32x4_sqrt(self.0))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(wasm::f32x4_abs(self.0))
    }

    /// The larger ones; not a number where either is none.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        F32x4(wasm::f32x4_max(self.0, other.0))
    }

    /// The smaller ones; not a number where either is none.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        F32x4(wasm::f32x4_min(self.0, other.0))
    }

    /// The nearest whole numbers, the even one of two.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        F32x4(wasm::f32x4_nearest(self.0))
    }

    /// Two to the power of whole numbers from -126 to 127.
    #[inline(always)]
    pub fn power_of_two(self) -> Self {
        let exponent = wasm::i32x4_add(wasm::i32x4_trunc_sat_f32x4(self.0), wasm::i32x4_splat(127));
        F32x4(wasm::i32x4_shl(exponent, 23))
    }

    /// `small` where the element is less than `limit`, otherwise `large`.
    #[inline(always)]
    pub fn choose(self, limit: Self, small: Self, large: Self) -> Self {
        F32x4(wasm::v128_bitselect(small.0, large.0, wasm::f32x4_lt(self.0, limit.0)))
    }

    #[inline(always)]
    pub fn from_array(lanes: [f32; 4]) -> Self {
        F32x4(wasm::f32x4(lanes[0], lanes[1], lanes[2], lanes[3]))
    }

    /// `self + a * b`, rounded once or twice.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    pub fn madd(self, a: Self, b: Self) -> Self {
        F32x4(wasm::f32x4_relaxed_madd(a.0, b.0, self.0))
    }

    /// `self + a * b`.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub fn madd(self, a: Self, b: Self) -> Self {
        self.add(a.mul(b))
    }

    /// The larger ones; what is not a number in `self` stays. With relaxed SIMD, LLVM makes the relaxed instruction of the other one, with
    /// operands in an order of its own. In this order x64's gives the second where one is not a number, and ARM's what is not.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    pub fn at_least(self, low: Self) -> Self {
        F32x4(wasm::f32x4_relaxed_max(low.0, self.0))
    }

    /// The larger ones; what is not a number in `self` stays.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub fn at_least(self, low: Self) -> Self {
        F32x4(wasm::f32x4_pmax(self.0, low.0))
    }

    /// The smaller ones; what is not a number in `self` stays.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    pub fn at_most(self, high: Self) -> Self {
        F32x4(wasm::f32x4_relaxed_min(high.0, self.0))
    }

    /// The smaller ones; what is not a number in `self` stays.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub fn at_most(self, high: Self) -> Self {
        F32x4(wasm::f32x4_pmin(self.0, high.0))
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        [
            wasm::f32x4_extract_lane::<0>(self.0),
            wasm::f32x4_extract_lane::<1>(self.0),
            wasm::f32x4_extract_lane::<2>(self.0),
            wasm::f32x4_extract_lane::<3>(self.0),
        ]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl F32x4 {
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        F32x4([value; 4])
    }

    /// # Safety
    /// Four elements from `at` on can be read.
    #[inline(always)]
    pub unsafe fn load(at: *const f32) -> Self {
        F32x4(unsafe { at.cast::<[f32; 4]>().read_unaligned() })
    }

    /// The element at `at`, four times.
    ///
    /// # Safety
    /// It can be read.
    #[inline(always)]
    pub unsafe fn load_splat(at: *const f32) -> Self {
        F32x4::splat(unsafe { at.read_unaligned() })
    }

    /// # Safety
    /// Four elements from `at` on can be written.
    #[inline(always)]
    pub unsafe fn store(self, at: *mut f32) {
        unsafe { at.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f32, f32) -> f32) -> Self {
        F32x4(std::array::from_fn(|lane| function(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    #[inline(always)]
    fn each(self, function: impl Fn(f32) -> f32) -> Self {
        F32x4(self.0.map(function))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        self.each(f32::sqrt)
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        self.each(f32::abs)
    }

    /// The larger ones; not a number where either is none.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b || a.is_nan() { a } else { b })
    }

    /// The smaller ones; not a number where either is none.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b || a.is_nan() { a } else { b })
    }

    /// The nearest whole numbers, the even one of two.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        self.each(f32::round_ties_even)
    }

    /// Two to the power of whole numbers from -126 to 127.
    #[inline(always)]
    pub fn power_of_two(self) -> Self {
        self.each(|power| f32::from_bits(((power as i32 + 127) as u32) << 23))
    }

    /// `small` where the element is less than `limit`, otherwise `large`.
    #[inline(always)]
    pub fn choose(self, limit: Self, small: Self, large: Self) -> Self {
        F32x4(std::array::from_fn(|lane| if self.0[lane] < limit.0[lane] { small.0[lane] } else { large.0[lane] }))
    }

    #[inline(always)]
    pub fn from_array(lanes: [f32; 4]) -> Self {
        F32x4(lanes)
    }

    /// `self + a * b`.
    #[inline(always)]
    pub fn madd(self, a: Self, b: Self) -> Self {
        self.add(a.mul(b))
    }

    /// The larger ones; what is not a number in `self` stays.
    #[inline(always)]
    pub fn at_least(self, low: Self) -> Self {
        self.zip(low, |a, b| if a < b { b } else { a })
    }

    /// The smaller ones; what is not a number in `self` stays.
    #[inline(always)]
    pub fn at_most(self, high: Self) -> Self {
        self.zip(high, |a, b| if b < a { b } else { a })
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        self.0
    }
}
