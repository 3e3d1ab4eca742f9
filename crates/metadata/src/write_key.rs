//! Writes that may be asked for twice, because nobody knows whether the first was carried out.

use serde::{Deserialize, Serialize};

use crate::providers::dice;

/// Tells a repeated write from a new one.
///
/// A writer numbers its writes, and makes the next when the one before is known to be done. A provider remembers the last number of
/// each writer for each run, in the transaction of the write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteKey {
    /// Who writes: a name nobody else has.
    pub writer: String,
    /// Its how many-th write this is.
    pub number: u64,
}

impl WriteKey {
    /// The number as databases keep it.
    pub(crate) fn number(&self) -> i64 {
        i64::try_from(self.number).unwrap_or(i64::MAX)
    }
}

/// Numbers the writes of one provider.
#[derive(Debug)]
pub(crate) struct Writer {
    name: String,
    last: u64,
}

impl Writer {
    /// One whose name nobody else has.
    pub(crate) fn new() -> Self {
        let mut dice = dice();
        Self { name: format!("{:016x}{:016x}", dice.u64(..), dice.u64(..)), last: 0 }
    }

    /// The key of the next write.
    pub(crate) fn next(&mut self) -> WriteKey {
        self.last += 1;
        WriteKey { writer: self.name.clone(), number: self.last }
    }
}
