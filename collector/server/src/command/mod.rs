//! The command line: `vigie serve` and `vigie export`.

mod export;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Environment, Mistake, Mode};

/// Vigie watches a web shop and tells when something breaks.
#[derive(Parser)]
#[command(name = "vigie", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take events in, judge them, tell people.
    Serve(serve::Options),
    /// Print what is stored as JSON lines, while the collector runs or not.
    Export(export::Options),
}

/// Which settings are read.
#[derive(clap::Args)]
struct ConfigOption {
    /// The file of settings; without it `vigie.toml` of the working folder, if there is one.
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
}

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Export(options) => export::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("vigie: {sentence}");
            ExitCode::FAILURE
        }
    }
}

impl ConfigOption {
    /// Reads the settings, or says in one text everything that is wrong with them.
    fn load(&self, mode: Mode) -> Result<Config, String> {
        // Names and values that are no text belong to nothing of ours; should one be, its mistake shows the sign that stands for it.
        let environment: Environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Config::load(self.config.as_deref(), &environment, mode).map_err(|mistakes| listed(&mistakes))
    }
}

fn listed(mistakes: &[Mistake]) -> String {
    let lines = mistakes.iter().map(|mistake| format!("\n  {mistake}"));
    let heading = match mistakes.len() {
        1 => "one setting is not right:".to_owned(),
        many => format!("{many} settings are not right:"),
    };
    lines.fold(heading, |text, line| text + &line)
}
