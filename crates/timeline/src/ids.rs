//! Ids in few bytes: of the parents of a join over fifty thousand tasks no more than the first and the last are kept.

use smallvec::SmallVec;
use spinloom_flow::TaskId;

/// A list of task ids, as ranges of consecutive ones. Order and repetitions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ids(SmallVec<[(u64, u64); 1]>);

impl Ids {
    /// From ranges, both ends included.
    pub fn of_ranges(ranges: &[(u64, u64)]) -> Self {
        Self(SmallVec::from_slice(ranges))
    }

    /// The ranges, both ends included.
    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// How many ids.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids.
    pub fn iter(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.0.iter().flat_map(|&(first, last)| (first..=last).map(TaskId))
    }

    /// Whether an id is among them.
    pub fn contains(&self, id: TaskId) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&id.0))
    }
}
