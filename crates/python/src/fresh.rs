//! `--isolation spawn`: a task in an interpreter of its own, started as the user started the run.
//!
//! The zygote forks and executes the run's own command once more, with [`MARK`] in the environment. The flow is imported
//! as ever; where its command line would start, [`run_task`] takes over: the same worker runs the same attempt. The
//! interpreter of an environment is started the same way, to run one attempt or to be the zygote of many.

use std::ffi::CString;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde_json::{Value, json};
use spinloom_compute::Interpreter;
use spinloom_diagnostics::{Error, Result, codes};

use crate::context::{Kept, TaskContext};
use crate::errors::raise;
use crate::outbox::Outbox;
use crate::{fork, imported, zygote};

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
    /// The command of this run, in the environment it was started in; or with another interpreter.
    pub(crate) fn of_this_run(
        py: Python<'_>,
        host: &Bound<'_, PyAny>,
        other: Option<&Interpreter>,
    ) -> Result<Self> {
        let unknown = |e: &dyn std::fmt::Display| {
            Error::new(codes::INTERNAL, "cannot tell how this run was started").cause(e.to_string())
        };
        let read = || -> PyResult<(String, Vec<String>, String)> {
            let sys = py.import("sys")?;
            let handed_on = host.call_method0("handed_on")?.extract()?;
            Ok((sys.getattr("executable")?.extract()?, sys.getattr("orig_argv")?.extract()?, handed_on))
        };
        let (mut executable, mut words, handed_on) = read().map_err(|e| unknown(&e))?;
        let text = |word: Vec<u8>| CString::new(word).map_err(|e| unknown(&e));
        // As it was before the flow's import: what that changes, it will change again.
        let before = std::fs::read("/proc/self/environ").map_err(|e| unknown(&e))?;
        let changed = |entry: &[u8]| other.is_some_and(|other| is_changed(other, entry));
        let mut environment = before
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty() && !changed(entry))
            .map(|entry| text(entry.to_vec()))
            .collect::<Result<Vec<_>>>()?;
        environment.push(text(MARK.into())?);
        if let Some(other) = other {
            executable.clone_from(&other.path);
            // Python finds out by this word where it is installed.
            if let Some(first) = words.first_mut() {
                first.clone_from(&other.path);
            }
            for (name, value) in &other.set {
                environment.push(text(format!("{name}={value}").into_bytes())?);
            }
        }
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
        let told = told(&json!({"spec": spec, "flow": self.handed_on}))?;
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

    /// Starts a zygote that serves `socket`, and prints to `printed` while it imports the flow.
    pub(crate) fn start_zygote(&self, socket: &OwnedFd, printed: &OwnedFd) -> nix::Result<i32> {
        let told = told(&json!({"flow": self.handed_on}))?;
        let moved = [
            aside(printed.as_raw_fd(), 1)?,
            aside(printed.as_raw_fd(), 2)?,
            aside(socket.as_raw_fd(), SOCKET)?,
            aside(told.as_raw_fd(), TOLD)?,
        ];
        fork::execute(&self.path, &self.words, &self.environment, &moved)
    }
}

fn aside(fd: RawFd, to: RawFd) -> nix::Result<(OwnedFd, RawFd)> {
    Ok((fork::aside(fd, ASIDE)?, to))
}

/// Whether an entry of the driver's environment is not that of another interpreter.
fn is_changed(other: &Interpreter, entry: &[u8]) -> bool {
    let mut names = other.set.iter().map(|(name, _)| name).chain(&other.unset);
    names.any(|name| entry.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=")))
}

/// A file for a fresh interpreter to read.
fn told(value: &Value) -> nix::Result<std::fs::File> {
    let mut file = std::fs::File::from(memfd_create(c"spinloom-task", MFdFlags::MFD_CLOEXEC)?);
    serde_json::to_writer(&mut file, value).map_err(|_| Errno::EIO)?;
    file.flush().map_err(|_| Errno::EIO)?;
    std::io::Seek::rewind(&mut file).map_err(|_| Errno::EIO)?;
    Ok(file)
}

/// Runs the attempt this interpreter was started for, or serves as the zygote it was started as, and then ends the
/// process. `host` is the flow's `spinloom.host.FlowHost`.
///
/// Raises `RuntimeError` if it was started for neither.
#[pyfunction]
pub(crate) fn run_task(py: Python<'_>, host: &Bound<'_, PyAny>) -> PyResult<()> {
    let lost = |e: &dyn std::fmt::Display| PyRuntimeError::new_err(format!("this process is no task's: {e}"));
    let mut text = Vec::new();
    std::fs::File::from(fork::adopt(TOLD)).read_to_end(&mut text).map_err(|e| lost(&e))?;
    let told: Value = serde_json::from_slice(&text).map_err(|e| lost(&e))?;
    let left_open = told.get("spec").is_none().then(imported::left_open);
    let keep = |fd: RawFd| -> PyResult<OwnedFd> {
        let fd = fork::adopt(fd);
        fcntl(&fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(|e| lost(&e))?;
        Ok(fd)
    };
    let socket = keep(SOCKET)?;
    host.call_method1("take_over", (told["flow"].to_string(),))?;
    if let Some(left_open) = left_open {
        return zygote::become_one(host, &socket, left_open);
    }
    let (memory, bell) = (fork::adopt(OUTBOX), keep(BELL)?);
    Outbox::open(memory.as_fd()).map_err(|e| lost(&e))?.adopt(bell.as_fd());
    std::mem::forget(bell); // rung as long as the process lives
    let ready = Kept::default().ready(told["spec"].to_string().as_bytes()).map_err(|e| raise(py, &e))?;
    let context = Bound::new(py, TaskContext::in_task(ready, socket))?;
    host.call_method1("run_fresh", (&context,)).map(|_| ())
}
