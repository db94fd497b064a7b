//! Work on the house: `sdk` builds the npm package, `derive` writes what is derived, `tidy` checks what is agreed.

mod derive;
mod house;
mod sdk;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask sdk              builds the WASM and the npm package: npm/dist, target/npm/*.tgz
cargo xtask derive           writes the files that follow from the Rust tables
cargo xtask derive --check   says whether one of them is stale
cargo xtask tidy             checks the arrows between crates, the table of checks, sizes of files";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["sdk"] => sdk::build(),
        ["derive"] => derive::write(),
        ["derive", "--check"] => derive::check(),
        ["tidy"] => tidy::check(),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}
