//! Functions of one number, four at a time.

use super::simd::F32x4;

/// e to the power of each element, to about one unit in the last place.
#[inline(always)]
pub fn exp(x: F32x4) -> F32x4 {
    // ln 2 in two parts: the first has few bits, so that multiples of it are exact.
    const LN_2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];
    // Beyond these the result is 0 or infinite in any case.
    let x = x.at_least(F32x4::splat(-104.0)).at_most(F32x4::splat(89.0));
    let power = x.mul(F32x4::splat(std::f32::consts::LOG2_E)).nearest();
    let rest = LN_2.iter().fold(x, |rest, part| rest.madd(power, F32x4::splat(-part)));
    // The first terms of the exponential series: the next one is less than 6e-9 for |rest| <= ln 2 / 2.
    let coefficients = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let sum = coefficients.into_iter().fold(F32x4::splat(0.0), |sum, term| F32x4::splat(term).madd(sum, rest));
    // In two steps, since the power of two itself may not be a float32.
    let half = power.mul(F32x4::splat(0.5)).nearest();
    sum.mul(half.power_of_two()).mul(power.sub(half).power_of_two())
}

/// 1 / (1 + exp(-x)).
#[inline(always)]
pub fn sigmoid(x: F32x4) -> F32x4 {
    let one = F32x4::splat(1.0);
    one.div(one.add(exp(F32x4::splat(0.0).sub(x))))
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: F32x4) -> F32x4 {
    let one = F32x4::splat(1.0);
    let far = one.sub(F32x4::splat(2.0).div(one.add(exp(x.add(x)))));
    // Near zero that difference has few bits left. The next term of the series is less than 6e-8 of the sum.
    let square = x.mul(x);
    let coefficients = [62.0 / 2835.0, -17.0 / 315.0, 2.0 / 15.0, -1.0 / 3.0, 1.0];
    let near = coefficients.into_iter().fold(F32x4::splat(0.0), |sum, term| F32x4::splat(term).madd(sum, square));
    x.abs().choose(F32x4::splat(0.3), x.mul(near), far)
}

/// x * 0.5 * (1 + erf(x / sqrt(2))): GELU.
#[inline(always)]
pub fn gelu(x: F32x4) -> F32x4 {
    // erfc(z) = t * exp(p(t) - z^2), t = 1 / (1 + z / 2). p fitted to 6e-7 for z from 0 to 9, behind which it is 0 in float32.
    const P: [f32; 8] = [
        -0.181_696_85,
        0.725_343_3,
        -0.954_325_8,
        0.305_459_4,
        -0.015_479_937,
        0.386_450_68,
        0.999_804_85,
        -1.265_556_3,
    ];
    let (one, half) = (F32x4::splat(1.0), F32x4::splat(0.5));
    let z = x.abs().mul(F32x4::splat(std::f32::consts::FRAC_1_SQRT_2));
    let t = one.div(one.madd(z, half));
    let power = P.into_iter().fold(F32x4::splat(0.0), |sum, term| F32x4::splat(term).madd(sum, t)).sub(z.mul(z));
    // Of the infinite, the share that is left of it would not be a number.
    let tail = x.at_most(F32x4::splat(1e9)).mul(half).mul(t.mul(exp(power)));
    x.choose(F32x4::splat(0.0), tail, x.sub(tail))
}

/// x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))): GELU by its approximation.
#[inline(always)]
pub fn gelu_tanh(x: F32x4) -> F32x4 {
    let cube = x.mul(x).mul(x);
    let inner = x.madd(cube, F32x4::splat(0.044_715)).mul(F32x4::splat(0.797_884_6));
    // 0.5 * (1 + tanh(y)) is sigmoid(2 * y).
    x.mul(sigmoid(inner.add(inner)))
}
