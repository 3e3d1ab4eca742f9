//! The lock between who wants a chunk that is there already and who removes chunks nobody wants: see
//! `docs/design/0006-collecting.md`.

use std::{
    fs::{File, FileTimes, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// In a cache, a file that was used this lately is not said to be used again.
const LATELY: Duration = Duration::from_secs(600);

/// The lock of one folder of chunks. The kernel's, so that it dies with its holder.
#[derive(Debug, Clone)]
pub(crate) struct SweepLock(PathBuf);

/// Held until dropped.
pub(crate) struct Held {
    _file: File,
}

impl SweepLock {
    /// Of the folder `root`, which has the chunks.
    pub(crate) fn of(root: &Path) -> Self {
        Self(root.join("sweep.lock"))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Keeps the collector off; nothing where the file system has no locks.
    pub(crate) fn share(&self) -> Option<Held> {
        let file = self.file().ok()?;
        file.lock_shared().ok().map(|()| Held { _file: file })
    }

    /// Keeps writers off.
    pub(crate) fn alone(&self) -> io::Result<Held> {
        let file = self.file()?;
        file.lock().map(|()| Held { _file: file })
    }

    /// Makes the file young, so that no collector removes it. False if it is gone, or cannot be made young.
    pub(crate) fn freshen(&self, path: &Path) -> bool {
        let Some(_held) = self.share() else { return false };
        touch(path)
    }

    /// Opened for each use: descriptors that a fork hands on would hand the lock on.
    fn file(&self) -> io::Result<File> {
        OpenOptions::new().read(true).append(true).create(true).open(&self.0)
    }
}

/// Says of a file of a cache that it is in use, unless it was said lately.
pub(crate) fn used(path: &Path, modified: SystemTime) {
    if SystemTime::now().duration_since(modified).is_ok_and(|age| age > LATELY) {
        touch(path);
    }
}

fn touch(path: &Path) -> bool {
    let now = FileTimes::new().set_modified(SystemTime::now());
    // For times alone, being the owner is enough: the file is opened for reading.
    File::open(path).is_ok_and(|file| file.set_times(now).is_ok())
}
