//! The warm interpreter: it imports, and then forks one process for each command line it is handed.
//!
//! It has one thread and runs nobody's code but that of imports. Which modules, and whether it fits a command line, is the
//! supervisor's to say (crate `warm`); what the forked process does is Python's (`spinloom.warm`).

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, killpg, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getpid, setpgid};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use spinloom_compute::protocol::Message;
use spinloom_warm::Child;
use spinloom_warm::protocol::{Ready, Report, Run, Say, hear, say};

use crate::fork::{self, Side};
use crate::imported;

/// What a forked process is to run: the words after `python -m spinloom`, the environment, signals to ignore (bit n-1 for n).
type Task<'py> = (Vec<String>, Bound<'py, PyBytes>, u64);

/// The interpreter's end of its supervisor's socket.
#[pyclass(unsendable)]
pub(crate) struct Warm {
    /// None in a forked process.
    socket: Option<OwnedFd>,
}

/// A process that was forked for a launcher.
struct Served {
    pid: Pid,
    /// None once the launcher is gone.
    launcher: Option<OwnedFd>,
}

#[pymethods]
impl Warm {
    /// Takes over the socket `fd`. From here on this process dies with its supervisor, `parent`.
    #[new]
    fn new(fd: RawFd, parent: i32) -> PyResult<Self> {
        fork::die_with(parent);
        // The supervisor hears signals by a descriptor; what it has blocked for that is nothing to us.
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None).map_err(failed)?;
        Ok(Self { socket: Some(fork::adopt(fd)) })
    }

    /// The modules to import, in order.
    fn modules(&self) -> PyResult<Vec<String>> {
        match hear(self.socket()?).map_err(failed)?.map(|message| message.header) {
            Some(Say::Preload { modules }) => Ok(modules),
            _ => Err(failed(Errno::EPROTO)),
        }
    }

    /// What the imports left that a fork would lose or share, in words: threads, open files, a GPU. None if all is well.
    fn strays(&self) -> PyResult<Option<String>> {
        if imported::threads() > 1 {
            probe()?; // pools that know of forks (OpenBLAS) stop their threads before one
        }
        let threads = imported::lasting_threads() - 1;
        if threads > 0 {
            return Ok(Some(format!("started {threads} thread(s), which a forked process lacks")));
        }
        let gpu =
            || imported::gpu_open().then(|| "opened a GPU, which a forked process cannot use".to_owned());
        Ok(gpu().or_else(imported::left_open))
    }

    /// Tells that a module must not be loaded before a fork. To be followed by the end of the process.
    fn unfit(&self, module: String, why: String) -> PyResult<()> {
        say(self.socket()?, &Say::Unfit { module, why }, &[], &[]).map_err(failed)
    }

    /// Serves. Returns in each forked process, with what it is to run; and, with None, in this one, when nobody needs it.
    fn serve<'py>(&mut self, py: Python<'py>, ready: &str) -> PyResult<Option<Task<'py>>> {
        let ready: Ready = serde_json::from_str(ready).map_err(|_| failed(Errno::EINVAL))?;
        // Until here it is told from what imports leave open by not being closed at an `exec`.
        fcntl(self.socket()?, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(failed)?;
        crate::heap::use_up_scattered();
        let mut child_signal = SigSet::empty();
        child_signal.add(Signal::SIGCHLD);
        let mut before = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&child_signal), Some(&mut before)).map_err(failed)?;
        let signals = SignalFd::with_flags(&child_signal, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        let signals = signals.map_err(failed)?;
        say(self.socket()?, &Say::Ready(ready), &[], &[]).map_err(failed)?;
        let mut served: Vec<Served> = Vec::new();
        let mut leaving = false;
        while !(leaving && served.is_empty()) {
            let (called, bereaved, hung_up) = wait(self.socket()?, &signals, &served).map_err(failed)?;
            for at in hung_up {
                served[at].launcher = None;
                let _gone = killpg(served[at].pid, Signal::SIGKILL); // as its launcher was
            }
            if bereaved {
                while signals.read_signal().map_err(failed)?.is_some() {}
                self.reap(&mut served)?;
            }
            if !called {
                continue;
            }
            match hear(self.socket()?).map_err(failed)? {
                Some(Message { header: Say::Run(run), body, fds }) => {
                    if self.launch(&run, &mut served, fds)? {
                        self.socket = None;
                        drop((served, signals));
                        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&before), None).map_err(failed)?;
                        return Ok(Some((run.words, PyBytes::new(py, &body), run.ignored)));
                    }
                }
                Some(Message { header: Say::Leave, .. }) => leaving = true,
                Some(_) => return Err(failed(Errno::EPROTO)),
                None => break, // the supervisor is gone, and the kernel is killing us
            }
        }
        Ok(None)
    }
}

