//! The zygote: forked from the driver while that has one thread, it forks one process for each attempt.
//!
//! It imports nothing and starts no thread, which its children would lack. What they would all do alike, it does before.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::stat::Mode;
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use spinloom_compute::protocol::{self, Header, Message, PROTOCOL_VERSION};
use spinloom_compute::{Fitness, Interpreter, ZygoteLink};
use spinloom_datastore::ContentHash;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::TaskId;

use crate::context::{Kept, Ready, TaskContext};
use crate::fork::{self, Reaped, Side};
use crate::fresh::Program;
use crate::imported;
use crate::outbox::Outbox;

/// Forks the zygote. In the zygote this never returns. Call with the GIL held, before any thread is started.
///
/// `left_open` is what the flow's imports left open, see [`ZygoteLink::left_open`].
pub(crate) fn start(
    py: Python<'_>,
    host: &Bound<'_, PyAny>,
    left_open: Option<String>,
) -> Result<ZygoteLink> {
    let no_socket = || "cannot make the zygote's socket".to_owned();
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .or_error(codes::ENVIRONMENT, no_socket)?;
    host.call_method0("before_fork")
        .map_err(|e| crate::errors::from_python(py, &e, "cannot prepare to fork"))?;
    let driver = nix::unistd::getpid().as_raw();
    match fork::fork().or_error(codes::ENVIRONMENT, || "cannot fork the zygote".into())? {
        // Counted after the fork: pools that know of forks (OpenBLAS) stop their threads before one.
        Side::Parent(pid) => Ok(ZygoteLink { socket: ours, pid, fitness: fitness(left_open) }),
        Side::Child => {
            fork::die_with(driver);
            fork::own_group();
            drop(ours);
            let code = serve(py, host, &theirs).map_or_else(|errno| errno as i32, |()| 0);
            fork::leave(code)
        }
    }
}

/// To be called when this process has forked once.
fn fitness(left_open: Option<String>) -> Fitness {
    Fitness { stray_threads: imported::lasting_threads() - 1, gpu_open: imported::gpu_open(), left_open }
}

/// Makes this interpreter, which was started for it and has imported the flow, the zygote of an environment. Returns only
/// if that fails.
pub(crate) fn become_one(
    host: &Bound<'_, PyAny>,
    socket: &OwnedFd,
    left_open: Option<String>,
) -> PyResult<()> {
    let py = host.py();
    host.call_method0("before_fork")?;
    let broken = |errno: Errno| PyRuntimeError::new_err(format!("this process cannot fork: {errno}"));
    match fork::fork().map_err(broken)? {
        Side::Child => fork::leave(0),
        Side::Parent(pid) => drop(waitpid(Pid::from_raw(pid), None)),
    }
    let ready = Header::Imported { fitness: fitness(left_open) };
    protocol::send(socket.as_fd(), &ready, &[], &[]).map_err(broken)?;
    let code = serve(py, host, socket).map_or_else(|errno| errno as i32, |()| 0);
    fork::leave(code)
}

/// How long a task may gather lines before they are written for it, milliseconds.
const GATHER_MS: u16 = 10;

/// A task's process.
struct Child {
    id: TaskId,
    /// What it has printed and not written.
    outbox: Outbox,
    /// Its standard output and standard error.
    streams: Vec<OwnedFd>,
}

/// Descriptors a fork hands to its child.
struct Zygote<'py, 'a> {
    py: Python<'py>,
    host: &'a Bound<'py, PyAny>,
    socket: &'a OwnedFd,
    children: HashMap<i32, Child>,
    /// Tasks that are gone, and what they printed last is not written yet.
    leaving: Vec<(Child, Reaped)>,
    /// Memory of tasks that are gone.
    spare: Vec<Outbox>,
    /// Rung by tasks that gather lines.
    bell: EventFd,
    /// When what they gather is to be written, if there is any.
    due: Option<Instant>,
    kept: Kept,
    unblocked: SigSet,
    /// How a fresh interpreter is started, the driver's or an environment's; known once one is wanted.
    programs: HashMap<Option<u32>, Program>,
    /// Zygotes of environments that were started here.
    branches: Vec<i32>,
    quitting: bool,
}

