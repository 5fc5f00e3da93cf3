//! Turns wasm-bindgen's web glue, which holds one instance per import, into a factory of instances.
//!
//! The generated text is cut along landmarks of wasm-bindgen 0.2.130. Each landmark must be there exactly once: a glue
//! of another shape is refused rather than half rewritten.

use anyhow::{Context, Result, bail, ensure};

const SELF_TYPES: &str = "/* @ts-self-types=";
const IMPORTS: &str = "function __wbg_get_imports() {";
const FINALIZE: &str = "function __wbg_finalize_init(instance, module) {";
const START: &str = "wasm.__wbindgen_start();";
const LOADER: &str = "\nasync function __wbg_load(module, imports) {";
const TAIL: &str = "\nexport { initSync, __wbg_init as default };\n";
const TYPES_TAIL: &str = "export type InitInput =";

/// Functions that an engine may import by name, for the host to give.
const HOST: [&str; 1] = ["decodePicture"];

const GLUE: &str = "/** The state of one instance: its imports, and what binds it once it exists. */
function glue(host = {}) {
";

const BINDING: &str = "
    return {
        imports: __wbg_get_imports(),
        bind(instance, module) {
            __wbg_finalize_init(instance, module);
            return { NAMES, exports: instance.exports };
        },
    };
}

/**
 * A new instance of the engine, with a memory of its own.
 * @param {WebAssembly.Module} module
 * @param {object} [host]
 */
export async function createEngine(module, host) {
    const { imports, bind } = glue(host);
    return bind(await WebAssembly.instantiate(module, imports), module);
}

/**
 * The same at once. Chromium refuses this on a page's main thread when the module is larger than 8 MB.
 * @param {WebAssembly.Module} module
 * @param {object} [host]
 */
export function createEngineSync(module, host) {
    const { imports, bind } = glue(host);
    return bind(new WebAssembly.Instance(module, imports), module);
}
";

const FACTORY_TYPES: &str = "
/** A new instance of the engine, with a memory of its own; `host` has the functions that the engine imports by name. */
export function createEngine(module: WebAssembly.Module, host?: object): Promise<Engine>;

/** The same at once. Chromium refuses this on a page's main thread when the module is larger than 8 MB. */
export function createEngineSync(module: WebAssembly.Module, host?: object): Engine;
";

/// The JavaScript of the factory and the names that its result has.
#[derive(Debug)]
pub struct Factory {
    pub js: String,
    pub names: Vec<String>,
}

/// Rewrites wasm-bindgen's `engine.js` (target web).
pub fn factory(glue: &str) -> Result<Factory> {
    let (header, code) = header(glue);
    let body = instance_code(code)?;
    let (body, names) = without_exports(body)?;
    let body = with_constructors(&body)?;
    let mut js = format!("{header}\n{GLUE}");
    for function in HOST.iter().filter(|function| !names.iter().any(|name| name == *function)) {
        if body.contains(&format!(" = {function}(")) {
            js.push_str(&format!("    const {{ {function} }} = host;\n"));
        }
    }
    push_indented(&mut js, &body);
    js.push_str(&BINDING.replace("NAMES", &names.join(", ")));
    Ok(Factory { js, names })
}

/// Splits off the scripts that the glue imports first of all: all instances share them.
pub fn imports(glue: &str) -> (String, String) {
    let (imports, code): (Vec<&str>, Vec<&str>) =
        glue.split_inclusive('\n').partition(|line| line.starts_with("import ") && line.trim_end().ends_with(';'));
    (imports.concat(), code.concat())
}

/// Splits off the comment that names the file of types, where there is one.
fn header(glue: &str) -> (&str, &str) {
    match glue.split_once('\n') {
        Some((header, code)) if header.starts_with(SELF_TYPES) => (header, code),
        _ => ("", glue),
    }
}

/// The part of the glue that belongs to an instance: without the loading of the module.
fn instance_code(code: &str) -> Result<&str> {
    for landmark in [IMPORTS, FINALIZE, LOADER, TAIL] {
        once(code, landmark)?;
    }
    ensure!(code.ends_with(TAIL), "the glue doesn't end with {TAIL:?}");
    let (instance, loader) = code.split_once(LOADER).context("the glue has no loader")?;
    ensure!(!instance.contains("import.meta"), "the glue uses import.meta outside of its loader");
    ensure!(exported(loader).len() == 1, "the glue exports something after its loader: {:?}", exported(loader));
    Ok(instance)
}

