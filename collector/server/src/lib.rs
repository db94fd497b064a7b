//! The collector: HTTP in, messages out, and the loops between.
//!
//! `http` takes events in and answers the operator; `evaluation` asks what is due and judges it; `delivery` sends what
//! stands in the outbox through `notify`; `clock` is where time and chance come in; `config` reads what the operator set.

pub mod app;
pub mod clock;
pub mod config;
pub mod pulse;
pub mod stop;
