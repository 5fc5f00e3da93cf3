//! Chooses the model to bundle: `models/$ONNXLET_MODEL/`, by default `models/digits/`.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=ONNXLET_MODEL");
    let name = env::var("ONNXLET_MODEL").unwrap_or_else(|_| "digits".into());
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("models").join(&name);
    if env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        for (file, variable) in [("model.onnx", "ONNXLET_MODEL_ONNX"), ("card.json", "ONNXLET_MODEL_CARD")] {
            let path = folder.join(file);
            assert!(
                path.is_file(),
                "ONNXLET_MODEL={name}: {} is missing; models/ must hold a folder of that name with model.onnx and card.json",
                path.display()
            );
            println!("cargo:rerun-if-changed={}", path.display());
            println!("cargo:rustc-env={variable}={}", path.display());
        }
    }
}
