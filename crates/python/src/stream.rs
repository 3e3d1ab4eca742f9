//! `TaskStream`: what is below a task's `sys.stdout` and `sys.stderr`.

use std::os::fd::{BorrowedFd, RawFd};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::time::{ClockId, clock_gettime};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView, PyString};

use crate::fork;
use crate::outbox::{self, Lane, ROOM};

/// Lines are gathered for about so long, milliseconds.
const WINDOW_MS: i64 = 5;
/// So many lines of a window are written at once, before the rest is gathered.
const AT_ONCE: u32 = 64;
/// How long a thread waits for another that writes.
const TURN: Duration = Duration::from_micros(20);

/// A standard stream of a task, for `io.TextIOWrapper`. Lines are seen at once, or in a burst a few milliseconds later; what was
/// printed is not lost when the process is killed.
#[pyclass(module = "spinloom._native", frozen)]
pub struct TaskStream {
    fd: RawFd,
    errors: String,
    /// When the window began, milliseconds of a coarse clock.
    window: AtomicI64,
    /// Lines written in it.
    lines: AtomicU32,
    closed: AtomicBool,
    /// Something was written: before, the shared memory need not be touched, which costs a page fault.
    used: AtomicBool,
}

#[pymethods]
impl TaskStream {
    /// Of the descriptor 1 or 2. `errors` says what becomes of text that UTF-8 cannot hold.
    #[new]
    fn new(fd: RawFd, errors: String) -> PyResult<Self> {
        if fd != 1 && fd != 2 {
            return Err(PyValueError::new_err(format!("{fd} is no standard stream to write to")));
        }
        let (window, lines) = (AtomicI64::new(i64::MIN), AtomicU32::new(0));
        Ok(Self { fd, errors, window, lines, closed: AtomicBool::new(false), used: AtomicBool::new(false) })
    }

    /// Writes text; returns how many characters that were.
    fn write_text(&self, text: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = text.py();
        let Ok(text) = text.cast::<PyString>() else {
            let name = text.get_type().name()?;
            return Err(PyTypeError::new_err(format!("write() argument must be str, not {name}")));
        };
        match text.to_str() {
            Ok(text) => self.put(py, text.as_bytes())?,
            Err(_lone_surrogates) => {
                let bytes = text.call_method1("encode", ("utf-8", &self.errors))?;
                self.put(py, bytes.cast::<PyBytes>()?.as_bytes())?;
            }
        }
        text.len()
    }

    /// Writes bytes; returns how many.
    fn write(&self, bytes: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = bytes.py();
        if let Ok(bytes) = bytes.cast::<PyBytes>() {
            self.put(py, bytes.as_bytes())?;
            return Ok(bytes.as_bytes().len());
        }
        let copy = PyMemoryView::from(bytes)?.call_method0("tobytes")?;
        let copy = copy.cast::<PyBytes>()?;
        self.put(py, copy.as_bytes())?;
        Ok(copy.as_bytes().len())
    }

    /// Writes what is gathered.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.check_open()?;
        if !self.used.load(Relaxed) {
            return Ok(());
        }
        let (lane, _) = self.lane()?;
        if lane.is_empty() {
            return Ok(());
        }
        lock(py, lane);
        let drained = self.drain(py, lane);
        lane.unlock();
        drained
    }

    /// Ends it; the descriptor stays open, as that of Python's own streams does.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        if self.closed.load(Relaxed) {
            return Ok(());
        }
        let flushed = self.flush(py);
        self.closed.store(true, Relaxed);
        flushed
    }

    #[getter]
    fn closed(&self) -> bool {
        self.closed.load(Relaxed)
    }

    #[getter]
    fn name(&self) -> &'static str {
        if self.fd == 1 { "<stdout>" } else { "<stderr>" }
    }

    #[getter]
    fn mode(&self) -> &'static str {
        "wb"
    }

    fn fileno(&self) -> PyResult<RawFd> {
        self.check_open()?;
        Ok(self.fd)
    }

    fn isatty(&self) -> bool {
        nix::unistd::isatty(self.borrow()).unwrap_or(false)
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    fn seekable(&self) -> bool {
        false
    }
}

