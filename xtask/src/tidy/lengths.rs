//! A file answers one question. How long that may take is nobody's to say, but who needs 300 lines should look again.

use super::{File, ends_in};
use crate::house::Outcome;

/// Lines from which a file is shown.
const LOOK_AT: usize = 300;
/// Lines from which the build stops: nobody reads such a file to its end.
const TOO_LONG: usize = 600;

const WRITTEN_BY_HAND: &[&str] = &["rs", "ts", "tsx", "mjs", "js", "sh", "css", "ftl", "sql"];

pub(super) fn check(files: &[File]) -> Outcome<Vec<String>> {
    let mut lengths: Vec<(usize, String)> = files
        .iter()
        .filter(|file| ends_in(&file.path, WRITTEN_BY_HAND))
        .map(|file| (file.text.as_deref().unwrap_or_default().lines().count(), file.path.display().to_string()))
        .collect();
    lengths.sort_by(|one, other| other.cmp(one));
    println!("longest files:");
    for (place, (lines, path)) in lengths.iter().enumerate() {
        if place < 5 || *lines > LOOK_AT {
            println!("  {lines:>4} {path}{}", if *lines > LOOK_AT { "   is it one question?" } else { "" });
        }
    }
    let too_long = lengths.iter().filter(|(lines, _)| *lines > TOO_LONG);
    Ok(too_long
        .map(|(lines, path)| format!("{path} has {lines} lines, over {TOO_LONG}: split it by its questions"))
        .collect())
}
