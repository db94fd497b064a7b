//! Random histories leave the embedded store and the naive model with the same answers.
//!
//! `PROPTEST_CASES=20000 cargo test --release -p vigie-sqlite --test histories` is the night's way. A history that fails is
//! shrunk, and its seed is written beside this file: commit it, and it is played first from then on.

mod place;

use proptest::test_runner::{Config, FileFailurePersistence};
use vigie_store::conformance::history;

/// Acts in a history.
const ACTS_MAX: usize = 40;
/// Histories, unless `PROPTEST_CASES` asks for more: some 10 s.
const CASES: u32 = 64;

fn config() -> Config {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/histories.proptest-regressions");
    let asked = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { CASES };
    Config { cases, failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))), ..asked }
}

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_store_and_the_model_answer_alike(acts in history::histories(ACTS_MAX)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(history::play(&place::Folder::new(), &acts));
    }
}
