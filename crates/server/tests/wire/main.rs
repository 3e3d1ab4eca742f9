//! Metaflow's metadata service, one rule of its clients a test.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod ids;
mod lists;
mod objects;
mod projection;
mod transport;
