//! Col2Im: blocks of a picture put back where they were taken from; where they overlap, their sum.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_hir::internal::{bail, ensure};

use super::real::count;
use super::window::Window;
use crate::eager::node::{Kernel, Node, one};
use crate::eager::value::TensorValue;

pub(super) fn build(node: &Node) -> TractResult<Kernel> {
    // The blocks' sizes come as an input, and only they tell how many axes the attributes are for.
    let (proto, opset) = (node.proto.clone(), node.opset);
    Ok(Box::new(move |arguments| {
        let (input, block) = (arguments.tensor(0)?, arguments.tensor(2)?.to_i64s()?);
        let sizes = arguments.tensor(1)?.to_i64s()?.into_iter().map(usize::try_from);
        let image = sizes.collect::<Result<Vec<usize>, _>>()?;
        let window = Window::of(&Node { proto: &proto, opset, constants: vec![], held: Default::default() }, block)?;
        let taps = window.taps(&image)?;
        let (each, places): (usize, usize) = (window.kernel.iter().product(), taps.output.iter().product());
        let &[batch, rows, blocks] = input.shape() else { bail!("expected rank 3, got {:?}", input.shape()) };
        ensure!(blocks == places, "{blocks} blocks for {places} places of an image of {image:?}");
        ensure!(rows.is_multiple_of(each), "{rows} rows are no whole blocks of {:?}", window.kernel);
        let shape = [&[batch, rows / each], &image[..]].concat();
        let mut output = vec![0.0; count(&shape)?];
        let (data, size) = (input.to_f64s()?, image.iter().product::<usize>());
        for (row, values) in data.chunks_exact(places.max(1)).enumerate() {
            let (plane, tap) = (row / each * size, row % each);
            for (place, value) in values.iter().enumerate() {
                if let Some(at) = taps.taps[place * each + tap] {
                    output[plane + at] += value;
                }
            }
        }
        one(TensorValue::from_f64s(input.dtype(), &shape, output)?)
    }))
}
