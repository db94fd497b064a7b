//! The port as anybody could use it: real sockets, the embedded store, and a clock that the test turns.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on is over")]

mod admin;
mod bad_bodies;
mod collector;
mod events;
mod health;
mod limits;
mod pages;
mod rates;
mod refusals;
mod stopping;
mod wire;
