//! What is agreed about the house and what a compiler cannot see. Each rule says what is wrong, where, and what to do.

mod arrows;
mod catalogue;
mod lengths;
mod places;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::{Outcome, root};

/// `cargo xtask tidy`: every rule is asked, so that one run tells all.
pub(crate) fn check() -> Outcome {
    let files = committed()?;
    let rules = [
        ("arrows between crates", arrows::check(&files)?),
        ("checks and their words", catalogue::check(&root().join("collector/domain"))?),
        ("lengths of files", lengths::check(&files)?),
        ("places that only one machine knows", places::check(&files)),
    ];
    let mut troubles = Vec::new();
    for (rule, found) in rules {
        println!("{rule}: {}", if found.is_empty() { "as agreed" } else { "NOT as agreed" });
        troubles.extend(found);
    }
    if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
}

/// A file that git knows, or would know once it is added.
pub(crate) struct File {
    /// From the top of the repository.
    pub(crate) path: PathBuf,
    /// Its text; none if it is no text.
    pub(crate) text: Option<String>,
}

fn committed() -> Outcome<Vec<File>> {
    let listed = Command::new("git")
        .current_dir(root())
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|trouble| format!("git cannot be asked which files there are: {trouble}"))?;
    let paths = String::from_utf8_lossy(&listed.stdout).into_owned();
    let read = |path: &str| File { path: path.into(), text: std::fs::read_to_string(root().join(path)).ok() };
    Ok(paths.lines().filter(|path| root().join(path).is_file()).map(read).collect())
}

/// Whether a path ends in one of these.
fn ends_in(path: &Path, extensions: &[&str]) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| extensions.contains(&extension))
}
