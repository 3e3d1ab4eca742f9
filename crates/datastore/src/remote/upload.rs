//! Sending chunks: only what the object store does not have, several objects at a time.

use std::{
    collections::HashSet,
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use spinloom_diagnostics::Result;
use spinloom_objects::ObjectInfo;

use super::{OBJECT_GRACE, Remote, keys};
use crate::{
    ContentHash,
    hash::{self, LEAF, Leaf},
    io::read_error,
    probe,
};

/// Objects on their way at a time.
const SENDERS: usize = 16;
/// An object older than this is sent again: a collector could be about to remove it. Half of the grace it gives, so that
/// as much is left until a manifest names it.
const STALE: Duration = Duration::from_secs(OBJECT_GRACE.as_secs() / 2);

/// The first byte of an object: what follows.
pub(super) const RAW: u8 = 0;
pub(super) const ZSTD: u8 = 1;

/// A chunk to be sent, held open: the cache may drop its file meanwhile.
pub(super) struct Outgoing {
    pub(super) hash: ContentHash,
    pub(super) len: u64,
    pub(super) file: File,
}

impl Remote {
    /// Sends a chunk, unless it is there. Answers how many bytes were sent.
    pub(super) fn send(&self, chunk: &Outgoing) -> Result<u64> {
        let is_large = !keys::is_small(chunk.len);
        if is_large && self.objects.head(&keys::list(&chunk.hash))?.is_some_and(|found| is_fresh(&found)) {
            return Ok(0);
        }
        self.send_all_of(chunk)
    }

    /// The same, though a list says that it is there.
    pub(super) fn send_all_of(&self, chunk: &Outgoing) -> Result<u64> {
        if keys::is_small(chunk.len) {
            let bytes = read(chunk, 0, chunk.len)?;
            return self.send_object(&chunk.hash, bytes);
        }
        let key = keys::list(&chunk.hash);
        let leaves = Groups::new(self, chunk).send_all()?;
        // Last: whoever finds the list finds all of the chunk.
        self.objects.put(&key, vec![Bytes::copy_from_slice(leaves.0.as_flattened())])?;
        Ok(leaves.1 + leaves.0.as_flattened().len() as u64)
    }

    /// Sends one object, unless it is there.
    fn send_object(&self, hash: &ContentHash, bytes: Vec<u8>) -> Result<u64> {
        let key = keys::chunk(hash);
        if self.objects.head(&key)?.is_some_and(|found| is_fresh(&found)) {
            return Ok(0);
        }
        let packed = probe::pays(&[&bytes]).then(|| zstd::bulk::compress(&bytes, 1).ok()).flatten();
        let (kind, body) = match packed.filter(|packed| packed.len() < bytes.len()) {
            Some(packed) => (ZSTD, packed),
            None => (RAW, bytes),
        };
        let sent = body.len() as u64 + 1;
        self.objects.put(&key, vec![Bytes::copy_from_slice(&[kind]), Bytes::from(body)])?;
        Ok(sent)
    }
}

/// Whether an object is younger than any that a collector may be about to remove.
fn is_fresh(found: &ObjectInfo) -> bool {
    let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(found.last_modified_us).unwrap_or(0));
    SystemTime::now().duration_since(at).map_or(true, |age| age < STALE)
}

/// The objects of one large chunk.
struct Groups<'a> {
    remote: &'a Remote,
    chunk: &'a Outgoing,
    group: u64,
    next: AtomicUsize,
    /// Leaves of each group that is done, bytes sent, and the first error.
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    leaves: Vec<Vec<Leaf>>,
    /// Objects somebody took on: the same bytes may stand in a chunk many times.
    taken: HashSet<ContentHash>,
    sent: u64,
    failed: Option<spinloom_diagnostics::Error>,
}

impl<'a> Groups<'a> {
    fn new(remote: &'a Remote, chunk: &'a Outgoing) -> Self {
        let group = (keys::leaves_per_object(chunk.len) * LEAF) as u64;
        let count = usize::try_from(chunk.len.div_ceil(group)).unwrap_or(0);
        let done = Done { leaves: vec![Vec::new(); count], ..Done::default() };
        Self { remote, chunk, group, next: AtomicUsize::new(0), done: Mutex::new(done) }
    }

    fn send_all(self) -> Result<(Vec<Leaf>, u64)> {
        let senders = SENDERS.min(self.lock().leaves.len());
        thread::scope(|scope| {
            for _ in 1..senders {
                // One that cannot be started is not missed.
                let _ = thread::Builder::new().spawn_scoped(scope, || self.work());
            }
            self.work();
        });
        let done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        match done.failed {
            Some(error) => Err(error),
            None => Ok((done.leaves.concat(), done.sent)),
        }
    }

    fn work(&self) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            let done = self.lock();
            if i >= done.leaves.len() || done.failed.is_some() {
                return;
            }
            drop(done);
            if let Err(error) = self.send_one(i) {
                self.lock().failed.get_or_insert(error);
            }
        }
    }

    fn send_one(&self, i: usize) -> Result<()> {
        let from = i as u64 * self.group;
        let bytes = read(self.chunk, from, self.group.min(self.chunk.len - from))?;
        let leaves = hash::leaves(&bytes);
        let hash = ContentHash::of_leaves(&leaves);
        let is_first = {
            let mut done = self.lock();
            done.leaves[i] = leaves;
            done.taken.insert(hash)
        };
        if is_first {
            let sent = self.remote.send_object(&hash, bytes)?;
            self.lock().sent += sent;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(chunk: &Outgoing, from: u64, len: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    let read = chunk.file.read_exact_at(&mut bytes, from);
    read.map_err(|e: io::Error| read_error(std::path::Path::new(&chunk.hash.to_string()), &e))?;
    Ok(bytes)
}
