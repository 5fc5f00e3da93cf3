//! Crate → wasm → glue: the engine (bare, and with each bundled model) in both SIMD builds, the Worker,
//! the decoder of pictures, the baker.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;
use crate::glue;
use crate::project::Project;
use crate::rust::{self, Simd};
use crate::stamp::Step;

/// What a module is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The engine with a model of `models/` inside.
    Bundled(String),
    /// The engine without a model: what the baker starts from.
    Bare,
    /// The same, with what times its steps.
    Profiling,
    /// The Cloudflare Worker without a model: a baker's start too.
    Worker,
    /// The decoder of pictures, beside an engine.
    Pictures,
    /// The baker itself.
    Baker,
}

/// A crate, what goes into it, and a SIMD build.
pub struct Module {
    kind: Kind,
    simd: Simd,
    /// The name that its files begin with.
    stem: &'static str,
    /// Where its files go.
    folder: PathBuf,
}

impl Module {
    /// The engine with one of the bundled models.
    pub fn bundled(project: &Project, model: &str, simd: Simd) -> Module {
        let folder = project.target.join("wasm").join(model).join(simd.name());
        Module { kind: Kind::Bundled(model.to_owned()), simd, stem: "engine", folder }
    }

    /// The engine without a model.
    pub fn bare(project: &Project, simd: Simd) -> Module {
        let folder = project.target.join("wasm").join("engine").join(simd.name());
        Module { kind: Kind::Bare, simd, stem: "engine", folder }
    }

    /// The engine without a model that times its steps.
    pub fn profiling(project: &Project) -> Module {
        let folder = project.target.join("wasm").join("profile").join(Simd::Relaxed.name());
        Module { kind: Kind::Profiling, simd: Simd::Relaxed, stem: "engine", folder }
    }

    /// The baker, which runs in Node.
    pub fn baker(project: &Project) -> Module {
        Module { kind: Kind::Baker, simd: Simd::Baseline, stem: "baker", folder: project.target.join("baker") }
    }

    /// The Cloudflare Worker without a model.
    pub fn worker(project: &Project) -> Module {
        let folder = project.target.join("wasm").join("worker");
        Module { kind: Kind::Worker, simd: Simd::Relaxed, stem: "worker", folder }
    }

    /// The decoder of pictures, the same for both builds: it has no use for relaxed SIMD.
    pub fn pictures(project: &Project) -> Module {
        let folder = project.target.join("wasm").join("pictures");
        Module { kind: Kind::Pictures, simd: Simd::Baseline, stem: "pictures", folder }
    }

    fn name(&self) -> String {
        match &self.kind {
            Kind::Bundled(model) => format!("{model} {}", self.simd.name()),
            Kind::Bare => format!("engine {}", self.simd.name()),
            Kind::Profiling => "engine for profiles".to_owned(),
            Kind::Worker => "worker".to_owned(),
            Kind::Pictures => "pictures".to_owned(),
            Kind::Baker => "baker".to_owned(),
        }
    }

