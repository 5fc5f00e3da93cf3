//! A lean module answers as the full one does, or traps.

mod host;

use host::{Host, cover, validate, wat};
use onnxlet_bake::{BakeError, Engine, Keep, Plan, Trimmed};

fn trim(full: &Engine<'_>, marks: &[bool], keep: Keep) -> Result<Trimmed, BakeError> {
    onnxlet_bake::trim(full, &Plan { marks, keep, read_only: None })
}

/// An engine in miniature: calls through a table, an error path, functions that no one needs.
fn engine() -> Vec<u8> {
    wat(r#"(module
        (type $kernel (func (param i32) (result i32)))
        (type $pair (func (param i32) (result i32 i32)))
        (type $unused (func (param i64 i64)))
        (import "js" "log" (func $log (param i32)))
        (import "js" "never" (func $never (param f64)))
        (memory 1)
        (table $kernels 6 6 funcref)
        (elem (i32.const 1) func $double $square $negate $double)
        (func $double (type $kernel) (i32.mul (local.get 0) (i32.const 2)))
        (func $square (type $kernel) (i32.mul (local.get 0) (local.get 0)))
        (func $negate (type $kernel) (i32.sub (i32.const 0) (local.get 0)))
        (func $split (type $pair) (local.get 0) (i32.const 1))
        (func $explain (param i32) (call $log (call $digits (local.get 0))))
        (func $digits (param i32) (result i32) (i32.add (local.get 0) (i32.const 1000)))
        (func $rare (param i32) (result i32) (call $never (f64.const 1)) (local.get 0))
        (func (export "predict") (param $kernel i32) (param $x i32) (result i32)
            (if (i32.gt_u (local.get $kernel) (i32.const 5))
                (then (call $explain (local.get $kernel)) (return (i32.const -1))))
            (if (i32.eq (local.get $x) (i32.const 99))
                (then (return (i32.add (call $rare (local.get $x)) (i32.const 3)))))
            (local.get $x)
            (block (type $pair) (call $split))
            (i32.mul)
            (call_indirect $kernels (type $kernel) (local.get $x) (local.get $kernel))
            (i32.add))
        (func (export "load") (param i32) (call $log (local.get 0)))
        (func (export "unload") (param f64))
    )"#)
}

fn trimmed(keep: Keep) -> Trimmed {
    let full = engine();
    let marks = cover(&full, |host| {
        host.call("predict", &[1, 5]).unwrap();
        host.call("predict", &[3, 5]).unwrap();
    });
    trim(&Engine::parse(&full).unwrap(), &marks, keep).unwrap()
}

#[test]
fn covered_calls_answer_the_same() {
    for keep in [Keep::Ran, Keep::DirectCalls] {
        let mut full = Host::start(&engine());
        let mut lean = Host::start(&trimmed(keep).wasm);
        for kernel in [1, 3, 4] {
            for x in [-7, 0, 5, 1000] {
                let arguments = [kernel, x];
                assert_eq!(lean.call("predict", &arguments), full.call("predict", &arguments));
            }
        }
    }
}

#[test]
fn an_uncovered_slot_traps() {
    let mut lean = Host::start(&trimmed(Keep::DirectCalls).wasm);
    assert!(lean.call("predict", &[2, 5]).is_err());
    assert!(lean.call("predict", &[0, 5]).is_err(), "a slot that was null stays null");
    assert!(lean.call("predict", &[1, 5]).is_ok(), "a trap leaves the instance usable");
}

#[test]
fn errors_speak_when_direct_calls_are_kept() {
    let mut lean = Host::start(&trimmed(Keep::DirectCalls).wasm);
    assert_eq!(lean.call("predict", &[6, 0]), Ok(Some(-1)));
    assert_eq!(*lean.store.data(), 1, "the import was called");
    assert_eq!(lean.call("predict", &[1, 99]), Ok(Some(102)));
}

#[test]
fn errors_trap_when_only_what_ran_is_kept() {
    let mut lean = Host::start(&trimmed(Keep::Ran).wasm);
    assert!(lean.call("predict", &[6, 0]).is_err());
    assert!(lean.call("predict", &[1, 99]).is_err());
    assert_eq!(*lean.store.data(), 0);
}

