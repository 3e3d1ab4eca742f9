//! A column that few rows have a value in.

/// Values by row.
#[derive(Default)]
pub(crate) struct Sparse {
    rows: Vec<u32>,
    values: Vec<u64>,
}

impl Sparse {
    pub(crate) fn get(&self, row: u32) -> Option<u64> {
        self.rows.binary_search(&row).ok().and_then(|at| self.values.get(at)).copied()
    }

    pub(crate) fn set(&mut self, row: u32, value: u64) {
        if self.rows.last().is_none_or(|last| *last < row) {
            self.rows.push(row);
            self.values.push(value);
            return;
        }
        match self.rows.binary_search(&row) {
            Ok(at) => self.values[at] = value,
            Err(at) => {
                self.rows.insert(at, row);
                self.values.insert(at, value);
            }
        }
    }

    pub(crate) fn remove(&mut self, row: u32) {
        if let Ok(at) = self.rows.binary_search(&row) {
            self.rows.remove(at);
            self.values.remove(at);
        }
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
