use super::*;

/// The shape of what wasm-bindgen 0.2.130 writes, with the parts that matter.
const GLUE: &str = "/* @ts-self-types=\"./engine.d.ts\" */

/**
 * @param {Uint8Array} bytes
 */
export function load(bytes) {
    wasm.load(bytes);
}

export class Thing {
    free() {
        ThingFinalization.unregister(this);
    }
}
function __wbg_get_imports() {
    const import0 = { __proto__: null };
    return { \"./engine_bg.js\": import0 };
}

const ThingFinalization = new FinalizationRegistry(ptr => wasm.__wbg_thing_free(ptr, 1));

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    return await WebAssembly.instantiate(module, imports);
}

function initSync(module) {
    return __wbg_finalize_init(module);
}

async function __wbg_init(module_or_path) {
}

export { initSync, __wbg_init as default };
";

const TYPES: &str = "/* tslint:disable */

/** What comes out. */
export interface Prediction {
    outputs: Record<string, unknown>;
}

/**
 * Loads a model.
 */
export function load(bytes: Uint8Array): void;

export function run(): Prediction;

export type InitInput = RequestInfo | URL;
export function initSync(module: unknown): void;
";

fn refusal(glue: &str) -> String {
    format!("{:#}", factory(glue).unwrap_err())
}

#[test]
fn everything_of_an_instance_moves_into_the_factory() {
    let factory = factory(GLUE).unwrap();
    assert_eq!(factory.names, ["load", "Thing"]);
    let at = |text: &str| factory.js.find(text).unwrap_or_else(|| panic!("no {text:?} in {}", factory.js));
    let inside = at("function glue(host = {}) {\n")..at("export async function createEngine(module, host) {");
    assert!(inside.contains(&at("    let wasmModule")));
    assert!(inside.contains(&at("    const ThingFinalization = new FinalizationRegistry")));
    assert!(at("export function createEngineSync(module, host) {") > inside.end);
    assert_eq!(factory.js.matches("export ").count(), 2);
    assert!(!factory.js.contains("initSync") && !factory.js.contains("__wbg_load"), "{}", factory.js);
    assert!(factory.js.contains("            return { load, Thing, exports: instance.exports };\n"), "{}", factory.js);
}

#[test]
fn constructors_run_once_before_the_start() {
    let js = factory(GLUE).unwrap().js;
    assert!(js.contains("wasm.__wasm_call_ctors();\n        wasm.__wbindgen_start();\n"), "{js}");
    let wrapped = GLUE.replace("wasm.load(bytes)", "wasm.load(bytes, wasm.__wbindgen_malloc_command_export)");
    assert!(refusal(&wrapped).contains("__wasm_call_ctors"));
}

#[test]
fn imported_scripts_are_split_off_where_that_is_asked_for() {
    let (imports, code) = imports(&format!("import {{ x }} from './snippets/x.js';\n{GLUE}"));
    assert_eq!(imports, "import { x } from './snippets/x.js';\n");
    assert_eq!(code, GLUE);
}

#[test]
fn another_shape_of_glue_is_refused() {
    assert!(refusal("export function load() {}\n").contains("0 times"));
    assert!(refusal(&GLUE.replace("async function __wbg_load", "async function load_it")).contains("__wbg_load"));
    assert!(refusal(&GLUE.replace("{ initSync,", "{ initSync, extra,")).contains("initSync"));
    assert!(refusal(&GLUE.replace("    wasm.__wbindgen_start();\n", "")).contains("__wbindgen_start"));
    let snippet = GLUE.replace("\n\n/**", "\nimport { x } from './snippets/x.js';\n\n/**");
    assert!(refusal(&snippet).contains("snippets"));
    let constant = GLUE.replace("export class Thing {", "export const Thing = class {");
    assert!(refusal(&constant).contains("export const Thing"));
}

#[test]
fn functions_become_members_with_their_comments() {
    let names = ["load".to_owned(), "run".to_owned()];
    let types = types(TYPES, &names).unwrap();
    assert!(types.contains("export interface Prediction {"));
    assert!(
        types.contains(
            "    /**\n     * Loads a model.\n     */\n    load(bytes: Uint8Array): void;\n    run(): Prediction;\n"
        ),
        "{types}"
    );
    assert!(types.contains("createEngine(module: WebAssembly.Module, host?: object): Promise<Engine>;"));
    assert!(!types.contains("InitInput"));
}

#[test]
fn an_export_without_a_declared_function_is_refused() {
    let error = types(TYPES, &["Thing".to_owned()]).unwrap_err();
    assert!(error.to_string().contains("Thing"), "{error}");
}

#[test]
fn a_glue_that_starts_instances_in_two_places_runs_constructors_in_both() {
    let twice = "wasm.__wbindgen_start();\nfunction __wbg_reset_state() {\n    wasm.__wbindgen_start();\n}\n";
    assert_eq!(with_constructors(twice).unwrap().matches("wasm.__wasm_call_ctors();\n").count(), 2);
    assert!(with_constructors("nothing starts").is_err());
}

#[test]
fn imports_get_their_new_names_where_they_are_listed() {
    let glue =
        "const import0 = {\n        __wbg_a_1: function() { return __wbg_a_1; },\n        __wbg_a_12: function() {},\n";
    let names = [("__wbg_a_1".to_owned(), "$a".to_owned()), ("__wbg_a_12".to_owned(), "$b".to_owned())];
    let renamed = renamed(glue, &names).unwrap();
    assert!(renamed.contains("\n        $a: function() { return __wbg_a_1; },\n        $b: function"), "{renamed}");
    assert!(super::renamed(&renamed, &names).unwrap_err().to_string().contains("\"__wbg_a_1\" once"));
}
