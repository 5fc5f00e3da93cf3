//! A host for the tests: runs a module in wasmi as a page or Node would.
#![allow(dead_code, reason = "each test file uses its own part of the host")]

use onnxlet_bake::{Coverage, Engine, State, instrument, names, prepare, snapshot};
use wasmi::{Extern, Global, Instance, Linker, Memory, Module, Store, Val};

/// An instance whose imports do nothing but count.
pub struct Host {
    pub store: Store<u32>,
    pub instance: Instance,
}

impl Host {
    pub fn start(wasm: &[u8]) -> Self {
        validate(wasm);
        let engine = wasmi::Engine::default();
        let module = Module::new(&engine, wasm).expect("the module compiles");
        let mut store = Store::new(&engine, 0);
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            if let wasmi::ExternType::Func(ty) = import.ty() {
                let results = ty.results().len();
                linker
                    .func_new(import.module(), import.name(), ty.clone(), move |mut caller, _, out| {
                        *caller.data_mut() += 1;
                        assert_eq!(out.len(), results);
                        out.iter_mut().for_each(|value| *value = Val::I32(7));
                        Ok(())
                    })
                    .expect("imports are unique");
            }
        }
        let instance = linker.instantiate_and_start(&mut store, &module).expect("the module instantiates");
        Self { store, instance }
    }

    /// Calls an export that takes and returns numbers of 32 bits. A trap is the error.
    pub fn call(&mut self, name: &str, arguments: &[i32]) -> Result<Option<i32>, String> {
        let function = self.instance.get_func(&self.store, name).expect("the export is a function");
        let arguments: Vec<Val> = arguments.iter().map(|&value| Val::I32(value)).collect();
        let results = function.ty(&self.store).results().len();
        let mut out = vec![Val::I32(0); results];
        function.call(&mut self.store, &arguments, &mut out).map_err(|trap| trap.to_string())?;
        Ok(out.first().and_then(Val::i32))
    }

    pub fn memory(&self) -> Vec<u8> {
        let memory: Memory = self.instance.get_memory(&self.store, names::MEMORY).expect("the memory is exported");
        memory.data(&self.store).to_vec()
    }

    pub fn global(&self, index: u32) -> u64 {
        let global: Global =
            self.instance.get_global(&self.store, &names::global(index)).expect("the global is exported");
        match global.get(&self.store) {
            Val::I32(value) => u64::from(value.cast_unsigned()),
            Val::I64(value) => value.cast_unsigned(),
            Val::F32(value) => u64::from(value.to_bits()),
            Val::F64(value) => value.to_bits(),
            other => panic!("not a number: {other:?}"),
        }
    }

    pub fn table_size(&self, index: u32) -> u64 {
        match self.instance.get_export(&self.store, &names::table(index)) {
            Some(Extern::Table(table)) => table.size(&self.store),
            other => panic!("not a table: {other:?}"),
        }
    }

    /// The state that a snapshot needs: memory, globals, tables.
    pub fn state(&self, engine: &Engine<'_>) -> (Vec<u8>, Vec<(u32, u64)>, Vec<u64>) {
        let globals = engine.mutable_globals().into_iter().map(|index| (index, self.global(index))).collect();
        let tables = (0u32..).zip(engine.table_sizes()).map(|(index, _)| self.table_size(index)).collect();
        (self.memory(), globals, tables)
    }
}

/// Bakes: prepares the engine, runs its constructors and then `load` in it, and takes the snapshot.
pub fn bake(wasm: &[u8], load: impl FnOnce(&mut Host)) -> Vec<u8> {
    let engine = Engine::parse(wasm).expect("the engine can be baked");
    let mut host = Host::start(&prepare(&engine).expect("the engine can be prepared"));
    for first in [names::START, names::CONSTRUCTORS] {
        if host.instance.get_func(&host.store, first).is_some() {
            host.call(first, &[]).expect("constructors run");
        }
    }
    load(&mut host);
    let (memory, globals, tables) = host.state(&engine);
    let state = State { memory: &memory, globals: &globals, tables: &tables };
    snapshot(&engine, &state).expect("the snapshot can be taken")
}

/// What `examples` run.
pub fn cover(full: &[u8], examples: impl FnOnce(&mut Host)) -> Coverage {
    let engine = Engine::parse(full).expect("the full module is an engine");
    let instrumented = instrument(&engine).expect("the module can be instrumented");
    let mut host = Host::start(&instrumented.wasm);
    examples(&mut host);
    instrumented.coverage(&host.memory())
}

pub fn validate(wasm: &[u8]) {
    let mut validator = wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all());
    validator.validate_all(wasm).expect("the module is valid");
}

pub fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's module is well written")
}
