//! Writes the files that follow from tables in Rust, and says when one of them is stale.
//!
//! `npm/src/wire.ts` is one: the names and limits that travel stand once, in `vigie-protocol`.

use std::fmt::Write as _;

use vigie_protocol::field::ErrorSeverity;
use vigie_protocol::limits::{KEEPALIVE_BYTES_MAX, SESSION_AGE_MAX_MS, SESSION_IDLE_MAX_MS, WAITING_EVENTS_MAX};
use vigie_protocol::outcome::ProblemCode;
use vigie_protocol::{Column, Consent, EventType, LostReason, RefusalCode, Role, Traffic};

use crate::house::{Outcome, read, root, write as write_file};
use crate::sdk::package_version;

/// A file that follows from tables, by its path from the top.
struct Derived {
    path: &'static str,
    make: fn() -> Outcome<String>,
}

const DERIVED: &[Derived] = &[Derived { path: "npm/src/wire.ts", make: wire }];

/// `cargo xtask derive`
pub(crate) fn write() -> Outcome {
    for Derived { path, make } in DERIVED {
        write_file(&root().join(path), make()?)?;
        println!("{path} is written");
    }
    Ok(())
}

/// `cargo xtask derive --check`
pub(crate) fn check() -> Outcome {
    for Derived { path, make } in DERIVED {
        if read(&root().join(path)).ok() != Some(make()?) {
            return Err(format!("{path} is not what the Rust tables say. Run `cargo xtask derive` and commit it."));
        }
    }
    println!("{} derived files are as the Rust tables say", DERIVED.len());
    Ok(())
}

fn wire() -> Outcome<String> {
    let mut out = String::from(
        "/**\n * The names and limits that travel, as `vigie-protocol` has them.\n *\n \
         * Derived: do not edit. `cargo xtask derive` writes it.\n */\n",
    );
    let _ = writeln!(out, "\n/** How this SDK names itself in a batch. */");
    let _ = writeln!(out, "export const SDK = 'vigie-js/{}'", package_version()?);
    let _ = writeln!(out, "\n/** The columns of an event, in the order in which they are handed to the core. */");
    let _ =
        writeln!(out, "export const COLUMNS = [\n{}] as const", lines(Column::ALL.iter().map(|name| name.as_str())));
    let _ = writeln!(out, "export type Column = (typeof COLUMNS)[number]");
    union(
        &mut out,
        "EventType",
        "The event types that Vigie knows by name.",
        &names(EventType::ALL, EventType::as_str),
    );
    union(&mut out, "Role", "Who acts.", &names(Role::ALL, Role::as_str));
    union(&mut out, "Traffic", "Only `human` moves rates.", &names(Traffic::ALL, Traffic::as_str));
    union(&mut out, "Consent", "What the visitor answered.", &names(Consent::ALL, Consent::as_str));
    let severities = names(ErrorSeverity::ALL, ErrorSeverity::as_str);
    union(&mut out, "ErrorSeverity", "How bad a captured error is.", &severities);
    let refusals = names(RefusalCode::ALL, RefusalCode::as_str);
    union(&mut out, "RefusalCode", "Why the collector did not take an event.", &refusals);
    union(&mut out, "LostReason", "Why an event was given up.", &names(LostReason::ALL, LostReason::as_str));
    let problems = names(ProblemCode::ALL, ProblemCode::as_str);
    union(&mut out, "ProblemCode", "Why a request as a whole was not taken.", &problems);
    for (name, value, doc) in [
        (
            "WAITING_EVENTS_MAX",
            whole(WAITING_EVENTS_MAX),
            "Events that may wait; what is over that is counted and reported.",
        ),
        ("KEEPALIVE_BYTES_MAX", whole(KEEPALIVE_BYTES_MAX), "Bytes that may outlive the page."),
        ("SESSION_IDLE_MAX_MS", SESSION_IDLE_MAX_MS, "A session ends after this long without an event, in ms."),
        ("SESSION_AGE_MAX_MS", SESSION_AGE_MAX_MS, "A session ends at this age, in ms."),
    ] {
        let _ = write!(out, "\n/** {doc} */\nexport const {name} = {value}\n");
    }
    Ok(out)
}

fn whole(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn names<T: Copy>(all: &[T], spell: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| spell(*one)).collect()
}

fn lines<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("  '{name}',\n")).collect()
}

fn union(out: &mut String, name: &str, doc: &str, values: &[&str]) {
    let _ = write!(out, "\n/** {doc} */\nexport type {name} =\n");
    for value in values {
        let _ = writeln!(out, "  | '{value}'");
    }
}
