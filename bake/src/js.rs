//! The door to JavaScript: the same steps, on an engine that stays inside between them.

use wasm_bindgen::prelude::*;

use crate::{BakeError, Engine, Instrumented, Keep, Plan, Size, State, instrument, prepare, snapshot, trim};

/// Bakes one engine, step by step.
#[wasm_bindgen]
pub struct Baker {
    engine: Vec<u8>,
    full: Vec<u8>,
    instrumented: Option<Instrumented>,
}

#[wasm_bindgen]
impl Baker {
    /// Takes an engine (the output of wasm-bindgen), or throws the reason why it can't be baked.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: Vec<u8>) -> Result<Baker, JsError> {
        Engine::parse(&engine)?;
        Ok(Self { engine, full: Vec::new(), instrumented: None })
    }

    /// The module to load the model in. It exports its state as `onnxlet:memory`, `onnxlet:global:<index>` and
    /// `onnxlet:table:<index>`, and, if it has any, `onnxlet:start` and `onnxlet:constructors`, to be called once and first,
    /// in that order.
    pub fn prepare(&self) -> Result<Vec<u8>, JsError> {
        Ok(prepare(&Engine::read(&self.engine)?)?)
    }

    /// Indices of the mutable globals whose values a snapshot needs, in order.
    #[wasm_bindgen(js_name = mutableGlobals)]
    pub fn mutable_globals(&self) -> Result<Vec<u32>, JsError> {
        Ok(Engine::read(&self.engine)?.mutable_globals())
    }

    /// The number of tables whose sizes a snapshot needs.
    pub fn tables(&self) -> Result<usize, JsError> {
        Ok(Engine::read(&self.engine)?.table_sizes().len())
    }

    /// The full module: the engine that starts with this memory, these values of the mutable globals (their bits) and these
    /// sizes of tables.
    pub fn snapshot(&mut self, memory: &[u8], globals: &[u64], tables: &[u32]) -> Result<Vec<u8>, JsError> {
        let engine = Engine::read(&self.engine)?;
        let globals: Vec<(u32, u64)> = engine.mutable_globals().into_iter().zip(globals.iter().copied()).collect();
        let tables: Vec<u64> = tables.iter().copied().map(u64::from).collect();
        self.full = snapshot(&engine, &State { memory, globals: &globals, tables: &tables })?;
        Ok(self.full.clone())
    }

    /// The full module with its code marking itself: replay the examples in it, then give its memory to `trim`.
    pub fn instrument(&mut self) -> Result<Vec<u8>, JsError> {
        let mut instrumented = instrument(&Engine::read(&self.full)?)?;
        let wasm = std::mem::take(&mut instrumented.wasm);
        self.instrumented = Some(instrumented);
        Ok(wasm)
    }

    /// The lean module, from the memory (`onnxlet:memory`) of the instrumented one after the examples, and a report as JSON.
    /// `whole` names the exports that stay with all that they call; `keep` is `"blocks"`, `"functions"` or `"direct-calls"`.
    pub fn trim(&self, memory: &[u8], keep: &str, whole: Vec<String>) -> Result<Lean, JsError> {
        let keep = match keep {
            "blocks" => Keep::Blocks,
            "functions" => Keep::Functions,
            "direct-calls" => Keep::DirectCalls,
            other => return Err(BakeError::Policy(other.to_owned()).into()),
        };
        let statics = Engine::read(&self.engine)?.statics()?;
        let coverage = self.instrumented.as_ref().ok_or(BakeError::NotInstrumented)?.coverage(memory);
        let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
        let plan = Plan { coverage: &coverage, keep, whole: &whole, statics: statics.as_ref() };
        let trimmed = trim(&Engine::read(&self.full)?, &plan)?;
        let report = serde_json::to_string(&trimmed.report)?;
        Ok(Lean { wasm: trimmed.wasm, report })
    }

    /// What the engine consists of before it is baked, as JSON.
    pub fn size(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&Size::of(&Engine::read(&self.engine)?)?)?)
    }
}

/// A lean module and what it holds.
#[wasm_bindgen]
pub struct Lean {
    wasm: Vec<u8>,
    report: String,
}

#[wasm_bindgen]
impl Lean {
    /// The module.
    #[wasm_bindgen(getter)]
    pub fn wasm(&self) -> Vec<u8> {
        self.wasm.clone()
    }

    /// What stayed and what went, as JSON.
    #[wasm_bindgen(getter)]
    pub fn report(&self) -> String {
        self.report.clone()
    }
}
