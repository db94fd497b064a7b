//! Who may call whom: `server → {sqlite, firestore} → store → domain → protocol ← sdk-wasm`. Nothing points back.
//!
//! What stands outside (scenarios, benchmarks, this crate) may use every room, and no room may use it.

use toml::{Table, Value};

use super::File;
use crate::house::Outcome;

/// A room and the rooms below it that it may use, itself included: a test may want its own features.
const ROOMS: &[(&str, &[&str])] = &[
    ("vigie-protocol", &[]),
    ("vigie-sdk", &["vigie-protocol"]),
    ("vigie-domain", &["vigie-protocol"]),
    ("vigie-store", &["vigie-protocol", "vigie-domain", "vigie-store"]),
    ("vigie-sqlite", &["vigie-protocol", "vigie-domain", "vigie-store"]),
    ("vigie-firestore", &["vigie-protocol", "vigie-domain", "vigie-store"]),
    ("vigie-collector", &["vigie-protocol", "vigie-domain", "vigie-store", "vigie-sqlite", "vigie-firestore"]),
];

/// Crates that use the house and are no part of it.
const OUTSIDE: &[&str] = &["vigie-scenario", "vigie-bench", "xtask"];

pub(super) fn check(files: &[File]) -> Outcome<Vec<String>> {
    let mut troubles = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let text = file.text.as_deref().unwrap_or_default();
        let manifest: Table =
            text.parse().map_err(|trouble| format!("{} cannot be read: {trouble}", file.path.display()))?;
        troubles.extend(wrong_arrows(&manifest));
    }
    Ok(troubles)
}

fn wrong_arrows(manifest: &Table) -> Vec<String> {
    let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str) else {
        return Vec::new(); // the workspace itself
    };
    if OUTSIDE.contains(&name) {
        return Vec::new();
    }
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == name) else {
        return vec![format!("{name} is no room that xtask/src/tidy/arrows.rs knows: say there what it may use")];
    };
    let ours = |used: &&String| OUTSIDE.contains(&used.as_str()) || ROOMS.iter().any(|(room, _)| room == used);
    let mut used = Vec::new();
    dependencies(manifest, &mut used);
    let wrong = used.iter().filter(ours).filter(|used| !allowed.contains(&used.as_str()));
    wrong.map(|used| format!("{name} uses {used}, and may not: arrows go one way (ARCHITECTURE.md)")).collect()
}

/// What a manifest depends on, tests, build and targets included.
fn dependencies(table: &Table, found: &mut Vec<String>) {
    for (key, value) in table {
        let Value::Table(inner) = value else { continue };
        if key.ends_with("dependencies") {
            found.extend(inner.keys().cloned());
        } else {
            dependencies(inner, found);
        }
    }
}

#[test]
fn an_arrow_that_points_back_is_found_wherever_it_hides() {
    for (manifest, expected) in [
        ("[package]\nname = 'vigie-domain'\n[dependencies]\nvigie-protocol = '1'\nserde = '1'", 0),
        ("[package]\nname = 'vigie-domain'\n[dependencies]\nvigie-store = '1'", 1),
        ("[package]\nname = 'vigie-sdk'\n[dev-dependencies]\nvigie-domain = '1'", 1),
        ("[package]\nname = 'vigie-sdk'\n[target.'cfg(unix)'.dependencies]\nvigie-collector = '1'", 1),
        ("[package]\nname = 'vigie-collector'\n[dependencies]\nvigie-scenario = '1'", 1),
        ("[package]\nname = 'vigie-scenario'\n[dependencies]\nvigie-collector = '1'", 0),
        ("[package]\nname = 'vigie-cellar'\n", 1),
        ("[workspace.dependencies]\nvigie-store = '1'", 0),
    ] {
        let manifest: Table = manifest.parse().unwrap();
        assert_eq!(wrong_arrows(&manifest).len(), expected, "{manifest}");
    }
}
