//! An engine whose state a snapshot would miss is refused, with the reason.

mod host;

use host::wat;
use onnxlet_bake::{BakeError, Coverage, Engine, Keep, Plan, State, instrument, prepare, snapshot, trim};

fn refused(text: &str) -> String {
    let wasm = wat(text);
    Engine::parse(&wasm).err().expect("the engine is refused").to_string()
}

#[test]
fn bytes_that_are_not_a_module() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\xff", b"hello, world"] {
        assert!(matches!(Engine::parse(bytes), Err(BakeError::Malformed { .. })), "{bytes:?}");
    }
}

#[test]
fn a_module_cut_short_anywhere() {
    let wasm = wat(r#"(module (memory 1) (data (i32.const 0) "abc")
        (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))"#);
    for end in 0..wasm.len() {
        // A module may end after any section: what matters is that nothing panics.
        let _ = Engine::parse(&wasm[..end]);
    }
    assert!(Engine::parse(&wasm[..wasm.len() - 1]).is_err());
}

#[test]
fn a_module_with_any_byte_changed_gives_a_module_or_an_error() {
    let wasm = wat(r#"(module
        (type $f (func (param i32) (result i32)))
        (import "js" "log" (func $log (param i32)))
        (memory 1)
        (table 3 funcref)
        (elem (i32.const 1) func $double)
        (global (mut i32) (i32.const 1024))
        (data (i32.const 1024) "abc")
        (func $double (type $f) (i32.mul (local.get 0) (i32.const 2)))
        (func $start (drop (i32.load (i32.const 8))))
        (start $start)
        (func (export "f_command_export") (param i32) (result i32)
            (call $start)
            (if (local.get 0) (then (call $log (i32.const 7))))
            (call_indirect (type $f) (local.get 0) (i32.const 1))))"#);
    let mut baked = 0;
    for at in 8..wasm.len() {
        for change in [0x01, 0x02, 0x10, 0x40, 0x7f, 0x80, 0xff] {
            let mut changed = wasm.clone();
            changed[at] ^= change;
            baked += u32::from(steps(&changed).is_ok());
        }
    }
    assert!(baked > 0, "some changes make no difference");
}

/// Every step of a bake, without a host.
fn steps(wasm: &[u8]) -> Result<(), BakeError> {
    let engine = Engine::parse(wasm)?;
    prepare(&engine)?;
    instrument(&engine)?;
    let ran: Vec<bool> = (0..engine.functions()).map(|function| function % 2 == 0).collect();
    let coverage = Coverage::of_functions(&engine, &ran)?;
    let memory = vec![1; 65_536];
    let globals: Vec<(u32, u64)> = engine.mutable_globals().into_iter().map(|index| (index, 1024)).collect();
    snapshot(&engine, &State { memory: &memory, globals: &globals, tables: &engine.table_sizes() })?;
    trim(&engine, &Plan { coverage: &coverage, keep: Keep::Blocks, whole: &[], statics: None })?;
    Ok(())
}

#[test]
fn memories() {
    assert!(refused("(module)").contains("exactly one memory"));
    assert!(refused("(module (memory 1) (memory 1))").contains("defines 2"));
    assert!(refused(r#"(module (import "js" "memory" (memory 1)))"#).contains("imports 1"));
    assert!(refused("(module (memory 1 2 shared))").contains("shared between threads"));
    assert!(refused("(module (memory i64 1))").contains("64 bits"));
}

#[test]
fn imported_state() {
    assert!(refused(r#"(module (import "js" "t" (table 1 funcref)) (memory 1))"#).contains("table `js.t`"));
    assert!(refused(r#"(module (import "js" "g" (global (mut i32))) (memory 1))"#).contains("mutable global `js.g`"));
}

#[test]
fn globals_that_are_not_numbers() {
    let message = refused("(module (memory 1) (global (mut externref) (ref.null extern)))");
    assert!(message.contains("global 0 is of type externref"), "{message}");
    assert!(refused("(module (memory 1) (global (mut v128) (v128.const i64x2 0 0)))").contains("v128"));
}

#[test]
fn passive_segments() {
    assert!(refused(r#"(module (memory 1) (data "abc"))"#).contains("passive data segment (number 0)"));
    assert!(refused("(module (memory 1) (func $f) (elem func $f))").contains("passive element segment"));
}

#[test]
fn code_that_changes_a_table_of_functions() {
    let message = refused(
        "(module (memory 1) (table 2 funcref) (func)
         (func (table.set (i32.const 0) (ref.null func))))",
    );
    assert_eq!(message, "function 1 of the engine changes the function table 0, which cannot be captured");
    assert!(
        refused(
            "(module (memory 1) (table 2 funcref)
        (func (drop (table.grow (ref.null func) (i32.const 1)))))"
        )
        .contains("function 0")
    );
}

#[test]
fn a_start_function_that_reaches_out() {
    let message =
        refused(r#"(module (import "js" "init" (func $init)) (memory 1) (func $start (call $init)) (start $start))"#);
    assert!(message.contains("`js.init`"), "{message}");
    assert!(refused(r#"(module (import "js" "init" (func $init)) (memory 1) (start $init))"#).contains("js.init"));
}

#[test]
fn exceptions() {
    assert!(refused("(module (memory 1) (tag))").contains("exceptions"));
}

#[test]
fn a_name_that_the_bake_reserves() {
    assert!(refused(r#"(module (memory (export "onnxlet:memory") 1))"#).contains("onnxlet:memory"));
}

#[test]
fn two_sets_of_constructors() {
    let message = refused(
        r#"(module (memory 1) (func $a (nop)) (func $b (nop)) (func $f)
            (func (export "x_command_export") (call $a) (call $f))
            (func (export "y_command_export") (call $b) (call $f)))"#,
    );
    assert!(message.contains("two different constructor functions, 0 and 1"), "{message}");
}
