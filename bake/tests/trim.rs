//! A lean module answers as the full one does, or traps.

mod host;

use host::{Host, cover, validate, wat};
use onnxlet_bake::{BakeError, Coverage, Engine, Keep, Plan, Trimmed};

fn trim(full: &Engine<'_>, marks: &[bool], keep: Keep) -> Result<Trimmed, BakeError> {
    let coverage = Coverage::of_functions(full, marks)?;
    onnxlet_bake::trim(full, &Plan { coverage: &coverage, keep, whole: &[], statics: None })
}

const POLICIES: [Keep; 3] = [Keep::Blocks, Keep::Functions, Keep::DirectCalls];

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
    let coverage = cover(&full, |host| {
        host.call("predict", &[1, 5]).unwrap();
        host.call("predict", &[3, 5]).unwrap();
    });
    let plan = Plan { coverage: &coverage, keep, whole: &[], statics: None };
    onnxlet_bake::trim(&Engine::parse(&full).unwrap(), &plan).unwrap()
}

#[test]
fn covered_calls_answer_the_same() {
    for keep in POLICIES {
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
    let mut lean = Host::start(&trimmed(Keep::Functions).wasm);
    assert!(lean.call("predict", &[6, 0]).is_err());
    assert!(lean.call("predict", &[1, 99]).is_err());
    assert_eq!(*lean.store.data(), 0);
}

/// Branches of every kind, each with a call, in a function whose answer tells which were taken.
const BRANCHES: &str = r#"(module
    (import "js" "log" (func $log (param i32)))
    (memory 1)
    (func (export "branch") (param $x i32) (result i32)
        (local $seen i32)
        (if (i32.lt_s (local.get $x) (i32.const 0)) (then (call $log (i32.const 0)) (return (i32.const -1))))
        (if (i32.eqz (local.get $x))
            (then (call $log (i32.const 1)) (local.set $seen (i32.const 10)))
            (else (call $log (i32.const 2)) (local.set $seen (i32.const 20))))
        (block $done
            (block $two
                (block $one
                    (br_table $one $two $done (local.get $x)))
                (call $log (i32.const 3))
                (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                (br $done))
            (call $log (i32.const 4))
            (local.set $seen (i32.add (local.get $seen) (i32.const 2))))
        (loop $again
            (call $log (i32.const 5))
            (br_if $again (i32.gt_s (local.tee $x (i32.sub (local.get $x) (i32.const 1))) (i32.const 7))))
        (block $high
            (br_if $high (i32.lt_s (local.get $seen) (i32.const 22)))
            (call $log (i32.const 6))
            (local.set $seen (i32.add (local.get $seen) (i32.const 100))))
        (local.get $seen)))"#;

#[test]
fn only_branches_that_no_example_took_trap() {
    let full = wat(BRANCHES);
    let engine = Engine::parse(&full).unwrap();
    let inputs = [-3, 0, 1, 2, 9];
    for chosen in 0..1u32 << inputs.len() {
        let examples: Vec<i32> = (0..).zip(inputs).filter(|(n, _)| chosen >> n & 1 == 1).map(|(_, x)| x).collect();
        let coverage = cover(&full, |host| {
            for &x in &examples {
                host.call("branch", &[x]).unwrap();
            }
        });
        let plan = Plan { coverage: &coverage, keep: Keep::Blocks, whole: &[], statics: None };
        let mut lean = Host::start(&onnxlet_bake::trim(&engine, &plan).unwrap().wasm);
        let mut reference = Host::start(&full);
        for x in inputs {
            let answer = lean.call("branch", &[x]);
            if examples.contains(&x) || answer.is_ok() {
                assert_eq!(answer, reference.call("branch", &[x]), "{x} after {examples:?}");
            }
        }
    }
}

#[test]
fn a_branch_that_no_example_took_traps_and_is_gone() {
    let full = wat(BRANCHES);
    let engine = Engine::parse(&full).unwrap();
    let coverage = cover(&full, |host| {
        host.call("branch", &[2]).unwrap();
    });
    let code = |keep| {
        let trimmed =
            onnxlet_bake::trim(&engine, &Plan { coverage: &coverage, keep, whole: &[], statics: None }).unwrap();
        let mut lean = Host::start(&trimmed.wasm);
        assert_eq!(lean.call("branch", &[2]), Ok(Some(20)));
        assert_eq!(lean.call("branch", &[0]).is_ok(), keep != Keep::Blocks);
        assert_eq!(lean.call("branch", &[-1]).is_ok(), keep != Keep::Blocks);
        trimmed.report.lean.code_bytes
    };
    assert!(code(Keep::Blocks) < code(Keep::Functions));
}

#[test]
fn a_branch_without_a_call_stays() {
    let full = wat(r#"(module
        (import "js" "log" (func $log (param i32)))
        (memory 1)
        (func (export "round") (param $x i32) (result i32)
            (if (i32.gt_s (local.get $x) (i32.const 9))
                (then
                    (if (i32.gt_s (local.get $x) (i32.const 99)) (then (return (i32.const 99))))
                    (return (i32.const 9))))
            (call $log (local.get $x))
            (local.get $x)))"#);
    let coverage = cover(&full, |host| {
        host.call("round", &[1]).unwrap();
    });
    let plan = Plan { coverage: &coverage, keep: Keep::Blocks, whole: &[], statics: None };
    let mut lean = Host::start(&onnxlet_bake::trim(&Engine::parse(&full).unwrap(), &plan).unwrap().wasm);
    for (x, answer) in [(1, 1), (10, 9), (100, 99)] {
        assert_eq!(lean.call("round", &[x]), Ok(Some(answer)));
    }
}

#[test]
fn what_should_stay_whole_stays_with_all_it_calls() {
    let full = engine();
    let parsed = Engine::parse(&full).unwrap();
    let coverage = cover(&full, |host| {
        host.call("predict", &[1, 5]).unwrap();
    });
    let lean = |whole| {
        let plan = Plan { coverage: &coverage, keep: Keep::Blocks, whole, statics: None };
        onnxlet_bake::trim(&parsed, &plan)
    };
    let mut host = Host::start(&lean(&["predict"]).unwrap().wasm);
    assert_eq!(host.call("predict", &[6, 0]), Ok(Some(-1)), "a branch and its calls that no example took");
    assert_eq!(host.call("predict", &[1, 99]), Ok(Some(102)));
    assert!(host.call("predict", &[2, 5]).is_err(), "what is called through a table is not part of it");
    assert_eq!(lean(&["prodict"]).err(), Some(BakeError::NoExport("prodict".to_owned())));
}

#[test]
fn exports_that_no_example_called_trap_and_are_reported() {
    let Trimmed { wasm, report } = trimmed(Keep::Functions);
    assert_eq!(report.trapping_exports, ["load", "unload"]);
    let mut lean = Host::start(&wasm);
    assert!(lean.call("load", &[1]).is_err());
}

#[test]
fn what_is_gone_is_really_gone() {
    let Trimmed { report, .. } = trimmed(Keep::Functions);
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
    assert_eq!(trimmed(Keep::Functions).wasm, trimmed(Keep::Functions).wasm);
}

#[test]
fn trimming_a_lean_module_again_changes_nothing() {
    let once = trimmed(Keep::Functions).wasm;
    let engine = Engine::parse(&once).unwrap();
    let all = vec![true; engine.functions()];
    assert_eq!(trim(&engine, &all, Keep::Functions).unwrap().wasm, once);
}

#[test]
fn calls_of_functions_that_do_nothing_are_removed() {
    let wasm = wat(r#"(module
        (memory 1)
        (func $constructors)
        (func (export "answer") (result i32) (call $constructors) (i32.const 42)))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[true, true], Keep::Functions).unwrap();
    assert_eq!(lean.report.lean.functions, 1);
    assert_eq!(Host::start(&lean.wasm).call("answer", &[]), Ok(Some(42)));
}

#[test]
fn an_export_that_does_nothing_stays_without_an_example() {
    let wasm = wat(r#"(module (memory 1) (func (export "__wasm_call_ctors")))"#);
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false], Keep::Functions).unwrap();
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
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false, false, true], Keep::Functions).unwrap();
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
    let lean = trim(&Engine::parse(&wasm).unwrap(), &[false, true], Keep::Functions).unwrap();
    assert_eq!(Host::start(&lean.wasm).call("answer", &[]), Ok(Some(0)));
}

#[test]
fn every_subset_of_functions_gives_a_valid_module() {
    let full = engine();
    let parsed = Engine::parse(&full).unwrap();
    for bits in 0..1u32 << parsed.functions() {
        let marks: Vec<bool> = (0..parsed.functions()).map(|n| bits >> n & 1 == 1).collect();
        for keep in POLICIES {
            validate(&trim(&parsed, &marks, keep).unwrap().wasm);
        }
    }
}

#[test]
fn marks_of_another_engine_are_refused() {
    let full = engine();
    let error = trim(&Engine::parse(&full).unwrap(), &[true], Keep::Functions).err();
    assert_eq!(error, Some(BakeError::Marks { expected: 10, got: 1 }));
}
