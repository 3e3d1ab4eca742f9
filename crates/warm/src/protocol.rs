//! What launcher, supervisor, warm interpreter and Python processes say to each other.
//!
//! Framing is that of [`spinloom_compute::protocol`]. Both ends are of one build: a supervisor that meets another one leaves.

use std::collections::BTreeMap;
use std::os::fd::{AsFd as _, OwnedFd, RawFd};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use spinloom_compute::protocol::{self, Message};

/// Version of the protocol.
pub const VERSION: u32 = 1;

/// A command line to be run. Body: the environment, `NAME=value` between zero bytes.
///
/// Descriptors: standard input, output and error, the working directory; and for the interpreter, the launcher's socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// [`VERSION`].
    pub v: u32,
    /// Which build of the command this is.
    pub build: String,
    /// What follows `python -m spinloom`.
    pub words: Vec<String>,
    /// The folder of the flow's file: Python looks there first for modules.
    pub folder: PathBuf,
    /// The mask of new files.
    pub umask: u32,
    /// Soft and hard limits, in the order of [`crate::system::limits`].
    pub limits: Vec<(u64, u64)>,
    /// Signals that are ignored, bit n-1 for signal n.
    pub ignored: u64,
}

/// What a Python process has loaded, told as it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Names of modules, in the order of their import, and where each comes from: a file, `built-in` or `frozen`.
    pub modules: Vec<(String, String)>,
    /// The folders of the standard library and of installed packages.
    pub roots: Vec<PathBuf>,
    /// Spinloom's own folder.
    pub own: PathBuf,
    /// Variables of the environment that were changed meanwhile.
    pub changed: Vec<String>,
    /// The process began without any of the modules.
    pub whole: bool,
}

/// What a warm interpreter is, once it is ready.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// How many modules it has.
    pub modules: usize,
    /// Names of the packages and modules at the top.
    pub tops: Vec<String>,
    /// Variables that were looked up during the imports.
    pub read: Vec<String>,
    /// Variables that the imports changed.
    pub made: Vec<String>,
    /// Modules that cannot be imported by themselves, and why.
    pub failed: BTreeMap<String, String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Say {
    /// Launcher → supervisor → interpreter: run this.
    Run(Run),
    /// Command → supervisor: how are you.
    Status,
    /// Command → supervisor: leave.
    Stop,
    /// Python → supervisor.
    Report(Report),

    /// Supervisor → launcher: run it yourself.
    Cold {
        /// Why.
        why: String,
    },
    /// Interpreter → launcher: your process.
    Started {
        /// Its process, which leads a group of its own.
        pid: i32,
    },
    /// Interpreter → launcher, and → supervisor: it is gone.
    Gone {
        /// The wait status.
        status: i32,
    },
    /// Supervisor → command.
    Figures(Box<Figures>),

    /// Supervisor → interpreter: import these. The first message.
    Preload {
        /// Names, in order.
        modules: Vec<String>,
    },
    /// Interpreter → supervisor: it can serve.
    Ready(Ready),
    /// Interpreter → supervisor: this module must not be loaded before a fork; it leaves.
    Unfit {
        /// The module.
        module: String,
        /// What it does.
        why: String,
    },
    /// Supervisor → interpreter: leave, once the last process is gone.
    Leave,
}

/// What a supervisor knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Its process.
    pub pid: i32,
    /// The folder of the project.
    pub project: PathBuf,
    /// The interpreter.
    pub interpreter: PathBuf,
    /// `ready`, `making`, `waiting` for a command to tell what it imports, `cold` if there can be none, or `leaving`.
    pub state: String,
    /// How long it has been running, seconds.
    pub uptime_s: u64,
    /// The process of the warm interpreter.
    pub warm_pid: Option<i32>,
    /// How many modules that has loaded.
    pub modules: usize,
    /// Modules that are not loaded ahead, and why.
    pub dropped: BTreeMap<String, String>,
    /// Proportional memory of the supervisor, bytes.
    pub supervisor_bytes: u64,
    /// Proportional memory of the warm interpreter, bytes.
    pub warm_bytes: u64,
    /// How many command lines were served warm.
    pub warm: u64,
    /// How many were sent away.
    pub cold: u64,
    /// How many are running.
    pub running: u64,
    /// Why the last one was sent away, if the last one was; else why none could be served.
    pub why_cold: Option<String>,
    /// Where it logs.
    pub log: PathBuf,
}

/// Sends a message.
///
/// # Errors
/// What `sendmsg` said.
pub fn say(socket: &OwnedFd, what: &Say, body: &[u8], fds: &[RawFd]) -> nix::Result<()> {
    protocol::send(socket.as_fd(), what, &[body], fds)
}

/// The next message; `None` when the other end is closed.
///
/// # Errors
/// What `recvmsg` said; `EPROTO` for a message that cannot be understood.
pub fn hear(socket: &OwnedFd) -> nix::Result<Option<Message<Say>>> {
    protocol::receive(socket.as_fd(), &mut Vec::new())
}
