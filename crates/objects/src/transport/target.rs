//! Bodies that go where they are wanted while they arrive, and are never in memory as a whole.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use http::header::ETAG;
use http::response::Parts;
use spinloom_diagnostics::{Error, codes};
use tokio::sync::oneshot;

use super::answer;

tokio::task_local! {
    /// Where the body of this task's request goes.
    static TARGET: Arc<Target>;
}

/// Runs `work`, a single request for a range, of whose answer `target` has the body, unless it leaves it to `work`.
pub(crate) async fn into<T>(target: Arc<Target>, work: impl Future<Output = T>) -> T {
    TARGET.scope(target, work).await
}

/// The target of this task's request, if the answer is what was asked for, which an error is not.
pub(super) fn of(head: &Parts) -> Option<Arc<Target>> {
    let target = TARGET.try_with(Arc::clone).ok()?;
    let (range, size) = answer::range(head)?;
    if range.start != target.range.start || range.end > target.range.end {
        return None;
    }
    let etag = head.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    if let (Some(told), Some(size)) = (lock(&target.state).told.take(), size) {
        // Nobody may want to know any more.
        let _ = told.send(Told { size, etag });
    }
    Some(target)
}

/// Where a body goes.
#[derive(Debug)]
pub(crate) struct Target {
    range: Range<u64>,
    place: Place,
    state: Mutex<State>,
}

#[derive(Debug)]
enum Place {
    Answer,
    File(Arc<File>, u64),
    Memory(Mutex<BytesMut>),
}

#[derive(Debug, Default)]
struct State {
    failed: Option<io::Error>,
    told: Option<oneshot::Sender<Told>>,
}

/// What the head of the answer says of the object.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) size: u64,
    pub(crate) etag: Option<String>,
}

impl Target {
    /// Where bodies always are: this is only to be told of the object.
    pub(crate) fn answer(range: Range<u64>) -> Self {
        Self { range, place: Place::Answer, state: Mutex::default() }
    }

    /// A file, from the position `at`.
    pub(crate) fn file(range: Range<u64>, file: &Arc<File>, at: u64) -> Self {
        Self { range, place: Place::File(Arc::clone(file), at), state: Mutex::default() }
    }

    /// Memory that is as long as the range.
    pub(crate) fn memory(range: Range<u64>, room: BytesMut) -> Self {
        Self { range, place: Place::Memory(Mutex::new(room)), state: Mutex::default() }
    }

    /// What is asked for.
    pub(crate) fn range(&self) -> &Range<u64> {
        &self.range
    }

    /// Whether bodies are to come here.
    pub(super) fn takes(&self) -> bool {
        !matches!(self.place, Place::Answer)
    }

    /// What the head of the answer says, as soon as it is there.
    pub(crate) fn told(&self) -> oneshot::Receiver<Told> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.state).told = Some(sender);
        receiver
    }

    /// Why what arrived could not be put there.
    pub(crate) fn failure(&self) -> Option<Error> {
        let e = lock(&self.state).failed.take()?;
        let full = e.kind() == io::ErrorKind::StorageFull;
        let code = if full { codes::DISK_FULL } else { codes::STORE_IO };
        Some(Error::new(code, "cannot write what was read from the store").cause(e))
    }

    /// What was filled.
    pub(crate) fn filled(&self) -> BytesMut {
        match &self.place {
            Place::Memory(room) => std::mem::take(&mut lock(room)),
            Place::Answer | Place::File(..) => BytesMut::new(),
        }
    }

    /// Takes what arrived, `at` bytes after the body's beginning; whether there is room for it.
    pub(super) fn take(&self, frame: &[u8], at: u64) -> bool {
        let taken = match &self.place {
            Place::Answer => Ok(()),
            Place::File(file, start) => file.write_all_at(frame, start + at),
            Place::Memory(room) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX);
                let mut room = lock(room);
                match from.checked_add(frame.len()).and_then(|to| room.get_mut(from..to)) {
                    Some(room) => {
                        room.copy_from_slice(frame);
                        Ok(())
                    }
                    None => Err(io::ErrorKind::FileTooLarge.into()),
                }
            }
        };
        let taken = taken.map_err(|e| lock(&self.state).failed = Some(e));
        taken.is_ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_such() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let target = Target::file(0..4, &Arc::new(full), 0);
        assert!(!target.take(b"data", 0));
        assert_eq!(target.failure().unwrap().code(), codes::DISK_FULL);
    }

    #[test]
    fn more_than_was_asked_for_is_not_taken() {
        let target = Target::memory(0..4, BytesMut::zeroed(4));
        assert!(target.take(b"da", 0) && target.take(b"ta", 2) && !target.take(b"!", 4));
        assert_eq!(target.filled(), b"data"[..]);
    }
}
