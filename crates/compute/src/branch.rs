//! The zygote of one environment: started with the first task that needs it.

use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::TaskId;

use crate::protocol::{Header, PROTOCOL_VERSION};
use crate::socket::Socket;
use crate::{Fitness, Interpreter};

/// How the tasks of an environment get their processes.
#[derive(Debug)]
pub(crate) enum State {
    /// No task has needed one yet.
    Unused,
    /// Its interpreter imports the flow.
    Importing(Socket),
    /// Forked from its interpreter.
    Serving(Socket),
    /// Each starts an interpreter.
    Fresh,
}

/// A task on its way to a process.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) id: TaskId,
    pub(crate) spec: Vec<u8>,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
}

impl Sent {
    /// Sends it to a zygote.
    pub(crate) async fn to(&self, socket: &Socket, fresh: bool, environment: Option<u32>) -> Result<()> {
        let header = Header::Task { v: PROTOCOL_VERSION, id: self.id, fresh, environment };
        socket.send(&header, &self.spec, &[self.stdout.as_raw_fd(), self.stderr.as_raw_fd()]).await
    }
}

/// One environment's end of things.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) interpreter: Interpreter,
    pub(crate) state: State,
    /// Tasks that wait for the flow to be imported.
    pub(crate) waiting: Vec<Sent>,
}

impl Branch {
    pub(crate) fn new(interpreter: Interpreter) -> Self {
        Self { interpreter, state: State::Unused, waiting: Vec::new() }
    }

    /// Has `main` learn of the interpreter and, unless each task is to start one of its own, start it.
    pub(crate) async fn begin(&mut self, id: u32, main: &Socket, spawn: bool) -> Result<()> {
        let body = serde_json::to_vec(&self.interpreter)
            .or_error(codes::INTERNAL, || "cannot encode an interpreter".into())?;
        let header = Header::Environment { id };
        if spawn {
            self.state = State::Fresh;
            return main.send(&header, &body, &[]).await;
        }
        let broken = || "cannot make the socket of an environment's zygote".to_owned();
        let (ours, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
                .or_error(codes::STORE_IO, broken)?;
        // What the flow's file prints while it is imported: the driver has printed it already.
        let printed =
            memfd_create(c"spinloom-import", MFdFlags::MFD_CLOEXEC).or_error(codes::STORE_IO, broken)?;
        main.send(&header, &body, &[theirs.as_raw_fd(), printed.as_raw_fd()]).await?;
        self.state = State::Importing(Socket::new(ours)?);
        Ok(())
    }

    /// It has imported the flow: tasks are forked from it, unless they had better not be. Says what the user should know.
    pub(crate) async fn imported(
        &mut self,
        id: u32,
        main: &Socket,
        fitness: &Fitness,
        always_fork: bool,
    ) -> Result<Option<String>> {
        let why = fitness.unsafe_to_fork().map(|why| {
            let name = &self.interpreter.name;
            if always_fork {
                format!("importing the flow in {name} {why}: tasks forked from it may hang")
            } else {
                format!(
                    "importing the flow in {name} {why}, so each of its tasks gets a fresh interpreter (slower)"
                )
            }
        });
        let State::Importing(socket) = std::mem::replace(&mut self.state, State::Fresh) else {
            return Ok(None);
        };
        if why.is_none() || always_fork {
            for task in self.waiting.drain(..) {
                task.to(&socket, false, None).await?;
            }
            self.state = State::Serving(socket);
            return Ok(why);
        }
        let _gone = socket.send(&Header::Quit, &[], &[]).await;
        self.flush_fresh(id, main).await?;
        Ok(why)
    }

    /// Has each waiting task start an interpreter of its own.
    pub(crate) async fn flush_fresh(&mut self, id: u32, main: &Socket) -> Result<()> {
        self.state = State::Fresh;
        for task in self.waiting.drain(..) {
            task.to(main, true, Some(id)).await?;
        }
        Ok(())
    }
}
