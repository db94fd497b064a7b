//! What the collector decides: pure functions on plain data.
//!
//! No clock, no chance, no I/O and no async: times, ids and random bytes are arguments, and the same input gives the same
//! answer. The rooms follow the way of one event: `intake` makes events of a body, `session` counts the steps of its
//! visitor, `counts` and `facts` sum them up, `checks` judge, `alert` turns verdicts into what changes, `notification`
//! decides who is told, `outbox` when to try again, `text` how it reads.

pub mod alert;
pub mod check;
pub mod checks;
pub mod counts;
pub mod document;
pub mod event;
pub mod facts;
pub mod id;
pub mod intake;
pub mod notification;
pub mod outbox;
pub mod session;
pub mod text;
pub mod time;
pub mod verdict;
