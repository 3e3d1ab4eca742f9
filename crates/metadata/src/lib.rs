//! Metadata: "I have a flow, give me its runs; I have a run, give me what happened in it."
//!
//! Main types: the [`Provider`] trait, of which [`SqliteProvider`] is the embedded default, and [`Location`], which opens the one that
//! is meant. What is *not* here: artifacts, logs and any byte of the user's (see `spinloom-datastore`).

mod bars;
mod id_list;
mod location;
mod missing;
mod model;
mod provider;
mod providers;
pub mod service;
mod tags;
mod write_key;

pub use bars::{AttemptBar, TaskBars};
pub use location::Location;
pub use missing::missing;
pub use model::*;
pub use provider::Provider;
pub use providers::http::protocol;
pub use providers::{HttpLocation, HttpProvider, PostgresLocation, PostgresProvider, SqliteProvider};
pub use tags::{MAX_TAG_CHARS, MAX_USER_TAGS};
pub use write_key::WriteKey;
