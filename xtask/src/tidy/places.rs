//! Nothing that is committed may name what only one machine or one network knows: folders, package hosts.
//!
//! What is looked for is spelled here in halves, so that this file is none of the finds.

use super::File;

const PLACES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/tm", "p/bash"),
    concat!("registry.np", "mjs"),
    concat!("static.crat", "es.io"),
    concat!("index.crat", "es.io"),
    concat!("files.pyth", "onhosted"),
    concat!("deb.deb", "ian"),
    concat!("\"resol", "ved\": \"http"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    files.iter().flat_map(finds).collect()
}

fn finds(file: &File) -> Vec<String> {
    let text = file.text.as_deref().unwrap_or_default();
    let named = PLACES.iter().filter(|place| text.contains(**place));
    named.map(|place| format!("{} names `{place}`: no other machine knows it", file.path.display())).collect()
}

#[test]
fn a_folder_of_one_machine_is_found() {
    let file = |text: String| File { path: "a.md".into(), text: Some(text) };
    assert_eq!(finds(&file(format!("see {}x", concat!("/ho", "me/")))).len(), 1);
    assert_eq!(finds(&file("see target/npm".into())).len(), 0);
}
