//! Builds the npm package: Rust → WASM → text in a module, TypeScript → JavaScript, both → a tarball.
//!
//! No `.wasm` file and no URL leave here: bundlers and dev servers disagree on both. The WASM travels gzipped and as base64
//! in `bytes.js`, which every one of them takes for what it is, a module.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

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
    run(Command::new(cargo).current_dir(root()).args([
        "rustc",
        "--quiet",
        "--package=vigie-sdk",
        "--lib",
        "--crate-type=cdylib",
        "--profile=browser",
        "--target=wasm32-unknown-unknown",
    ]))
}

/// Writes `core.js`, `core.d.ts` and `core_bg.wasm`.
fn bind(glue: &Path) -> Outcome {
    let wasm = target().join("wasm32-unknown-unknown/browser/vigie_sdk.wasm");
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(&wasm).out_name("core").omit_default_module_path(true).typescript(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(glue));
    bound.map_err(|trouble| format!("cannot bind {}: {trouble:#}", wasm.display()))
}

fn shrink(npm: &Path, glue: &Path) -> Outcome {
    let wasm = glue.join("core_bg.wasm");
    let optimize = ["node_modules/binaryen/bin/wasm-opt", "-Oz", "--strip-debug", "--strip-producers"];
    run(with_node("node", npm)?.args(optimize).arg(&wasm).arg("-o").arg(&wasm))
}

/// The WASM as a module: `export default "<base64 of gzip>"`.
fn bytes_module(wasm: &Path) -> Outcome<String> {
    let raw = std::fs::read(wasm).map_err(|trouble| format!("cannot read {}: {trouble}", wasm.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zipped = encoder.write_all(&raw).and_then(|()| encoder.finish());
    let zipped = zipped.map_err(|trouble| format!("cannot compress the WASM: {trouble}"))?;
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
