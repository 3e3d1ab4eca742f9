//! `--isolation spawn`: a task in an interpreter of its own, started as the user started the run.
//!
//! The zygote forks and executes the run's own command once more, with [`MARK`] in the environment. The flow is imported
//! as ever; where its command line would start, [`run_task`] takes over: the same worker runs the same attempt.

use std::ffi::CString;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};

use crate::context::{Kept, TaskContext};
use crate::errors::raise;
use crate::fork;
use crate::outbox::Outbox;

/// The variable that tells a fresh interpreter that it is a task's.
const MARK: &str = "SPINLOOM_TASK=1";
/// Where a fresh interpreter finds the socket, and what it is told.
const SOCKET: RawFd = 3;
const TOLD: RawFd = 4;
/// … and where what it prints is gathered, and whom it tells of it.
const OUTBOX: RawFd = 5;
const BELL: RawFd = 6;
/// Descriptors are moved beyond this first, so that none lies where another must go.
const ASIDE: RawFd = 64;

/// The command a task's interpreter is started with, made once: between a fork and its exec nothing may allocate.
pub(crate) struct Program {
    path: CString,
    words: Vec<CString>,
    environment: Vec<CString>,
    handed_on: Value,
}

impl Program {
    /// The command of this run, in the environment it was started in.
    pub(crate) fn of_this_run(py: Python<'_>, host: &Bound<'_, PyAny>) -> Result<Self> {
        let unknown = |e: &dyn std::fmt::Display| {
            Error::new(codes::INTERNAL, "cannot tell how this run was started").cause(e.to_string())
        };
        let read = || -> PyResult<(String, Vec<String>, String)> {
            let sys = py.import("sys")?;
            let handed_on = host.call_method0("handed_on")?.extract()?;
            Ok((sys.getattr("executable")?.extract()?, sys.getattr("orig_argv")?.extract()?, handed_on))
        };
        let (executable, words, handed_on) = read().map_err(|e| unknown(&e))?;
        let text = |word: Vec<u8>| CString::new(word).map_err(|e| unknown(&e));
        // As it was before the flow's import: what that changes, it will change again.
        let before = std::fs::read("/proc/self/environ").map_err(|e| unknown(&e))?;
        let mut environment = before
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty())
            .map(|entry| text(entry.to_vec()))
            .collect::<Result<Vec<_>>>()?;
        environment.push(text(MARK.into())?);
        Ok(Self {
            path: text(executable.into_bytes())?,
            words: words.into_iter().map(|word| text(word.into_bytes())).collect::<Result<_>>()?,
            environment,
            handed_on: serde_json::from_str(&handed_on).map_err(|e| unknown(&e))?,
        })
    }

    /// Starts a task; answers its process.
    pub(crate) fn start(
        &self,
        spec: &[u8],
        socket: &OwnedFd,
        streams: &[OwnedFd],
        outbox: &Outbox,
        bell: BorrowedFd<'_>,
    ) -> nix::Result<i32> {
        let memory = outbox.file().ok_or(Errno::EINVAL)?;
        let [stdout, stderr] = streams else { return Err(Errno::EPROTO) };
        let spec: Value = serde_json::from_slice(spec).map_err(|_| Errno::EINVAL)?;
        let mut told = std::fs::File::from(memfd_create(c"spinloom-task", MFdFlags::MFD_CLOEXEC)?);
        serde_json::to_writer(&mut told, &json!({"spec": spec, "flow": self.handed_on}))
            .map_err(|_| Errno::EIO)?;
        told.flush().map_err(|_| Errno::EIO)?;
        std::io::Seek::rewind(&mut told).map_err(|_| Errno::EIO)?;
        let aside =
            |fd: RawFd, to: RawFd| -> nix::Result<(OwnedFd, RawFd)> { Ok((fork::aside(fd, ASIDE)?, to)) };
        let moved = [
            aside(stdout.as_raw_fd(), 1)?,
            aside(stderr.as_raw_fd(), 2)?,
            aside(socket.as_raw_fd(), SOCKET)?,
            aside(told.as_raw_fd(), TOLD)?,
            aside(memory.as_raw_fd(), OUTBOX)?,
            aside(bell.as_raw_fd(), BELL)?,
        ];
        fork::execute(&self.path, &self.words, &self.environment, &moved)
    }
}

/// Runs the attempt this interpreter was started for. `host` is the flow's `spinloom.host.FlowHost`.
///
/// Raises `RuntimeError` if it was started for none.
#[pyfunction]
pub(crate) fn run_task(py: Python<'_>, host: &Bound<'_, PyAny>) -> PyResult<()> {
    let lost = |e: &dyn std::fmt::Display| PyRuntimeError::new_err(format!("this process is no task's: {e}"));
    let (socket, told) = (fork::adopt(SOCKET), fork::adopt(TOLD));
    let (memory, bell) = (fork::adopt(OUTBOX), fork::adopt(BELL));
    for fd in [&socket, &bell] {
        fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(|e| lost(&e))?;
    }
    Outbox::open(memory.as_fd()).map_err(|e| lost(&e))?.adopt(bell.as_fd());
    std::mem::forget(bell); // rung as long as the process lives
    let mut text = Vec::new();
    std::fs::File::from(told).read_to_end(&mut text).map_err(|e| lost(&e))?;
    let told: Value = serde_json::from_slice(&text).map_err(|e| lost(&e))?;
    host.call_method1("take_over", (told["flow"].to_string(),))?;
    let ready = Kept::default().ready(told["spec"].to_string().as_bytes()).map_err(|e| raise(py, &e))?;
    let context = Bound::new(py, TaskContext::in_task(ready, socket))?;
    host.call_method1("run_fresh", (&context,)).map(|_| ())
}
