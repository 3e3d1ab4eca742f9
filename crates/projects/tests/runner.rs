//! All tests of projects in one binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod merging;
mod projects;
mod workflows;