impl Warm {
    fn socket(&self) -> PyResult<&OwnedFd> {
        self.socket.as_ref().ok_or_else(|| failed(Errno::EBADF))
    }

    /// Forks. Whether this is the child, by then at the launcher's terminal and in its folder.
    fn launch(&self, run: &Run, served: &mut Vec<Served>, mut fds: Vec<OwnedFd>) -> PyResult<bool> {
        let Some(launcher) = fds.pop() else { return Err(failed(Errno::EPROTO)) };
        let own = getpid().as_raw();
        match fork::fork() {
            Ok(Side::Child) => {
                fork::die_with(own);
                fork::own_group();
                served.clear();
                drop(launcher);
                if let Err(errno) = settle(run, &fds) {
                    eprintln!("spinloom: this process cannot be set up: {errno}");
                    fork::leave(EXIT_BROKEN);
                }
                Ok(true)
            }
            Ok(Side::Parent(pid)) => {
                let pid = Pid::from_raw(pid);
                let _too_late = setpgid(pid, pid); // a signal may come for the group before the child has made it
                let started = say(&launcher, &Say::Started { pid: pid.as_raw() }, &[], &[]);
                if started.is_err() {
                    let _gone = killpg(pid, Signal::SIGKILL);
                }
                served.push(Served { pid, launcher: Some(launcher) });
                Ok(false)
            }
            // The launcher hears that its socket closes before anything began.
            Err(_) => self.over(0).map(|()| false),
        }
    }

    fn reap(&self, served: &mut Vec<Served>) -> PyResult<()> {
        while let Some(gone) = fork::reap() {
            let Some(at) = served.iter().position(|one| one.pid.as_raw() == gone.pid) else { continue };
            let one = served.swap_remove(at);
            if let Some(launcher) = one.launcher {
                let _nobody_listens = say(&launcher, &Say::Gone { status: gone.status }, &[], &[]);
            }
            self.over(gone.status)?;
        }
        Ok(())
    }

    fn over(&self, status: i32) -> PyResult<()> {
        say(self.socket()?, &Say::Gone { status }, &[], &[]).map_err(failed)
    }
}

/// In a forked process: the launcher's streams, folder, file mask and limits.
fn settle(run: &Run, fds: &[OwnedFd]) -> nix::Result<()> {
    let [stdin, stdout, stderr, folder] = fds else { return Err(Errno::EPROTO) };
    for (fd, target) in [(stderr, 2), (stdout, 1), (stdin, 0)] {
        fork::become_stream(fd.as_raw_fd(), target)?;
    }
    Child::enter(run, folder)
}

/// Waits. Whether the supervisor says something, a process is gone, and which launchers are gone.
fn wait(socket: &OwnedFd, signals: &SignalFd, served: &[Served]) -> nix::Result<(bool, bool, Vec<usize>)> {
    let mut fds = vec![PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
    fds.push(PollFd::new(signals.as_fd(), PollFlags::POLLIN));
    let launchers = served.iter().enumerate().filter_map(|(at, one)| Some((at, one.launcher.as_ref()?)));
    let (places, mut watched): (Vec<usize>, Vec<PollFd<'_>>) =
        launchers.map(|(at, launcher)| (at, PollFd::new(launcher.as_fd(), PollFlags::POLLIN))).unzip();
    fds.append(&mut watched);
    match poll(&mut fds, PollTimeout::NONE) {
        Err(Errno::EINTR) => return Ok((false, false, Vec::new())),
        other => other?,
    };
    let came: Vec<bool> = fds.iter().map(|fd| fd.any() == Some(true)).collect();
    let hung_up = places.into_iter().zip(&came[2..]).filter(|(_, came)| **came).map(|(at, _)| at).collect();
    Ok((came[0], came[1], hung_up))
}

/// Forks a process that ends at once, for what libraries do round a fork.
fn probe() -> PyResult<()> {
    match fork::fork().map_err(failed)? {
        Side::Child => fork::leave(0),
        Side::Parent(pid) => {
            nix::sys::wait::waitpid(Pid::from_raw(pid), None).map_err(failed)?;
            Ok(())
        }
    }
}

fn failed(errno: Errno) -> PyErr {
    PyOSError::new_err((errno as i32, errno.desc()))
}

/// A process that could not even be set up.
const EXIT_BROKEN: i32 = 70;

/// Tells the supervisor that listens at `path` what this process has loaded: JSON of a `Report`.
///
/// Raises `OSError` if nobody listens there.
#[pyfunction]
pub(crate) fn warm_report(path: &str, report: &str) -> PyResult<()> {
    let report: Report = serde_json::from_str(report).map_err(|_| failed(Errno::EINVAL))?;
    spinloom_warm::launcher::report(std::path::Path::new(path), report).map_err(failed)
}
