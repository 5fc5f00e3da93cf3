//! Runs a target on the files that are kept for it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::wrapping::tolerated;

/// No file may take longer. Unoptimised code on a busy machine takes a tenth of it.
const LONGEST: Duration = Duration::from_secs(20);

/// Runs `target` on every file of `corpus/` and `regressions/`.
///
/// # Panics
/// Where a file panics or takes too long; the file is the last one printed.
pub fn replay(name: &str, target: fn(&[u8])) {
    // The tests of the crate `worker` run in a folder beside this one.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fuzz = root.ancestors().map(|folder| folder.join("fuzz")).find(|folder| folder.join("corpus").is_dir());
    let fuzz = fuzz.expect("fuzz/corpus is beside the crates");
    let extra = std::env::var_os("ONNXLET_FUZZ_FOLDER").map(std::path::PathBuf::from);
    let folders = [fuzz.join("corpus").join(name), fuzz.join("regressions").join(name)];
    let folders = extra.map_or(folders.to_vec(), |extra| vec![extra]);
    let mut files = 0;
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let bytes = std::fs::read(&path).expect("the file can be read");
            println!("{}", path.display());
            let start = Instant::now();
            tolerated(target, &bytes);
            assert!(start.elapsed() < LONGEST, "{} took {:?}", path.display(), start.elapsed());
            files += 1;
        }
    }
    assert!(files > 0, "there is nothing to replay for {name}");
}
