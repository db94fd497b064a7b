//! The binary `vigie`. Everything it does stands in `command`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vigie_collector::command::run()
}
