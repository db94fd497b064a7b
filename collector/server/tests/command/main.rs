//! The binary as an operator runs it: `vigie serve`, `vigie serve --dev`, `vigie export`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on is over")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use vigie_collector::clock::{Chance, Clock, SystemChance, SystemClock};

const KEYS: [(&str, &str); 3] = [
    ("VIGIE_PUBLIC_KEY", "public-key-of-the-test"),
    ("VIGIE_SERVER_KEY", "server-key-of-the-test"),
    ("VIGIE_ADMIN_TOKEN", "admin-token-of-the-test"),
];

fn vigie(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    command.args(arguments).env_clear().current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    vigie(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A collector that runs in another process, ended by force if the test forgets it.
struct Running {
    child: Child,
    /// What `--dev` printed.
    welcome: String,
    address: String,
}

impl Running {
    fn dev(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = vigie(folder, &["serve", "--dev"]);
        command.env("VIGIE_LISTEN", "127.0.0.1:0").envs(variables.iter().copied()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut welcome = String::new();
        while !welcome.contains("slack") {
            welcome += &lines.next().expect("a welcome").unwrap();
            welcome.push('\n');
        }
        let address = word_after(&welcome, "http://");
        Self { child, welcome, address }
    }

    fn post(&self, events: &[Value]) -> Value {
        let batch = json!({ "sentAt": SystemClock.now(), "sessionId": "session-1", "events": events }).to_string();
        let key = word_after(&self.welcome, "server key");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = batch.len();
        write!(
            stream,
            "POST /v1/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vigie-Key: {key}\r\nContent-Length: {length}\r\n\r\n{batch}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Ends it as the system does, and waits until it has.
    #[cfg(unix)]
    fn terminate(mut self) -> Option<i32> {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(ended.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn word_after(text: &str, label: &str) -> String {
    let rest = text.split_once(label).unwrap_or_else(|| panic!("no {label} in {text}")).1;
    rest.trim_start().split(['\n', ' ', '\'']).next().unwrap().to_owned()
}

fn event() -> Value {
    let id = (&SystemChance as &dyn Chance).id(SystemClock.now());
    json!({ "id": id, "eventType": "page_view", "page": "/inscription" })
}

fn export(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = output(folder, &[&["export"], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn dev_makes_keys_once_and_prints_all_that_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::dev(folder.path(), &[]);
    let welcome = running.welcome.clone();
    let key = word_after(&welcome, "public key");
    assert!(
        welcome.contains(&format!("init({{ key: '{key}', endpoint: 'http://{}' }})", running.address)),
        "{welcome}"
    );
    for part in ["./vigie-data", "server key", "admin token", "viewer token", "off; SLACK_WEBHOOK_URL turns it on"] {
        assert!(welcome.contains(part), "{part} is not in {welcome}");
    }
    drop(running);
    let again = Running::dev(folder.path(), &[("VIGIE_ADMIN_TOKEN", "manon:mine")]);
    assert_eq!(word_after(&again.welcome, "public key"), key, "the same as before");
    assert_eq!(word_after(&again.welcome, "admin token"), "mine", "what is set goes before what was made");
    #[cfg(unix)]
    for (path, mode) in [("vigie-data", 0o700), ("vigie-data/dev-keys.toml", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::metadata(folder.path().join(path)).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{path}");
    }
}

#[test]
fn export_prints_what_is_stored_while_the_collector_runs_and_when_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::dev(folder.path(), &[]);
    let events: Vec<Value> = (0..3).map(|_| event()).collect();
    assert_eq!(running.post(&events)["accepted"], 3);
    let stored = export(folder.path(), &["analytics_events"]);
    let ids = |documents: &[Value]| documents.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&stored), ids(&events));
    assert_eq!(stored[0]["page"], "/inscription");
    let fields = export(folder.path(), &["analytics_events", "--fields", "id,eventType"]);
    assert_eq!(fields[0], json!({ "id": events[0]["id"], "eventType": "page_view" }));
    assert_eq!(export(folder.path(), &["analytics_events", "--since", "2h"]).len(), 3);
    assert_eq!(export(folder.path(), &["analytics_events", "--since", "2100-01-01T00:00:00Z"]).len(), 0);
    #[cfg(unix)]
    {
        assert_eq!(running.terminate(), Some(0), "ends in order");
        assert_eq!(export(folder.path(), &["analytics_events"]), stored);
    }
}

#[cfg(unix)]
#[test]
fn who_says_it_twice_does_not_wait_for_a_request_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::dev(folder.path(), &[]);
    let key = word_after(&running.welcome, "server key");
    let mut hanging = TcpStream::connect(&running.address).unwrap();
    write!(
        hanging,
        "POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-Vigie-Key: {key}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    hanging.read_exact(&mut [0; 12]).unwrap(); // "HTTP/1.1 100": it waits for the body
    let say = || Command::new("kill").arg(running.child.id().to_string()).status().unwrap();
    assert!(say().success());
    while TcpStream::connect(&running.address).is_ok() {
        std::thread::yield_now(); // until it has heard and takes nobody any more
    }
    assert!(say().success());
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_who_has_read_enough_ends_the_export_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::dev(folder.path(), &[]);
    for _ in 0..4 {
        let events: Vec<Value> = (0..500).map(|_| event()).collect();
        running.post(&events);
    }
    let mut export = vigie(folder.path(), &["export", "analytics_events"]).spawn().unwrap();
    let mut first = [0; 1];
    let mut stdout = export.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout); // as `head -1` does
    let ended = export.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), text(&ended.stderr).as_str()), (Some(0), ""));
}

#[test]
fn export_names_what_it_knows_and_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, parts) in [
        (vec!["export", "events"], vec!["there is no collection \"events\"", "analytics_events", "outbox"]),
        (vec!["export", "outbox", "--since", "yesterday"], vec!["--since", "2h"]),
        (vec!["export", "outbox", "--config", "nowhere.toml"], vec!["nowhere.toml", "cannot be read"]),
        (vec!["export", "outbox"], vec!["vigie-data"]),
    ] {
        let output = output(folder.path(), &arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(
            parts.iter().all(|part| said.contains(part)) && said.lines().count() == 1 + said.matches("\n  ").count(),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn serve_refuses_to_start_and_names_every_mistake() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("vigie.toml"), "lisen = \"x\"\nlanguage = \"de\"\n").unwrap();
    let mut command = vigie(folder.path(), &["serve"]);
    let output = command.env("VIGIE_RATE_PER_KEY", "many").env("VIGIE_SERVER_KEY", "hush-hush").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.starts_with("vigie: 5 settings are not right:\n"), "{said}");
    for part in
        ["lisen in vigie.toml", "language in vigie.toml", "VIGIE_RATE_PER_KEY", "VIGIE_PUBLIC_KEY", "VIGIE_ADMIN_TOKEN"]
    {
        assert!(said.contains(&format!("\n  {part}: ")), "{part} is not in {said}");
    }
    assert!(!said.contains("hush") && !folder.path().join("vigie-data").exists(), "{said}");
}

#[test]
fn a_busy_port_and_a_busy_folder_are_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::dev(folder.path(), &[]);
    for (listen, parts) in
        [(running.address.as_str(), ["VIGIE_LISTEN", &running.address]), ("127.0.0.1:0", ["VIGIE_DATA", "vigie-data"])]
    {
        let mut command = vigie(folder.path(), &["serve"]);
        let output = command.envs(KEYS).env("VIGIE_LISTEN", listen).output().unwrap();
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(1) && parts.iter().all(|part| said.contains(part)), "{said}");
    }
}

#[test]
fn the_log_is_json_lines_without_any_secret_and_names_what_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = vigie(folder.path(), &["serve"]);
    command.envs(KEYS).env("VIGIE_LISTEN", "127.0.0.1:0").env("TWILIO_FROM", "+33").env("VIGIE_VIEWER_TOKEN", "short");
    let mut child =
        command.env("SLACK_WEBHOOK_URL", "http://127.0.0.1:9/hush-hush").env("RUST_LOG", "debug").spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut log = Vec::new();
    while !log.iter().any(|line: &Value| line["message"] == "listening") {
        log.push(serde_json::from_str(&lines.next().expect("a line").unwrap()).expect("JSON"));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let all = json!(log).to_string();
    for secret in ["of-the-test", "hush-hush", "\"short\""] {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
    let named = |variable: &str| log.iter().any(|line| line["variable"] == variable);
    assert!(named("TWILIO_FROM") && named("VIGIE_VIEWER_TOKEN") && !named("SLACK_WEBHOOK_URL"), "{all}");
}
