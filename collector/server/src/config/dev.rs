//! `vigie serve --dev`: makes the keys that are missing, once, and keeps them beside the data.
//!
//! They stand in `<data>/dev-keys.toml`, readable by its owner alone, under the names of `vigie.toml`. What the operator
//! sets goes before it.

use std::io::Write;
use std::path::Path;

use super::{Config, Keys, Mistake, Secret, Tokens};
use crate::clock::Chance;

/// The file beside the data.
pub const FILE: &str = "dev-keys.toml";

/// The names in the file, and what a key that is made begins with.
const NAMES: [(&str, &str); 4] = [
    ("public_key", "pk_dev_"),
    ("server_key", "sk_dev_"),
    ("admin_token", "admin_dev_"),
    ("viewer_token", "viewer_dev_"),
];

/// Fills in what the operator did not set.
///
/// # Errors
/// When the file cannot be read or written, or is not of its form.
pub fn complete(config: &mut Config, chance: &dyn Chance) -> Result<(), Mistake> {
    let path = config.data.join(FILE);
    let mut kept = read(&path)?;
    let mut made = false;
    for (name, prefix) in NAMES {
        if is_set(config, name) {
            continue;
        }
        let value = kept.entry(name).or_insert_with(|| {
            made = true;
            toml::Value::String(new_key(prefix, chance))
        });
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else {
            return Err(mistake(&path, format!("{name} is no text; remove the file and a new one is made")));
        };
        set(config, name, text.to_owned());
    }
    if made { write(&path, &kept) } else { Ok(()) }
}

fn is_set(config: &Config, name: &str) -> bool {
    match name {
        "public_key" => !config.public_keys.0.is_empty(),
        "server_key" => !config.server_keys.0.is_empty(),
        "admin_token" => !config.admin_tokens.0.is_empty(),
        _ => !config.viewer_tokens.0.is_empty(),
    }
}

fn set(config: &mut Config, name: &str, text: String) {
    match name {
        "public_key" => config.public_keys = Keys(vec![Secret::new(text)]),
        "server_key" => config.server_keys = Keys(vec![Secret::new(text)]),
        "admin_token" => config.admin_tokens = Tokens::parse(vec![text], "admin"),
        _ => config.viewer_tokens = Tokens::parse(vec![text], "viewer"),
    }
}

/// 128 random bits behind a word that says what it is.
fn new_key(prefix: &str, chance: &dyn Chance) -> String {
    let mut bytes = [0; 16];
    chance.fill(&mut bytes);
    bytes.iter().fold(prefix.to_owned(), |key, byte| format!("{key}{byte:02x}"))
}

fn read(path: &Path) -> Result<toml::Table, Mistake> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            text.parse().map_err(|_| mistake(path, "is no TOML; remove the file and a new one is made".to_owned()))
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(toml::Table::new()),
        Err(cause) => Err(mistake(path, format!("cannot be read: {cause}"))),
    }
}

fn write(path: &Path, keys: &toml::Table) -> Result<(), Mistake> {
    let written = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        let mut file = private_file(path)?;
        file.write_all(
            b"# Made by `vigie serve --dev`, for this machine alone. Keys that you set yourself go before these.\n",
        )?;
        file.write_all(keys.to_string().as_bytes())?;
        file.sync_all()
    };
    written().map_err(|cause| mistake(path, format!("cannot be written: {cause}. Name another folder with VIGIE_DATA")))
}

/// Makes a folder that only its owner can enter.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file that only its owner can read, also where one with wider rights lay there.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn mistake(path: &Path, what: String) -> Mistake {
    Mistake { place: path.display().to_string(), what }
}
