//! RoiAlign and MaxRoiPool: parts of pictures, each sampled or pooled to one size.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::pick::{count, size};
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

struct Align {
    takes_max: bool,
    height: usize,
    width: usize,
    ratio: usize,
    scale: f64,
    offset: f64,
}

pub(super) fn align(node: &Node) -> TractResult<Kernel> {
    let default = if node.opset < 16 { "output_half_pixel" } else { "half_pixel" };
    let align = Align {
        takes_max: match node.text("mode", "avg")?.as_str() {
            "avg" => false,
            "max" => true,
            other => bail!("mode {other:?} is unknown"),
        },
        height: size(node.int("output_height", 1))?,
        width: size(node.int("output_width", 1))?,
        ratio: size(node.int("sampling_ratio", 0))?,
        scale: f64::from(node.float("spatial_scale", 1.0)),
        offset: match node.text("coordinate_transformation_mode", default)?.as_str() {
            "half_pixel" => 0.5,
            "output_half_pixel" => 0.0,
            other => bail!("coordinate_transformation_mode {other:?} is unknown"),
        },
    };
    Ok(Box::new(move |arguments| {
        let (input, rois, batches) = (arguments.tensor(0)?, arguments.tensor(1)?, arguments.tensor(2)?.to_i64s()?);
        let &[batch, channels, height, width] = input.shape() else {
            bail!("expected pictures, got {:?}", input.shape())
        };
        ensure!(
            rois.shape() == [batches.len(), 4],
            "{} batch indices for rois of shape {:?}",
            batches.len(),
            rois.shape()
        );
        ensure!(batches.iter().all(|index| (0..batch as i64).contains(index)), "a batch index is none of {batch}");
        ensure!(height > 0 && width > 0, "the pictures are empty");
        let shape = [batches.len(), channels, align.height, align.width];
        let mut values = Vec::with_capacity(count(&shape)?);
        let (data, corners) = (input.to_f64s()?, rois.to_f64s()?);
        for (roi, index) in corners.chunks(4).zip(&batches) {
            for channel in 0..channels {
                let first = (*index as usize * channels + channel) * height * width;
                align.roi(&data[first..first + height * width], (height, width), roi, &mut values)?;
            }
        }
        one(TensorValue::from_f64s(input.dtype(), &shape, values)?)
    }))
}

impl Align {
    fn roi(&self, plane: &[f64], size: (usize, usize), roi: &[f64], values: &mut Vec<f64>) -> TractResult<()> {
        let [x1, y1, x2, y2] = [0, 1, 2, 3].map(|corner| roi[corner] * self.scale - self.offset);
        let (mut roi_width, mut roi_height) = (x2 - x1, y2 - y1);
        if self.offset == 0.0 {
            // The older way takes a part for at least one place wide.
            (roi_width, roi_height) = (roi_width.max(1.0), roi_height.max(1.0));
        }
        let (bin_height, bin_width) = (roi_height / self.height as f64, roi_width / self.width as f64);
        let samples = |length: f64| if self.ratio > 0 { self.ratio } else { length.ceil().max(0.0) as usize };
        let (rows, columns) = (samples(bin_height), samples(bin_width));
        ensure!(rows.saturating_mul(columns) < 1 << 20, "a part is too large: {roi:?}");
        for bin_y in 0..self.height {
            for bin_x in 0..self.width {
                let mut sum = 0.0;
                let mut most = f64::NEG_INFINITY;
                for row in 0..rows {
                    let y = y1 + (bin_y as f64 + (row as f64 + 0.5) / rows as f64) * bin_height;
                    for column in 0..columns {
                        let x = x1 + (bin_x as f64 + (column as f64 + 0.5) / columns as f64) * bin_width;
                        let corners = corners(y, x, size);
                        sum += corners.iter().map(|(place, weight)| plane[*place] * weight).sum::<f64>();
                        let largest = corners.iter().map(|(place, weight)| plane[*place] * weight);
                        most = largest.fold(most, f64::max);
                    }
                }
                let average = sum / (rows * columns).max(1) as f64;
                values.push(if !self.takes_max {
                    average
                } else if rows * columns == 0 {
                    0.0
                } else {
                    most
                });
            }
        }
        Ok(())
    }
}