#[test]
fn exports_that_no_example_called_trap_and_are_reported() {
    let Trimmed { wasm, report } = trimmed(Keep::Ran);
    assert_eq!(report.trapping_exports, ["load", "unload"]);
    let mut lean = Host::start(&wasm);
    assert!(lean.call("load", &[1]).is_err());
}

#[test]
fn what_is_gone_is_really_gone() {
    let Trimmed { report, .. } = trimmed(Keep::Ran);
    assert_eq!(report.full.functions, 10);
    // predict, double, negate, split, and one trap for each of the types of `load` and `unload`.
    assert_eq!(report.lean.functions, 6);
    assert_eq!(report.ran, 4);
    assert_eq!(report.lean.imports, 0);
    assert_eq!(report.lean.table_slots, 3);
    assert!(report.lean.code_bytes < report.full.code_bytes);
    assert!(report.lean.types < report.full.types);
}

#[test]
fn the_same_marks_give_the_same_bytes() {
    assert_eq!(trimmed(Keep::Ran).wasm, trimmed(Keep::Ran).wasm);
}

#[test]
fn trimming_a_lean_module_again_changes_nothing() {
    let once = trimmed(Keep::Ran).wasm;
    let engine = Engine::parse(&once).unwrap();
    let all = vec![true; engine.functions()];
    assert_eq!(trim(&engine, &all, Keep::Ran).unwrap().wasm, once);
}

#[test]
fn calls_of_functions_that_do_nothing_are_removed() {
    let wasm = wat(r#"(module
        (memory 1)
        (func $constructors)
        (func (export "answer") (result i32) (call $constructors) (i32.const 42)))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[true, true], Keep::Ran).unwrap();
    assert_eq!(lean.report.lean.functions, 1);
    assert_eq!(Host::start(&lean.wasm).call("answer", &[]), Ok(Some(42)));
}

#[test]
fn an_export_that_does_nothing_stays_without_an_example() {
    let wasm = wat(r#"(module (memory 1) (func (export "__wasm_call_ctors")))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false], Keep::Ran).unwrap();
    assert_eq!(lean.report.trapping_exports, [""; 0]);
    assert_eq!(Host::start(&lean.wasm).call("__wasm_call_ctors", &[]), Ok(None));
}

#[test]
fn code_that_only_a_dropped_call_leads_to_is_removed() {
    let wasm = wat(r#"(module
        (memory 1)
        (func $gone (param i32) (result i64) (i64.const 1))
        (func $after (result i32) (i32.const 1))
        (func (export "answer") (param i32) (result i32)
            (block $cold (result i32)
                (block $cold2
                    (br_if $cold2 (i32.eqz (local.get 0)))
                    (return (i32.const 42)))
                (drop (call $gone (i32.const 9)))
                (if (result i32) (call $after)
                    (then (loop (result i32) (call $after)))
                    (else (br $cold (call $after)))))))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false, false, true], Keep::Ran).unwrap();
    assert_eq!(lean.report.lean.functions, 1);
    let mut host = Host::start(&lean.wasm);
    assert_eq!(host.call("answer", &[1]), Ok(Some(42)));
    assert!(host.call("answer", &[0]).is_err());
}

#[test]
fn a_reference_that_code_takes_stays() {
    let wasm = wat(r#"(module
        (memory 1)
        (table (export "shown") 1 externref)
        (elem declare func $held)
        (func $held)
        (func (export "answer") (result i32) (ref.is_null (ref.func $held))))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false, true], Keep::Ran).unwrap();
    assert_eq!(Host::start(&lean.wasm).call("answer", &[]), Ok(Some(0)));
}

#[test]
fn every_subset_of_marks_gives_a_valid_module() {
    let full = engine();
    let parsed = Engine::parse(&full).unwrap();
    for bits in 0..1u32 << parsed.functions() {
        let marks: Vec<bool> = (0..parsed.functions()).map(|n| bits >> n & 1 == 1).collect();
        for keep in [Keep::Ran, Keep::DirectCalls] {
            validate(&trim(&parsed, &marks, keep).unwrap().wasm);
        }
    }
}

#[test]
fn marks_of_another_engine_are_refused() {
    let full = engine();
    let error = trim(&Engine::parse(&full).unwrap(), &[true], Keep::Ran).err();
    assert_eq!(error, Some(BakeError::Marks { expected: 10, got: 1 }));
}
