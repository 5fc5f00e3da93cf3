//! What becomes of a sum before it is stored.

use super::fours::each;
use super::function;
use super::simd::F32x4;

/// min(max(slope * x + offset, low), high). What is not a number stays so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clamp {
    pub slope: f32,
    pub offset: f32,
    pub low: f32,
    pub high: f32,
}

impl Clamp {
    pub const IDENTITY: Clamp = Clamp { slope: 1.0, offset: 0.0, low: f32::NEG_INFINITY, high: f32::INFINITY };

    #[inline(always)]
    fn in_vectors(self) -> [F32x4; 4] {
        [self.slope, self.offset, self.low, self.high].map(F32x4::splat)
    }
}

/// A line between two limits, its numbers in vectors.
#[inline(always)]
fn line([slope, offset, low, high]: [F32x4; 4], x: F32x4) -> F32x4 {
    offset.madd(x, slope).at_least(low).at_most(high)
}

/// A function of each element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    None,
    /// min(max(x, low), high): ONNX's Relu and Clip.
    Clip {
        low: f32,
        high: f32,
    },
    /// ONNX's HardSigmoid, and any other line between two limits.
    Clamp(Clamp),
    /// x times that, plus a number: ONNX's HardSwish.
    Gated {
        gate: Clamp,
        added: f32,
    },
    /// x where it is positive, slope * x elsewhere.
    Leaky {
        slope: f32,
    },
    /// The nearest whole number between two limits, the even one of two.
    Round {
        low: f32,
        high: f32,
    },
    Square,
    Sqrt,
    Recip,
    Rsqrt,
    Abs,
    Exp,
    Sigmoid,
    Tanh,
    Silu,
    Gelu,
    GeluTanh,
}

impl Activation {
    /// Its cheapest form.
    pub fn simplified(self) -> Activation {
        match self {
            Activation::Clamp(clamp) if clamp == Clamp::IDENTITY => Activation::None,
            Activation::Clamp(Clamp { slope: 1.0, offset: 0.0, low, high }) => Activation::Clip { low, high },
            other => other,
        }
    }

    /// Whether it is a few operations on the element: worth having at each place where a sum is stored.
    pub fn is_simple(self) -> bool {
        matches!(
            self,
            Activation::None
                | Activation::Clip { .. }
                | Activation::Clamp(_)
                | Activation::Gated { .. }
                | Activation::Leaky { .. }
                | Activation::Round { .. }
        )
    }

    /// Applies one that [is simple](Activation::is_simple).
    #[inline(always)]
    pub fn of(self, x: F32x4) -> F32x4 {
        match self {
            Activation::Clip { low, high } => Clip::new(low, high).of(x),
            Activation::Clamp(clamp) => line(clamp.in_vectors(), x),
            Activation::Gated { gate, added } => Gated::new(gate, added).of(x),
            Activation::Leaky { slope } => {
                let zero = F32x4::splat(0.0);
                x.at_least(zero).madd(x.at_most(zero), F32x4::splat(slope))
            }
            Activation::Round { low, high } => x.nearest().at_least(F32x4::splat(low)).at_most(F32x4::splat(high)),
            _ => x,
        }
    }
}

/// An activation whose numbers are in vectors already, and that need not be told from others at each sum.
pub(crate) trait Function: Copy {
    fn of(self, x: F32x4) -> F32x4;
}

/// Of those that are not worth a kernel of their own.
impl Function for Activation {
    #[inline(always)]
    fn of(self, x: F32x4) -> F32x4 {
        Activation::of(self, x)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Identity;

impl Function for Identity {
    #[inline(always)]
    fn of(self, x: F32x4) -> F32x4 {
        x
    }
}

/// [`Activation::Clip`].
#[derive(Clone, Copy)]
pub(crate) struct Clip {
    low: F32x4,
    high: F32x4,
}

impl Clip {
    #[inline(always)]
    pub(crate) fn new(low: f32, high: f32) -> Clip {
        Clip { low: F32x4::splat(low), high: F32x4::splat(high) }
    }
}

impl Function for Clip {
    #[inline(always)]
    fn of(self, x: F32x4) -> F32x4 {
        x.at_least(self.low).at_most(self.high)
    }
}

/// [`Activation::Gated`].
#[derive(Clone, Copy)]
pub(crate) struct Gated {
    gate: [F32x4; 4],
    added: F32x4,
}

impl Gated {
    #[inline(always)]
    pub(crate) fn new(gate: Clamp, added: f32) -> Gated {
        Gated { gate: gate.in_vectors(), added: F32x4::splat(added) }
    }
}

impl Function for Gated {
    #[inline(always)]
    fn of(self, x: F32x4) -> F32x4 {
        self.added.madd(x, line(self.gate, x))
    }
}

/// Calls `$work` with the activation as one of those that have a kernel of their own, otherwise as it is.
macro_rules! with_function {
    ($activation:expr, |$function:ident| $work:expr) => {
        match $activation {
            Activation::None => {
                let $function = $crate::activation::Identity;
                $work
            }
            Activation::Clip { low, high } => {
                let $function = $crate::activation::Clip::new(low, high);
                $work
            }
            Activation::Gated { gate, added } => {
                let $function = $crate::activation::Gated::new(gate, added);
                $work
            }
            $function => $work,
        }
    };
}
pub(crate) use with_function;

/// Writes the function of each element.
///
/// # Panics
/// When the lengths differ.
pub fn map(function: Activation, input: &[f32], output: &mut [f32]) {
    let one = F32x4::splat(1.0);
    match function {
        Activation::Square => each(input, output, |x| x.mul(x)),
        Activation::Sqrt => each(input, output, F32x4::sqrt),
        Activation::Recip => each(input, output, |x| one.div(x)),
        Activation::Rsqrt => each(input, output, |x| one.div(x.sqrt())),
        Activation::Abs => each(input, output, F32x4::abs),
        Activation::Exp => each(input, output, function::exp),
        Activation::Sigmoid => each(input, output, function::sigmoid),
        Activation::Tanh => each(input, output, function::tanh),
        Activation::Silu => each(input, output, |x| x.mul(function::sigmoid(x))),
        Activation::Gelu => each(input, output, function::gelu),
        Activation::GeluTanh => each(input, output, function::gelu_tanh),
        simple => each(input, output, |x| simple.of(x)),
    }
}
