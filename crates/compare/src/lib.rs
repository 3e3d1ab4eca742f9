//! Runs side by side: "here is what each of them has; what differs?"
//!
//! [`code`] compares files, two sides at a time; [`rows`] lines up anything else that has a key, of as many sides as there are; [`graph`] does
//! it for the steps of flows. What is *not* here: reading what is compared, and showing it.

pub mod code;
pub mod graph;
mod rows;

pub use rows::{Row, rows};
