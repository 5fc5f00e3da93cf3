//! Resize and Upsample, axis by axis: each place of the output is a weighted sum of places of the input.

mod coordinate;
mod taps;

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure, format_err};

use super::pick::{count, picked, size, strides};
use crate::eager::node::{Arguments, Kernel, Node, axis, one};
use crate::eager::value::TensorValue;
use coordinate::Coordinates;
use taps::{Filter, Taps};

struct Resize {
    axes: Option<Vec<i64>>,
    policy: String,
    coordinates: Coordinates,
    filter: Filter,
    extrapolation: f64,
}

/// No axis becomes longer: each of its places has a list.
const LONGEST_AXIS: usize = 1 << 22;

/// What is wanted along one axis.
#[derive(Clone, Debug)]
struct Wanted {
    length: usize,
    scale: f64,
    roi: (f64, f64),
}

pub(super) fn resize(node: &Node) -> TractResult<Kernel> {
    let old = node.opset < 11;
    let default = if old { "asymmetric" } else { "half_pixel" };
    let coordinates = Coordinates::of(&node.text("coordinate_transformation_mode", default)?)?;
    let nearest = node.text("nearest_mode", if old { "floor" } else { "round_prefer_floor" })?;
    let filter = Filter::of(node, &nearest)?;
    let resize = Resize {
        axes: node.ints("axes"),
        policy: node.text("keep_aspect_ratio_policy", "stretch")?,
        coordinates,
        filter,
        extrapolation: f64::from(node.float("extrapolation_value", 0.0)),
    };
    let scales_at = if old { 1 } else { 2 };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let wanted = resize.wanted(arguments, scales_at)?;
        one(resize.run(input, &wanted)?)
    }))
}

pub(super) fn upsample(node: &Node) -> TractResult<Kernel> {
    let attribute = node.floats("scales");
    let filter = Filter::of(node, "floor")?;
    let coordinates = Coordinates::of("asymmetric")?;
    let resize = Resize { axes: None, policy: "stretch".into(), coordinates, filter, extrapolation: 0.0 };
    Ok(Box::new(move |arguments| {
        let input = arguments.tensor(0)?;
        let scales = match &attribute {
            Some(scales) => scales.clone(),
            None => arguments.tensor(1)?.to_f32s()?,
        };
        ensure!(scales.len() == input.rank(), "{} scales for rank {}", scales.len(), input.rank());
        let wanted: Vec<Wanted> =
            input.shape().iter().zip(&scales).map(|(length, scale)| scaled(*length, *scale)).collect();
        one(resize.run(input, &wanted)?)
    }))
}

fn scaled(length: usize, scale: f32) -> Wanted {
    // The product is of float32 numbers, and what float32 rounds up to a whole number is one.
    let scaled = (length as f32 * scale).floor().max(0.0) as usize;
    Wanted { length: scaled, scale: f64::from(scale), roi: (0.0, 1.0) }
}

impl Resize {
    fn wanted(&self, arguments: &Arguments, scales_at: usize) -> TractResult<Vec<Wanted>> {
        let input = arguments.tensor(0)?;
        let rank = input.rank();
        let axes = match &self.axes {
            Some(axes) => axes.iter().map(|place| axis(*place, rank)).collect::<TractResult<Vec<_>>>()?,
            None => (0..rank).collect(),
        };
        let scales = arguments.optional(scales_at)?.filter(|scales| scales.len() > 0);
        let mut wanted: Vec<Wanted> =
            input.shape().iter().map(|length| Wanted { length: *length, scale: 1.0, roi: (0.0, 1.0) }).collect();
        if let Some(scales) = scales {
            let scales = scales.to_f32s()?;
            ensure!(scales.len() == axes.len(), "{} scales for {} axes", scales.len(), axes.len());
            ensure!(scales.iter().all(|scale| *scale > 0.0), "a scale is not above 0: {scales:?}");
            for (along, scale) in axes.iter().zip(scales) {
                wanted[*along] = scaled(input.shape()[*along], scale);
            }
        } else {
            let sizes = arguments.optional(3)?.ok_or_else(|| format_err!("it has neither scales nor sizes"))?;
            let sizes = sizes.to_i64s()?.into_iter().map(size).collect::<TractResult<Vec<_>>>()?;
            ensure!(sizes.len() == axes.len(), "{} sizes for {} axes", sizes.len(), axes.len());
            self.fit(input.shape(), &axes, &sizes, &mut wanted)?;
        }
        if let (true, Some(roi)) = (self.coordinates == Coordinates::Crop, arguments.optional(1)?) {
            let roi = roi.to_f64s()?;
            ensure!(roi.len() == 2 * axes.len(), "roi has {} values for {} axes", roi.len(), axes.len());
            for (place, along) in axes.iter().enumerate() {
                wanted[*along].roi = (roi[place], roi[axes.len() + place]);
            }
        }
        Ok(wanted)
    }

