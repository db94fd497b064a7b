//! Builds the npm package: Rust → WASM → text in a module, TypeScript → JavaScript, both → a tarball.
//!
//! No `.wasm` file and no URL leave here: bundlers and dev servers disagree on both. The WASM travels gzipped and as base64
//! in `bytes.js`, which every one of them takes for what it is, a module.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasm_bindgen_cli_support::{Bindgen, Output};

use crate::house::{Outcome, make_folder, read, root, run, target, with_node, write};

/// `cargo xtask sdk`
pub(crate) fn build() -> Outcome {
    let npm = root().join("npm");
    let (glue, dist, packed) = (npm.join("glue"), npm.join("dist"), root().join("target/npm"));
    for folder in [&glue, &dist, &packed] {
        make_folder(folder)?;
    }
    compile()?;
    bind(&glue)?;
    if !npm.join("node_modules").exists() {
        run(with_node("npm", &npm)?.args(["ci", "--no-audit", "--no-fund"]))?;
    }
    if std::env::var_os("NOSHRINK").is_none() {
        shrink(&npm, &glue)?;
    }
    write(&dist.join("bytes.js"), bytes_module(&glue.join("core_bg.wasm"))?)?;
    run(with_node("npm", &npm)?.args(["run", "--silent", "bundle"]))?;
    run(with_node("npm", &npm)?.args(["pack", "--silent", "--pack-destination"]).arg(&packed))?;
    println!("npm/dist is built; the package is in {}", packed.display());
    Ok(())
}

fn compile() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let flags = format!("--remap-path-prefix={}= --remap-path-prefix={}=", registry().display(), root().display());
    let mut command = Command::new(cargo);
    // The places of panics are in the WASM: they must not tell the folders of whoever built it.
    command.current_dir(root()).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    run(command.args([
        "rustc",
        "--quiet",
        "--package=vigie-sdk",
        "--lib",
        "--crate-type=cdylib",
        "--profile=browser",
        "--target=wasm32-unknown-unknown",
    ]))
}

/// Where cargo keeps the sources of dependencies.
fn registry() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    home.join("registry/src")
}

/// Writes `core.js`, `core.d.ts` and `core_bg.wasm`.
fn bind(glue: &Path) -> Outcome {
    let wasm = target().join("wasm32-unknown-unknown/browser/vigie_sdk.wasm");
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(&wasm).out_name("core").omit_default_module_path(true).typescript(true);
    let bindgen = bindgen.remove_producers_section(true);
    let bound = bindgen.web(true).and_then(|bindgen| {
        let mut output = bindgen.generate_output()?;
        let names = shorten(&mut output);
        output.emit(glue)?;
        Ok(names)
    });
    let names = bound.map_err(|trouble| format!("cannot bind {}: {trouble:#}", wasm.display()))?;
    let script = glue.join("core.js");
    let shortened = names.iter().fold(read(&script)?, |text, (long, short)| text.replace(long, short));
    let shortened = without_crutches(shortened)?;
    // The generated `init` would fetch, guess and warn; `core.ts` needs only the two ends of it.
    write(&script, format!("{shortened}export {{ __wbg_get_imports as imports, __wbg_finalize_init as begin }}\n"))?;
    let types = glue.join("core.d.ts");
    let said =
        "export function imports(): WebAssembly.Imports\nexport function begin(instance: WebAssembly.Instance): void\n";
    write(&types, read(&types)? + said)
}

/// What the glue asks of a browser before it helps itself. Whoever can unpack the WASM (`DecompressionStream`) has both for years.
const CRUTCHES: [&str; 2] = ["!('encodeInto' in cachedTextEncoder)", "typeof FinalizationRegistry === 'undefined'"];

/// The glue that no longer asks: the bundler drops what would follow.
fn without_crutches(mut glue: String) -> Outcome<String> {
    for question in CRUTCHES {
        if !glue.contains(question) {
            return Err(format!(
                "the glue no longer asks `{question}`: look at what wasm-bindgen writes, then at CRUTCHES"
            ));
        }
        glue = glue.replace(question, "false");
    }
    Ok(glue)
}

/// Gives the names that only glue and WASM know to each other a letter or two: their hashes are what no compression shortens.
fn shorten(output: &mut Output) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let mut short = |long: &mut String| {
        let name = format!("_{}", names.len());
        names.push((long.clone(), name.clone()));
        *long = name;
    };
    let module = output.wasm_mut();
    module
        .imports
        .iter_mut()
        .filter(|import| import.module.starts_with("./"))
        .for_each(|import| short(&mut import.name));
    let known_to_glue_alone = |name: &str| name.starts_with("__") || name.starts_with("wasm_bindgen");
    module
        .exports
        .iter_mut()
        .filter(|export| known_to_glue_alone(&export.name))
        .for_each(|export| short(&mut export.name));
    names.sort_by_key(|(long, _)| std::cmp::Reverse(long.len())); // no name is replaced inside of a longer one
    names
}

fn shrink(npm: &Path, glue: &Path) -> Outcome {
    let wasm = glue.join("core_bg.wasm");
    let optimize = ["node_modules/binaryen/bin/wasm-opt", "-Oz", "--strip-debug", "--strip-producers"];
    run(with_node("node", npm)?.args(optimize).arg(&wasm).arg("-o").arg(&wasm))
}

/// The WASM as a module: `export default "<base64 of gzip>"`.
fn bytes_module(wasm: &Path) -> Outcome<String> {
    let raw = std::fs::read(wasm).map_err(|trouble| format!("cannot read {}: {trouble}", wasm.display()))?;
    let mut zipped = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, raw.as_slice(), &mut zipped)
        .map_err(|trouble| format!("cannot compress the WASM: {trouble}"))?;
    println!("WASM {} bytes, gzipped {}", raw.len(), zipped.len());
    Ok(format!("export default\"{}\"\n", STANDARD.encode(zipped)))
}

/// The version that the package says it has.
pub(crate) fn package_version() -> Outcome<String> {
    let text = read(&root().join("npm/package.json"))?;
    let after = text.split_once(r#""version": ""#).map(|(_, after)| after);
    let version = after.and_then(|after| after.split('"').next());
    version.map(Into::into).ok_or_else(|| "npm/package.json says no version".into())
}
