//! The tree is the catalogue: each check is a file, a line in the table, and words in both languages.

use std::path::{Path, PathBuf};

use crate::house::{Outcome, read};

const LANGUAGES: [&str; 2] = ["fr", "en"];

pub(super) fn check(domain: &Path) -> Outcome<Vec<String>> {
    let table = read(&domain.join("src/check.rs"))?;
    let listed = table.split_once("CHECKS: &[&Check]").map_or("", |(_, after)| after);
    let listed = listed.split(';').next().unwrap_or_default();
    let mut troubles = Vec::new();
    for file in files_of_checks(&domain.join("src/checks"))? {
        let shown = file.strip_prefix(domain).unwrap_or(&file).display().to_string();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if !listed.contains(&format!("{stem}::CHECK")) {
            troubles
                .push(format!("{shown} is in no line of CHECKS (collector/domain/src/check.rs): nobody looks at it"));
        }
        match id_in(&read(&file)?) {
            Some(id) => troubles.extend(words(domain, &id)),
            None => troubles.push(format!("{shown} says no `id: \"…\"`")),
        }
    }
    Ok(troubles)
}

/// Every `.rs` below `checks/<family>/` but the `mod.rs`.
fn files_of_checks(checks: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for family in entries(checks)?.into_iter().filter(|path| path.is_dir()) {
        found.extend(entries(&family)?.into_iter().filter(|path| path.extension().is_some_and(|rs| rs == "rs")));
    }
    found.retain(|path| !path.ends_with("mod.rs"));
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).map_err(|trouble| format!("cannot list {}: {trouble}", folder.display()))?;
    Ok(listed.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
}

fn id_in(check: &str) -> Option<String> {
    let (_, after) = check.split_once("id: \"")?;
    Some(after.split('"').next()?.to_owned())
}

/// What is wrong with the words of a check: a language that has none, or that lacks a message another one has.
fn words(domain: &Path, id: &str) -> Vec<String> {
    let path = |language: &str| format!("texts/{language}/{id}.ftl");
    let texts = LANGUAGES.map(|language| (language, std::fs::read_to_string(domain.join(path(language))).ok()));
    let mut troubles = Vec::new();
    let all: Vec<String> = texts.iter().flat_map(|(_, text)| messages(text.as_deref().unwrap_or_default())).collect();
    for (language, text) in &texts {
        let Some(text) = text else {
            troubles.push(format!("{id} has no words in {language}: collector/domain/{} is missing", path(language)));
            continue;
        };
        let said = messages(text);
        let missing = all.iter().filter(|message| !said.contains(message));
        troubles.extend(missing.map(|message| format!("collector/domain/{} lacks `{message}`", path(language))));
    }
    troubles
}

/// The names of a Fluent file's messages.
fn messages(text: &str) -> Vec<String> {
    let begins = |line: &&str| line.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let name = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
    text.lines().filter(begins).filter_map(name).collect()
}

#[test]
fn the_id_and_the_messages_are_read_as_they_are_written() {
    assert_eq!(
        id_in("pub const CHECK: Check = Check {\n    id: \"signup.form-drop-off\","),
        Some("signup.form-drop-off".into())
    );
    assert_eq!(messages("# comment\ntitle = A\nbody = B { $n ->\n    [one] x\n}\n"), ["title", "body"]);
}

#[test]
fn a_check_that_is_not_listed_or_lacks_words_is_named() {
    let domain = std::env::temp_dir().join(format!("vigie-tidy-{}", std::process::id()));
    for folder in ["src/checks/payment", "texts/fr", "texts/en"] {
        std::fs::create_dir_all(domain.join(folder)).unwrap();
    }
    let write = |path: &str, text: &str| std::fs::write(domain.join(path), text).unwrap();
    write("src/check.rs", "pub const CHECKS: &[&Check] = &[&listed::CHECK];");
    write("src/checks/payment/mod.rs", "");
    write("src/checks/payment/listed.rs", "id: \"payment.listed\",");
    write("src/checks/payment/forgotten.rs", "id: \"payment.forgotten\",");
    write("texts/fr/payment.listed.ftl", "title = T\nimpact = I\n");
    write("texts/en/payment.listed.ftl", "title = T\n");
    let troubles = check(&domain).unwrap();
    std::fs::remove_dir_all(&domain).unwrap();
    let expected =
        ["forgotten.rs is in no line", "no words in fr", "no words in en", "payment.listed.ftl lacks `impact`"];
    assert_eq!(troubles.len(), expected.len(), "{troubles:?}");
    assert!(expected.iter().all(|words| troubles.iter().any(|trouble| trouble.contains(words))), "{troubles:?}");
}
