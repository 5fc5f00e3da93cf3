//! One step of a recurrent layer, for one example.

use super::activation::Activation;
use super::real::{Real, dot};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Rnn,
    Gru,
    Lstm,
}

impl Kind {
    pub(super) fn gates(self) -> usize {
        match self {
            Kind::Rnn => 1,
            Kind::Gru => 3,
            Kind::Lstm => 4,
        }
    }

    /// The activations of one direction, where the node names none.
    pub(super) fn activations(self) -> &'static [Activation] {
        match self {
            Kind::Rnn => &[Activation::Tanh],
            Kind::Gru => &[Activation::Sigmoid, Activation::Tanh],
            Kind::Lstm => &[Activation::Sigmoid, Activation::Tanh, Activation::Tanh],
        }
    }
}

/// The weights of one direction.
pub(super) struct Cell<'a, T> {
    pub(super) kind: Kind,
    pub(super) hidden: usize,
    pub(super) activations: &'a [Activation],
    pub(super) clip: Option<f64>,
    pub(super) linear_before_reset: bool,
    pub(super) input_forget: bool,
    pub(super) weights: Vec<T>,
    pub(super) recurrent: Vec<T>,
    /// Of the weights, then of the recurrent ones.
    pub(super) bias: Vec<T>,
    pub(super) peepholes: Vec<T>,
}

impl<T: Real> Cell<'_, T> {
    /// Moves the state by one place; `c` is an LSTM's memory.
    pub(super) fn step(&self, x: &[T], h: &mut [T], c: &mut [T]) {
        match self.kind {
            Kind::Rnn => self.rnn(x, h),
            Kind::Gru => self.gru(x, h),
            Kind::Lstm => self.lstm(x, h, c),
        }
    }

    /// A row of the weights times the input, with its bias.
    fn of_input(&self, row: usize, x: &[T]) -> T {
        dot(&self.weights[row * x.len()..(row + 1) * x.len()], x) + self.bias[row]
    }

    /// A row of the recurrent weights times the state.
    fn of_state(&self, row: usize, h: &[T]) -> T {
        dot(&self.recurrent[row * self.hidden..(row + 1) * self.hidden], h)
    }

    fn recurrent_bias(&self, row: usize) -> T {
        self.bias[self.kind.gates() * self.hidden + row]
    }

    fn activated(&self, index: usize, x: T) -> T {
        let clipped = match self.clip {
            Some(clip) => T::from_f64(x.to_f64().clamp(-clip, clip)),
            None => x,
        };
        self.activations[index].of(clipped)
    }

    fn rnn(&self, x: &[T], h: &mut [T]) {
        let sum = |row: usize| self.of_input(row, x) + self.of_state(row, h) + self.recurrent_bias(row);
        let next: Vec<T> = (0..self.hidden).map(|row| self.activated(0, sum(row))).collect();
        h.copy_from_slice(&next);
    }

    fn gru(&self, x: &[T], h: &mut [T]) {
        let size = self.hidden;
        let gate =
            |row: usize| self.activated(0, self.of_input(row, x) + self.of_state(row, h) + self.recurrent_bias(row));
        let update: Vec<T> = (0..size).map(gate).collect();
        let reset: Vec<T> = (size..2 * size).map(gate).collect();
        let kept: Vec<T> = h.iter().zip(&reset).map(|(h, reset)| *h * *reset).collect();
        let candidate = |index: usize| {
            let row = 2 * size + index;
            let input = self.of_input(row, x);
            let sum = match self.linear_before_reset {
                true => input + reset[index] * (self.of_state(row, h) + self.recurrent_bias(row)),
                false => input + self.of_state(row, &kept) + self.recurrent_bias(row),
            };
            self.activated(1, sum)
        };
        let candidates: Vec<T> = (0..size).map(candidate).collect();
        let one = T::from_f64(1.0);
        for ((h, update), candidate) in h.iter_mut().zip(&update).zip(candidates) {
            *h = (one - *update) * candidate + *update * *h;
        }
    }

    fn lstm(&self, x: &[T], h: &mut [T], c: &mut [T]) {
        let size = self.hidden;
        let sum = |row: usize| self.of_input(row, x) + self.of_state(row, h) + self.recurrent_bias(row);
        let sums: Vec<T> = (0..4 * size).map(sum).collect();
        for index in 0..size {
            let peephole = |gate: usize, c: T| self.peepholes[gate * size + index] * c;
            let input = self.activated(0, sums[index] + peephole(0, c[index]));
            let forget = match self.input_forget {
                true => T::from_f64(1.0) - input,
                false => self.activated(0, sums[2 * size + index] + peephole(2, c[index])),
            };
            c[index] = forget * c[index] + input * self.activated(1, sums[3 * size + index]);
            let output = self.activated(0, sums[size + index] + peephole(1, c[index]));
            h[index] = output * self.activations[2].of(c[index]);
        }
    }
}
