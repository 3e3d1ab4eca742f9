//! Environments that were built, and what specifications were resolved to: for all projects of a user.
//!
//! ```text
//! specifications/<specification>.json   what it was resolved to
//! built/<id>/                           an environment, whole once it has the record `environment.json`, written last
//! locks/<id>                            held shared by runs that use it, alone by who builds or removes it
//! bridges/                              see `bridge`
//! ```

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, Flock, FlockArg, fcntl};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::files;
use crate::lock::{Lock, VERSION};

/// The record of an environment that is whole.
const RECORD: &str = "environment.json";

/// The cache.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

/// An environment that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cached {
    /// What it is called.
    pub id: String,
    /// Its folder.
    pub prefix: PathBuf,
    /// What it consists of.
    pub lock: Lock,
}

/// An environment in use: as long as this lives, nobody removes it.
#[derive(Debug)]
pub struct Held {
    /// The environment.
    pub cached: Cached,
    _lock: Flock<File>,
}

/// What became of an environment that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// A run uses it.
    InUse,
}

impl Cache {
    /// The cache in this folder, which need not be there yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn bridges(&self) -> PathBuf {
        self.root.join("bridges")
    }

    fn specification(&self, name: &str) -> PathBuf {
        self.root.join("specifications").join(format!("{name}.json"))
    }

    /// Where an environment is, or would be.
    pub fn prefix(&self, id: &str) -> PathBuf {
        self.root.join("built").join(id)
    }

    /// What a specification was resolved to.
    pub fn resolved(&self, specification: &str) -> Option<Lock> {
        files::read_json(&self.specification(specification)).filter(|lock: &Lock| lock.version == VERSION)
    }

    /// Remembers what a specification was resolved to.
    ///
    /// # Errors
    /// `SL0401` if it cannot be written.
    pub fn remember(&self, specification: &str, lock: &Lock) -> Result<()> {
        self.make()?;
        files::write_json(&self.specification(specification), lock)
    }

    fn make(&self) -> Result<()> {
        if self.root.join("CACHEDIR.TAG").exists() && self.root.join("locks").is_dir() {
            return Ok(());
        }
        for folder in ["specifications", "built", "locks", "bridges"] {
            files::make(&self.root.join(folder))?;
        }
        // So that backups leave it out: https://bford.info/cachedir/
        files::write(&self.root.join("CACHEDIR.TAG"), b"Signature: 8a477f597d28d172789f06886806bc55\n")
    }

    /// The environment, if it is whole and its interpreter still there.
    pub fn find(&self, id: &str) -> Option<Cached> {
        let prefix = self.prefix(id);
        let cached: Cached = files::read_json(&prefix.join(RECORD))?;
        // The interpreter is a link to an installation, which may be gone.
        (cached.lock.version == VERSION && prefix.join("bin/python").exists()).then_some(cached)
    }

    /// The environment in use, if it is there and whole.
    ///
    /// # Errors
    /// `SL0401` if the cache cannot be used; `SL0205` if Ctrl-C was pressed while another process was waited for.
    pub fn hold(&self, id: &str) -> Result<Option<Held>> {
        if self.find(id).is_none() {
            return Ok(None);
        }
        let lock = self.lock(id, FlockArg::LockShared)?;
        let Some(cached) = self.find(id) else { return Ok(None) };
        // When it was last used. That it cannot be noted is no reason not to use it.
        let record = OpenOptions::new().append(true).open(cached.prefix.join(RECORD));
        let _noted = record.and_then(|file| file.set_modified(SystemTime::now()));
        Ok(Some(Held { cached, _lock: lock }))
    }

    /// The environment in use, made by `make` if it is not there: in its folder, alone, whole or not at all.
    ///
    /// # Errors
    /// As [`hold`](Self::hold), and what `make` says.
    pub fn hold_or_make(
        &self,
        id: &str,
        lock: &Lock,
        make: &mut dyn FnMut(&Path) -> Result<()>,
    ) -> Result<Held> {
        self.make()?;
        loop {
            if let Some(held) = self.hold(id)? {
                return Ok(held);
            }
            let alone = self.lock(id, FlockArg::LockExclusive)?;
            if self.find(id).is_none() {
                self.make_alone(id, lock, make)?;
            }
            drop(alone);
        }
    }

    fn make_alone(&self, id: &str, lock: &Lock, make: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
        let prefix = self.prefix(id);
        files::remove(&prefix)?; // what somebody left behind who was killed
        let cached = Cached { id: id.to_owned(), prefix: prefix.clone(), lock: lock.clone() };
        let made = make(&prefix).and_then(|()| files::write_json(&prefix.join(RECORD), &cached));
        if made.is_err() {
            files::remove(&prefix)?;
        }
        made
    }

    /// Locks an environment. Programs that are started inherit the lock: if this process is killed while one of them
    /// builds, nobody else builds there before that one is gone too; and what runs there counts as long as it runs.
    fn lock(&self, id: &str, how: FlockArg) -> Result<Flock<File>> {
        self.make()?;
        let path = self.root.join("locks").join(id);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.or_error(codes::STORE_IO, files::broken(&path))?;
        fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty())).or_error(codes::STORE_IO, files::broken(&path))?;
        Flock::lock(file, how).map_err(|(_, errno)| match errno {
            Errno::EINTR => interrupted(),
            other => Error::new(codes::STORE_IO, files::broken(&path)()).cause(other),
        })
    }

    /// Every environment that is whole, with when it was last used and how many bytes it takes.
    pub fn list(&self) -> Vec<(Cached, SystemTime, u64)> {
        let entries = std::fs::read_dir(self.root.join("built")).into_iter().flatten().flatten();
        let mut all: Vec<_> = entries
            .filter_map(|entry| {
                let cached = self.find(entry.file_name().to_str()?)?;
                let used = std::fs::metadata(cached.prefix.join(RECORD)).and_then(|data| data.modified());
                let size = size(&cached.prefix);
                Some((cached, used.unwrap_or(SystemTime::UNIX_EPOCH), size))
            })
            .collect();
        all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.id.cmp(&other.0.id)));
        all
    }

    /// Folders of environments that are not whole: being built, or left behind by who was killed.
    pub fn broken(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join("built")).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| self.find(name).is_none()).collect()
    }

    /// Removes an environment, unless a run uses it or a process builds it.
    ///
    /// # Errors
    /// `SL0401` if it cannot be removed.
    pub fn remove(&self, id: &str) -> Result<Removal> {
        self.make()?;
        let path = self.root.join("locks").join(id);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.or_error(codes::STORE_IO, files::broken(&path))?;
        let Ok(_alone) = Flock::lock(file, FlockArg::LockExclusiveNonblock) else {
            return Ok(Removal::InUse);
        };
        // First what says that it is whole: who looks sees all of it or none.
        let _gone = std::fs::remove_file(self.prefix(id).join(RECORD));
        files::remove(&self.prefix(id)).map(|()| Removal::Removed)
    }

    /// Forgets what specifications were resolved to.
    ///
    /// # Errors
    /// `SL0401` if they cannot be removed.
    pub fn forget_resolved(&self) -> Result<()> {
        files::remove(&self.root.join("specifications"))?;
        files::make(&self.root.join("specifications"))
    }
}

/// Ctrl-C.
pub(crate) fn interrupted() -> Error {
    Error::new(codes::INTERRUPTED, "interrupted while environments were built")
        .hint("nothing half-built is kept: start it again")
}

/// Bytes of all files of a folder, links not followed.
fn size(folder: &Path) -> u64 {
    let mut total = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) => total += data.len(),
                Err(_) => {}
            }
        }
    }
    total
}
