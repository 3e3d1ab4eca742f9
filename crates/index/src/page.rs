//! Pages of runs, sorted.

use std::cmp::Ordering;

use roaring::RoaringBitmap;
use spinloom_query::ValueOf;

use crate::columns::STATUSES;
use crate::order::Key;
use crate::sparse::Sparse;
use crate::values::{self, Values};
use crate::{Index, RowId, Selection, dense};

/// What runs are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortKey {
    /// When they were made.
    Started,
    /// When they ended; those that have not come last.
    Finished,
    /// How long they took, or have taken so far.
    Duration,
    /// Their flows' names; of one flow the newest first.
    Flow,
    /// Who started them; of one user the newest first.
    User,
    /// Their states; of one state the newest first.
    Status,
    /// The value of a parameter or an artifact: numbers, yes and no, texts; those without come last.
    Value(ValueOf, String),
}

/// How runs are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// The largest first.
    pub descending: bool,
}

/// Where a page ended: the next begins after it, wherever the runs before it have gone by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The part of the whole it ended in: a name, a kind of value.
    pub part: String,
    /// The value of its last run.
    pub value: i64,
    /// The row of its last run.
    pub row: RowId,
    /// When the first page was asked for: running runs last until then.
    pub now: i64,
}

/// Some runs, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The runs.
    pub rows: Vec<RowId>,
    /// Where the next page begins; none after the last run.
    pub next: Option<Cursor>,
}

/// The part of runs without a value.
const LAST: &str = "~";
/// Kinds of values: numbers, yes and no, texts.
const KINDS: [u8; 3] = [0, 1, 2];
/// Looking up the values of so many times fewer rows than have one is quicker than going through all of them.
const FEW: u64 = 16;

/// A stretch of rows that are wanted, in the making.
struct Filling {
    limit: usize,
    rows: Vec<(String, i64, u32)>,
}

impl Filling {
    fn is_full(&self) -> bool {
        self.rows.len() > self.limit
    }

    /// One more than a page has, to see whether there is a next.
    fn room(&self) -> usize {
        (self.limit + 1).saturating_sub(self.rows.len())
    }

    fn add(&mut self, part: &str, rows: Vec<(i64, u32)>) {
        self.rows.extend(rows.into_iter().map(|(value, row)| (part.to_owned(), value, row)));
    }
}

/// The first of many values, as they come.
struct First {
    descending: bool,
    /// None is wanted if it is 0.
    limit: usize,
    /// Only those after this one.
    after: Option<(i64, u32)>,
    /// At most twice as many as are wanted.
    values: Vec<(i64, u32)>,
    /// What comes after this one is none of the first.
    worst: Option<(i64, u32)>,
}

impl First {
    fn new(descending: bool, limit: usize) -> Self {
        Self { descending, limit, after: None, values: Vec::new(), worst: None }
    }

    fn is_before(&self, a: (i64, u32), b: (i64, u32)) -> bool {
        if self.descending { a > b } else { a < b }
    }

    fn add(&mut self, value: (i64, u32)) {
        if self.limit == 0
            || self.worst.is_some_and(|worst| !self.is_before(value, worst))
            || self.after.is_some_and(|after| !self.is_before(after, value))
        {
            return;
        }
        self.values.push(value);
        if self.values.len() == self.limit * 2 {
            let descending = self.descending;
            let order = |a: &(i64, u32), b: &(i64, u32)| if descending { b.cmp(a) } else { a.cmp(b) };
            let (_, worst, _) = self.values.select_nth_unstable_by(self.limit - 1, order);
            self.worst = Some(*worst);
            self.values.truncate(self.limit);
        }
    }

    /// The first of them, at most `room`.
    fn sorted(self, room: usize) -> Vec<(i64, u32)> {
        least(self.values, self.descending, None, room)
    }
}

