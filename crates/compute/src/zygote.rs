//! The engine's end of the zygotes: launches tasks, hears of their results and exits.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::os::fd::OwnedFd;
use std::task::Poll;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::TaskId;
use tokio::net::unix::pipe;

use crate::branch::{Branch, Sent, State};
use crate::protocol::{Header, Message};
use crate::socket::{Socket, died};
use crate::{Interpreter, TaskSpec};

/// How long a zygote is given to leave: its tasks are gone, so all it has to do is to exit.
const LEAVE_PAUSE: Duration = Duration::from_millis(1);
const LEAVE_TRIES: u32 = 3_000;

/// What the flow's imports left behind in an interpreter that tasks are to be forked from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitness {
    /// Threads that the imports had started, and that tasks will therefore lack.
    pub stray_threads: usize,
    /// A GPU's device is open in this process: its driver does not survive a fork.
    pub gpu_open: bool,
    /// What the imports left open that forked tasks would share, such as "left `notes.db` open, …".
    pub left_open: Option<String>,
}

impl Fitness {
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

/// A zygote that was just forked: our end of its socket, and its process.
#[derive(Debug)]
pub struct ZygoteLink {
    /// Our end of the `SOCK_SEQPACKET` pair.
    pub socket: OwnedFd,
    /// Its process id.
    pub pid: i32,
    /// Whether tasks may be forked from it.
    pub fitness: Fitness,
}

/// What a launched task writes.
#[derive(Debug)]
pub struct Launched {
    /// Its standard output.
    pub stdout: pipe::Receiver,
    /// Its standard error.
    pub stderr: pipe::Receiver,
}

/// How tasks get their processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Each task of the driver's interpreter starts an interpreter of its own.
    pub fresh: bool,
    /// So does every other, without a look at whether it could be forked.
    pub spawn: bool,
    /// None does, however unsafe a fork is.
    pub fork: bool,
}

/// Who said something: the zygote of the driver's interpreter, or of an environment's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speaker(Option<usize>);

/// The zygotes as the engine sees them: the driver's, and those of environments. Needs a tokio runtime.
#[derive(Debug)]
pub struct Zygotes {
    main: Socket,
    pid: Pid,
    manner: Manner,
    branches: Vec<Branch>,
    /// Tasks of environments that are not over, and which environment's.
    places: HashMap<TaskId, usize>,
    /// Messages that no zygote has sent: of tasks that were killed before they had a process.
    own: VecDeque<Message>,
}

impl Zygotes {
    /// Takes over a link. `interpreters` are those of environments, which tasks name by their place.
    ///
    /// # Errors
    /// `SL0202` if the socket cannot be watched.
    pub fn new(link: ZygoteLink, manner: Manner, interpreters: Vec<Interpreter>) -> Result<Self> {
        Ok(Self {
            main: Socket::new(link.socket)?,
            pid: Pid::from_raw(link.pid),
            manner,
            branches: interpreters.into_iter().map(Branch::new).collect(),
            places: HashMap::new(),
            own: VecDeque::new(),
        })
    }

    /// Starts one attempt in a process of its own, in the environment of this place if there is one.
    ///
    /// # Errors
    /// `SL0202` if the zygote is gone; `SL0401` if there are no descriptors left for pipes.
    pub async fn launch(&mut self, spec: &TaskSpec, environment: Option<usize>) -> Result<Launched> {
        let no_pipe = || "cannot make a pipe for a task".to_owned();
        let (out_read, stdout) = nix::unistd::pipe2(OFlag::O_CLOEXEC).or_error(codes::STORE_IO, no_pipe)?;
        let (err_read, stderr) = nix::unistd::pipe2(OFlag::O_CLOEXEC).or_error(codes::STORE_IO, no_pipe)?;
        let body = serde_json::to_vec(spec).or_error(codes::INTERNAL, || "cannot encode a task".into())?;
        let task = Sent { id: spec.task, spec: body, stdout, stderr };
        match environment {
            None => task.to(&self.main, self.manner.fresh, None).await?,
            Some(place) => self.launch_in(place, task).await?,
        }
        Ok(Launched { stdout: receiver(out_read)?, stderr: receiver(err_read)? })
    }

    async fn launch_in(&mut self, place: usize, task: Sent) -> Result<()> {
        let Some(branch) = self.branches.get_mut(place) else {
            return Err(died("a task names an environment that is not there"));
        };
        self.places.insert(task.id, place);
        if let State::Unused = branch.state {
            branch.begin(number(place), &self.main, self.manner.spawn).await?;
        }
        match &branch.state {
            State::Serving(socket) => task.to(socket, false, None).await,
            State::Fresh => task.to(&self.main, true, Some(number(place))).await,
            State::Importing(_) | State::Unused => {
                branch.waiting.push(task);
                Ok(())
            }
        }
    }

