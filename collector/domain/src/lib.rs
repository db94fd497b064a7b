//! What the collector decides: pure functions on plain data.
