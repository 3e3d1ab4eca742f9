//! Fetching chunks into the cache. Every byte is verified on its way.

use std::{
    os::unix::fs::FileExt as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bytes::Bytes;
use spinloom_diagnostics::{Error, Result};

use super::{
    Remote, keys,
    upload::{RAW, ZSTD},
};
use crate::{
    ContentHash,
    chunk::{READ_ONLY, damaged_chunk, missing_chunk},
    draft::Draft,
    hash::{self, LEAF, Leaf},
    io::write_error,
};

/// Objects on their way at a time.
const FETCHERS: usize = 16;

impl Remote {
    /// Has the chunk in the cache.
    pub(crate) fn fetch(&self, hash: &ContentHash, len: u64) -> Result<()> {
        if self.shelf.has_raw(hash, len) {
            return Ok(());
        }
        if keys::is_small(len) {
            let bytes = self.object(hash, hash, len)?;
            self.shelf.put_raw(hash, &bytes)?;
        } else {
            let draft = self.shelf.drafts.draft(READ_ONLY)?;
            let leaves = self.leaves(hash, len)?;
            Groups {
                remote: self,
                hash,
                len,
                leaves: &leaves,
                draft: &draft,
                next: AtomicUsize::new(0),
                failed: Mutex::default(),
            }
            .fetch_all()?;
            self.shelf.settle_raw(draft, hash, len)?;
        }
        self.cache.grew(len);
        Ok(())
    }

    /// Whether the chunk is there, in the cache or behind it. Its bytes are not looked at.
    pub(crate) fn check(&self, hash: &ContentHash, len: u64) -> Result<()> {
        let key = if keys::is_small(len) { keys::chunk(hash) } else { keys::list(hash) };
        if self.shelf.has_raw(hash, len) || self.objects.head(&key)?.is_some() {
            return Ok(());
        }
        Err(missing_chunk(hash).cause(format!("there is no `{key}` in `{}`", self.at)))
    }

    /// The leaves of a large chunk, as its list has them.
    pub(super) fn leaves(&self, hash: &ContentHash, len: u64) -> Result<Vec<Leaf>> {
        let key = keys::list(hash);
        let list = self.objects.get(&key)?;
        let list =
            list.ok_or_else(|| missing_chunk(hash).cause(format!("there is no `{key}` in `{}`", self.at)))?;
        let (leaves, rest) = list.as_chunks::<32>();
        if !rest.is_empty()
            || leaves.len() as u64 != len.div_ceil(LEAF as u64)
            || ContentHash::of_leaves(leaves) != *hash
        {
            return Err(
                damaged_chunk(hash).cause(format!("`{key}` in `{}` is not what was written", self.at))
            );
        }
        Ok(leaves.to_vec())
    }

    /// The `len` bytes of one object, which is, or is part of, the chunk `of`.
    pub(super) fn object(&self, hash: &ContentHash, of: &ContentHash, len: u64) -> Result<Bytes> {
        let key = keys::chunk(hash);
        let body = self.objects.get(&key)?;
        let body =
            body.ok_or_else(|| missing_chunk(of).cause(format!("there is no `{key}` in `{}`", self.at)))?;
        let damaged = || damaged_chunk(of).cause(format!("`{key}` in `{}` is not what was written", self.at));
        let size = usize::try_from(len).map_err(|e| damaged().cause(e))?;
        let bytes = match body.split_first() {
            Some((&RAW, _)) => body.slice(1..),
            Some((&ZSTD, packed)) => {
                zstd::bulk::decompress(packed, size).map_err(|e| damaged().cause(e))?.into()
            }
            _ => return Err(damaged()),
        };
        let is_good = bytes.len() == size && ContentHash::of_alone(&bytes) == *hash;
        if is_good { Ok(bytes) } else { Err(damaged()) }
    }
}

/// The objects of one large chunk.
struct Groups<'a> {
    remote: &'a Remote,
    hash: &'a ContentHash,
    len: u64,
    leaves: &'a [Leaf],
    draft: &'a Draft,
    next: AtomicUsize,
    failed: Mutex<Option<Error>>,
}

impl Groups<'_> {
    fn fetch_all(self) -> Result<()> {
        self.draft.file.set_len(self.len).map_err(|e| write_error(self.remote.shelf.folder(), &e))?;
        let group = keys::leaves_per_object(self.len);
        let zero = hash::leaf(&vec![0; LEAF]);
        thread::scope(|scope| {
            for _ in 1..FETCHERS.min(self.leaves.len().div_ceil(group)) {
                // One that cannot be started is not missed.
                let _ = thread::Builder::new().spawn_scoped(scope, || self.work(group, &zero));
            }
            self.work(group, &zero);
        });
        self.failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    fn work(&self, group: usize, zero: &Leaf) {
        loop {
            let at = self.next.fetch_add(group, Ordering::Relaxed);
            let has_failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
            let Some(rest) = self.leaves.get(at..).filter(|rest| !rest.is_empty() && !has_failed) else {
                return;
            };
            let leaves = &rest[..group.min(rest.len())];
            // Zeros are there already: a hole.
            let wanted = leaves.iter().any(|leaf| leaf != zero);
            if let Some(error) = wanted.then(|| self.fetch_one(at, leaves).err()).flatten() {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    }

    fn fetch_one(&self, at: usize, leaves: &[Leaf]) -> Result<()> {
        let from = (at * LEAF) as u64;
        let len = ((leaves.len() * LEAF) as u64).min(self.len - from);
        let bytes = self.remote.object(&ContentHash::of_leaves(leaves), self.hash, len)?;
        self.draft.file.write_all_at(&bytes, from).map_err(|e| write_error(self.remote.shelf.folder(), &e))
    }
}
