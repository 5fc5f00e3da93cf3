//! Axes along which a kernel goes through two slices.

/// Its size, and the elements from one place to the next in each slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub size: usize,
    pub strides: [usize; 2],
}

/// The axes that matter, as few as they can be: neighbours that can be gone along as one are one.
pub fn merged(axes: impl IntoIterator<Item = Axis>) -> Box<[Axis]> {
    let mut merged: Vec<Axis> = vec![];
    for axis in axes.into_iter().filter(|axis| axis.size != 1) {
        match merged.last_mut() {
            Some(outer) if outer.strides == axis.strides.map(|stride| stride * axis.size) => {
                *outer = Axis { size: outer.size * axis.size, ..axis };
            }
            _ => merged.push(axis),
        }
    }
    merged.into()
}
