//! Writing a block.

use super::{Header, MAGIC, OPEN, Place, VERSION, span, state_number, task_state};
use crate::failures::GroupId;
use crate::{Task, Timeline};

/// What a block is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Tasks written after this number of the change feed; none for all tasks.
    pub after: Option<u64>,
    /// The number of the change feed that `timeline` is known up to.
    pub seq: u64,
}

/// Writes a block. The same timeline gives the same bytes.
pub fn write(timeline: &Timeline, block: Block) -> Vec<u8> {
    let after = block.after.unwrap_or(0);
    let tasks: Vec<&Task> =
        timeline.tasks().iter().filter(|task| task.seq > after || block.after.is_none()).collect();
    let (first, last) = span(tasks.iter().copied()).unwrap_or_default();
    let mut columns = Columns::new(first, tick(first, last));
    for task in &tasks {
        columns.put(task, innermost(timeline, task));
    }
    let used = columns.failures();
    let mut body = Body::default();
    columns.save(&mut body);
    let header = Header {
        version: VERSION,
        seq: block.seq,
        full: block.after.is_none(),
        base_at: first,
        tick_us: tick(first, last),
        steps: timeline.steps().to_vec(),
        failures: used.into_iter().filter_map(|id| timeline.groups().get(id)).cloned().collect(),
        columns: body.places,
    };
    frame(&header, &body.bytes)
}

/// What people call the item of the innermost foreach round a task.
fn innermost<'a>(timeline: &'a Timeline, task: &Task) -> &'a str {
    task.indices.len().checked_sub(1).and_then(|level| timeline.label(task, level)).unwrap_or_default()
}

fn frame(header: &Header, body: &[u8]) -> Vec<u8> {
    // A header of plain values is always JSON.
    let mut head = serde_json::to_vec(header).unwrap_or_default();
    head.resize(head.len().next_multiple_of(8), b' ');
    let mut bytes = Vec::with_capacity(8 + head.len() + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(body);
    bytes
}

/// The finest unit in which the whole of it is a number of 32 bits.
fn tick(first: i64, last: i64) -> i64 {
    let mut tick = 1;
    while last.saturating_sub(first) / tick >= i64::from(OPEN) {
        tick *= 10;
    }
    tick
}

/// Columns as they grow.
#[derive(Default)]
struct Columns {
    base: i64,
    tick: i64,
    ids: Vec<u64>,
    steps: Vec<u16>,
    states: Vec<u8>,
    created: Vec<u32>,
    attempts: Vec<u16>,
    depths: Vec<u8>,
    indices: Vec<u64>,
    label_lengths: Vec<u32>,
    labels: Vec<u8>,
    parents: Vec<u32>,
    parent_first: Vec<u64>,
    parent_count: Vec<u32>,
    numbers: Vec<u16>,
    bar_states: Vec<u8>,
    started: Vec<u32>,
    durations: Vec<u32>,
    failed: Vec<u32>,
    starting: Vec<u32>,
    saving: Vec<u32>,
}

impl Columns {
    fn new(base: i64, tick: i64) -> Self {
        Self { base, tick, ..Self::default() }
    }

    fn ticks(&self, us: i64) -> u32 {
        u32::try_from(us / self.tick).unwrap_or(OPEN - 1).min(OPEN - 1)
    }

    fn put(&mut self, task: &Task, label: &str) {
        self.label_lengths.push(u32::try_from(label.len()).unwrap_or(u32::MAX));
        self.labels.extend(label.as_bytes());
        self.ids.push(task.id.0);
        self.steps.push(task.step);
        self.states.push(task_state(task));
        self.created.push(self.ticks(task.created_at - self.base));
        self.attempts.push(u16::try_from(task.bars.len()).unwrap_or(u16::MAX));
        let depth = task.indices.len().min(usize::from(u8::MAX));
        self.depths.push(depth as u8);
        self.indices.extend(&task.indices[..depth]);
        let ranges = task.parents.ranges();
        self.parents.push(u32::try_from(ranges.len()).unwrap_or(u32::MAX));
        for (first, last) in ranges {
            self.parent_first.push(*first);
            self.parent_count.push(u32::try_from(last - first + 1).unwrap_or(u32::MAX));
        }
        for bar in task.bars.iter().take(usize::from(u16::MAX)) {
            self.numbers.push(u16::try_from(bar.attempt).unwrap_or(u16::MAX));
            self.bar_states.push(state_number(bar.status));
            self.started.push(self.ticks(bar.started_at - self.base));
            self.durations.push(bar.duration().map_or(OPEN, |took| self.ticks(took)));
            self.failed.push(bar.failure.map_or(0, |id| id.0));
            self.starting.push(self.ticks(bar.starting_us.cast_signed()));
            self.saving.push(self.ticks(bar.saving_us.cast_signed()));
        }
    }

    /// The failures that are named, each once.
    fn failures(&self) -> Vec<GroupId> {
        let mut named: Vec<GroupId> =
            self.failed.iter().filter(|id| **id != 0).map(|id| GroupId(*id)).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    fn save(&self, body: &mut Body) {
        body.ids("task.id", &self.ids);
        body.put("task.step", "u16", self.steps.iter().map(|v| v.to_le_bytes()));
        body.put("task.state", "u8", self.states.iter().map(|v| v.to_le_bytes()));
        body.put("task.created", "u32", self.created.iter().map(|v| v.to_le_bytes()));
        body.put("task.attempts", "u16", self.attempts.iter().map(|v| v.to_le_bytes()));
        body.put("task.depth", "u8", self.depths.iter().map(|v| v.to_le_bytes()));
        body.ids("index", &self.indices);
        body.put("task.label", "u32", self.label_lengths.iter().map(|v| v.to_le_bytes()));
        body.put("label", "u8", self.labels.iter().map(|v| v.to_le_bytes()));
        body.put("task.parents", "u32", self.parents.iter().map(|v| v.to_le_bytes()));
        body.ids("parent.first", &self.parent_first);
        body.put("parent.count", "u32", self.parent_count.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.number", "u16", self.numbers.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.state", "u8", self.bar_states.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.started", "u32", self.started.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.duration", "u32", self.durations.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.failure", "u32", self.failed.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.starting", "u32", self.starting.iter().map(|v| v.to_le_bytes()));
        body.put("attempt.saving", "u32", self.saving.iter().map(|v| v.to_le_bytes()));
    }
}

#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

impl Body {
    fn put<const N: usize>(
        &mut self,
        name: &str,
        kind: &str,
        values: impl ExactSizeIterator<Item = [u8; N]>,
    ) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let place = Place {
            name: name.to_owned(),
            kind: kind.to_owned(),
            offset: self.bytes.len(),
            len: values.len(),
        };
        self.places.push(place);
        self.bytes.reserve(values.len() * N);
        values.for_each(|value| self.bytes.extend_from_slice(&value));
    }

    /// Numbers that mostly are small: in 32 bits, unless one does not fit.
    fn ids(&mut self, name: &str, values: &[u64]) {
        let narrow: Option<Vec<u32>> = values.iter().map(|value| u32::try_from(*value).ok()).collect();
        match narrow {
            Some(values) => self.put(name, "u32", values.iter().map(|v| v.to_le_bytes())),
            None => self.put(name, "u64", values.iter().map(|v| v.to_le_bytes())),
        }
    }
}