impl Index {
    /// Selected runs, sorted, `limit` of them after a cursor.
    pub fn page(&self, selection: &Selection<'_>, sort: &Sort, after: Option<&Cursor>, limit: usize) -> Page {
        let rows = &*selection.rows;
        let now = after.map_or(selection.now, |cursor| cursor.now);
        let mut filling = Filling { limit, rows: Vec::new() };
        match &sort.key {
            SortKey::Started => {
                let from = after.map(|cursor| (cursor.value, cursor.row));
                filling.add("", self.walk(rows, Key::Started, sort.descending, from, limit + 1));
            }
            SortKey::Finished | SortKey::Duration => self.by_end(&mut filling, rows, sort, after, now),
            SortKey::Flow | SortKey::User | SortKey::Status => self.by_name(&mut filling, rows, sort, after),
            SortKey::Value(of, name) => {
                let values = self.values_of(*of);
                self.by_value(&mut filling, rows, (values, name), sort.descending, after);
            }
        }
        let more = filling.is_full();
        filling.rows.truncate(limit);
        let cursor = |(part, value, row): &(String, i64, u32)| Cursor {
            part: part.clone(),
            value: *value,
            row: *row,
            now,
        };
        let next = filling.rows.last().filter(|_| more).map(cursor);
        Page { rows: filling.rows.into_iter().map(|(.., row)| row).collect(), next }
    }

    /// The newest of some rows.
    pub(crate) fn newest(&self, rows: &RoaringBitmap, limit: usize) -> Vec<RowId> {
        self.walk(rows, Key::Started, true, None, limit).into_iter().map(|(_, row)| row).collect()
    }

    fn by_end(
        &self,
        filling: &mut Filling,
        rows: &RoaringBitmap,
        sort: &Sort,
        after: Option<&Cursor>,
        now: i64,
    ) {
        let in_last = after.is_some_and(|cursor| cursor.part == LAST);
        let from = after.filter(|_| !in_last).map(|cursor| (cursor.value, cursor.row));
        let room = filling.room();
        if sort.key == SortKey::Duration {
            let mut found = self.walk(rows, Key::Duration, sort.descending, from, room);
            let mut growing = Vec::new();
            for row in (rows & &self.by_status[0]).iter().filter(|row| self.columns.is_growing(*row)) {
                growing.push((self.columns.duration(row, now), row));
            }
            found.extend(least(growing, sort.descending, from, room));
            filling.add("", least(found, sort.descending, None, room));
            return;
        }
        if !in_last {
            filling.add("", self.walk(rows, Key::Finished, sort.descending, from, room));
        }
        if filling.is_full() {
            return;
        }
        // Of an order that has all others, those without an end are few.
        let open: RoaringBitmap = rows.iter().filter(|row| !self.columns.is_finished(*row)).collect();
        let from = after.filter(|_| in_last).map(|cursor| (cursor.value, cursor.row));
        filling.add(LAST, self.walk(&open, Key::Started, true, from, filling.room()));
    }

    fn by_name(&self, filling: &mut Filling, rows: &RoaringBitmap, sort: &Sort, after: Option<&Cursor>) {
        let mut parts: Vec<(String, &RoaringBitmap)> = match sort.key {
            SortKey::Flow => named(self.flows.iter(), &self.by_flow),
            SortKey::User => named(self.users.iter(), &self.by_user),
            _ => (0..).zip(STATUSES).map(|(n, _)| n.to_string()).zip(&self.by_status).collect(),
        };
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        if sort.descending {
            parts.reverse();
        }
        let passed = |part: &str| {
            after.is_some_and(|cursor| match sort.descending {
                false => part < cursor.part.as_str(),
                true => part > cursor.part.as_str(),
            })
        };
        for (part, members) in parts {
            if filling.is_full() {
                return;
            }
            if passed(&part) {
                continue;
            }
            let from = after.filter(|cursor| cursor.part == part).map(|cursor| (cursor.value, cursor.row));
            let found = self.walk(&(rows & members), Key::Started, true, from, filling.room());
            filling.add(&part, found);
        }
    }

    fn by_value(
        &self,
        filling: &mut Filling,
        rows: &RoaringBitmap,
        (values, name): (&Values, &str),
        descending: bool,
        after: Option<&Cursor>,
    ) {
        let ranks = values.text_ranks();
        let column = values.column(name);
        let mut kinds = KINDS;
        if descending {
            kinds.reverse();
        }
        let place = |part: &str| kinds_place(part, descending);
        let mut first = KINDS.map(|_| First::new(descending, filling.room()));
        for kind in kinds {
            if let Some(cursor) = after {
                let here = place(&cursor.part).cmp(&place(&kind.to_string()));
                let first = &mut first[usize::from(kind)];
                match here {
                    Ordering::Greater => first.limit = 0,
                    Ordering::Equal => first.after = Some((cursor.value, cursor.row)),
                    Ordering::Less => {}
                }
            }
        }
        self.each_of(rows, column, |row, packed| {
            let (kind, value) = values::sorting(packed, &ranks);
            first[usize::from(kind)].add((value, row));
        });
        let mut first = first.map(Some);
        for kind in kinds {
            if let Some(found) = first[usize::from(kind)].take() {
                filling.add(&kind.to_string(), found.sorted(filling.room()));
            }
            if filling.is_full() {
                return;
            }
        }
        let with = column.into_iter().flat_map(Sparse::iter).map(|(row, _)| row);
        let without = rows - dense::collect(self.columns.len(), with);
        let from = after.filter(|cursor| cursor.part == LAST).map(|cursor| (cursor.value, cursor.row));
        filling.add(LAST, self.walk(&without, Key::Started, true, from, filling.room()));
    }

