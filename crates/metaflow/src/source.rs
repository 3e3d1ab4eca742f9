//! Many small files at once, and in which order they are needed.

use bytes::Bytes;
use spinloom_diagnostics::Result;
use spinloom_objects::Objects;

/// Files to be read together, each for a purpose.
pub(crate) struct Batch<T> {
    keys: Vec<String>,
    purposes: Vec<T>,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { keys: Vec::new(), purposes: Vec::new() }
    }
}

impl<T> Batch<T> {
    pub(crate) fn want(&mut self, key: String, purpose: T) {
        self.keys.push(key);
        self.purposes.push(purpose);
    }

    /// Reads them, and hands out each that is there with its key.
    pub(crate) fn read(self, from: &Objects, mut each: impl FnMut(&T, &str, &Bytes)) -> Result<()> {
        let found = from.get_many(&self.keys);
        for ((key, purpose), bytes) in self.keys.iter().zip(&self.purposes).zip(found) {
            if let Some(bytes) = bytes? {
                each(purpose, key, &bytes);
            }
        }
        Ok(())
    }
}
