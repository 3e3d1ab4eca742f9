//! What a task prints, between `print` and the pipe: gathered in memory that the zygote shares, so that it outlives the task.
//!
//! A write per line costs more than most lines are worth, and a buffer of the process's own dies with it. So the lines
//! of a burst are gathered here and written together: by the task, after a few milliseconds or when the memory is full;
//! by the zygote, when the task prints no more, or is gone. A task that prints now and then writes every line at once.

#![expect(unsafe_code, reason = "memory shared between processes has no safe form")]

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::memfd::{MFdFlags, memfd_create};

/// Bytes gathered of each stream.
pub(crate) const ROOM: usize = 64 * 1024;
/// What the kernel writes to a pipe that is ready without making the writer wait.
const UNHURRIED: usize = 4096;

/// Of one stream: where its bytes are.
#[derive(Default)]
struct Head {
    /// Taken by whoever changes the stream.
    lock: AtomicU32,
    /// The zygote knows that there is something to write.
    rung: AtomicU32,
    start: AtomicU32,
    end: AtomicU32,
}

/// The memory itself. All-zero is empty.
#[repr(C)]
struct Shared {
    heads: [Head; 2],
    bytes: [[u8; ROOM]; 2],
}

/// The memory this process's streams use: its task's, or none.
static MINE: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());
/// What streams use that belong to no task.
static OWN: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());
/// The zygote's event descriptor, or -1.
static BELL: AtomicI32 = AtomicI32::new(-1);

/// Memory of a file, or of none.
fn map(file: Option<BorrowedFd<'_>>) -> Result<NonNull<Shared>, Errno> {
    let (flags, file) = match file {
        Some(file) => (libc::MAP_SHARED, file.as_raw_fd()),
        None => (libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1),
    };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a fresh mapping touches no memory of ours.
    let at = unsafe { libc::mmap(std::ptr::null_mut(), size_of::<Shared>(), access, flags, file, 0) };
    if at == libc::MAP_FAILED { Err(Errno::last()) } else { NonNull::new(at.cast()).ok_or(Errno::ENOMEM) }
}

/// The zygote's side: the memory of one task.
pub(crate) struct Outbox {
    at: NonNull<Shared>,
    /// For a process that is not forked from this one, and so inherits no memory.
    file: Option<OwnedFd>,
}

impl Outbox {
    /// Fresh memory, which forked processes inherit.
    pub(crate) fn new() -> Result<Self, Errno> {
        Ok(Self { at: map(None)?, file: None })
    }

    /// Fresh memory that has a descriptor, for [`open`](Self::open) in another process.
    pub(crate) fn to_be_opened() -> Result<Self, Errno> {
        let file = memfd_create(c"spinloom-output", MFdFlags::MFD_CLOEXEC)?;
        nix::unistd::ftruncate(&file, size_of::<Shared>() as i64)?;
        Ok(Self { at: map(Some(file.as_fd()))?, file: Some(file) })
    }

    /// The memory behind a descriptor of another process's.
    pub(crate) fn open(file: BorrowedFd<'_>) -> Result<Self, Errno> {
        Ok(Self { at: map(Some(file))?, file: None })
    }

    /// Its descriptor, if it has one.
    pub(crate) fn file(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(OwnedFd::as_fd)
    }

    /// The memory of a task that is gone, drained, for the next one. Nobody else has it: processes that the task's own
    /// code forked have [disowned](disown) it.
    pub(crate) fn recycle(&self) {
        for stream in [0, 1] {
            let head = Lane { shared: self.at, stream };
            head.clear();
            head.head().rung.store(0, SeqCst);
            head.unlock();
        }
    }

    /// Has the next forked process inherit it.
    pub(crate) fn show(&self) {
        self.advise(libc::MADV_DOFORK);
    }

    /// In the task: its streams use it from now on, and ring `bell` when they gather.
    pub(crate) fn adopt(self, bell: BorrowedFd<'_>) {
        BELL.store(bell.as_raw_fd(), Relaxed);
        MINE.store(self.at.as_ptr(), Release);
        std::mem::forget(self); // for as long as the process lives
    }

    /// In the zygote, once its task is forked: the tasks that follow need not inherit it.
    pub(crate) fn hide(&self) {
        self.advise(libc::MADV_DONTFORK);
    }

    fn advise(&self, advice: i32) {
        // SAFETY: the mapping is ours; the advice changes what children see only.
        unsafe { libc::madvise(self.at.as_ptr().cast(), size_of::<Shared>(), advice) };
    }

    /// Writes what is gathered, as far as the pipes take it now; says whether all is written.
    /// `dead`: nobody else uses it any more, even if it was left locked.
    pub(crate) fn drain(&self, pipes: &[OwnedFd], dead: bool) -> bool {
        let lanes = pipes.iter().enumerate().map(|(i, pipe)| (Lane { shared: self.at, stream: i & 1 }, pipe));
        lanes.fold(true, |all, (lane, pipe)| lane.drain_politely(pipe.as_fd(), dead) && all)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours alone: `adopt` forgets what it keeps.
        unsafe { libc::munmap(self.at.as_ptr().cast(), size_of::<Shared>()) };
    }
}