    /// The sizes, or those nearest to them that keep the picture's proportions.
    fn fit(&self, shape: &[usize], axes: &[usize], sizes: &[usize], wanted: &mut [Wanted]) -> TractResult<()> {
        let ratios = axes.iter().zip(sizes).map(|(along, size)| *size as f64 / shape[*along].max(1) as f64);
        let common = match self.policy.as_str() {
            "stretch" => None,
            "not_larger" => Some(ratios.fold(f64::INFINITY, f64::min)),
            "not_smaller" => Some(ratios.fold(0.0, f64::max)),
            other => bail!("keep_aspect_ratio_policy {other:?} is unknown"),
        };
        for (along, size) in axes.iter().zip(sizes) {
            let own = shape[*along];
            wanted[*along] = match common {
                Some(scale) => Wanted { length: (scale * own as f64 + 0.5).floor() as usize, scale, roi: (0.0, 1.0) },
                None => Wanted { length: *size, scale: *size as f64 / own.max(1) as f64, roi: (0.0, 1.0) },
            };
        }
        Ok(())
    }

    fn run(&self, input: &TensorValue, wanted: &[Wanted]) -> TractResult<TensorValue> {
        let shape: Vec<usize> = wanted.iter().map(|wanted| wanted.length).collect();
        count(&shape)?;
        // An empty tensor may be long along an axis all the same.
        ensure!(shape.iter().all(|length| *length <= LONGEST_AXIS), "the shape {shape:?} is too large");
        ensure!(input.len() > 0 || shape.contains(&0), "{:?} can't become {shape:?}", input.shape());
        let mut taps = vec![];
        for (own, wanted) in input.shape().iter().zip(wanted) {
            let place = |at: usize| self.coordinates.origin(at, *own, wanted);
            taps.push(Taps::new(*own, wanted, &self.filter, place));
        }
        let mut output = match self.filter {
            Filter::Nearest(_) => {
                let steps = strides(input.shape());
                picked(input, &shape, |at| (0..at.len()).map(|axis| taps[axis].nearest(at[axis]) * steps[axis]).sum())?
            }
            _ => weighted(input, &taps)?,
        };
        if self.coordinates == Coordinates::Crop && taps.iter().any(|taps| taps.outside.contains(&true)) {
            let mut values = output.to_f64s()?;
            let mut number = 0;
            super::pick::each(&shape, |at| {
                if at.iter().zip(&taps).any(|(place, taps)| taps.outside[*place]) {
                    values[number] = self.extrapolation;
                }
                number += 1;
            });
            output = TensorValue::from_f64s(input.dtype(), &shape, values)?;
        }
        Ok(output)
    }
}

/// The sums, one axis after the other.
fn weighted(input: &TensorValue, taps: &[Taps]) -> TractResult<TensorValue> {
    let mut values = input.to_f64s()?;
    let mut shape = input.shape().to_vec();
    for (along, taps) in taps.iter().enumerate().filter(|(_, taps)| !taps.is_identity()) {
        let own = shape[along];
        let (outer, inner): (usize, usize) = (shape[..along].iter().product(), shape[along + 1..].iter().product());
        shape[along] = taps.len();
        let mut next = vec![0.0; count(&shape)?];
        for row in 0..outer {
            for place in 0..taps.len() {
                let target = &mut next[(row * taps.len() + place) * inner..][..inner];
                for (from, weight) in taps.at(place) {
                    let source = &values[(row * own + from) * inner..][..inner];
                    target.iter_mut().zip(source).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        values = next;
    }
    TensorValue::from_f64s(input.dtype(), &shape, values)
}