    fn package(&self) -> &'static str {
        match self.kind {
            Kind::Bundled(_) | Kind::Bare | Kind::Profiling => "onnxlet",
            Kind::Worker => "onnxlet-worker",
            Kind::Pictures => "onnxlet-pictures",
            Kind::Baker => "onnxlet-bake",
        }
    }

    fn features(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Bundled(_) => &[],
            Kind::Worker => &["--no-default-features"],
            Kind::Profiling => &["--no-default-features", "--features", "profile"],
            Kind::Bare => &["--no-default-features", "--features", "js"],
            Kind::Pictures | Kind::Baker => &["--features", "js"],
        }
    }

    /// What only the linker knows of the data is needed to drop what a model does not use.
    fn link_options(&self) -> &'static [&'static str] {
        if self.is_bakeable() { &["-C", "link-arg=--emit-relocs"] } else { &[] }
    }

    fn inputs(&self, project: &Project) -> Vec<PathBuf> {
        let mut inputs: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock"].map(|path| project.at(path)).into();
        let crates: &[&str] = match self.kind {
            Kind::Bundled(_) | Kind::Bare | Kind::Profiling => &["build.rs", "src", "kernels", "pictures"],
            Kind::Worker => &["build.rs", "src", "kernels", "pictures", "worker/Cargo.toml", "worker/src"],
            Kind::Pictures => &["pictures"],
            Kind::Baker => &["bake/Cargo.toml", "bake/src"],
        };
        inputs.extend(crates.iter().map(|path| project.at(path)));
        if let Some(model) = self.model() {
            inputs.extend(["model.onnx", "card.json"].map(|file| project.at("models").join(model).join(file)));
        }
        inputs
    }

    /// The model inside.
    fn model(&self) -> Option<&str> {
        match &self.kind {
            Kind::Bundled(model) => Some(model),
            Kind::Bare | Kind::Profiling | Kind::Worker | Kind::Pictures | Kind::Baker => None,
        }
    }

    fn raw(&self) -> PathBuf {
        self.folder.join("linked.wasm")
    }

    /// A file that a build makes: `.js` (glue), `.d.ts` (its types, of the engine only) or `_bg.wasm` (the module).
    pub fn output(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.stem))
    }

    /// The folder of scripts that the glue imports. The Worker has some; an engine must not.
    pub fn snippets(&self) -> PathBuf {
        self.folder.join("snippets")
    }

    /// Whether a model can be baked into it.
    fn is_bakeable(&self) -> bool {
        matches!(self.kind, Kind::Bare | Kind::Worker)
    }

    /// Compiles and binds what changed. Returns the digest of everything that it was made from.
    pub fn build(&self, project: &Project, compiler: &str) -> Result<String> {
        let compiled = self.compile(project, compiler)?;
        self.bind(project, &compiled)
    }

    fn compile(&self, project: &Project, compiler: &str) -> Result<String> {
        let step = Step {
            name: &format!("compile {}", self.name()),
            keys: &[compiler, include_str!("rust.rs"), &self.link_options().join(" ")],
            inputs: &self.inputs(project),
            outputs: &[self.raw()],
        };
        step.run(project, || {
            let mut cargo = rust::cargo_wasm(project, self.package(), self.features(), self.simd);
            cargo.args(self.link_options()).envs(self.model().map(|model| ("ONNXLET_MODEL", model)));
            crate::process::run(&mut cargo)?;
            fs::create_dir_all(&self.folder)?;
            let linked = rust::wasm_path(project, self.package(), self.simd);
            fs::copy(&linked, self.raw()).with_context(|| format!("copying {}", linked.display()))?;
            Ok(())
        })
    }

    fn bind(&self, project: &Project, compiled: &str) -> Result<String> {
        let step = Step {
            name: &format!("bind {}", self.name()),
            keys: &[compiled, include_str!("engine.rs"), include_str!("glue.rs")],
            // The description of the data is made by the baker's crate.
            inputs: &if self.is_bakeable() { vec![project.at("bake/src")] } else { vec![] },
            outputs: &[self.output(".js"), self.output("_bg.wasm")],
        };
        step.run(project, || {
            let mut bindgen = Bindgen::new();
            bindgen.input_path(self.raw()).out_name(self.stem).typescript(self.kind != Kind::Worker).web(true)?;
            // Names of functions are a third of the module and serve only a debugger, or a profiler.
            bindgen.remove_name_section(self.kind != Kind::Profiling).remove_producers_section(true);
            files::fresh_folder(&self.snippets())?;
            bindgen.generate(&self.folder)?;
            self.shorten_imports()?;
            self.rewrite()?;
            self.describe_data()
        })
    }

    /// Names are downloaded twice, by glue and module.
    fn shorten_imports(&self) -> Result<()> {
        if !self.is_bakeable() {
            return Ok(());
        }
        let (module, script) = (self.output("_bg.wasm"), self.output(".js"));
        let renamed = onnxlet_bake::shorten_imports(&fs::read(&module)?)
            .with_context(|| format!("renaming the imports of {}", module.display()))?;
        let glue = fs::read_to_string(&script).with_context(|| format!("reading {}", script.display()))?;
        let glue = glue::renamed(&glue, &renamed.names)
            .with_context(|| format!("renaming the imports in {}", script.display()))?;
        fs::write(script, glue)?;
        Ok(fs::write(module, renamed.wasm)?)
    }

    fn rewrite(&self) -> Result<()> {
        if self.kind == Kind::Baker {
            return Ok(());
        }
        let path = self.output(".js");
        let glue = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let failed = || format!("rewriting {}", path.display());
        if self.kind == Kind::Worker {
            let (imports, code) = glue::imports(&glue);
            return Ok(fs::write(&path, imports + &glue::factory(&code).with_context(failed)?.js)?);
        }
        let factory = glue::factory(&glue).with_context(failed)?;
        fs::write(&path, &factory.js)?;
        self.rewrite_types(&factory.names)
    }

    /// Adds to what can be baked what the link said of its statics; wasm-bindgen does not move any.
    fn describe_data(&self) -> Result<()> {
        if !self.is_bakeable() {
            return Ok(());
        }
        let path = self.output("_bg.wasm");
        let failed = || format!("describing the data of {}", path.display());
        let described = onnxlet_bake::describe_data(&fs::read(&path)?, &fs::read(self.raw())?).with_context(failed)?;
        Ok(fs::write(&path, described)?)
    }

    fn rewrite_types(&self, names: &[String]) -> Result<()> {
        let path = self.output(".d.ts");
        let declarations = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let types = glue::types(&declarations, names).with_context(|| format!("rewriting {}", path.display()))?;
        fs::write(&path, types)?;
        // Describes the module's exports to those who call it without the glue; nobody does.
        let raw_types = self.output("_bg.wasm.d.ts");
        fs::remove_file(&raw_types).with_context(|| format!("removing {}", raw_types.display()))
    }
}
