//! Files that appear at once, whole, or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use spinloom_diagnostics::Result;

use crate::{io::write_error, lock::SweepLock};

/// A file in `tmp/` that nobody reads. It is gone when dropped, unless it was [settled](Self::settle).
pub(crate) struct Draft {
    path: PathBuf,
    pub(crate) file: File,
    lock: SweepLock,
    settled: bool,
}

impl Draft {
    /// Makes it appear as `target`. Answers how long it is.
    pub(crate) fn settle(mut self, target: &Path) -> io::Result<u64> {
        let len = self.file.metadata()?.len();
        let _held = self.lock.share();
        rename(&self.path, target)?;
        self.settled = true;
        Ok(len)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.settled {
            // It is litter at worst.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Where drafts are made.
#[derive(Debug, Clone)]
pub(crate) struct Drafts {
    folder: PathBuf,
    pub(crate) lock: SweepLock,
    /// Makes names of drafts differ within one process.
    counter: Arc<AtomicU64>,
}

impl Drafts {
    pub(crate) fn of(root: &Path) -> Self {
        Self { folder: root.join("tmp"), lock: SweepLock::of(root), counter: Arc::default() }
    }

    /// Makes the file `target` appear at once, with what `write` writes. Answers how long it is.
    pub(crate) fn publish(
        &self,
        target: &Path,
        mode: u32,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<u64> {
        let mut draft = self.draft(mode)?;
        let settled = write(&mut draft.file).and_then(|()| draft.settle(target));
        settled.map_err(|e| write_error(target, &e))
    }

    /// A name in `tmp/`, for what is about to be removed: if that is cut short, it is litter like any other there.
    pub(crate) fn trash(&self) -> PathBuf {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!("{}-{count}.trash", std::process::id()))
    }

    /// A new file in `tmp/`. Processes of other machines or containers may use the folder too.
    pub(crate) fn draft(&self, mode: u32) -> Result<Draft> {
        let folder = &self.folder;
        let process = std::process::id();
        loop {
            let count = self.counter.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{process}-{count}"));
            match OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(&path) {
                Ok(file) => {
                    return Ok(Draft { path, file, lock: self.lock.clone(), settled: false });
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
                }
                Err(e) => return Err(write_error(&path, &e)),
            }
        }
    }
}

/// Renames, making the folder it goes to when it is the first there.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match (fs::rename(from, to), to.parent()) {
        (Err(e), Some(folder)) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            fs::rename(from, to)
        }
        (result, _) => result,
    }
}
