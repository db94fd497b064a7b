//! The collector: HTTP in, messages out, and the loops between.
