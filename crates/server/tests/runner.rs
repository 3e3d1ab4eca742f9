//! All tests of the server in one binary: one folder or file for each part of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod cards;
mod files;
mod guard;
mod live;
mod pages;
mod plugins;
mod provider;
mod run;
mod runs;
mod serving;
mod telemetry;
mod wire;
