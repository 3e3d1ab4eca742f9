//! What is known of each run, by row.

use spinloom_flow::RunStatus;

/// No number.
pub(crate) const NONE: u32 = u32::MAX;
/// States, in the order of their numbers here.
pub(crate) const STATUSES: [RunStatus; 5] =
    [RunStatus::Running, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped, RunStatus::Lost];
/// A run that runs.
pub(crate) const RUNNING: u8 = 0;
/// A run whose driver is silent.
pub(crate) const LOST: u8 = 4;
/// The row of a run that was deleted.
pub(crate) const GONE: u8 = 7;
/// Beside the state: `end` is when it ended.
const FINISHED: u8 = 8;

/// The number of a state.
pub(crate) fn code(status: RunStatus) -> u8 {
    STATUSES.iter().position(|known| *known == status).unwrap_or(0) as u8
}

/// One value of each run and column.
#[derive(Default)]
pub(crate) struct Columns {
    pub(crate) flow: Vec<u32>,
    pub(crate) id: Vec<u32>,
    pub(crate) user: Vec<u32>,
    pub(crate) tags: Vec<u32>,
    pub(crate) graph: Vec<u32>,
    pub(crate) started: Vec<i64>,
    /// When it ended, or its driver was last heard of.
    pub(crate) end: Vec<i64>,
    state: Vec<u8>,
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.state.len()
    }

    /// A row for nothing yet.
    pub(crate) fn push(&mut self) -> u32 {
        let row = self.state.len() as u32;
        for column in [&mut self.flow, &mut self.id, &mut self.user, &mut self.tags, &mut self.graph] {
            column.push(NONE);
        }
        self.started.push(i64::MIN);
        self.end.push(i64::MIN);
        self.state.push(GONE);
        row
    }

    pub(crate) fn status(&self, row: u32) -> u8 {
        self.state[row as usize] & 7
    }

    pub(crate) fn is_finished(&self, row: u32) -> bool {
        self.state[row as usize] & FINISHED != 0
    }

    pub(crate) fn set_state(&mut self, row: u32, status: u8, finished: bool) {
        self.state[row as usize] = status | if finished { FINISHED } else { 0 };
    }

    /// From start to end; to `now` while it runs.
    pub(crate) fn duration(&self, row: u32, now: i64) -> i64 {
        let running = self.status(row) == RUNNING && !self.is_finished(row);
        let end = if running { now } else { self.end[row as usize] };
        end.saturating_sub(self.started[row as usize]).max(0)
    }

    /// Its duration grows.
    pub(crate) fn is_growing(&self, row: u32) -> bool {
        self.state[row as usize] == RUNNING
    }
}