    /// Each of some rows that has a value in a column.
    fn each_of(&self, rows: &RoaringBitmap, column: Option<&Sparse>, mut each: impl FnMut(u32, u64)) {
        let Some(column) = column else { return };
        if rows.len() == self.alive.len() {
            column.iter().for_each(|(row, packed)| each(row, packed));
        } else if let Some(rows) = dense::stretch(rows) {
            column.within(rows).for_each(|(row, packed)| each(row, packed));
        } else if rows.len() < column.len() as u64 / FEW {
            rows.iter().for_each(|row| {
                if let Some(packed) = column.get(row) {
                    each(row, packed);
                }
            });
        } else {
            // A bit is looked up much more quickly than a place in a bitmap that is packed.
            let wanted = dense::bits(self.columns.len(), rows);
            column
                .iter()
                .filter(|(row, _)| dense::has(&wanted, *row))
                .for_each(|(row, packed)| each(row, packed));
        }
    }

    /// The first of some rows in an order: by walking along it while it has many of them, else by sorting them.
    fn walk(
        &self,
        rows: &RoaringBitmap,
        key: Key,
        descending: bool,
        after: Option<(i64, u32)>,
        limit: usize,
    ) -> Vec<(i64, u32)> {
        let (order, columns) = (self.order(key).rows(), &self.columns);
        if limit == 0 || rows.is_empty() {
            return Vec::new();
        }
        let place = after.map(|(value, row)| self.order(key).before(columns, value, row));
        // The cursor's own row is passed over, if it is still there.
        let at_cursor = |row: u32| after == Some((key.of(columns, row), row));
        let stretch = match (descending, place) {
            (false, None) | (true, None) => order,
            (false, Some(place)) => &order[place..],
            (true, Some(place)) => &order[..place],
        };
        let expected = (limit as u64).saturating_mul(stretch.len() as u64) / rows.len().max(1);
        if expected < rows.len() {
            let patience = rows.len() as usize;
            let mut found = Vec::with_capacity(limit.min(1024));
            let mut steps: Box<dyn Iterator<Item = &u32>> =
                if descending { Box::new(stretch.iter().rev()) } else { Box::new(stretch.iter()) };
            let walked = steps.by_ref().take(patience).any(|row| {
                if rows.contains(*row) && !at_cursor(*row) {
                    found.push((key.of(columns, *row), *row));
                }
                found.len() == limit
            });
            if walked || steps.next().is_none() {
                return found;
            }
        }
        let values = rows.iter().filter(|row| key.has(columns, *row)).map(|row| (key.of(columns, row), row));
        least(values.collect(), descending, after, limit)
    }
}

/// The first of some values after another.
fn least(
    mut values: Vec<(i64, u32)>,
    descending: bool,
    after: Option<(i64, u32)>,
    limit: usize,
) -> Vec<(i64, u32)> {
    if let Some(after) = after {
        values.retain(|value| if descending { *value < after } else { *value > after });
    }
    let order = |a: &(i64, u32), b: &(i64, u32)| if descending { b.cmp(a) } else { a.cmp(b) };
    if values.len() > limit {
        values.select_nth_unstable_by(limit, order);
        values.truncate(limit);
    }
    values.sort_unstable_by(order);
    values
}

/// Where a part of the values of a parameter comes.
fn kinds_place(part: &str, descending: bool) -> u8 {
    match part.parse::<u8>() {
        Ok(kind) if descending => 2 - kind.min(2),
        Ok(kind) => kind,
        Err(_) => 9,
    }
}

fn named<'a>(
    names: impl Iterator<Item = (u32, &'a str)>,
    postings: &'a [RoaringBitmap],
) -> Vec<(String, &'a RoaringBitmap)> {
    names.filter_map(|(code, name)| Some((name.to_owned(), postings.get(code as usize)?))).collect()
}
