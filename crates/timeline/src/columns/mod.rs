//! Tasks and attempts as typed columns: what a browser draws fifty thousand bars from, without an object for each.
//!
//! The layout is described in `docs/design/0009-watching-a-run.md`. One block holds all of a run, or what has changed in it.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use spinloom_flow::{StepName, TaskStatus};

use crate::failures::Group;
use crate::{Bar, Task};

pub use read::{Column, Read, read};
pub use write::{Block, write};

/// The first bytes of a block.
pub const MAGIC: &[u8; 4] = b"SLTC";
/// The version of the layout.
pub const VERSION: u32 = 1;
/// A duration of what has not ended.
pub const OPEN: u32 = u32::MAX;
/// A bit of a task's state: it was taken from the run that is resumed.
pub const ADOPTED: u8 = 0x80;

/// What stands before the columns, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`VERSION`].
    pub version: u32,
    /// What is here is known up to this number of the change feed: ask again with it.
    pub seq: u64,
    /// These are all tasks; otherwise those that have changed, which take the place of what was known of them.
    pub full: bool,
    /// Times of the columns count from here, microseconds since the epoch.
    pub base_at: i64,
    /// Times of the columns are in units of so many microseconds.
    pub tick_us: i64,
    /// The steps, which `task.step` is an index into.
    pub steps: Vec<StepName>,
    /// The failures that `attempt.failure` names.
    pub failures: Vec<Group>,
    /// Where the columns are.
    pub columns: Vec<Place>,
}

/// Where a column is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What it is called.
    pub name: String,
    /// What its values are: `u8`, `u16`, `u32` or `u64`, little-endian.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins, in bytes after the header and its padding; a multiple of eight.
    pub offset: usize,
    /// How many values it has.
    pub len: usize,
}

/// A state as a number.
pub fn state_number(status: TaskStatus) -> u8 {
    match status {
        TaskStatus::Running => 0,
        TaskStatus::Done => 1,
        TaskStatus::Failed => 2,
        TaskStatus::Stopped => 3,
    }
}

fn task_state(task: &Task) -> u8 {
    state_number(task.status) | if task.adopted { ADOPTED } else { 0 }
}

/// When the first and the last thing of these happened.
fn span<'a>(tasks: impl Iterator<Item = &'a Task>) -> Option<(i64, i64)> {
    let ends = |bar: &Bar| bar.finished_at.unwrap_or(bar.started_at).max(bar.started_at);
    tasks
        .map(|task| {
            let first = task.bars.iter().map(|bar| bar.started_at).fold(task.created_at, i64::min);
            (first, task.bars.iter().map(ends).fold(task.created_at, i64::max))
        })
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

#[cfg(test)]
mod tests;
