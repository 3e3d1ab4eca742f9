//! Following the change feed, and the clock.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use roaring::RoaringBitmap;
use serde_json::Value;
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_metadata::{RunChange, RunFate, RunRecord, SCALARS, is_lost};
use spinloom_query::Facts as _;

use crate::columns::{self, GONE, LOST, NONE, RUNNING};
use crate::order::{Key, Order};
use crate::{Index, RowId};

const KEYS: [Key; 3] = [Key::Started, Key::Finished, Key::Duration];

impl Index {
    /// Takes over what the change feed told; `now` decides who is lost.
    pub fn update(&mut self, changes: &[RunChange], now: i64) {
        let changes = latest(changes);
        // In which orders a row keeps its place.
        let mut keeps: HashMap<u32, [bool; 3]> = HashMap::with_capacity(changes.len());
        let mut leaving: [Vec<u32>; 3] = Default::default();
        for change in &changes {
            let Some(row) = self.find(change.flow.as_str(), change.run.as_str()) else { continue };
            let stays = KEYS.map(|key| key.has(&self.columns, row) && self.stays(row, change, key));
            for (n, key) in KEYS.into_iter().enumerate() {
                if !stays[n] && key.has(&self.columns, row) {
                    leaving[n].push(row);
                }
            }
            keeps.insert(row, stays);
        }
        for (order, rows) in
            [&mut self.started, &mut self.finished, &mut self.duration].into_iter().zip(&leaving)
        {
            order.remove(&self.columns, rows);
        }
        for change in changes {
            let known = self.find(change.flow.as_str(), change.run.as_str());
            match (&change.what, known) {
                (RunFate::Deleted, None) => {}
                (RunFate::Deleted, Some(row)) => {
                    self.forget(row);
                    keeps.insert(row, [false; 3]);
                }
                (RunFate::Changed(record), Some(row))
                    if self.columns.started[row as usize] == record.created_at =>
                {
                    self.set(row, record);
                }
                (RunFate::Changed(record), known) => {
                    if let Some(row) = known {
                        self.forget(row);
                        keeps.insert(row, [false; 3]);
                    }
                    let row = self.make(record, change.graph);
                    self.set(row, record);
                    keeps.insert(row, [false; 3]);
                }
            }
        }
        self.enter(&keeps);
        self.advance(now);
    }

    /// It is `now`: running runs whose drivers have been silent for too long are lost.
    pub fn advance(&mut self, now: i64) {
        let mut lost = Vec::new();
        while let Some(&(beat, row)) = self.beats.first() {
            if !is_lost(beat, now) {
                break;
            }
            self.beats.pop_first();
            self.set_status(row, LOST, false);
            lost.push(row);
        }
        self.duration.insert(&self.columns, &lost);
        self.lost.extend(lost);
    }

    /// Runs that were found lost since this was asked for, by flow and id: the change feed tells nobody of them.
    pub fn take_lost(&mut self) -> Vec<(String, String)> {
        let rows = std::mem::take(&mut self.lost);
        let name = |row: RowId| {
            let facts = self.facts(row)?;
            Some((facts.flow().to_owned(), facts.run().to_owned()))
        };
        rows.into_iter().filter_map(name).collect()
    }

    /// Whether [`Index::advance`] would find anybody.
    pub fn is_due(&self, now: i64) -> bool {
        self.beats.first().is_some_and(|(beat, _)| is_lost(*beat, now))
    }

    /// Gives back memory kept for growth: after the first load.
    pub fn shrink(&mut self) {
        [&mut self.started, &mut self.finished, &mut self.duration].into_iter().for_each(Order::shrink);
        self.parameters.shrink();
        self.artifacts.shrink();
    }

    /// The row of a run.
    pub fn find(&self, flow: &str, run: &str) -> Option<RowId> {
        let wanted = (self.flows.find(flow)?, self.ids.find(run)?);
        let columns = &self.columns;
        let is = |row: &u32| (columns.flow[*row as usize], columns.id[*row as usize]) == wanted;
        self.rows.find(self.hasher.hash_one(wanted), is).copied()
    }

