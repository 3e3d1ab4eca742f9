//! A warm interpreter, as its supervisor sees it.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::process::{Child, Command, Stdio};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::Pid;
use spinloom_compute::protocol::Message;

use crate::Spot;
use crate::environment::Environment;
use crate::fingerprint::Fingerprint;
use crate::learned::Learned;
use crate::memory;
use crate::protocol::{Ready, Say, hear, say};

/// A process that imports, and then forks.
#[derive(Debug)]
pub(crate) struct Interpreter {
    process: Child,
    /// Our end of its socket.
    pub(crate) socket: OwnedFd,
    /// What it was made in.
    pub(crate) environment: Environment,
    /// What it was made of.
    pub(crate) fingerprint: Fingerprint,
    /// What it is, once it is ready.
    pub(crate) ready: Option<Ready>,
    /// It said that it must not fork, because of a module.
    pub(crate) unfit: bool,
    /// How many processes of its are running.
    pub(crate) running: u64,
}

impl Interpreter {
    /// Starts one that imports what is known of the project. It dies with this process.
    pub(crate) fn start(spot: &Spot, learned: &Learned, environment: &Environment) -> std::io::Result<Self> {
        let log = File::options().append(true).create(true).open(spot.log())?;
        // Looked at before the imports: what changes during them is seen as a change.
        let fingerprint = fingerprint(spot, learned);
        let (ours, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        fcntl(&theirs, FcntlArg::F_SETFD(FdFlag::empty()))?; // it is the only thing that the interpreter inherits
        let process = Command::new(&spot.interpreter)
            .args(["-m", "spinloom.warm", &theirs.as_raw_fd().to_string(), &std::process::id().to_string()])
            .env_clear()
            .envs(environment.variables())
            // `-m` looks for modules in the working directory first: one that is ours alone.
            .current_dir(&spot.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        drop(theirs);
        let modules = learned.modules.clone();
        say(&ours, &Say::Preload { modules }, &[], &[])?;
        let environment = environment.clone();
        Ok(Self { process, socket: ours, environment, fingerprint, ready: None, unfit: false, running: 0 })
    }

    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.process.id()).unwrap_or_default()
    }

    /// Proportional memory, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        memory::proportional(self.pid())
    }

    /// Has it run a command line, and answer to whoever holds the last of the descriptors.
    pub(crate) fn run(&mut self, message: &Message<Say>, answer: &OwnedFd) -> nix::Result<()> {
        let mut fds: Vec<RawFd> = message.fds.iter().map(AsRawFd::as_raw_fd).collect();
        fds.push(answer.as_raw_fd());
        say(&self.socket, &message.header, &message.body, &fds)?;
        self.running += 1;
        Ok(())
    }

    /// What it says; `None` if it is gone.
    pub(crate) fn hear(&self) -> Option<Say> {
        hear(&self.socket).ok().flatten().map(|message| message.header)
    }

    /// Has it leave, once its last process is gone. One that is still importing is killed.
    pub(crate) fn dismiss(&mut self) {
        if self.ready.is_some() {
            let _gone = say(&self.socket, &Say::Leave, &[], &[]);
        } else {
            let _gone = kill(Pid::from_raw(self.pid()), Signal::SIGKILL);
        }
    }

    /// Waits for the end of one whose socket is closed.
    pub(crate) fn bury(mut self) {
        let _gone = kill(Pid::from_raw(self.pid()), Signal::SIGKILL); // it closes its socket by dying
        let _status = self.process.wait();
    }

    /// Variables that differ between what it was made in and `environment`, of those its imports looked up.
    pub(crate) fn environment_differs(&self, environment: &Environment) -> Option<String> {
        let read: BTreeSet<String> = self.ready.iter().flat_map(|ready| ready.read.clone()).collect();
        self.environment.differs(environment, &read)
    }
}

/// What an interpreter made now would be made of.
pub(crate) fn fingerprint(spot: &Spot, learned: &Learned) -> Fingerprint {
    Fingerprint::take(&spot.interpreter, &spot.project, &learned.roots, &learned.own)
}
