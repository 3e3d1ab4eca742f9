//! A run as queries ask about it.

use spinloom_flow::RunStatus;
use spinloom_query::{Facts, Scalar, ValueOf};

use crate::columns::{GONE, STATUSES};
use crate::{Index, RowId};

/// A run of an index: whether a query asks for it is answered as for a run read by itself, without going through all the others.
#[derive(Clone, Copy)]
pub struct RowFacts<'a> {
    index: &'a Index,
    row: RowId,
}

impl Index {
    /// A run; none if there is no such row any more.
    pub fn facts(&self, row: RowId) -> Option<RowFacts<'_>> {
        let there = (row as usize) < self.columns.len() && self.columns.status(row) != GONE;
        there.then_some(RowFacts { index: self, row })
    }
}

impl RowFacts<'_> {
    fn at(&self) -> usize {
        self.row as usize
    }
}

impl Facts for RowFacts<'_> {
    fn flow(&self) -> &str {
        self.index.flows.get(self.index.columns.flow[self.at()])
    }
    fn run(&self) -> &str {
        self.index.ids.get(self.index.columns.id[self.at()])
    }
    fn user(&self) -> &str {
        self.index.users.get(self.index.columns.user[self.at()])
    }
    fn tags(&self) -> impl Iterator<Item = &str> {
        let set = self.index.tag_sets.get(self.index.columns.tags[self.at()]);
        set.iter().map(move |tag| self.index.tags.get(tag / 2))
    }
    fn status(&self) -> RunStatus {
        STATUSES[usize::from(self.index.columns.status(self.row)).min(4)]
    }
    fn origin(&self) -> Option<&str> {
        self.index.origins.get(&self.row).map(|id| self.index.ids.get(*id))
    }
    fn steps(&self) -> impl Iterator<Item = &str> {
        let graph = self.index.columns.graph[self.at()] as usize;
        let steps = self.index.graph_steps.get(graph).and_then(Option::as_ref);
        steps.into_iter().flatten().map(move |step| self.index.steps.get(*step))
    }
    fn started_at(&self) -> i64 {
        self.index.columns.started[self.at()]
    }
    fn finished_at(&self) -> Option<i64> {
        self.index.columns.is_finished(self.row).then(|| self.index.columns.end[self.at()])
    }
    fn heartbeat_at(&self) -> i64 {
        self.index.columns.end[self.at()]
    }
    fn value(&self, of: ValueOf, name: &str) -> Option<Scalar> {
        self.index.values_of(of).value(name, self.row)
    }
}
