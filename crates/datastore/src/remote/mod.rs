//! Object stores that chunks, manifests and logs of a store go to.
//!
//! ```text
//! <location>/chunks/ab/<64 hex>                      one byte that says how it is kept (0 raw, 1 zstd), then up to some MiB
//! <location>/lists/ab/<64 hex>                       the leaves of a larger chunk, 32 bytes each: their hash is its name
//! <location>/packs/<Flow>/<run>/<store>/<from>-<to>  bytes `from` to `to` of the run's pack
//! <location>/packs/…/package-<bytes>-<64 hex>        says which chunk is the run's code package; empty
//! <location>/logs/<Flow>/<run>/<store>/<task>.<attempt>  the log of an attempt; with `.resources`, what it used
//! <location>/collecting/<name>                       somebody collects garbage now: `collect.rs`
//! ```
//!
//! Stores that share a location share chunks. Each counts its runs for itself, so packs and logs are in a folder of the
//! store that wrote them, named as in its file `id`.
//!
//! A chunk up to a leaf is one object. A larger one is cut into groups of leaves, each an object named by its own hash, so
//! that what an earlier value had is not sent again. What is fetched or sent is also kept in a folder of this machine,
//! the cache, whole and raw, and mapped from there like any other chunk.

mod cache;
mod collect;
mod fetch;
mod identity;
mod keys;
mod marks;
mod packs;
mod send;
mod settle;
mod upkeep;
mod upload;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use spinloom_diagnostics::{Error, Result};
use spinloom_objects::{Location, Objects};

use crate::{ContentHash, Datastore, StorePolicy, chunk::Shelf};

pub use self::collect::{OBJECT_GRACE, ObjectProgress, ObjectSweep, SweptObjects, Tally};
pub(crate) use self::packs::PackSender;
pub(crate) use self::send::Uploads;

/// One object store, and its cache here.
pub(crate) struct Remote {
    objects: Objects,
    /// Text of its location, as pieces have it.
    at: Arc<str>,
    shelf: Shelf,
    cache: cache::Cache,
    /// Where packs that were fetched are.
    packs: PathBuf,
}

impl Remote {
    fn open(at: &str, policy: &StorePolicy) -> Result<Arc<Self>> {
        let location: Location = at.parse()?;
        let root = policy.cache.clone().unwrap_or_else(|| std::env::temp_dir().join("spinloom-cache"));
        // Two locations never share a folder, and a location's name may be long or odd.
        let name = ContentHash::of(location.to_string().as_bytes()).to_string();
        let folder = root.join(&name[..16]);
        Ok(Arc::new(Self {
            objects: Objects::open(&location, &policy.access)?,
            at: location.to_string().into(),
            shelf: Shelf::of(&folder),
            cache: cache::Cache::new(root, policy.cache_size),
            packs: folder.join("packs"),
        }))
    }

    /// Text of its location.
    pub(crate) fn at(&self) -> &Arc<str> {
        &self.at
    }
}

/// The object stores one process has to do with.
pub(crate) struct Remotes {
    policy: StorePolicy,
    open: Mutex<Vec<(String, Arc<Remote>)>>,
}

impl Remotes {
    pub(crate) fn new(policy: &StorePolicy) -> Self {
        Self { policy: policy.clone(), open: Mutex::default() }
    }

    fn get(&self, at: &str) -> Result<Arc<Remote>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, remote)) = open.iter().find(|(known, _)| known == at) {
            return Ok(Arc::clone(remote));
        }
        let remote = Remote::open(at, &self.policy)?;
        open.push((at.to_owned(), Arc::clone(&remote)));
        Ok(remote)
    }
}

impl Datastore {
    /// The object store that everything new goes to, if there is one.
    pub(crate) fn remote(&self) -> Result<Option<Arc<Remote>>> {
        self.0.remotes.policy.remote.as_deref().map(|at| self.0.remotes.get(at)).transpose()
    }

    /// The object store at `at`.
    pub(crate) fn remote_at(&self, at: &str) -> Result<Arc<Remote>> {
        self.0.remotes.get(at)
    }

    /// The location that everything new goes to, as pieces have it.
    ///
    /// # Errors
    /// `SL0004` if it cannot be understood.
    pub fn remote_location(&self) -> Result<Option<Arc<str>>> {
        Ok(self.remote()?.map(|remote| Arc::clone(remote.at())))
    }

    /// Where new chunks are put.
    pub(crate) fn shelf(&self) -> Result<Shelf> {
        Ok(self.remote()?.map_or_else(|| self.local().clone(), |remote| remote.shelf.clone()))
    }

    /// The shelf that has a raw chunk now: the cache, after fetching it if need be, for one of an object store.
    pub(crate) fn shelf_with(&self, hash: &ContentHash, len: u64, remote: Option<&str>) -> Result<Shelf> {
        let Some(at) = remote else { return Ok(self.local().clone()) };
        let remote = self.remote_at(at)?;
        remote.fetch(hash, len).map_err(|e| in_store(e, at))?;
        Ok(remote.shelf.clone())
    }
}

/// Says where a chunk is damaged that is not on this disk.
fn in_store(error: Error, at: &str) -> Error {
    if error.causes().iter().any(|cause| cause.contains(at)) {
        error
    } else {
        error.cause(format!("it is kept in `{at}`"))
    }
}
