//! The card's sizes for what a model leaves open.

use std::collections::BTreeMap;

use super::Card;
use super::check::bad;
use crate::{Dim, Error, TensorSpec};

impl Card {
    /// The inputs with the sizes that the card gives to what the model leaves open. A symbol that the card replaces in one
    /// input is replaced in the others, too: it means the same everywhere.
    ///
    /// # Errors
    /// [`Error::Card`] for a shape that contradicts the model's, or another one's.
    pub(crate) fn fix_shapes(&self, inputs: &[TensorSpec]) -> Result<Vec<TensorSpec>, Error> {
        let mut replaced: BTreeMap<&str, Dim> = BTreeMap::new();
        let mut fixed = Vec::with_capacity(inputs.len());
        for spec in inputs {
            let own = self.fix_shape(spec)?;
            for (open, given) in spec.dims().iter().zip(own.dims()) {
                let Dim::Symbol(symbol) = open else { continue };
                if given == open {
                    continue;
                }
                if let Some(before) = replaced.insert(symbol, given.clone()).filter(|before| before != given) {
                    let message = format!("{symbol} is {given} here and {before} before");
                    return Err(bad(format!("inputs.{}.shape", spec.name), message));
                }
            }
            fixed.push(own);
        }
        for dim in fixed.iter_mut().flat_map(|spec| spec.shape.iter_mut().flatten()) {
            if let Dim::Symbol(symbol) = dim
                && let Some(given) = replaced.get(symbol.as_str())
            {
                *dim = given.clone();
            }
        }
        Ok(fixed)
    }

    fn fix_shape(&self, spec: &TensorSpec) -> Result<TensorSpec, Error> {
        let Some(shape) = self.inputs.get(&spec.name).and_then(|card| card.shape.clone()) else {
            return Ok(spec.clone());
        };
        let agrees = |(open, given): (&Dim, &Dim)| match (open, given) {
            (Dim::Fixed(size), given) => *given == Dim::Fixed(*size),
            (Dim::Symbol(_), given) => *given != Dim::Fixed(0),
        };
        let fits = match &spec.shape {
            Some(dims) => dims.len() == shape.len() && dims.iter().zip(&shape).all(agrees),
            None => true,
        };
        let given = TensorSpec { shape: Some(shape), ..spec.clone() };
        if !fits {
            return Err(bad(format!("inputs.{}.shape", spec.name), format!("{given} does not fit the model's {spec}")));
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dtype;

    fn fixed(card: &str) -> Result<Vec<String>, String> {
        let symbol = |name: &str| Dim::Symbol(name.into());
        let spec = |name: &str, last: Dim| TensorSpec {
            name: name.into(),
            dtype: Dtype::Int64,
            shape: Some(vec![symbol("batch"), last]),
        };
        let inputs = [spec("ids", symbol("length")), spec("mask", symbol("length")), spec("extra", Dim::Fixed(3))];
        let card = Card::parse(&format!(r#"{{"name": "m", "inputs": {{{card}}}}}"#)).unwrap();
        let fixed = card.fix_shapes(&inputs).map_err(|e| e.to_string())?;
        Ok(fixed.iter().map(TensorSpec::to_string).collect())
    }

    #[test]
    fn a_symbol_is_replaced_in_every_input() {
        assert_eq!(fixed("").unwrap(), ["i64[batch,length]", "i64[batch,length]", "i64[batch,3]"]);
        assert_eq!(fixed(r#""ids": {"shape": ["N", 8]}"#).unwrap(), ["i64[N,8]", "i64[N,8]", "i64[N,3]"]);
        assert_eq!(fixed(r#""mask": {"shape": ["batch", 8]}"#).unwrap()[0], "i64[batch,8]");
    }

    #[test]
    fn shapes_that_contradict_are_refused() {
        let error = fixed(r#""ids": {"shape": [2, 8]}, "mask": {"shape": [2, 9]}"#).unwrap_err();
        assert!(error.contains("inputs.mask.shape") && error.contains("length is 9 here and 8 before"), "{error}");
        assert!(fixed(r#""extra": {"shape": [2, 4]}"#).unwrap_err().contains("does not fit the model's i64[batch,3]"));
    }
}
