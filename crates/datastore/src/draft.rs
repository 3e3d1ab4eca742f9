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
    time::{Duration, SystemTime},
};

use spinloom_diagnostics::Result;

use crate::{io::write_error, sweep::hold};

/// A file whose last use is longer ago than this is touched when it is used again, so that a collector sees it is wanted.
const FRESH: Duration = Duration::from_secs(600);

/// A file in `tmp/` that nobody reads. It is gone when dropped, unless it was [settled](Self::settle).
pub(crate) struct Draft {
    path: PathBuf,
    pub(crate) file: File,
    settled: bool,
}

impl Draft {
    /// Makes it appear as `target`. Answers how long it is.
    pub(crate) fn settle(mut self, target: &Path) -> io::Result<u64> {
        let len = self.file.metadata()?.len();
        let _held = self.path.parent().and_then(hold);
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
    /// Makes names of drafts differ within one process.
    counter: Arc<AtomicU64>,
}

impl Drafts {
    pub(crate) fn of(root: &Path) -> Self {
        Self { folder: root.join("tmp"), counter: Arc::default() }
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

    /// The folder `tmp/`.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
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
                Ok(file) => return Ok(Draft { path, file, settled: false }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
                }
                Err(e) => return Err(write_error(&path, &e)),
            }
        }
    }
}

/// Says that a file of a cache is wanted, if it was not said lately. Whoever may not (it is another user's) need not.
pub(crate) fn freshen(path: &Path, known: &fs::Metadata) {
    let age = known.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    if age.is_some_and(|age| age > FRESH) {
        let _ = File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
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
