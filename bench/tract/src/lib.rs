//! tract with a plain door to JavaScript: what a Rust user of tract would write. It parses and plans the model when it
//! starts, for the shapes that it will be asked, and adds no operators to tract's.

mod values;

use std::io::Cursor;
use std::sync::Arc;

use js_sys::{Array, Uint32Array};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::bail;
use wasm_bindgen::prelude::*;

/// A planned model.
#[wasm_bindgen]
pub struct Model {
    plan: Arc<TypedRunnableModel>,
    /// What the inputs are, in the order of the model.
    inputs: Vec<(DatumType, Vec<usize>)>,
    outputs: Vec<String>,
}

#[wasm_bindgen]
impl Model {
    /// Parses and plans for inputs of these names and shapes.
    ///
    /// # Errors
    /// tract's own.
    #[wasm_bindgen(constructor)]
    pub fn new(onnx: &[u8], names: Vec<String>, shapes: Vec<Uint32Array>) -> Result<Model, JsError> {
        let shapes = shapes.iter().map(|shape| shape.to_vec().iter().map(|&size| size as usize).collect()).collect();
        plan(onnx, names, shapes).map_err(|error| JsError::new(&format!("{error:#}")))
    }

    /// The names of what `predict` returns.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn outputs(&self) -> Vec<String> {
        self.outputs.clone()
    }

    /// Typed arrays to `[shape, typed array]` of each output.
    ///
    /// # Errors
    /// tract's own, and dtypes that no typed array here holds.
    pub fn predict(&self, values: Vec<JsValue>) -> Result<Array, JsError> {
        self.run(values).map_err(|error| JsError::new(&format!("{error:#}")))
    }

    fn run(&self, values: Vec<JsValue>) -> TractResult<Array> {
        let inputs: TVec<TValue> = self
            .inputs
            .iter()
            .zip(values)
            .map(|((dtype, shape), value)| Ok(values::read(*dtype, shape, &value)?.into_tvalue()))
            .collect::<TractResult<_>>()?;
        let outputs = self.plan.run(inputs)?;
        outputs.iter().map(|output| values::write(output).map(JsValue::from)).collect()
    }
}

fn plan(onnx: &[u8], names: Vec<String>, shapes: Vec<Vec<usize>>) -> TractResult<Model> {
    // Stale intermediate and output shapes make many real models fail.
    let parser = tract_onnx::onnx().with_ignore_value_info(true).with_ignore_output_shapes(true);
    let proto = parser.proto_model_for_read(&mut Cursor::new(onnx))?;
    let outputs = proto.graph.iter().flat_map(|graph| &graph.output).map(|output| output.name.clone()).collect();
    let mut model = parser.model_for_proto_model(&proto)?;
    model.set_input_names(&names)?;
    let mut inputs = vec![];
    for (index, shape) in shapes.into_iter().enumerate() {
        let Some(dtype) = model.input_fact(index)?.datum_type.concretize() else {
            bail!("the input {:?} has no type", names[index]);
        };
        model.set_input_fact(index, InferenceFact::dt_shape(dtype, &shape))?;
        inputs.push((dtype, shape));
    }
    Ok(Model { plan: model.into_optimized()?.into_runnable()?, inputs, outputs })
}