/// The largest element of each bin of a part, whose corners are whole places.
pub(super) fn max_pool(node: &Node) -> TractResult<Kernel> {
    let pooled = node.ints("pooled_shape").unwrap_or_default();
    let &[rows, columns] = pooled.as_slice() else { bail!("pooled_shape is {pooled:?}") };
    let (rows, columns) = (size(rows)?, size(columns)?);
    let scale = f64::from(node.float("spatial_scale", 1.0));
    Ok(Box::new(move |arguments| {
        let (input, rois) = (arguments.tensor(0)?, arguments.tensor(1)?);
        let (&[batch, channels, height, width], &[parts, 5]) = (input.shape(), rois.shape()) else {
            bail!("expected pictures and rows of 5, got {:?} and {:?}", input.shape(), rois.shape())
        };
        let shape = [parts, channels, rows, columns];
        let mut values = Vec::with_capacity(count(&shape)?);
        let (data, rois) = (input.to_f64s()?, rois.to_f64s()?);
        for roi in rois.chunks(5) {
            ensure!(roi[0] >= 0.0 && roi[0] < batch as f64, "the batch index {} is none of {batch}", roi[0]);
            let [left, top, right, bottom] = [1, 2, 3, 4].map(|corner| (roi[corner] * scale).round());
            let (high, wide) = (bins(top, bottom, rows, height), bins(left, right, columns, width));
            for channel in 0..channels {
                let plane = &data[(roi[0] as usize * channels + channel) * height * width..][..height * width];
                for row in &high {
                    values.extend(wide.iter().map(|column| {
                        let rows = row.clone().flat_map(|row| &plane[row * width..][column.clone()]);
                        rows.copied().reduce(f64::max).unwrap_or(0.0)
                    }));
                }
            }
        }
        one(TensorValue::from_f64s(input.dtype(), &shape, values)?)
    }))
}

/// The places of an axis in each of `count` bins between two of them, both included.
fn bins(first: f64, last: f64, count: usize, length: usize) -> Vec<std::ops::Range<usize>> {
    let bin = (last - first + 1.0).max(1.0) / count as f64;
    let inside = |at: f64| (at + first).clamp(0.0, length as f64) as usize;
    let one = |index: usize| inside((index as f64 * bin).floor())..inside(((index + 1) as f64 * bin).ceil());
    (0..count).map(one).map(|bin| bin.start..bin.end.max(bin.start)).collect()
}

/// The four neighbours of a point and their weights; all 0 far outside.
fn corners(y: f64, x: f64, (height, width): (usize, usize)) -> [(usize, f64); 4] {
    if y < -1.0 || y > height as f64 || x < -1.0 || x > width as f64 || y.is_nan() || x.is_nan() {
        return [(0, 0.0); 4];
    }
    let near = |at: f64, length: usize| {
        let at = at.max(0.0);
        let low = at as usize;
        if low + 1 >= length { (length - 1, length - 1, 0.0) } else { (low, low + 1, at - low as f64) }
    };
    let ((top, bottom, down), (left, right, along)) = (near(y, height), near(x, width));
    [
        (top * width + left, (1.0 - down) * (1.0 - along)),
        (top * width + right, (1.0 - down) * along),
        (bottom * width + left, down * (1.0 - along)),
        (bottom * width + right, down * along),
    ]
}

#[cfg(test)]
mod tests {
    use tract_onnx::pb::{AttributeProto, NodeProto};

    use super::*;
    use crate::eager::node::Arguments;

    /// Two parts of two channels, the second beyond the picture. The expected values are onnxruntime 1.32's.
    #[test]
    fn parts_are_pooled_by_their_largest() {
        let attribute = vec![
            AttributeProto { name: "pooled_shape".into(), ints: vec![2, 2], ..Default::default() },
            AttributeProto { name: "spatial_scale".into(), f: 0.8, ..Default::default() },
        ];
        let proto = NodeProto { attribute, ..Default::default() };
        let kernel = max_pool(&Node { proto: &proto, opset: 1, constants: vec![], held: Default::default() }).unwrap();
        let picture = (0..32).map(|index| ((index * 7 % 11) as f32 - 5.0) / 4.0).collect();
        let parts = vec![0f32, 0.0, 0.0, 3.0, 2.0, 0.0, 2.6, 1.0, 9.0, 9.0];
        let inputs = [TensorValue::new(&[1, 2, 4, 4], picture), TensorValue::new(&[2, 5], parts)];
        let inputs = inputs.into_iter().map(|input| Some(input.unwrap().into())).collect();
        let outputs = kernel(&Arguments { inputs, fuel: &crate::eager::node::Fuel::new() }).unwrap();
        let expected = [0.5, 1.0, 0.75, 1.0, 1.0, 1.0, 1.25, 1.25, 1.25, 0.0, 0.0, 0.0, 0.75, 0.0, 0.0, 0.0];
        assert_eq!(outputs[0].tensor().unwrap().slice::<f32>().unwrap(), expected);
    }
}