    /// Graphs whose steps are not known yet, each with a run that has it.
    pub fn unknown_graphs(&self) -> Vec<(u64, FlowName, RunId)> {
        let unknown = |code: u32| self.graph_steps.get(code as usize).is_some_and(Option::is_none);
        let run_of = |code: u32| {
            let row = self.by_graph.get(code as usize)?.max()?;
            let flow = FlowName::new(self.flows.get(self.columns.flow[row as usize])).ok()?;
            Some((flow, RunId::new(self.ids.get(self.columns.id[row as usize])).ok()?))
        };
        let graphs = self.graphs.iter().filter(|(_, code)| unknown(**code));
        graphs.filter_map(|(graph, code)| run_of(*code).map(|(flow, run)| (*graph, flow, run))).collect()
    }

    /// The steps of a graph.
    pub fn learn_graph<'a>(&mut self, graph: u64, steps: impl IntoIterator<Item = &'a str>) {
        let Some(&code) = self.graphs.get(&graph) else { return };
        let mut codes: Vec<u32> = steps.into_iter().map(|step| self.steps.intern(step)).collect();
        codes.sort_unstable();
        codes.dedup();
        self.graph_steps[code as usize] = Some(codes);
    }

    /// Whether a row of an order is at the same place of it after a change.
    fn stays(&self, row: u32, change: &RunChange, key: Key) -> bool {
        let RunFate::Changed(record) = &change.what else { return false };
        let columns = &self.columns;
        if record.created_at != columns.started[row as usize] {
            return false;
        }
        let end = columns.end[row as usize];
        match key {
            Key::Started => true,
            Key::Finished => record.finished_at == Some(end),
            Key::Duration => !is_open(record) && record.finished_at.unwrap_or(record.heartbeat_at) == end,
        }
    }

    /// Puts rows where they belong and are not yet.
    fn enter(&mut self, keeps: &HashMap<u32, [bool; 3]>) {
        let columns = &self.columns;
        let orders = [&mut self.started, &mut self.finished, &mut self.duration];
        for (n, (key, order)) in KEYS.into_iter().zip(orders).enumerate() {
            let belongs = |row: u32| columns.status(row) != GONE && key.has(columns, row);
            let rows: Vec<u32> = keeps
                .iter()
                .filter(|(row, stays)| !stays[n] && belongs(**row))
                .map(|(row, _)| *row)
                .collect();
            order.insert(columns, &rows);
        }
    }

    /// A row for a new run.
    fn make(&mut self, record: &RunRecord, graph: u64) -> u32 {
        let row = self.free.pop().unwrap_or_else(|| self.columns.push());
        let at = row as usize;
        let (flow, id) = (self.flows.intern(record.flow.as_str()), self.ids.intern(record.run.as_str()));
        (self.columns.flow[at], self.columns.id[at]) = (flow, id);
        self.columns.started[at] = record.created_at;
        posting(&mut self.by_flow, flow).insert(row);
        self.alive.insert(row);
        let code = self.graphs.len() as u32;
        let code = *self.graphs.entry(graph).or_insert(code);
        self.columns.graph[at] = code;
        posting(&mut self.by_graph, code).insert(row);
        if self.graph_steps.len() <= code as usize {
            self.graph_steps.resize(code as usize + 1, None);
        }
        let Self { rows, hasher, columns, .. } = self;
        let hash = |row: &u32| hasher.hash_one((columns.flow[*row as usize], columns.id[*row as usize]));
        rows.insert_unique(hasher.hash_one((flow, id)), row, hash);
        row
    }

    /// Sets what can change of a run.
    fn set(&mut self, row: u32, record: &RunRecord) {
        let at = row as usize;
        let user = self.users.intern(&record.user);
        if self.columns.user[at] != user {
            if let Some(old) = self.by_user.get_mut(self.columns.user[at] as usize) {
                old.remove(row);
            }
            posting(&mut self.by_user, user).insert(row);
            self.columns.user[at] = user;
        }
        self.set_tags(row, record);
        if let Some(origin) = &record.origin {
            self.origins.insert(row, self.ids.intern(origin.as_str()));
        }
        if let Some(Value::Object(values)) = record.info.get("parameters") {
            self.parameters.set(row, values);
        }
        if let Some(Value::Object(values)) = record.info.get(SCALARS) {
            self.artifacts.set(row, values);
        }
        if columns::STATUSES.get(usize::from(self.columns.status(row))) == Some(&RunStatus::Running) {
            self.beats.remove(&(self.columns.end[at], row));
        }
        self.columns.end[at] = record.finished_at.unwrap_or(record.heartbeat_at);
        if is_open(record) {
            self.set_status(row, RUNNING, false);
            self.beats.insert((record.heartbeat_at, row));
        } else {
            self.set_status(row, columns::code(record.status), record.finished_at.is_some());
        }
    }

    fn set_tags(&mut self, row: u32, record: &RunRecord) {
        let tags =
            record.tags.iter().map(|tag| (tag, 0)).chain(record.system_tags.iter().map(|tag| (tag, 1)));
        let set: Vec<u32> = tags.map(|(tag, system)| self.tags.intern(tag) * 2 + system).collect();
        let set = self.tag_sets.intern(&set);
        let old = self.columns.tags[row as usize];
        if old == set {
            return;
        }
        self.drop_tags(row);
        if self.set_runs.len() <= set as usize {
            self.set_runs.resize(set as usize + 1, 0);
        }
        self.set_runs[set as usize] += 1;
        for tag in self.tag_sets.get(set) {
            posting(&mut self.by_tag, tag / 2).insert(row);
        }
        self.columns.tags[row as usize] = set;
    }

    fn drop_tags(&mut self, row: u32) {
        let old = self.columns.tags[row as usize];
        if old == NONE {
            return;
        }
        self.set_runs[old as usize] -= 1;
        for tag in self.tag_sets.get(old) {
            posting(&mut self.by_tag, tag / 2).remove(row);
        }
        self.columns.tags[row as usize] = NONE;
    }

    fn set_status(&mut self, row: u32, status: u8, finished: bool) {
        let old = self.columns.status(row);
        if old != status {
            if let Some(rows) = self.by_status.get_mut(usize::from(old)) {
                rows.remove(row);
            }
            if let Some(rows) = self.by_status.get_mut(usize::from(status)) {
                rows.insert(row);
            }
        }
        self.columns.set_state(row, status, finished);
    }

    /// Forgets all of a run but its places in the orders, which it has left.
    fn forget(&mut self, row: u32) {
        let at = row as usize;
        let key = (self.columns.flow[at], self.columns.id[at]);
        if let Ok(found) = self.rows.find_entry(self.hasher.hash_one(key), |other| *other == row) {
            found.remove();
        }
        self.beats.remove(&(self.columns.end[at], row));
        self.drop_tags(row);
        for (postings, code) in [
            (&mut self.by_flow, key.0),
            (&mut self.by_user, self.columns.user[at]),
            (&mut self.by_graph, self.columns.graph[at]),
        ] {
            posting(postings, code).remove(row);
        }
        self.columns.user[at] = NONE;
        self.origins.remove(&row);
        self.parameters.remove(row);
        self.artifacts.remove(row);
        self.set_status(row, GONE, false);
        self.alive.remove(row);
        self.free.push(row);
    }
}

/// Nothing has been heard of its end.
fn is_open(record: &RunRecord) -> bool {
    record.finished_at.is_none() && matches!(record.status, RunStatus::Running | RunStatus::Lost)
}

fn posting(postings: &mut Vec<RoaringBitmap>, code: u32) -> &mut RoaringBitmap {
    let code = code as usize;
    if postings.len() <= code {
        postings.resize_with(code + 1, RoaringBitmap::new);
    }
    &mut postings[code]
}

/// Of several changes of one run the last.
fn latest(changes: &[RunChange]) -> Vec<&RunChange> {
    let mut latest: HashMap<(&FlowName, &RunId), usize> = HashMap::with_capacity(changes.len());
    for (n, change) in changes.iter().enumerate() {
        latest.insert((&change.flow, &change.run), n);
    }
    let last = |(n, change): &(usize, &RunChange)| latest.get(&(&change.flow, &change.run)) == Some(n);
    changes.iter().enumerate().filter(last).map(|(_, change)| change).collect()
}
