//! A column that few rows have a value in.

use std::ops::Range;

/// Values by row.
#[derive(Default)]
pub(crate) struct Sparse {
    rows: Vec<u32>,
    values: Vec<u64>,
}

impl Sparse {
    /// How many rows have one.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn get(&self, row: u32) -> Option<u64> {
        self.rows.binary_search(&row).ok().and_then(|at| self.values.get(at)).copied()
    }

    /// Says whether the row had none.
    pub(crate) fn set(&mut self, row: u32, value: u64) -> bool {
        if self.rows.last().is_none_or(|last| *last < row) {
            self.rows.push(row);
            self.values.push(value);
            return true;
        }
        match self.rows.binary_search(&row) {
            Ok(at) => {
                self.values[at] = value;
                false
            }
            Err(at) => {
                self.rows.insert(at, row);
                self.values.insert(at, value);
                true
            }
        }
    }

    /// Says whether there was one.
    pub(crate) fn remove(&mut self, row: u32) -> bool {
        let found = self.rows.binary_search(&row);
        if let Ok(at) = found {
            self.rows.remove(at);
            self.values.remove(at);
        }
        found.is_ok()
    }

    /// Takes away what rows before this one have.
    pub(crate) fn remove_before(&mut self, row: u32) {
        let left = self.rows.partition_point(|known| *known < row);
        self.rows.drain(..left);
        self.values.drain(..left);
    }

    /// Those of a stretch of rows, in their order.
    pub(crate) fn within(&self, rows: Range<u32>) -> impl Iterator<Item = (u32, u64)> {
        let from = self.rows.partition_point(|row| *row < rows.start);
        let to = self.rows.partition_point(|row| *row < rows.end);
        self.rows[from..to].iter().copied().zip(self.values[from..to].iter().copied())
    }

    /// All of them, in order of rows.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, u64)> {
        self.rows.iter().copied().zip(self.values.iter().copied())
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.values.shrink_to_fit();
    }
}