fn serve(py: Python<'_>, host: &Bound<'_, PyAny>, socket: &OwnedFd) -> nix::Result<()> {
    let null = nix::fcntl::open("/dev/null", OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    fork::become_stream(null.as_raw_fd(), 0)?; // tasks read nothing from the terminal
    drop(null);
    // The first hash asks the processor what it can do, which is slow on virtual machines: once here, not in every task.
    let _warm = ContentHash::of(b"");
    let mut child_signal = SigSet::empty();
    child_signal.add(Signal::SIGCHLD);
    let mut unblocked = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&child_signal), Some(&mut unblocked))?;
    if let Err(raised) = host.call_method0("settle") {
        raised.print(py); // tasks are slower without, and no worse
    }
    crate::heap::use_up_scattered();
    let signals = SignalFd::with_flags(&child_signal, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    let mut zygote = Zygote {
        py,
        host,
        socket,
        children: HashMap::new(),
        leaving: Vec::new(),
        spare: Vec::new(),
        bell: EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?,
        due: None,
        kept: Kept::default(),
        unblocked,
        programs: HashMap::new(),
        branches: Vec::new(),
        quitting: false,
    };
    let mut scratch = Vec::new();
    while !(zygote.quitting && zygote.is_alone()) {
        let waiting = zygote.due.is_some() || !zygote.leaving.is_empty();
        let mut watched = [
            PollFd::new(socket.as_fd(), PollFlags::POLLIN),
            PollFd::new(signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(zygote.bell.as_fd(), if waiting { PollFlags::empty() } else { PollFlags::POLLIN }),
        ];
        let patience = if waiting { PollTimeout::from(GATHER_MS) } else { PollTimeout::NONE };
        match poll(&mut watched, patience) {
            Err(Errno::EINTR) => continue,
            other => other?,
        };
        let [called, bereaved, rang] = watched.map(|w| w.any() == Some(true));
        if bereaved {
            while signals.read_signal()?.is_some() {}
            zygote.reap()?;
        }
        if called {
            match protocol::receive(socket.as_fd(), &mut scratch)? {
                Some(message) => zygote.hear(message)?,
                // The driver is gone, and the kernel is killing us and our children.
                None => return Ok(()),
            }
        }
        zygote.write_gathered(rang)?;
    }
    Ok(())
}

impl Zygote<'_, '_> {
    /// Nothing is left to wait for. What the zygotes of environments cost counts once they are waited for.
    fn is_alone(&self) -> bool {
        self.children.is_empty() && self.leaving.is_empty() && self.branches.is_empty()
    }

    fn hear(&mut self, message: Message) -> nix::Result<()> {
        match message.header {
            Header::Task { v, id, fresh, environment } if v == PROTOCOL_VERSION => {
                if fresh {
                    self.spawn(id, environment, message)
                } else {
                    self.launch(id, message)
                }
            }
            Header::Task { id, .. } => self.say(&Header::Forked { id, pid: -(Errno::EPROTO as i32) }),
            Header::Environment { id } => {
                // Where it cannot be started, its socket closes here, and the engine learns of it by that.
                if let Err(error) = self.branch(id, &message) {
                    eprintln!("spinloom: {error}");
                }
                Ok(())
            }
            Header::Kill { id, signal } => {
                self.signal(id, signal);
                Ok(())
            }
            Header::Quit => {
                self.quitting = true;
                // Those that served have left before; one that still imports the flow has nobody to do it for.
                for pid in &self.branches {
                    let _gone = kill(Pid::from_raw(*pid), Signal::SIGKILL);
                }
                Ok(())
            }
            Header::Forked { .. } | Header::Imported { .. } | Header::Result { .. } | Header::Exit { .. } => {
                Err(Errno::EPROTO)
            }
        }
    }

    fn say(&self, header: &Header) -> nix::Result<()> {
        protocol::send(self.socket.as_fd(), header, &[], &[])
    }

    fn launch(&mut self, id: TaskId, message: Message) -> nix::Result<()> {
        let zygote = nix::unistd::getpid().as_raw();
        let ready = self.kept.ready(&message.body);
        let outbox = match self.spare.pop().map_or_else(Outbox::new, Ok) {
            Ok(outbox) => outbox,
            Err(errno) => return self.say(&Header::Forked { id, pid: -(errno as i32) }),
        };
        outbox.show();
        match fork::fork() {
            Ok(Side::Child) => {
                fork::die_with(zygote);
                outbox.adopt(self.bell.as_fd());
                // The streams of its siblings must close when those are gone.
                self.children.drain().for_each(|(_, sibling)| sibling.forget());
                self.leaving.drain(..).for_each(|(sibling, _)| sibling.forget());
                self.run(ready, message.fds)
            }
            Ok(Side::Parent(pid)) => {
                outbox.hide();
                // Our copies of the streams are kept until it is gone and all it printed is written.
                self.children.insert(pid, Child { id, outbox, streams: message.fds });
                self.say(&Header::Forked { id, pid })
            }
            Err(errno) => {
                drop(message);
                self.say(&Header::Forked { id, pid: -(errno as i32) })
            }
        }
    }

    /// Learns how an environment's interpreter is started, and starts one if there is a socket for it.
    fn branch(&mut self, id: u32, message: &Message) -> Result<()> {
        let interpreter: Interpreter = serde_json::from_slice(&message.body)
            .or_error(codes::INTERNAL, || "cannot read what an interpreter is".into())?;
        let program = Program::of_this_run(self.py, self.host, Some(&interpreter))?;
        if let [socket, printed] = message.fds.as_slice() {
            let started = program.start_zygote(socket, printed);
            let failed = || format!("`{}` cannot be started", interpreter.path);
            self.branches.push(started.or_error(codes::ENVIRONMENT, failed)?);
        }
        self.programs.insert(Some(id), program);
        Ok(())
    }

    /// Starts a task in a fresh interpreter.
    fn spawn(&mut self, id: TaskId, environment: Option<u32>, message: Message) -> nix::Result<()> {
        if environment.is_none() && !self.programs.contains_key(&None) {
            match Program::of_this_run(self.py, self.host, None) {
                Ok(program) => drop(self.programs.insert(None, program)),
                Err(error) => eprintln!("spinloom: {error}"),
            }
        }
        let outbox = match self.spare.iter().position(|outbox| outbox.file().is_some()) {
            Some(at) => Ok(self.spare.swap_remove(at)),
            None => Outbox::to_be_opened(),
        };
        let Some(program) = self.programs.get(&environment) else {
            return self.say(&Header::Forked { id, pid: -(Errno::ENOEXEC as i32) });
        };
        let start = |outbox: Outbox| {
            let pid = program.start(&message.body, self.socket, &message.fds, &outbox, self.bell.as_fd())?;
            Ok((pid, outbox))
        };
        match outbox.and_then(start) {
            Ok((pid, outbox)) => {
                self.children.insert(pid, Child { id, outbox, streams: message.fds });
                self.say(&Header::Forked { id, pid })
            }
            Err(errno) => self.say(&Header::Forked { id, pid: -(errno as i32) }),
        }
    }

    /// A task's process, from its first instruction to its last.
    fn run(&self, ready: Result<Ready>, streams: Vec<OwnedFd>) -> ! {
        let code = match self.try_run(ready, streams) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("spinloom: {error}");
                EXIT_BROKEN
            }
        };
        fork::leave(code)
    }

    fn try_run(&self, ready: Result<Ready>, streams: Vec<OwnedFd>) -> Result<i32> {
        let broken = || "cannot set up a task's process".to_owned();
        fork::own_group();
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.unblocked), None)
            .or_error(codes::INTERNAL, broken)?;
        let [stdout, stderr] = streams.as_slice() else {
            return Err(Error::new(codes::INTERNAL, "a task came without its streams"));
        };
        for (fd, target) in [(stdout, 1), (stderr, 2)] {
            fork::become_stream(fd.as_raw_fd(), target).or_error(codes::INTERNAL, broken)?;
        }
        drop(streams);
        let socket = self.socket.try_clone().or_error(codes::INTERNAL, broken)?;
        let context = TaskContext::in_task(ready?, socket);
        let context = Bound::new(self.py, context)
            .map_err(|e| Error::new(codes::INTERNAL, "cannot make a task's context").cause(e))?;
        match self.host.call_method1("run_task", (&context,)) {
            Ok(_) => Ok(0),
            Err(raised) => {
                raised.print(self.py);
                Ok(EXIT_BROKEN)
            }
        }
    }

    fn signal(&self, id: TaskId, signal: i32) {
        let Ok(signal) = Signal::try_from(signal) else { return };
        for (pid, child) in &self.children {
            if child.id == id {
                // Not reaped yet, so the number is still its own; the group may not exist yet.
                let _gone = kill(Pid::from_raw(-pid), signal);
                let _gone = kill(Pid::from_raw(*pid), signal);
            }
        }
    }

    fn reap(&mut self) -> nix::Result<()> {
        while let Some(reaped) = fork::reap() {
            if let Some(child) = self.children.remove(&reaped.pid) {
                self.leaving.push((child, reaped));
            } else {
                self.branches.retain(|pid| *pid != reaped.pid);
            }
        }
        Ok(())
    }

    /// Writes what tasks have gathered: of those that are gone at once, of the others when they had their time.
    fn write_gathered(&mut self, rang: bool) -> nix::Result<()> {
        for (child, reaped) in std::mem::take(&mut self.leaving) {
            if !child.outbox.drain(&child.streams, true) {
                self.leaving.push((child, reaped));
                continue;
            }
            let Child { id, streams, outbox } = child;
            drop(streams); // its exit must not be told before they are closed
            outbox.recycle();
            self.spare.push(outbox);
            let Reaped { status, cpu_us, max_rss_kib, .. } = reaped;
            self.say(&Header::Exit { id, status, cpu_us, max_rss_kib })?;
        }
        let later = || Some(Instant::now() + Duration::from_millis(GATHER_MS.into()));
        if rang && self.bell.read().is_ok() {
            self.due = later();
        } else if self.due.is_some_and(|due| due <= Instant::now()) {
            // Not `all`, which would stop at the first that is not done.
            let drained: Vec<bool> =
                self.children.values().map(|child| child.outbox.drain(&child.streams, false)).collect();
            self.due = drained.contains(&false).then(later).flatten();
        }
        Ok(())
    }
}

impl Child {
    /// In another task's process: closes its streams, and leaves its memory, which is not mapped there.
    fn forget(self) {
        std::mem::forget(self.outbox);
    }
}

/// A task's process that could not even be set up.
const EXIT_BROKEN: i32 = 70;
