//! "I have the tasks of a run, tens of thousands perhaps: tell me what they say together." Pure: no files, no clock.
//!
//! Main type: [`Timeline`], the tasks and attempts of one run in memory, kept up to date by what the change feed names. From it
//! come the [`columns`] a picture of the run is drawn from, statistics of a step ([`stats`]), how far the run is ([`progress`]), its
//! critical path ([`path`]) and what failed alike ([`failures`]).
//! What is *not* here: reading metadata (`metadata`), answering requests (`server`).

pub mod columns;
pub mod failures;
mod ids;
pub mod path;
pub mod plan;
pub mod progress;
pub mod stats;
mod table;
mod transitions;

#[cfg(test)]
mod arbitrary;

pub use ids::Ids;
pub use table::{Bar, Task, Timeline};
pub use transitions::Transition;
