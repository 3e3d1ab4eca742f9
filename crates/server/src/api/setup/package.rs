//! Code packages, taken apart.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use spinloom_compare::code::{Files, of_the_user};
use spinloom_datastore::package::Item;
use spinloom_datastore::{Datastore, package};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::RunRecord;

/// Packages kept as they are, for who looks at one file after another.
const KEPT: usize = 6;
/// A larger one is taken apart each time.
const LARGE: usize = 16 << 20;

/// Packages that were looked at lately, by hash.
#[derive(Default)]
pub(crate) struct Packages(Mutex<Vec<(String, Arc<Vec<Item>>)>>);

impl Packages {
    /// The files of a run's code; `None` if none was kept.
    pub(crate) fn of(&self, store: &Datastore, run: &RunRecord) -> Result<Option<Arc<Vec<Item>>>> {
        let hash = run.info.get("code_package").and_then(|kept| kept.get("hash")).and_then(Value::as_str);
        let Some(hash) = hash else { return Ok(None) };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| known == hash) {
            let found = kept.remove(at);
            let items = found.1.clone();
            kept.push(found);
            return Ok(Some(items));
        }
        drop(kept);
        let Some(bytes) = store.package_of(&run.info)? else { return Ok(None) };
        let items = Arc::new(of_the_user(package::read(&bytes)?));
        if items.iter().map(|item| item.bytes.len()).sum::<usize>() <= LARGE {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push((hash.to_owned(), items.clone()));
        }
        Ok(Some(items))
    }
}

/// Files by name.
pub(crate) fn files_of(items: &[Item]) -> Files {
    items.iter().map(|item| (item.name.clone(), item.bytes.clone())).collect()
}

/// There is no code.
pub(crate) fn no_code(run: &RunRecord) -> Error {
    Error::new(codes::NOT_FOUND, format!("no code was kept with `{}/{}`", run.flow, run.run))
        .hint("a run's code is kept when it starts; one that was imported has it only if it was kept there")
}
