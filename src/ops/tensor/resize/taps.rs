//! The places of the input that a place of the output is made of, and their weights.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::bail;

use super::Wanted;
use crate::eager::node::Node;

/// `mode`, with what belongs to it.
pub(super) enum Filter {
    Nearest(Rounding),
    Linear { antialias: bool, exclude_outside: bool },
    Cubic { a: f64, antialias: bool, exclude_outside: bool },
}

/// `nearest_mode`.
#[derive(Clone, Copy)]
pub(super) enum Rounding {
    PreferFloor,
    PreferCeil,
    Floor,
    Ceil,
}

impl Filter {
    /// # Errors
    /// For a name that is none of ONNX's.
    pub(super) fn of(node: &Node, nearest: &str) -> TractResult<Filter> {
        let (antialias, exclude_outside) = (node.flag("antialias", 0), node.flag("exclude_outside", 0));
        Ok(match node.text("mode", "nearest")?.as_str() {
            "nearest" => Filter::Nearest(match nearest {
                "round_prefer_floor" | "" => Rounding::PreferFloor,
                "round_prefer_ceil" => Rounding::PreferCeil,
                "floor" => Rounding::Floor,
                "ceil" => Rounding::Ceil,
                other => bail!("nearest_mode {other:?} is unknown"),
            }),
            "linear" | "bilinear" => Filter::Linear { antialias, exclude_outside },
            "cubic" => {
                let a = f64::from(node.float("cubic_coeff_a", -0.75));
                Filter::Cubic { a, antialias, exclude_outside }
            }
            other => bail!("mode {other:?} is unknown"),
        })
    }

    /// How far a weight reaches, and the weight at a distance.
    fn weight(&self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Filter::Nearest(_) => 0.0,
            Filter::Linear { .. } => (1.0 - x).max(0.0),
            Filter::Cubic { a, .. } if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
            Filter::Cubic { a, .. } if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
            Filter::Cubic { .. } => 0.0,
        }
    }

    fn reach(&self) -> f64 {
        if matches!(self, Filter::Cubic { .. }) { 2.0 } else { 1.0 }
    }
}

/// For every place along an axis of the output its places of the input with their weights.
pub(super) struct Taps {
    own: usize,
    places: Vec<Vec<(usize, f64)>>,
    /// Whether the coordinate is not in the input.
    pub(super) outside: Vec<bool>,
}

impl Taps {
    pub(super) fn new(own: usize, wanted: &Wanted, filter: &Filter, place: impl Fn(usize) -> f64) -> Taps {
        let origins: Vec<f64> = (0..wanted.length).map(place).collect();
        let outside = origins.iter().map(|x| *x < 0.0 || *x > own as f64 - 1.0).collect();
        let places = origins.iter().map(|x| taps(*x, own, wanted.scale, filter)).collect();
        Taps { own, places, outside }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn at(&self, place: usize) -> &[(usize, f64)] {
        &self.places[place]
    }

    pub(super) fn nearest(&self, place: usize) -> usize {
        self.places[place].first().map_or(0, |tap| tap.0)
    }

    /// Whether it changes nothing.
    pub(super) fn is_identity(&self) -> bool {
        let same = |(place, taps): (usize, &Vec<(usize, f64)>)| {
            taps.iter().all(|(from, weight)| if *from == place { *weight == 1.0 } else { *weight == 0.0 })
        };
        self.places.len() == self.own && self.places.iter().enumerate().all(same)
    }
}

fn taps(x: f64, own: usize, scale: f64, filter: &Filter) -> Vec<(usize, f64)> {
    let last = own.saturating_sub(1) as f64;
    let inside = |place: f64| place.clamp(0.0, last) as usize;
    let (antialias, exclude_outside) = match filter {
        Filter::Nearest(rounding) => {
            let place = match rounding {
                Rounding::PreferFloor => (x - 0.5).ceil(),
                Rounding::PreferCeil => (x + 0.5).floor(),
                Rounding::Floor => x.floor(),
                Rounding::Ceil => x.ceil(),
            };
            return vec![(inside(place), 1.0)];
        }
        Filter::Linear { antialias, exclude_outside } => (*antialias, *exclude_outside),
        Filter::Cubic { antialias, exclude_outside, .. } => (*antialias, *exclude_outside),
    };
    // Shrinking, an antialiased filter is as wide as what becomes one place.
    let scale = if antialias { scale.min(1.0) } else { 1.0 };
    let reach = filter.reach() / scale;
    let first = (x - reach).floor() as i64;
    let end = (x + reach).ceil() as i64;
    let mut taps: Vec<(f64, f64)> =
        (first..=end).map(|place| (place as f64, filter.weight((place as f64 - x) * scale))).collect();
    if exclude_outside {
        taps.retain(|(place, _)| (0.0..=last).contains(place));
    }
    let sum: f64 = taps.iter().map(|(_, weight)| weight).sum();
    let weight = |weight: f64| if antialias || exclude_outside { weight / sum } else { weight };
    taps.into_iter().filter(|tap| tap.1 != 0.0).map(|(place, own)| (inside(place), weight(own))).collect()
}
