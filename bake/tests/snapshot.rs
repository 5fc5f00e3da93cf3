//! Instantiating a full module restores the state that it was taken from.

mod host;

use host::{Host, bake, wat};
use onnxlet_bake::{BakeError, Engine, State, names, prepare, snapshot};

/// An engine that keeps state everywhere a snapshot has to look: memory that grows and globals of every type.
fn stateful() -> Vec<u8> {
    wat(r#"(module
        (memory 1)
        (global $i32 (mut i32) (i32.const 1))
        (global $i64 (mut i64) (i64.const 2))
        (global $f32 (mut f32) (f32.const 3))
        (global $f64 (mut f64) (f64.const 4))
        (global $fixed i32 (i32.const 42))
        (data (i32.const 16) "engine")
        (func (export "load") (param i32)
            (drop (memory.grow (i32.const 2)))
            (i32.store (i32.const 131000) (local.get 0))
            (i32.store8 (i32.const 17) (i32.const 0))
            (global.set $i32 (i32.sub (i32.const 0) (local.get 0)))
            (global.set $i64 (i64.const -9007199254740993))
            (global.set $f32 (f32.const nan:0x200001))
            (global.set $f64 (f64.const -0.1)))
        (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "pages") (result i32) (memory.size)))"#)
}

#[test]
fn memory_and_globals_are_restored_bit_for_bit() {
    let wasm = stateful();
    let engine = Engine::parse(&wasm).unwrap();
    let mut loaded = Host::start(&prepare(&engine).unwrap());
    loaded.call("load", &[123_456]).unwrap();
    let (memory, globals, tables) = loaded.state(&engine);
    let full = snapshot(&engine, &State { memory: &memory, globals: &globals, tables: &tables }).unwrap();

    let reparsed = Engine::parse(&full).unwrap();
    let restored = Host::start(&prepare(&reparsed).unwrap());
    assert_eq!(restored.memory(), memory);
    assert_eq!(restored.state(&reparsed), (memory, globals, tables));
    let mut plain = Host::start(&full);
    assert_eq!(plain.call("peek", &[131_000]), Ok(Some(123_456)));
    assert_eq!(plain.call("pages", &[]), Ok(Some(3)));
}

#[test]
fn the_same_state_gives_the_same_bytes() {
    let wasm = stateful();
    let load = |host: &mut Host| {
        host.call("load", &[5]).unwrap();
    };
    assert_eq!(bake(&wasm, load), bake(&wasm, load));
}

#[test]
fn a_snapshot_of_a_snapshot_is_the_same_module() {
    let once = bake(&stateful(), |host| {
        host.call("load", &[5]).unwrap();
    });
    assert_eq!(bake(&once, |_| ()), once);
}

