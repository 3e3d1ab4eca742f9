//! Sweeps: which trials there are, and what became of them.

mod journal;
mod space;

pub use journal::{Journal, Record, State, Trial};
pub use space::{Axis, Choices, Values, grid, sample};
