//! Chunks that nobody needs any more, removed beside writers that may need them again.
//!
//! Who wants a chunk that is there already does not write it again, but makes it young (`Drafts::freshen`); who removes
//! old chunks asks each for its age once more. A lock of the store, shared by writers and taken alone for each removal, keeps the two
//! from crossing. Why that is enough is `docs/design/0006-collecting.md`.

use std::{
    fs::{self, File, FileTimes, OpenOptions},
    io,
    ops::ControlFlow,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use spinloom_diagnostics::{Error, Result, codes};

use crate::{
    ContentHash, Datastore,
    draft::Drafts,
    io::{read_error, write_error},
};

/// A chunk, as the store's listing has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkInfo {
    /// What it is called.
    pub hash: ContentHash,
    /// Whether it is compressed.
    pub compressed: bool,
    /// Bytes on the disk that removing it frees: none while another store has the same file.
    pub size: u64,
    /// When it was last written or wanted, microseconds since the Unix epoch.
    pub modified: i64,
}

/// What became of a chunk that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone, and so many bytes are free.
    Freed(u64),
    /// Somebody wanted it meanwhile: it stays.
    Young,
    /// It was gone already.
    Gone,
}

/// The store's lock, held until this is dropped.
pub(crate) struct Held {
    _file: File,
}

impl Datastore {
    /// Shows every chunk to `each`, in no order, until it says to stop. Files that are no chunks are passed over.
    ///
    /// # Errors
    /// `SL0401` if a folder cannot be read.
    pub fn chunks(&self, each: &mut dyn FnMut(ChunkInfo) -> ControlFlow<()>) -> Result<()> {
        for folder in entries(&self.root().join("chunks"))?.filter(|e| e.path().is_dir()) {
            for file in entries(&folder.path())? {
                let name = file.file_name();
                let Some((hash, compressed)) = name.to_str().and_then(chunk_name) else { continue };
                // Removed meanwhile, by another collector.
                let Ok(found) = file.metadata() else { continue };
                let chunk =
                    ChunkInfo { hash, compressed, size: freed_by(&found), modified: modified(&found) };
                if each(chunk).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Removes a chunk, unless it became younger than `cutoff`.
    ///
    /// # Errors
    /// `SL0401` if the store cannot be locked or the file not removed.
    pub fn remove_chunk(&self, chunk: &ChunkInfo, cutoff: i64) -> Result<Removal> {
        let path = self.file_of(chunk);
        let held = self.lock_alone()?;
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Removal::Gone),
            Err(e) => return Err(read_error(&path, &e)),
        };
        if modified(&found) >= cutoff {
            return Ok(Removal::Young);
        }
        // Giving gigabytes back takes a while; a name is gone at once, and writers wait for no more than that.
        let trash = self.local().drafts.trash();
        fs::rename(&path, &trash).map_err(|e| write_error(&path, &e))?;
        drop(held);
        fs::remove_file(&trash).map_err(|e| write_error(&trash, &e))?;
        Ok(Removal::Freed(freed_by(&found)))
    }

    /// Files in `tmp/` that nobody touched since `cutoff`: how many, how many bytes. Removes them, if `remove`.
    ///
    /// # Errors
    /// `SL0401` if the folder cannot be read or a file not removed.
    pub fn stale(&self, cutoff: i64, remove: bool) -> Result<(u64, u64)> {
        let (mut count, mut bytes) = (0, 0);
        for of_flow in entries(&self.root().join("runs"))?.filter(|_| remove) {
            // What a deletion that was killed left of a flow: a folder that is not empty stays.
            if of_flow.metadata().is_ok_and(|found| modified(&found) < cutoff) {
                let _ = fs::remove_dir(of_flow.path());
            }
        }
        for file in entries(&self.root().join("tmp"))? {
            let Ok(found) = file.metadata() else { continue };
            if modified(&found) >= cutoff {
                continue;
            }
            if remove {
                gone(fs::remove_file(file.path())).map_err(|e| write_error(&file.path(), &e))?;
            }
            count += 1;
            bytes += freed_by(&found);
        }
        Ok((count, bytes))
    }

    pub(crate) fn file_of(&self, chunk: &ChunkInfo) -> PathBuf {
        if chunk.compressed { self.compressed_path(&chunk.hash) } else { self.chunk_path(&chunk.hash) }
    }

    fn lock_alone(&self) -> Result<Held> {
        let locked = lock_file(self.local().drafts.folder())
            .and_then(|file| file.lock().map(|()| Held { _file: file }));
        locked.map_err(|e| {
            let path = self.root().join(LOCK);
            Error::new(codes::STORE_IO, format!("`{}` cannot be locked", path.display()))
                .cause(e)
                .hint("keep the store on a file system that has locks; nothing is removed without one")
        })
    }
}

impl Drafts {
    /// Makes the file of a chunk young, so that for the grace period no collector removes it. False if it is not there (any more), or
    /// cannot be kept: then it has to be written.
    ///
    /// Call it before relying on a chunk that was not just written, and that no input's manifest names.
    pub(crate) fn freshen(&self, path: &Path) -> bool {
        let Some(_held) = hold(self.folder()) else { return false };
        let now = FileTimes::new().set_modified(SystemTime::now());
        // For times alone, being the owner is enough: the file is opened for reading.
        File::open(path).is_ok_and(|file| file.set_times(now).is_ok())
    }
}

/// Keeps collectors out, for as long as a name is made or relied on. `None` where files cannot be locked: no collector gets
/// further there. `drafts` is the store's `tmp/`.
pub(crate) fn hold(drafts: &Path) -> Option<Held> {
    let file = lock_file(drafts).ok()?;
    file.lock_shared().ok().map(|()| Held { _file: file })
}

/// Opened for each use: descriptors that a fork hands on would hand the lock on.
fn lock_file(drafts: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(drafts.with_file_name(LOCK))
}

const LOCK: &str = "sweep.lock";

/// What is in a folder; nothing if it is not there.
pub(crate) fn entries(folder: &Path) -> Result<impl Iterator<Item = fs::DirEntry>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => Some(entries),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(read_error(folder, &e)),
    };
    Ok(entries.into_iter().flatten().flatten())
}

/// Done already is as good as done.
pub(crate) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// When a file was last changed, microseconds since the Unix epoch.
pub(crate) fn modified(found: &fs::Metadata) -> i64 {
    found.mtime().saturating_mul(1_000_000).saturating_add(found.mtime_nsec() / 1000)
}

/// Bytes on the disk that are free once this name is gone: holes take none, a file of two names none yet.
pub(crate) fn freed_by(found: &fs::Metadata) -> u64 {
    if found.nlink() > 1 { 0 } else { found.len().min(found.blocks().saturating_mul(512)) }
}

fn chunk_name(name: &str) -> Option<(ContentHash, bool)> {
    let (hash, compressed) = name.strip_suffix(".zst").map_or((name, false), |hash| (hash, true));
    Some((hash.parse().ok()?, compressed))
}
