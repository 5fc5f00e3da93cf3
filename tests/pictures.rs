//! Pictures become the tensors that Pillow makes of them (`tests/reference/resize.py`), format by format.

use std::path::{Path, PathBuf};

use onnxlet::{ImageCard, Limits};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    file: String,
    image: ImageCard,
    tensor: String,
    /// In levels of 255: half a level for rounding, two more where lossy decoders may differ.
    tolerance: f64,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test/reference/resize")
}

fn read(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; `cargo xtask test` makes it", path.display()))
}

#[test]
fn every_picture_becomes_pillows_tensor() {
    let cases: Vec<Case> = serde_json::from_slice(&read("manifest.json")).unwrap();
    assert!(cases.len() > 40);
    let mut wrong = vec![];
    for case in cases {
        let ours = case.image.elements(&read(&case.file), &Limits::default()).unwrap();
        let theirs: Vec<f64> = read(&case.tensor)
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            .collect();
        assert_eq!(ours.len(), theirs.len(), "{}", case.tensor);
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs() * 255.0).fold(0.0, f64::max);
        if worst > case.tolerance {
            wrong.push(format!("{}: {worst:.2} levels, {} allowed ({:?})", case.tensor, case.tolerance, case.image));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
