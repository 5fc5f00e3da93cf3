//! Read-only data that only dropped code uses goes, and nothing else does: on an engine that rustc links.

mod host;

use std::{path::Path, process::Command, sync::LazyLock};

use host::{Host, bake, cover};
use onnxlet_bake::{BakeError, Coverage, Engine, Keep, Plan, Trimmed, describe_data, trim};

/// The engine of `tests/linked/`, linked with its relocations.
static LINKED: LazyLock<Vec<u8>> = LazyLock::new(|| link(&["-C", "link-arg=--emit-relocs"]));

fn link(arguments: &[&str]) -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/linked/engine.rs");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("linked-{}.wasm", arguments.len()));
    let status = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--target", "wasm32-unknown-unknown", "--crate-type", "cdylib"])
        .args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "codegen-units=1"])
        .args(arguments)
        .arg("-o")
        .arg(&out)
        .arg(source)
        .status()
        .expect("rustc runs");
    assert!(status.success(), "rustc has the target wasm32-unknown-unknown");
    std::fs::read(out).expect("rustc wrote the module")
}

fn load(host: &mut Host) {
    host.call("load", &[]).unwrap();
}

fn lean(keep: Keep, statics: bool) -> (Vec<u8>, Trimmed) {
    let engine = describe_data(&LINKED, &LINKED).expect("the module holds relocations");
    let described = Engine::parse(&engine).unwrap().statics().unwrap().expect("the description is there");
    let full = bake(&engine, load);
    let coverage: Coverage = cover(&full, |host| {
        host.call("predict", &[0]).unwrap();
    });
    let statics = statics.then_some(&described);
    let trimmed =
        trim(&Engine::parse(&full).unwrap(), &Plan { coverage: &coverage, keep, whole: &[], statics }).unwrap();
    (full, trimmed)
}

fn holds(wasm: &[u8], text: &[u8]) -> bool {
    wasm.windows(text.len()).any(|window| window == text)
}

#[test]
fn data_of_dropped_code_goes_and_other_data_stays() {
    for keep in [Keep::Blocks, Keep::Functions] {
        let (full, trimmed) = lean(keep, true);
        for text in ["a layer that an example runs", "a layer that no example runs", "only the image points to"] {
            assert!(holds(&full, text.as_bytes()), "full: {text}");
        }
        assert!(holds(&trimmed.wasm, b"a layer that an example runs"));
        assert!(holds(&trimmed.wasm, b"a manifest that only the image points to"));
        assert!(!holds(&trimmed.wasm, b"a layer that no example runs"));
        assert!(!holds(&trimmed.wasm, b"a layer that only loading makes known"));
    }
}

#[test]
fn the_answer_is_that_of_the_full_module() {
    let (full, trimmed) = lean(Keep::Functions, true);
    let expected = Host::start(&full).call("predict", &[0]);
    assert!(expected.as_ref().is_ok_and(Option::is_some));
    assert_eq!(Host::start(&trimmed.wasm).call("predict", &[0]), expected);
    assert!(
        Host::start(&trimmed.wasm).call("predict", &[1]).is_err(),
        "a dropped layer traps before it reads its data"
    );
}

#[test]
fn without_a_description_all_data_stays() {
    let (_, trimmed) = lean(Keep::Functions, false);
    assert!(holds(&trimmed.wasm, b"a layer that no example runs"));
}

#[test]
fn a_module_linked_without_relocations_is_refused() {
    let plain = link(&[]);
    assert_eq!(describe_data(&plain, &plain), Err(BakeError::NoRelocations));
}

#[test]
fn an_engine_of_another_link_is_refused() {
    let other = host::wat(r#"(module (memory 20) (data (i32.const 1048576) "other"))"#);
    assert_eq!(describe_data(&other, &LINKED), Err(BakeError::OtherData));
}
