//! One file a check, by family; each is listed in [`crate::check::CHECKS`].

pub mod functional;
