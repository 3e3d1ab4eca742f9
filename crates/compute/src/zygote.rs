//! The engine's end of the zygote: launches tasks, hears of their results and exits.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::TaskId;
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe;

use crate::TaskSpec;
use crate::protocol::{self, Header, Message, PROTOCOL_VERSION};

/// How long a zygote is given to leave: its tasks are gone, so all it has to do is to exit.
const LEAVE_PAUSE: Duration = Duration::from_millis(1);
const LEAVE_TRIES: u32 = 3_000;

/// A zygote that was just forked: our end of its socket, and its process.
#[derive(Debug)]
pub struct ZygoteLink {
    /// Our end of the `SOCK_SEQPACKET` pair.
    pub socket: OwnedFd,
    /// Its process id.
    pub pid: i32,
    /// Threads that the flow's imports had started before the fork, and that tasks will therefore lack.
    pub stray_threads: usize,
    /// A GPU's device is open in this process: its driver does not survive a fork.
    pub gpu_open: bool,
    /// What the flow's imports left open that forked tasks would share, such as "left `notes.db` open, …".
    pub left_open: Option<String>,
}

impl ZygoteLink {
    /// What the flow's imports did that a forked task may not survive, as the end of "importing the flow …".
    pub fn unsafe_to_fork(&self) -> Option<String> {
        if self.gpu_open {
            return Some("opened a GPU, which a forked process cannot use".to_owned());
        }
        let threads = (self.stray_threads > 0)
            .then(|| format!("started {} thread(s), which a forked task lacks", self.stray_threads));
        threads.or_else(|| self.left_open.clone())
    }
}

/// What a launched task writes.
#[derive(Debug)]
pub struct Launched {
    /// Its standard output.
    pub stdout: pipe::Receiver,
    /// Its standard error.
    pub stderr: pipe::Receiver,
}

/// The zygote as the engine sees it. Needs a tokio runtime.
#[derive(Debug)]
pub struct Zygote {
    socket: AsyncFd<OwnedFd>,
    pid: Pid,
    scratch: Vec<u8>,
    fresh: bool,
}

fn died(e: impl std::fmt::Display) -> Error {
    Error::new(codes::TASK_DIED, "the zygote process died").cause(e).hint("the run can be resumed")
}

impl Zygote {
    /// Takes over a link. With `fresh`, each task gets an interpreter of its own.
    ///
    /// # Errors
    /// `SL0202` if the socket cannot be watched.
    pub fn new(link: ZygoteLink, fresh: bool) -> Result<Self> {
        use nix::fcntl::{FcntlArg, fcntl};
        fcntl(&link.socket, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(died)?;
        let pid = Pid::from_raw(link.pid);
        Ok(Self { socket: watch(link.socket).map_err(died)?, pid, scratch: Vec::new(), fresh })
    }

    /// Starts one attempt in a process of its own.
    ///
    /// # Errors
    /// `SL0202` if the zygote is gone; `SL0401` if there are no descriptors left for pipes.
    pub async fn launch(&self, spec: &TaskSpec) -> Result<Launched> {
        let no_pipe = || "cannot make a pipe for a task".to_owned();
        let (out_read, out_write) =
            nix::unistd::pipe2(OFlag::O_CLOEXEC).or_error(codes::STORE_IO, no_pipe)?;
        let (err_read, err_write) =
            nix::unistd::pipe2(OFlag::O_CLOEXEC).or_error(codes::STORE_IO, no_pipe)?;
        let body = serde_json::to_vec(spec).or_error(codes::INTERNAL, || "cannot encode a task".into())?;
        let header = Header::Task { v: PROTOCOL_VERSION, id: spec.task, fresh: self.fresh };
        self.send(&header, &body, &[out_write.as_raw_fd(), err_write.as_raw_fd()]).await?;
        Ok(Launched { stdout: receiver(out_read)?, stderr: receiver(err_read)? })
    }

    /// Sends `signal` to a task's process group. A task that is gone is no error.
    ///
    /// # Errors
    /// `SL0202` if the zygote is gone.
    pub async fn kill(&self, id: TaskId, signal: i32) -> Result<()> {
        self.send(&Header::Kill { id, signal }, &[], &[]).await
    }

    /// Asks the zygote to leave and waits until it has; kills it if it does not.
    pub async fn leave(&self) {
        // One that is gone already is waited for all the same.
        let _gone = self.send(&Header::Quit, &[], &[]).await;
        for _ in 0..LEAVE_TRIES {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => tokio::time::sleep(LEAVE_PAUSE).await,
                _ => return,
            }
        }
        let _gone = kill(self.pid, Signal::SIGKILL);
        let _gone = waitpid(self.pid, None);
    }

    async fn send(&self, header: &Header, body: &[u8], fds: &[i32]) -> Result<()> {
        loop {
            let mut ready = self.socket.writable().await.map_err(died)?;
            let sent = ready.try_io(|socket| {
                protocol::send(socket.as_fd(), header, &[body], fds).map_err(std::io::Error::from)
            });
            match sent {
                Ok(done) => return done.map_err(died),
                Err(_would_block) => {}
            }
        }
    }

    /// The next message; `None` when the zygote is gone. Cancel-safe.
    ///
    /// # Errors
    /// `SL0202` when the socket fails.
    pub async fn receive(&mut self) -> Result<Option<Message>> {
        loop {
            let mut ready = self.socket.readable().await.map_err(died)?;
            match protocol::receive(self.socket.get_ref().as_fd(), &mut self.scratch) {
                Err(Errno::EAGAIN) => ready.clear_ready(),
                other => return other.map_err(died),
            }
        }
    }

    /// A message that is already there, if any.
    ///
    /// # Errors
    /// `SL0202` when the socket fails.
    pub fn try_receive(&mut self) -> Result<Option<Message>> {
        match protocol::receive(self.socket.get_ref().as_fd(), &mut self.scratch) {
            Err(Errno::EAGAIN) => Ok(None),
            other => other.map_err(died),
        }
    }
}

#[expect(unsafe_code, reason = "tokio asks for a promise that only the type can give")]
fn watch(socket: OwnedFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: `OwnedFd` keeps its descriptor open and the same for as long as the `AsyncFd` owns it.
    unsafe { AsyncFd::register(socket) }.map_err(Into::into)
}

fn receiver(fd: OwnedFd) -> Result<pipe::Receiver> {
    pipe::Receiver::from_owned_fd(fd).or_error(codes::STORE_IO, || "cannot watch a task's output".into())
}
