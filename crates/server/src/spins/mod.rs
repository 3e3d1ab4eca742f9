//! The store of kept spins, beside the store of runs (`spinloom spin --persist`). It is looked at, and never made.

mod known;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use spinloom_datastore::StorePolicy;
use spinloom_diagnostics::Result;
use spinloom_metadata::Location;

use crate::api::{Logs, Packages};
use crate::files::Files;
use crate::options::Options;
use crate::problem::Problem;
use crate::readers::Readers;

pub(crate) use known::{Known, Origin, Session, Spin};

/// How often somebody who waits for news has the number of the last write looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// The store of kept spins, once there is one.
pub(crate) struct Spins {
    folder: PathBuf,
    deadline: Duration,
    open: Mutex<Option<Arc<Kept>>>,
}

/// The store of kept spins.
pub(crate) struct Kept {
    /// Which file it is: people remove the folder to be rid of old spins, and the next spin makes another.
    id: (u64, u64, Option<SystemTime>),
    /// Its metadata.
    pub(crate) readers: Readers,
    /// Its files.
    pub(crate) files: Files,
    /// Logs of it that are open.
    pub(crate) logs: Logs,
    /// Code packages of it that were looked at.
    pub(crate) packages: Packages,
    known: Mutex<Known>,
}

impl Spins {
    /// Of the server that `options` describe.
    pub(crate) fn new(options: &Options) -> Self {
        Self { folder: options.spins.clone(), deadline: options.deadline, open: Mutex::default() }
    }

    /// Its folder, which may not be there.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store; `None` while nothing has been kept.
    pub(crate) fn kept(&self) -> Option<Arc<Kept>> {
        let found = fs::metadata(self.folder.join("metadata.db")).ok()?;
        // Numbers of files are used again.
        let id = (found.dev(), found.ino(), found.created().ok());
        let mut open = locked(&self.open);
        if let Some(kept) = open.as_ref().filter(|kept| kept.id == id) {
            return Some(kept.clone());
        }
        let metadata = Location::Local(self.folder.clone());
        let kept = Arc::new(Kept {
            id,
            readers: Readers::existing(metadata, self.deadline),
            files: Files::new(self.folder.clone(), StorePolicy::default()),
            logs: Logs::default(),
            packages: Packages::default(),
            known: Mutex::default(),
        });
        *open = Some(kept.clone());
        Some(kept)
    }

    /// The number of the last write; 0 while nothing has been kept.
    pub(crate) async fn sequence(&self) -> Result<u64, Problem> {
        match self.kept() {
            Some(kept) => kept.readers.read(|provider| provider.sequence()).await,
            None => Ok(0),
        }
    }

    /// Waits until another write than number `seen` is the last, though no longer than `wait`.
    pub(crate) async fn news(&self, seen: u64, wait: Duration) -> Result<(), Problem> {
        let changed = async {
            while self.sequence().await? == seen {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(())
        };
        // Late is no failure: the answer is as it was.
        tokio::time::timeout(wait, changed).await.unwrap_or(Ok(()))
    }
}

impl Kept {
    /// Answers something from the list of all spins, as it is now.
    pub(crate) async fn ask<T>(&self, ask: impl FnOnce(&Known) -> T) -> Result<T, Problem> {
        let after = locked(&self.known).seq;
        let changes = self
            .readers
            .read(move |provider| match provider.sequence()? {
                now if now == after => Ok(Vec::new()),
                _ => provider.changed_runs(after, 0),
            })
            .await?;
        let mut known = locked(&self.known);
        // Two who ask at once both take the same in, and that is all.
        known.take(changes);
        Ok(ask(&known))
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