/// A process forked from a task by its own code prints for itself: it may be killed at any time, locks and all.
pub(crate) fn disown() {
    MINE.store(std::ptr::null_mut(), Release);
    OWN.store(std::ptr::null_mut(), Release); // the parent's half line is the parent's; a page or two is lost
}

/// One stream of one memory.
#[derive(Clone, Copy)]
pub(crate) struct Lane {
    shared: NonNull<Shared>,
    stream: usize,
}

// SAFETY: the memory is used under its lock, or through atomics.
unsafe impl Send for Lane {}
// SAFETY: as for `Send`.
unsafe impl Sync for Lane {}

impl Lane {
    /// The stream (0 standard output, 1 standard error) of this process, and whether the zygote watches it.
    pub(crate) fn of_process(stream: usize) -> Result<(Self, bool), Errno> {
        if let Some(shared) = NonNull::new(MINE.load(Acquire)) {
            return Ok((Self { shared, stream }, true));
        }
        if let Some(shared) = NonNull::new(OWN.load(Acquire)) {
            return Ok((Self { shared, stream }, false));
        }
        let shared = map(None)?;
        OWN.store(shared.as_ptr(), Release);
        Ok((Self { shared, stream }, false))
    }

    fn head(&self) -> &Head {
        // SAFETY: mappings live as long as a lane of theirs; a head is made of atomics.
        unsafe { &(*self.shared.as_ptr()).heads[self.stream] }
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_lock(&self) -> bool {
        self.head().lock.compare_exchange(0, 1, Acquire, Relaxed).is_ok()
    }

    /// Gives the lock back.
    pub(crate) fn unlock(&self) {
        self.head().lock.store(0, Release);
    }

    /// Nothing is gathered.
    pub(crate) fn is_empty(&self) -> bool {
        let head = self.head();
        head.start.load(SeqCst) == head.end.load(SeqCst)
    }

    /// Bytes that still fit.
    pub(crate) fn room(&self) -> usize {
        ROOM - self.head().end.load(Relaxed) as usize
    }

    /// Gathers `bytes`, for which there must be room. Call locked.
    pub(crate) fn push(&self, bytes: &[u8]) {
        let end = self.head().end.load(Relaxed) as usize;
        let bytes = &bytes[..bytes.len().min(ROOM - end)];
        // SAFETY: within the array, and nobody else writes there while we hold the lock.
        unsafe {
            let to = (&raw mut (*self.shared.as_ptr()).bytes[self.stream]).cast::<u8>().add(end);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        // Only now do the bytes count: a task killed above leaves what it had.
        self.head().end.store((end + bytes.len()) as u32, SeqCst);
    }

    /// Writes some of what is gathered, at most `most` bytes; says how many are left. Call locked.
    pub(crate) fn write_some(&self, to: BorrowedFd<'_>, most: usize) -> Result<usize, Errno> {
        let head = self.head();
        let end = (head.end.load(SeqCst) as usize).min(ROOM);
        let start = (head.start.load(SeqCst) as usize).min(end);
        // SAFETY: within the array; bytes before `end` do not change while we hold the lock.
        let bytes = unsafe {
            let from = (&raw const (*self.shared.as_ptr()).bytes[self.stream]).cast::<u8>().add(start);
            std::slice::from_raw_parts(from, (end - start).min(most))
        };
        let written = if bytes.is_empty() { 0 } else { nix::unistd::write(to, bytes)? };
        if start + written == end {
            self.clear();
        } else {
            head.start.store((start + written) as u32, SeqCst);
        }
        Ok(end - start - written)
    }

    /// Forgets what is gathered. Call locked.
    pub(crate) fn clear(&self) {
        // In this order no reader sees a start behind the end.
        self.head().start.store(0, SeqCst);
        self.head().end.store(0, SeqCst);
    }

    /// Tells the zygote that something is gathered, unless it knows.
    pub(crate) fn ring(&self) {
        if self.head().rung.swap(1, SeqCst) == 0 {
            let count = 1_u64.to_ne_bytes();
            // SAFETY: the descriptor was made for this and stays open; eight bytes are what it takes.
            unsafe { libc::write(BELL.load(Relaxed), count.as_ptr().cast(), count.len()) };
        }
    }

    fn drain_politely(&self, pipe: BorrowedFd<'_>, dead: bool) -> bool {
        // Before looking: what comes after is rung for anew.
        self.head().rung.store(0, SeqCst);
        if self.is_empty() {
            return true;
        }
        if !dead && !self.try_lock() {
            return false;
        }
        let mut left = 1;
        while left > 0 && takes_more(pipe) {
            left = self.write_some(pipe, UNHURRIED).unwrap_or_else(|_nobody_reads| {
                self.clear();
                0
            });
        }
        if !dead {
            self.unlock();
        }
        left == 0
    }
}

fn takes_more(pipe: BorrowedFd<'_>) -> bool {
    let mut watched = [PollFd::new(pipe, PollFlags::POLLOUT)];
    poll(&mut watched, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}
