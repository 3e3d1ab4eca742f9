//! Metadata: "I have a flow, give me its runs; I have a run, give me what happened in it."
//!
//! Main type: the [`Provider`] trait; [`SqliteProvider`] is the embedded default. What is *not* here: artifacts, logs and
//! any byte of the user's (see `spinloom-datastore`).

mod bars;
mod id_list;
mod location;
mod missing;
mod model;
mod provider;
mod providers;
pub mod service;
mod tags;

pub use bars::{AttemptBar, TaskBars};
pub use location::Location;
pub use missing::missing;
pub use model::*;
pub use provider::Provider;
pub use providers::SqliteProvider;
pub use tags::{MAX_TAG_CHARS, MAX_USER_TAGS};
