//! What the server shows of a store's files: logs, artifacts, code, resource curves, comparisons; over HTTP, from a store that is filled through
//! its providers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod artifacts;
mod compare;
mod logs;
mod resources;
mod search;
mod setup;
mod world;
