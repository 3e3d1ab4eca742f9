//! Rows, kept sorted by something.

use crate::columns::Columns;

/// What rows are kept sorted by; rows of the same are in order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// When a run was made.
    Started,
    /// When it ended: rows of runs that have.
    Finished,
    /// How long it took: rows whose duration does not grow.
    Duration,
}

impl Key {
    /// The value of a row.
    pub(crate) fn of(self, columns: &Columns, row: u32) -> i64 {
        match self {
            Self::Started => columns.started[row as usize],
            Self::Finished => columns.end[row as usize],
            Self::Duration => columns.duration(row, i64::MIN),
        }
    }

    /// Whether a row is sorted by it at all.
    pub(crate) fn has(self, columns: &Columns, row: u32) -> bool {
        match self {
            Self::Started => true,
            Self::Finished => columns.is_finished(row),
            Self::Duration => !columns.is_growing(row),
        }
    }
}

/// Rows, sorted by a key.
pub(crate) struct Order {
    key: Key,
    rows: Vec<u32>,
}

impl Order {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, rows: Vec::new() }
    }

    /// The rows, the least first.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// How many rows come before (`at`, `row`).
    pub(crate) fn before(&self, columns: &Columns, at: i64, row: u32) -> usize {
        self.rows.partition_point(|other| (self.key.of(columns, *other), *other) < (at, row))
    }

    /// Takes rows out. `columns` still has what they are sorted by.
    pub(crate) fn remove(&mut self, columns: &Columns, rows: &[u32]) {
        let mut places: Vec<usize> = Vec::with_capacity(rows.len());
        for row in rows {
            let place = self.before(columns, self.key.of(columns, *row), *row);
            if self.rows.get(place) == Some(row) {
                places.push(place);
            }
        }
        places.sort_unstable();
        places.dedup();
        let Some(&first) = places.first() else { return };
        let mut to = first;
        for (n, place) in places.iter().enumerate() {
            let next = places.get(n + 1).copied().unwrap_or(self.rows.len());
            self.rows.copy_within(place + 1..next, to);
            to += next - place - 1;
        }
        self.rows.truncate(to);
    }

    /// Puts rows in that are not there.
    pub(crate) fn insert(&mut self, columns: &Columns, rows: &[u32]) {
        let key = self.key;
        let value = |row: &u32| (key.of(columns, *row), *row);
        if rows.len() > self.rows.len() / 4 {
            self.rows.extend_from_slice(rows);
            self.rows.sort_unstable_by_key(value);
            return;
        }
        let mut rows = rows.to_vec();
        rows.sort_unstable_by_key(value);
        let mut end = self.rows.len();
        self.rows.resize(end + rows.len(), 0);
        for (n, row) in rows.iter().enumerate().rev() {
            let place = self.rows[..end].partition_point(|other| value(other) < value(row));
            self.rows.copy_within(place..end, place + n + 1);
            self.rows[place + n] = *row;
            end = place;
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_stay_sorted(
            times in prop::collection::vec(0..20i64, 1..60),
            batches in prop::collection::vec(prop::collection::btree_set(0..60u32, 0..12), 0..20),
        ) {
            let mut columns = Columns::default();
            for at in &times {
                let row = columns.push();
                columns.started[row as usize] = *at;
            }
            let mut order = Order::new(Key::Started);
            let mut there = std::collections::BTreeSet::new();
            for batch in batches {
                let rows = batch.into_iter().filter(|row| (*row as usize) < times.len());
                let (out, new): (Vec<u32>, Vec<u32>) = rows.partition(|row| there.contains(row));
                order.remove(&columns, &out);
                order.insert(&columns, &new);
                out.iter().for_each(|row| { there.remove(row); });
                there.extend(new);
                let mut expected: Vec<u32> = there.iter().copied().collect();
                expected.sort_by_key(|row| (times[*row as usize], *row));
                prop_assert_eq!(order.rows(), expected);
            }
        }
    }
}