    /// Sends `signal` to a task's process group. A task that is gone is no error.
    ///
    /// # Errors
    /// `SL0202` if the zygote is gone.
    pub async fn kill(&mut self, id: TaskId, signal: i32) -> Result<()> {
        let branch = self.places.get(&id).and_then(|place| self.branches.get_mut(*place));
        let kill = Header::Kill { id, signal };
        let Some(branch) = branch else { return self.main.send(&kill, &[], &[]).await };
        if let Some(at) = branch.waiting.iter().position(|task| task.id == id) {
            branch.waiting.remove(at);
            let gone = Header::Exit { id, status: signal, cpu_us: 0, max_rss_kib: 0 };
            for header in [Header::Forked { id, pid: 0 }, gone] {
                self.own.push_back(Message { header, body: Vec::new(), fds: Vec::new() });
            }
            return Ok(());
        }
        match &branch.state {
            State::Serving(socket) => socket.send(&kill, &[], &[]).await,
            _ => self.main.send(&kill, &[], &[]).await,
        }
    }

    /// Asks the zygotes to leave and waits until they have; kills the driver's if it does not, and so all.
    pub async fn leave(&mut self) {
        for branch in &mut self.branches {
            if let State::Serving(socket) = &mut branch.state {
                let _gone = socket.send(&Header::Quit, &[], &[]).await;
                let closed = poll_fn(|task| socket.poll_receive(task));
                let _patience = tokio::time::timeout(LEAVE_PAUSE * LEAVE_TRIES, closed).await;
            }
        }
        // One that is gone already is waited for all the same.
        let _gone = self.main.send(&Header::Quit, &[], &[]).await;
        for _ in 0..LEAVE_TRIES {
            match waitpid(self.pid, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => tokio::time::sleep(LEAVE_PAUSE).await,
                _ => return,
            }
        }
        let _gone = kill(self.pid, Signal::SIGKILL);
        let _gone = waitpid(self.pid, None);
    }

    /// The next message, and whose it is; `None` when that zygote is gone. Cancel-safe.
    pub async fn receive(&mut self) -> (Speaker, Result<Option<Message>>) {
        poll_fn(|task| {
            if let Some(message) = self.own.pop_front() {
                return Poll::Ready((Speaker(None), Ok(Some(message))));
            }
            if let Poll::Ready(heard) = self.main.poll_receive(task) {
                return Poll::Ready((Speaker(None), heard));
            }
            for (place, branch) in self.branches.iter_mut().enumerate() {
                if let State::Importing(socket) | State::Serving(socket) = &mut branch.state
                    && let Poll::Ready(heard) = socket.poll_receive(task)
                {
                    return Poll::Ready((Speaker(Some(place)), heard));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// A message of the same zygote that is already there, if any.
    ///
    /// # Errors
    /// `SL0202` when the socket fails.
    pub fn try_receive(&mut self, from: Speaker) -> Result<Option<Message>> {
        let Some(branch) = from.0.and_then(|place| self.branches.get_mut(place)) else {
            return self.main.try_receive();
        };
        match &mut branch.state {
            State::Importing(socket) | State::Serving(socket) => socket.try_receive(),
            State::Unused | State::Fresh => Ok(None),
        }
    }

    /// A task's process is gone.
    pub fn forget(&mut self, id: TaskId) {
        if !self.places.is_empty() {
            self.places.remove(&id);
        }
    }

    /// A zygote has imported the flow. Says what the user should know of it.
    ///
    /// # Errors
    /// `SL0202` if a zygote is gone.
    pub async fn imported(&mut self, who: Speaker, fitness: &Fitness) -> Result<Option<String>> {
        let Some((place, branch)) = who.0.and_then(|place| Some((place, self.branches.get_mut(place)?)))
        else {
            return Ok(None);
        };
        branch.imported(number(place), &self.main, fitness, self.manner.fork).await
    }

    /// A zygote is gone. One that was still importing the flow is done without: its tasks import it themselves, and say
    /// what is wrong with it. Any other takes its tasks along: then the answer is `false`.
    ///
    /// # Errors
    /// `SL0202` if the driver's zygote is gone too.
    pub async fn survived(&mut self, who: Speaker) -> Result<bool> {
        let Some((place, branch)) = who.0.and_then(|place| Some((place, self.branches.get_mut(place)?)))
        else {
            return Ok(false);
        };
        if !matches!(branch.state, State::Importing(_)) {
            return Ok(false);
        }
        branch.flush_fresh(number(place), &self.main).await?;
        Ok(true)
    }
}

/// A place as the protocol has it.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn receiver(fd: OwnedFd) -> Result<pipe::Receiver> {
    pipe::Receiver::from_owned_fd(fd).or_error(codes::STORE_IO, || "cannot watch a task's output".into())
}
