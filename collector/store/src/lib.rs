//! The store's port, the suite every store passes, and a naive model.
