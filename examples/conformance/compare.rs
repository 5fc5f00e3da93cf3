//! Whether an answer is the expected one.

use onnxlet::{Elements as Given, NamedTensor};

/// Of the expected value. The suite's own runner takes this, too.
const RELATIVE: f64 = 1e-3;
/// Near zero.
const ABSOLUTE: f64 = 1e-5;

/// A tensor's elements, of any type, without loss.
#[derive(Debug, PartialEq)]
pub enum Elements {
    /// Floats of up to 64 bits.
    Floats(Vec<f64>),
    /// Whole numbers and truth values.
    Ints(Vec<i128>),
    /// Texts.
    Texts(Vec<String>),
}

impl Elements {
    /// What the engine gave.
    ///
    /// # Errors
    /// A type that this program doesn't know yet.
    pub fn of(tensor: &NamedTensor) -> Result<Elements, String> {
        fn floats<T: Copy + Into<f64>>(values: &[T]) -> Elements {
            Elements::Floats(values.iter().map(|&x| x.into()).collect())
        }
        fn ints<T: Copy + Into<i128>>(values: &[T]) -> Elements {
            Elements::Ints(values.iter().map(|&x| x.into()).collect())
        }
        Ok(match tensor.elements() {
            Given::F16(v) => Elements::Floats(v.iter().map(|x| x.to_f64()).collect()),
            Given::F32(v) => floats(v),
            Given::F64(v) => floats(v),
            Given::I8(v) => ints(v),
            Given::I16(v) => ints(v),
            Given::I32(v) => ints(v),
            Given::I64(v) => ints(v),
            Given::U8(v) => ints(v),
            Given::U16(v) => ints(v),
            Given::U32(v) => ints(v),
            Given::U64(v) => ints(v),
            Given::Bool(v) => Elements::Ints(v.iter().map(|&x| i128::from(x)).collect()),
            Given::Text(v) => Elements::Texts(v.to_vec()),
            #[allow(unreachable_patterns)]
            _ => return Err(format!("the type {} can't be compared yet", tensor.dtype().name())),
        })
    }
}

/// How the elements differ, if they do.
pub fn difference(got: &Elements, want: &Elements) -> Option<String> {
    match (got, want) {
        (Elements::Floats(got), Elements::Floats(want)) => first(got, want, |&got, &want| is_close(got, want)),
        (Elements::Ints(got), Elements::Ints(want)) => first(got, want, |got, want| got == want),
        (Elements::Texts(got), Elements::Texts(want)) => first(got, want, |got, want| got == want),
        _ => Some("elements of another kind".into()),
    }
}

fn first<T: std::fmt::Debug>(got: &[T], want: &[T], is_same: impl Fn(&T, &T) -> bool) -> Option<String> {
    if got.len() != want.len() {
        return Some(format!("expected {} elements, got {}", want.len(), got.len()));
    }
    let wrong: Vec<usize> = (0..want.len()).filter(|&index| !is_same(&got[index], &want[index])).collect();
    let &index = wrong.first()?;
    let (total, got, want) = (want.len(), &got[index], &want[index]);
    Some(format!("{} of {} wrong, at {index}: expected {want:?}, got {got:?}", wrong.len(), total))
}

/// NaN is NaN, an infinity itself.
fn is_close(got: f64, want: f64) -> bool {
    if got.is_nan() || want.is_nan() {
        return got.is_nan() && want.is_nan();
    }
    got == want || (got - want).abs() <= ABSOLUTE + RELATIVE * want.abs() && want.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds of 1000 are 1000 ± 1.00001.
    #[test]
    fn floats_are_equal_within_the_tolerance() {
        for (got, want) in [(1000.9, 1000.0), (-1000.9, -1000.0), (9e-6, 0.0), (0.0, -0.0)] {
            assert!(is_close(got, want), "{got} {want}");
        }
        for (got, want) in [(1001.1, 1000.0), (1.1e-5, 0.0), (1000.0, -1000.0)] {
            assert!(!is_close(got, want), "{got} {want}");
        }
    }

    #[test]
    fn what_is_not_finite_must_be_the_same() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        assert!(is_close(nan, nan) && is_close(inf, inf) && is_close(-inf, -inf));
        for (got, want) in [(inf, -inf), (1e308, inf), (inf, 1e308), (nan, 0.0), (0.0, nan), (nan, inf)] {
            assert!(!is_close(got, want), "{got} {want}");
        }
    }

    #[test]
    fn everything_else_is_exact() {
        let ints = |values: &[i128]| Elements::Ints(values.to_vec());
        assert_eq!(difference(&ints(&[1, i128::from(u64::MAX)]), &ints(&[1, i128::from(u64::MAX)])), None);
        let message = difference(&ints(&[1, 1_000_001, 3]), &ints(&[1, 1_000_000, 2])).unwrap();
        assert_eq!(message, "2 of 3 wrong, at 1: expected 1000000, got 1000001");
        assert!(difference(&ints(&[1]), &ints(&[])).is_some());
        assert!(difference(&ints(&[1]), &Elements::Floats(vec![1.0])).is_some());
        let text = |text: &str| Elements::Texts(vec![text.into()]);
        assert!(difference(&text("a"), &text("a")).is_none() && difference(&text("a"), &text("a ")).is_some());
    }
}
