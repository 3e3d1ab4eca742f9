//! The engine's end of a zygote's socket, in a tokio runtime.

use std::os::fd::{AsFd as _, OwnedFd};
use std::task::{Context, Poll, ready};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use spinloom_diagnostics::{Error, Result, codes};
use tokio::io::unix::AsyncFd;

use crate::protocol::{self, Header, Message};

/// A `SOCK_SEQPACKET` socket that a zygote has the other end of.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: AsyncFd<OwnedFd>,
    scratch: Vec<u8>,
}

/// What a broken socket means.
pub(crate) fn died(e: impl std::fmt::Display) -> Error {
    Error::new(codes::TASK_DIED, "the zygote process died").cause(e).hint("the run can be resumed")
}

impl Socket {
    /// Watches a socket.
    pub(crate) fn new(socket: OwnedFd) -> Result<Self> {
        fcntl(&socket, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(died)?;
        Ok(Self { fd: watch(socket).map_err(died)?, scratch: Vec::new() })
    }

    /// Sends a message.
    pub(crate) async fn send(&self, header: &Header, body: &[u8], fds: &[i32]) -> Result<()> {
        loop {
            let mut ready = self.fd.writable().await.map_err(died)?;
            let sent = ready.try_io(|socket| {
                protocol::send(socket.as_fd(), header, &[body], fds).map_err(std::io::Error::from)
            });
            match sent {
                Ok(done) => return done.map_err(died),
                Err(_would_block) => {}
            }
        }
    }

    /// The next message; `None` when the other end is closed.
    pub(crate) fn poll_receive(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<Message>>> {
        loop {
            let mut ready = ready!(self.fd.poll_read_ready(task)).map_err(died)?;
            match protocol::receive(self.fd.get_ref().as_fd(), &mut self.scratch) {
                Err(Errno::EAGAIN) => ready.clear_ready(),
                other => return Poll::Ready(other.map_err(died)),
            }
        }
    }

    /// A message that is already there, if any.
    pub(crate) fn try_receive(&mut self) -> Result<Option<Message>> {
        match protocol::receive(self.fd.get_ref().as_fd(), &mut self.scratch) {
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