/// For `os.register_at_fork`: a child of the task's own writes its lines itself.
#[pyfunction]
pub(crate) fn disown_output() {
    outbox::disown();
}

impl TaskStream {
    fn borrow(&self) -> BorrowedFd<'static> {
        fork::standard_stream(self.fd)
    }

    fn lane(&self) -> PyResult<(Lane, bool)> {
        Lane::of_process(usize::from(self.fd == 2)).map_err(os_error)
    }

    fn check_open(&self) -> PyResult<()> {
        if self.closed.load(Relaxed) {
            return Err(PyValueError::new_err("I/O operation on closed file."));
        }
        Ok(())
    }

    fn put(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<()> {
        self.check_open()?;
        self.used.store(true, Relaxed);
        self.flush_other(py)?;
        let (lane, watched) = self.lane()?;
        lock(py, lane);
        let done = self.put_locked(py, lane, watched, bytes);
        lane.unlock();
        done
    }

    fn put_locked(&self, py: Python<'_>, lane: Lane, watched: bool, bytes: &[u8]) -> PyResult<()> {
        let mut rest = bytes;
        while rest.len() > lane.room() {
            let (now, later) = rest.split_at(lane.room());
            lane.push(now);
            self.drain(py, lane)?;
            rest = later;
        }
        lane.push(rest);
        let ends_line = rest.last() == Some(&b'\n') || rest.contains(&b'\n');
        if ends_line && (!watched || self.is_due()) {
            return self.drain(py, lane);
        }
        if ends_line {
            lane.ring();
        }
        Ok(())
    }

    /// What the other stream has gathered was printed before.
    fn flush_other(&self, py: Python<'_>) -> PyResult<()> {
        let other = 3 - self.fd;
        let (lane, watched) = Lane::of_process(usize::from(other == 2)).map_err(os_error)?;
        if !watched || lane.is_empty() {
            return Ok(());
        }
        lock(py, lane);
        let drained = drain(py, lane, fork::standard_stream(other));
        lane.unlock();
        drained
    }

    /// Whether a line is to be written at once.
    fn is_due(&self) -> bool {
        let Ok(now) = clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE) else { return true };
        let now = now.tv_sec() * 1000 + now.tv_nsec() / 1_000_000;
        if now.wrapping_sub(self.window.load(Relaxed)) >= WINDOW_MS || self.window.load(Relaxed) == i64::MIN {
            self.window.store(now, Relaxed);
            self.lines.store(1, Relaxed);
            return true;
        }
        self.lines.fetch_add(1, Relaxed) < AT_ONCE
    }

    fn drain(&self, py: Python<'_>, lane: Lane) -> PyResult<()> {
        drain(py, lane, self.borrow())
    }
}

/// Takes the lock of a stream; other threads go on meanwhile.
fn lock(py: Python<'_>, lane: Lane) {
    while !lane.try_lock() {
        py.detach(|| std::thread::sleep(TURN));
    }
}

/// Writes all that is gathered. Called, and returns, locked.
fn drain(py: Python<'_>, lane: Lane, to: BorrowedFd<'_>) -> PyResult<()> {
    loop {
        match py.detach(|| lane.write_some(to, ROOM)) {
            Ok(0) => return Ok(()),
            Ok(_more) => {}
            Err(Errno::EINTR) => {
                // A handler of the user's may print, which takes the lock.
                lane.unlock();
                let handled = py.check_signals();
                lock(py, lane);
                handled?;
            }
            Err(Errno::EAGAIN) => py.detach(|| {
                let _interrupted = poll(&mut [PollFd::new(to, PollFlags::POLLOUT)], PollTimeout::NONE);
            }),
            Err(errno) => {
                lane.clear();
                return Err(os_error(errno));
            }
        }
    }
}

fn os_error(errno: Errno) -> PyErr {
    PyOSError::new_err((errno as i32, errno.desc()))
}
