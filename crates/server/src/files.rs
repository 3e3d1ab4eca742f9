//! The store's files, for reading: artifacts, logs, code.

use std::sync::{Mutex, PoisonError};

use spinloom_datastore::{Datastore, StorePolicy};
use spinloom_diagnostics::{Error, Result, codes};

use std::path::PathBuf;

/// The store beside the metadata. It may not be there yet.
pub(crate) struct Files {
    root: PathBuf,
    policy: StorePolicy,
    open: Mutex<Option<Datastore>>,
}

impl Files {
    /// Of the store in the folder `root`.
    pub(crate) fn new(root: PathBuf, policy: StorePolicy) -> Self {
        Self { root, policy, open: Mutex::default() }
    }

    /// The store. It is opened once, and never made.
    ///
    /// # Errors
    /// `SL0301` if there is none yet; those of opening it.
    pub(crate) fn store(&self) -> Result<Datastore> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*open {
            return Ok(store.clone());
        }
        let found = Datastore::open_existing_with(&self.root, &self.policy)?;
        let none =
            || Error::new(codes::NOT_FOUND, format!("there is no store at `{}` yet", self.root.display()));
        Ok(open.insert(found.ok_or_else(none)?).clone())
    }
}
