//! One run, as the index knows it.

use spinloom_flow::RunStatus;
use spinloom_query::{Scalar, ValueOf};

use crate::columns::{GONE, STATUSES};
use crate::{Index, RowId};

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Its flow.
    pub flow: &'a str,
    /// Its id.
    pub run: &'a str,
    /// Who started it.
    pub user: &'a str,
    /// Its state.
    pub status: RunStatus,
    /// Tags of users.
    pub tags: Vec<&'a str>,
    /// Tags of the system.
    pub system_tags: Vec<&'a str>,
    /// The run it resumes.
    pub origin: Option<&'a str>,
    /// When it was made.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// How long it took, or has taken so far.
    pub duration: i64,
}

impl Index {
    /// A run; none if there is no such row any more.
    pub fn row(&self, row: RowId, now: i64) -> Option<Row<'_>> {
        let columns = &self.columns;
        let at = row as usize;
        if at >= columns.len() || columns.status(row) == GONE {
            return None;
        }
        let tagged = |system: u32| {
            let tags = self.tag_sets.get(columns.tags[at]).iter().filter(move |tag| *tag % 2 == system);
            tags.map(|tag| self.tags.get(tag / 2)).collect()
        };
        Some(Row {
            flow: self.flows.get(columns.flow[at]),
            run: self.ids.get(columns.id[at]),
            user: self.users.get(columns.user[at]),
            status: STATUSES[usize::from(columns.status(row)).min(4)],
            tags: tagged(0),
            system_tags: tagged(1),
            origin: self.origins.get(&row).map(|id| self.ids.get(*id)),
            started_at: columns.started[at],
            finished_at: columns.is_finished(row).then_some(columns.end[at]),
            duration: columns.duration(row, now),
        })
    }

    /// A parameter of a run, or an artifact it ended with.
    pub fn value(&self, row: RowId, of: ValueOf, name: &str) -> Option<Scalar> {
        self.values_of(of).value(name, row)
    }
}
