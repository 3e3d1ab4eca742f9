//! The folder of this machine that keeps what object stores hold, and does not grow beyond a bound.
//!
//! Any number of processes use it. A file that is mapped may be removed: the mapping lives on. What was used within
//! [`IN_USE`] is left alone, even if there is more than there may be: its path may be on its way to who maps it.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use nix::fcntl::{Flock, FlockArg};

/// Longer than files are used without being [freshened](crate::draft::freshen).
const IN_USE: Duration = Duration::from_secs(900);
/// Drafts that nobody finishes any more.
const LITTER: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Cache {
    root: PathBuf,
    limit: Option<u64>,
    /// Bytes added since it was last looked through.
    grown: AtomicU64,
}

struct Kept {
    path: PathBuf,
    used: SystemTime,
    size: u64,
}

impl Cache {
    pub(super) fn new(root: PathBuf, limit: Option<u64>) -> Self {
        // As if much had been added: the first to add anything looks.
        Self { root, limit, grown: AtomicU64::new(u64::MAX / 2) }
    }

    /// Says that `len` bytes were added. Now and then, the oldest are removed.
    pub(super) fn grew(&self, len: u64) {
        let Some(limit) = self.limit else { return };
        if self.grown.fetch_add(len, Ordering::Relaxed).saturating_add(len) < limit / 20 {
            return;
        }
        self.grown.store(0, Ordering::Relaxed);
        // One process at a time. Whatever goes wrong, the cache is only larger than it should be.
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(self.root.join("lock"));
        let lock = lock.ok().and_then(|file: File| Flock::lock(file, FlockArg::LockExclusiveNonblock).ok());
        if lock.is_some() {
            shrink(&self.root, limit);
        }
    }
}

/// Removes what was not used for longest until there are at most nine tenths of `limit` bytes.
fn shrink(root: &Path, limit: u64) {
    let now = SystemTime::now();
    let mut kept = Vec::new();
    for store in entries(root) {
        for folder in entries(&store.join("chunks")) {
            kept.extend(entries(&folder).into_iter().filter_map(looked_at));
        }
        let drafts = entries(&store.join("tmp")).into_iter().filter_map(looked_at);
        for draft in drafts.filter(|draft| age(draft, now) > LITTER) {
            let _ = fs::remove_file(&draft.path);
        }
    }
    let mut total: u64 = kept.iter().map(|file| file.size).sum();
    if total <= limit {
        return;
    }
    kept.sort_by_key(|file| file.used);
    for file in kept {
        if total <= limit / 10 * 9 || age(&file, now) < IN_USE {
            return;
        }
        if fs::remove_file(&file.path).is_ok() {
            total -= file.size;
        }
    }
}

fn age(file: &Kept, now: SystemTime) -> Duration {
    now.duration_since(file.used).unwrap_or_default()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).map(|list| list.filter_map(|entry| Some(entry.ok()?.path())).collect());
    found.unwrap_or_default()
}

fn looked_at(path: PathBuf) -> Option<Kept> {
    let found = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some(Kept { path, used: found.modified().ok()?, size: found.blocks() * 512 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(root: &Path, name: &str, minutes: u64) -> PathBuf {
        let path = root.join("store/chunks/ab").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, vec![1; 100 << 10]).unwrap();
        let used = SystemTime::now() - Duration::from_secs(60 * minutes);
        File::open(&path).unwrap().set_modified(used).unwrap();
        path
    }

    #[test]
    fn the_longest_unused_go_first_and_what_is_in_use_stays() {
        let dir = tempfile::tempdir().unwrap();
        let files: Vec<_> = [("new", 1), ("old", 90), ("older", 95), ("oldest", 99)]
            .map(|(n, m)| add(dir.path(), n, m))
            .into();
        let there = || files.iter().map(|f| f.exists()).collect::<Vec<_>>();
        let cache = Cache::new(dir.path().to_owned(), Some(500 << 10));
        cache.grew(1);
        assert_eq!(there(), [true; 4], "it fits");
        let cache = Cache::new(dir.path().to_owned(), Some(300 << 10));
        cache.grew(1);
        assert_eq!(there(), [true, true, false, false]);
        let cache = Cache::new(dir.path().to_owned(), Some(80 << 10));
        cache.grew(1);
        assert_eq!(there(), [true, false, false, false]);
    }

    #[test]
    fn only_one_process_at_a_time_removes() {
        let dir = tempfile::tempdir().unwrap();
        let old = add(dir.path(), "old", 90);
        let held =
            Flock::lock(File::create(dir.path().join("lock")).unwrap(), FlockArg::LockExclusive).unwrap();
        Cache::new(dir.path().to_owned(), Some(1)).grew(1);
        assert!(old.exists());
        drop(held);
        Cache::new(dir.path().to_owned(), Some(1)).grew(1);
        assert!(!old.exists());
    }
}