#[test]
fn the_start_function_runs_once_before_the_snapshot() {
    let wasm = wat(r#"(module
        (memory 1)
        (func $start (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
        (start $start)
        (func (export "starts") (result i32) (i32.load (i32.const 0))))"#);
    let full = bake(&wasm, |host| assert_eq!(host.call("starts", &[]), Ok(Some(1))));
    assert_eq!(Host::start(&full).call("starts", &[]), Ok(Some(1)));
}

/// As `wasm-ld` writes a module whose exports run the constructors first.
fn command() -> Vec<u8> {
    wat(r#"(module
        (memory 1)
        (func $__wasm_call_ctors
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
        (func $malloc (param i32) (result i32) (local.get 0))
        (func $registered (result i32) (i32.load (i32.const 0)))
        (func (export "__wbindgen_malloc_command_export") (param i32) (result i32)
            (call $__wasm_call_ctors) (call $malloc (local.get 0)))
        (func (export "registered") (result i32)
            (call $__wasm_call_ctors) (call $registered)))"#)
}

#[test]
fn constructors_run_exactly_once_and_before_everything() {
    let wasm = command();
    assert!(Engine::parse(&wasm).unwrap().has_constructors());
    let full = bake(&wasm, |host| {
        assert_eq!(host.call("registered", &[]), Ok(Some(1)));
        assert_eq!(host.call("registered", &[]), Ok(Some(1)));
    });
    assert!(!Engine::parse(&full).unwrap().has_constructors());
    let mut restored = Host::start(&full);
    assert_eq!(restored.call("registered", &[]), Ok(Some(1)));
}

#[test]
fn constructors_that_the_host_calls_run_exactly_once_too() {
    let wasm = wat(r#"(module
        (memory 1)
        (func (export "__wasm_call_ctors")
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
        (func (export "registered") (result i32) (i32.load (i32.const 0))))"#);
    let full = bake(&wasm, |host| {
        host.call("__wasm_call_ctors", &[]).unwrap();
        assert_eq!(host.call("registered", &[]), Ok(Some(1)));
    });
    let mut restored = Host::start(&full);
    restored.call("__wasm_call_ctors", &[]).unwrap();
    assert_eq!(restored.call("registered", &[]), Ok(Some(1)));
}

#[test]
fn what_a_finished_call_left_on_the_stack_is_scrubbed() {
    let wasm = wat(r#"(module
        (memory 2)
        (global $__stack_pointer (mut i32) (i32.const 65536))
        (data (i32.const 65536) "data")
        (func (export "load") (i32.store (i32.const 60000) (i32.const -1)))
        (func (export "peek") (param i32) (result i32) (i32.load (local.get 0))))"#);
    let full = bake(&wasm, |host| {
        host.call("load", &[]).unwrap();
    });
    let mut restored = Host::start(&full);
    assert_eq!(restored.call("peek", &[60_000]), Ok(Some(0)));
    assert_eq!(restored.call("peek", &[65_536]), Ok(Some(i32::from_le_bytes(*b"data"))));
}

#[test]
fn a_snapshot_in_the_middle_of_a_call_is_refused() {
    let wasm = wat(r#"(module
        (memory 2)
        (global $__stack_pointer (mut i32) (i32.const 65536))
        (data (i32.const 65536) "data"))"#);
    let engine = Engine::parse(&wasm).unwrap();
    let memory = vec![0; 131_072];
    let state = State { memory: &memory, globals: &[(0, 65_520)], tables: &[] };
    assert_eq!(snapshot(&engine, &state), Err(BakeError::StackInUse { expected: 65_536, got: 65_520 }));
}

#[test]
fn a_table_that_grew_is_refused() {
    let wasm = wat(r#"(module
        (memory 1)
        (table 4 externref)
        (func (export "keep") (drop (table.grow (ref.null extern) (i32.const 1)))))"#);
    let engine = Engine::parse(&wasm).unwrap();
    let mut host = Host::start(&prepare(&engine).unwrap());
    host.call("keep", &[]).unwrap();
    let (memory, globals, tables) = host.state(&engine);
    let state = State { memory: &memory, globals: &globals, tables: &tables };
    assert_eq!(snapshot(&engine, &state), Err(BakeError::TableGrew { table: 0, expected: 4, got: 5 }));
}

#[test]
fn a_state_of_another_engine_is_refused() {
    let wasm = stateful();
    let engine = Engine::parse(&wasm).unwrap();
    let memory = vec![0; 65_536];
    let globals = [(0, 0), (1, 0), (2, 0), (3, 0)];
    let of = |memory, globals, tables| snapshot(&engine, &State { memory, globals, tables });
    assert!(of(&memory, &globals, &[]).is_ok());
    assert!(matches!(of(&memory[1..], &globals, &[]), Err(BakeError::ImageSize { got: 65_535, .. })));
    assert!(matches!(of(&[], &globals, &[]), Err(BakeError::ImageSize { got: 0, .. })));
    assert!(matches!(of(&memory, &globals[1..], &[]), Err(BakeError::Globals { .. })));
    assert_eq!(of(&memory, &globals, &[1]), Err(BakeError::Tables { expected: 0, got: 1 }));
}

#[test]
fn a_prepared_engine_says_what_a_host_needs() {
    let wasm = command();
    let prepared = prepare(&Engine::parse(&wasm).unwrap()).unwrap();
    let mut host = Host::start(&prepared);
    assert_eq!(host.call("registered", &[]), Ok(Some(0)));
    host.call(names::CONSTRUCTORS, &[]).unwrap();
    assert_eq!(host.call("registered", &[]), Ok(Some(1)));
    assert!(matches!(Engine::parse(&prepared), Err(BakeError::ReservedExport(_))));
}
