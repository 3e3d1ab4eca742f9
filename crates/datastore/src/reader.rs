//! Reading packs: a few of them stay open, because the inputs of a task come from few runs.
//!
//! Nothing here waits for a lock or moves a file position, so a process forked at any moment can go on using it.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use spinloom_diagnostics::Result;

use crate::{
    Manifest, ManifestRef,
    io::read_error,
    manifest::damaged,
    record::{HEAD, Head},
};

/// Open packs kept.
const PACKS: usize = 8;
/// Decoded manifests kept for each of them: the base, which every task of a run asks for, and what a reader of artifacts
/// had last.
const MANIFESTS: usize = 4;

/// A short list of what was used last, first the latest.
pub(crate) struct Recent<T>(Mutex<Vec<T>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T: Clone> Recent<T> {
    /// What `wanted` picks, if it is here and nobody else is looking.
    fn get(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let mut list = self.0.try_lock().ok()?;
        let index = list.iter().position(wanted)?;
        list[..=index].rotate_right(1);
        list.first().cloned()
    }

    /// Puts `new` in place of what `same` picks and of all but the `keep - 1` latest others.
    fn put(&self, new: T, keep: usize, same: impl Fn(&T) -> bool) {
        if let Ok(mut list) = self.0.try_lock() {
            list.retain(|old| !same(old));
            list.insert(0, new);
            list.truncate(keep);
        }
    }
}

/// The pack of one run, open for reading.
pub(crate) struct OpenPack {
    path: PathBuf,
    file: File,
    manifests: Recent<Arc<Manifest>>,
}

impl OpenPack {
    /// The pack at `path`, if it is there.
    pub(crate) fn open(recent: &Recent<Arc<Self>>, path: &Path) -> Result<Option<Arc<Self>>> {
        let same = |pack: &Arc<Self>| pack.path == path;
        if let Some(pack) = recent.get(same)
            && pack.is_linked()
        {
            return Ok(Some(pack));
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(e) => return Err(read_error(path, &e)),
        };
        let pack = Self { path: path.to_owned(), file, manifests: Recent::default() };
        let pack = Arc::new(pack);
        recent.put(Arc::clone(&pack), PACKS, same);
        Ok(Some(pack))
    }

    /// False once the file was deleted: a run of the same name may have taken its place.
    fn is_linked(&self) -> bool {
        self.file.metadata().is_ok_and(|m| m.nlink() > 0)
    }

    /// `len` bytes from `offset` of the record at `at`.
    fn read(&self, at: &ManifestRef, offset: u64, len: u64) -> Result<Vec<u8>> {
        let size = self.file.metadata().map_err(|e| damaged(at).cause(e))?.len();
        let start = at.offset.checked_add(offset);
        let fits = |start: u64| start.checked_add(len).is_some_and(|end| end <= size);
        let (Some(start), Ok(len)) = (start.filter(|start| fits(*start)), usize::try_from(len)) else {
            return Err(damaged(at).cause("the pack ends before it"));
        };
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, start).map_err(|e| damaged(at).cause(e))?;
        Ok(bytes)
    }

    /// The manifest at `at`, verified.
    pub(crate) fn manifest(&self, at: &ManifestRef) -> Result<Manifest> {
        Manifest::decode(at, &self.read(at, 0, at.length)?)
    }

    /// The same, remembered.
    pub(crate) fn recent(&self, at: &ManifestRef) -> Result<Arc<Manifest>> {
        let same = |known: &Arc<Manifest>| known.at() == at;
        if let Some(known) = self.manifests.get(same) {
            return Ok(known);
        }
        let read = Arc::new(self.manifest(at)?);
        self.manifests.put(Arc::clone(&read), MANIFESTS, same);
        Ok(read)
    }

    /// Where the payload of the record at `at` starts. The rest of the record is not looked at.
    pub(crate) fn payload_start(&self, at: &ManifestRef) -> Result<u64> {
        let head = Head::read(&self.read(at, 0, HEAD as u64)?);
        head.filter(|h| h.total() == at.length).map(|h| h.payload_start()).ok_or_else(|| damaged(at))
    }

    /// `len` bytes of the payload of the record at `at`, not verified.
    pub(crate) fn payload(&self, at: &ManifestRef, start: u64, offset: u64, len: u64) -> Result<Vec<u8>> {
        let from = start.checked_add(offset);
        match from.filter(|from| from.checked_add(len).is_some_and(|end| end <= at.length)) {
            Some(from) => self.read(at, from, len),
            None => Err(damaged(at).cause("it names bytes outside of itself")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept() {
        let recent = Recent::default();
        for n in 0..4 {
            recent.put(n, 3, |_| false);
        }
        assert_eq!(recent.get(|n| *n == 0), None);
        assert_eq!(recent.get(|n| *n == 1), Some(1));
        recent.put(9, 3, |_| false);
        assert_eq!(*recent.0.lock().unwrap(), [9, 1, 3]);
        recent.put(1, 3, |n| *n == 1);
        assert_eq!(*recent.0.lock().unwrap(), [1, 9, 3]);
    }
}