fn once(text: &str, landmark: &str) -> Result<()> {
    match text.matches(landmark).count() {
        1 => Ok(()),
        count => {
            bail!("the glue has {landmark:?} {count} times, expected once: is this wasm-bindgen 0.2.130, target web?")
        }
    }
}

/// Lines that begin a module-level import or export.
fn exported(code: &str) -> Vec<&str> {
    code.lines()
        .filter(|line| line.starts_with("export ") || line.starts_with("import ") || line.starts_with("import{"))
        .collect()
}

/// Makes `export function f` and `export class C` local, and lists their names.
fn without_exports(code: &str) -> Result<(String, Vec<String>)> {
    let mut out = String::with_capacity(code.len());
    let mut names = Vec::new();
    for line in code.lines() {
        let local = match exported(line).first() {
            None => line,
            Some(line) => {
                let declaration = line.strip_prefix("export ").unwrap_or(line);
                names
                    .push(declared_name(declaration).with_context(|| format!("can't make this line local: {line:?}"))?);
                declaration
            }
        };
        out.push_str(local);
        out.push('\n');
    }
    ensure!(!names.is_empty(), "the glue exports nothing");
    Ok((out, names))
}

fn declared_name(declaration: &str) -> Option<String> {
    let rest =
        ["function ", "async function ", "class "].iter().find_map(|keyword| declaration.strip_prefix(keyword))?;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
    (!name.is_empty()).then_some(name)
}

/// Makes the module's constructors run once, before anything else, wherever the glue starts an instance.
///
/// `__wasm_call_ctors` is exported by a linker argument; without it, the linker makes every export call them again.
pub fn with_constructors(code: &str) -> Result<String> {
    ensure!(
        !code.contains("_command_export"),
        "the module was linked without `--export=__wasm_call_ctors`: its constructors would run at every call"
    );
    ensure!(code.contains(START), "the glue has no {START:?}");
    Ok(code.replace(START, &format!("wasm.__wasm_call_ctors();\n    {START}")))
}

fn push_indented(js: &mut String, body: &str) {
    for line in body.lines() {
        if !line.is_empty() {
            js.push_str("    ");
            js.push_str(line);
        }
        js.push('\n');
    }
}

/// Gives imports their new names, as (old, new), where the glue lists them.
pub fn renamed(glue: &str, names: &[(String, String)]) -> Result<String> {
    let mut out = glue.to_owned();
    for (old, new) in names {
        let (listed, relisted) = (format!("\n        {old}: "), format!("\n        {new}: "));
        ensure!(out.matches(&listed).count() == 1, "expected the glue to list the import {old:?} once");
        out = out.replace(&listed, &relisted);
    }
    Ok(out)
}

/// Rewrites wasm-bindgen's `engine.d.ts`: the functions become the members of `Engine`.
pub fn types(declarations: &str, names: &[String]) -> Result<String> {
    let (own, _loader) =
        declarations.split_once(TYPES_TAIL).with_context(|| format!("the declarations have no {TYPES_TAIL:?}"))?;
    let (kept, members) = split_functions(own)?;
    for name in names {
        ensure!(
            members.contains(&format!("{name}(")),
            "the declarations have no function {name:?}; only functions may be exported"
        );
    }
    let mut types = kept.trim().to_owned();
    types.push_str("\n\n/** One instance of the engine: one memory, one model. */\nexport interface Engine {\n");
    push_indented(&mut types, members.trim_end());
    types.push_str(
        "    /** What the module exports, which the functions above call. */\n    exports: WebAssembly.Exports;\n}\n",
    );
    types.push_str(FACTORY_TYPES);
    Ok(types)
}

/// Splits declarations into everything else and the functions, with their comments.
fn split_functions(declarations: &str) -> Result<(String, String)> {
    let (mut kept, mut members, mut comment) = (String::new(), String::new(), String::new());
    for line in declarations.lines() {
        if let Some(function) = line.strip_prefix("export function ") {
            ensure!(function.ends_with(';'), "a function's declaration is longer than its line: {line:?}");
            members.push_str(&std::mem::take(&mut comment));
            members.push_str(function);
            members.push('\n');
        } else if line.starts_with("/**") || (line.starts_with(" *") && !comment.is_empty()) {
            comment.push_str(line);
            comment.push('\n');
        } else {
            kept.push_str(&std::mem::take(&mut comment));
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.push_str(&comment);
    Ok((kept, members))
}

#[cfg(test)]
#[path = "glue_tests.rs"]
mod tests;
