//! Imports under short names: wasm-bindgen's carry a digest each, which no compression shortens.

use std::collections::BTreeSet;

use wasm_encoder::{
    ImportSection,
    reencode::{Reencode, RoundtripReencoder},
};

use crate::{BakeError, Engine, rewrite::Rewrite};

/// A module whose imports have short names.
pub struct Renamed {
    /// The module, without its custom sections.
    pub wasm: Vec<u8>,
    /// Old and new name of each import that was renamed, for the script that gives them.
    pub names: Vec<(String, String)>,
}

/// Renames the imports that wasm-bindgen generated (`__wbg_…`, `__wbindgen_…`).
///
/// # Errors
/// Not a module that can be baked.
pub fn shorten_imports(wasm: &[u8]) -> Result<Renamed, BakeError> {
    let engine = Engine::read(wasm)?;
    let generated = |name: &&str| name.starts_with("__wb");
    let mut names: Vec<(String, String)> = Vec::new();
    let all: BTreeSet<&str> = engine.imports.iter().map(|import| import.name).collect();
    for old in all.iter().copied().filter(generated) {
        names.push((old.to_owned(), short(names.len(), &all)));
    }
    let mut section = ImportSection::new();
    for import in &engine.imports {
        let renamed = names.iter().find(|(old, _)| old == import.name).map(|(_, new)| new.as_str());
        let ty = RoundtripReencoder.entity_type(import.ty).map_err(crate::rewrite::never)?;
        section.import(import.module, renamed.unwrap_or(import.name), ty);
    }
    let mut rewrite = Rewrite::new(&engine);
    rewrite.replace(&section);
    Ok(Renamed { wasm: rewrite.finish(), names })
}

/// The name of that number, in base 26 with a sign that no name of wasm-bindgen's begins with.
fn short(number: usize, taken: &BTreeSet<&str>) -> String {
    let mut name = String::from("$");
    let mut rest = number;
    loop {
        name.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
        if rest == 0 {
            break;
        }
    }
    if taken.contains(name.as_str()) { short(number + taken.len(), taken) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(imports: &str) -> Vec<u8> {
        wat::parse_str(format!("(module {imports} (memory 1) (func (export \"f\")))")).unwrap()
    }

    #[test]
    fn generated_names_become_short_and_others_stay() {
        let wasm =
            module(r#"(import "m" "__wbg_new_1" (func)) (import "m" "$a" (func)) (import "m" "__wbg_log_2" (func))"#);
        let Renamed { wasm, names } = shorten_imports(&wasm).unwrap();
        assert_eq!(names.iter().map(|(old, _)| old.as_str()).collect::<Vec<_>>(), ["__wbg_log_2", "__wbg_new_1"]);
        let engine = Engine::read(&wasm).unwrap();
        let imports: Vec<&str> = engine.imports.iter().map(|import| import.name).collect();
        assert_eq!(imports, [names[1].1.as_str(), "$a", names[0].1.as_str()]);
        assert!(imports.iter().collect::<BTreeSet<_>>().len() == 3 && imports.iter().all(|name| name.len() < 4));
    }

    #[test]
    fn names_stay_apart_however_many_there_are() {
        let none = BTreeSet::new();
        let names: BTreeSet<String> = (0..2000).map(|number| short(number, &none)).collect();
        assert_eq!(names.len(), 2000);
    }
}
