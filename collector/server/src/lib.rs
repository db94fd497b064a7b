//! The collector: HTTP in, messages out, and the loops between.
//!
//! `http` takes events in and answers the operator; `evaluation` asks what is due and judges it; `delivery` sends what
//! stands in the outbox through `notify`; `clock` is where time and chance come in; `config` reads what the operator set.
//! `serve` puts them together, `command` is the command line, `telemetry` what the collector says about itself.

pub mod app;
pub mod clock;
pub mod command;
pub mod config;
pub mod delivery;
pub mod evaluation;
pub mod http;
pub mod notify;
pub mod pulse;
pub mod serve;
pub mod stop;
pub mod telemetry;
