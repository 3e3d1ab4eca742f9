//! The supervisor: one small process without Python, which keeps a warm interpreter that fits, or none.
//!
//! One thread waits for whatever comes first; nothing is polled for. An interpreter is made only when no cold command is
//! running, so that it never slows one down.

use std::fs::{self, File};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_settings::Settings;

use crate::Spot;
use crate::environment::Environment;
use crate::fingerprint::Fingerprint;
use crate::interpreter::{Interpreter, fingerprint};
use crate::launcher::build;
use crate::learned::Learned;
use crate::protocol::Say;
use crate::system::watch_process;

/// The supervisor's state: the loop is here, answers are in [`crate::desk`].
pub(crate) struct Supervisor {
    pub(crate) spot: Spot,
    pub(crate) build: String,
    idle: Duration,
    most_bytes: u64,
    pub(crate) began: Instant,
    pub(crate) last: Instant,
    pub(crate) learned: Learned,
    /// The one that serves, or is being made to.
    pub(crate) current: Option<Interpreter>,
    /// Those that have processes left, and take no more.
    pub(crate) leaving: Vec<Interpreter>,
    /// What the next one is to be made in.
    pub(crate) environment: Environment,
    /// Commands that run cold, by something that tells when they are over.
    pub(crate) cold_running: Vec<OwnedFd>,
    /// Why there is none, and what would have to change for another try.
    pub(crate) given_up: Option<(String, Learned, Fingerprint)>,
    pub(crate) stopping: bool,
    pub(crate) warm: u64,
    pub(crate) cold: u64,
    pub(crate) why_cold: Option<String>,
}

/// Serves a spot until nobody asked for a while, or somebody says stop. Returns at once if another supervisor is there.
///
/// `after` is the process of the command that started this, in its own environment: it runs cold meanwhile.
///
/// # Errors
/// `SL0501` if the socket cannot be made.
pub fn serve(settings: &Settings, spot: Spot, after: Option<i32>) -> Result<()> {
    spot.prepare()?;
    let failed = || format!("cannot serve `{}`", spot.socket().display());
    let lock =
        File::options().create(true).append(true).open(spot.lock()).or_error(codes::ENVIRONMENT, failed)?;
    let Ok(_lock) = Flock::lock(lock, FlockArg::LockExclusiveNonblock) else { return Ok(()) };
    let listener = listen_at(&spot).or_error(codes::ENVIRONMENT, failed)?;
    let mut signals = SigSet::empty();
    [Signal::SIGTERM, Signal::SIGINT].into_iter().for_each(|signal| signals.add(signal));
    signals.thread_block().or_error(codes::ENVIRONMENT, failed)?;
    let signals = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
        .or_error(codes::ENVIRONMENT, failed)?;
    let mut supervisor = Supervisor {
        build: build(),
        idle: settings.spin_idle(),
        most_bytes: settings.spin_memory(),
        began: Instant::now(),
        last: Instant::now(),
        learned: Learned::read(&spot.learned()),
        current: None,
        leaving: Vec::new(),
        environment: Environment::of_this_process(),
        cold_running: after.and_then(|pid| watch_process(pid).ok()).into_iter().collect(),
        given_up: None,
        stopping: false,
        warm: 0,
        cold: 0,
        why_cold: None,
        spot,
    };
    let ended = supervisor.work(&listener, &signals);
    let _gone = fs::remove_file(supervisor.spot.socket());
    ended.or_error(codes::ENVIRONMENT, || "the supervisor cannot wait".to_owned())
}

fn listen_at(spot: &Spot) -> nix::Result<OwnedFd> {
    let path = spot.socket();
    let _old = fs::remove_file(&path); // whoever made it is gone: we have the lock
    let listener = socket(AddressFamily::Unix, SockType::SeqPacket, SockFlag::SOCK_CLOEXEC, None)?;
    bind(listener.as_raw_fd(), &UnixAddr::new(&path)?)?;
    listen(&listener, Backlog::new(64)?)?;
    Ok(listener)
}

impl Supervisor {
    fn work(&mut self, listener: &OwnedFd, signals: &SignalFd) -> nix::Result<()> {
        loop {
            self.make_one();
            if self.stopping && self.current.is_none() && self.leaving.is_empty() {
                return Ok(());
            }
            let (asked, told, over, called) = self.wait(listener, signals)?;
            if told {
                self.stop();
            }
            if !over.is_empty() {
                self.last = Instant::now();
            }
            over.into_iter().rev().for_each(|at| drop(self.cold_running.remove(at)));
            self.listen_to(&called);
            if asked {
                self.answer(listener);
            }
            if !self.busy() && self.last.elapsed() >= self.idle {
                self.stop();
            }
        }
    }

    /// Waits. Whether somebody asks, whether a signal came, which cold commands are over, which interpreters say something.
    fn wait(
        &self,
        listener: &OwnedFd,
        signals: &SignalFd,
    ) -> nix::Result<(bool, bool, Vec<usize>, Vec<i32>)> {
        let mut fds = vec![PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
        fds.push(PollFd::new(signals.as_fd(), PollFlags::POLLIN));
        fds.extend(self.cold_running.iter().map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN)));
        let interpreters: Vec<&Interpreter> = self.current.iter().chain(&self.leaving).collect();
        fds.extend(interpreters.iter().map(|one| PollFd::new(one.socket.as_fd(), PollFlags::POLLIN)));
        let patience = if self.busy() {
            PollTimeout::NONE
        } else {
            let left = self.idle.saturating_sub(self.last.elapsed()).as_millis() + 1;
            PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
        };
        match poll(&mut fds, patience) {
            Err(nix::errno::Errno::EINTR) => return Ok((false, false, Vec::new(), Vec::new())),
            other => other?,
        };
        let came: Vec<bool> = fds.iter().map(|fd| fd.any() == Some(true)).collect();
        let (commands, interpreting) = came[2..].split_at(self.cold_running.len());
        let over = commands.iter().enumerate().filter(|(_, came)| **came).map(|(at, _)| at).collect();
        let called =
            interpreters.iter().zip(interpreting).filter(|(_, came)| **came).map(|(one, _)| one.pid());
        Ok((came[0], came[1], over, called.collect()))
    }

    pub(crate) fn running(&self) -> u64 {
        self.current.iter().chain(&self.leaving).map(|one| one.running).sum()
    }

    /// Whether something will come by itself: the end of a command, an interpreter that is ready or gone.
    fn busy(&self) -> bool {
        let making = self.current.as_ref().is_some_and(|one| one.ready.is_none());
        self.stopping || self.running() > 0 || making || !self.cold_running.is_empty()
    }

    /// Makes an interpreter, if one is wanted and nobody has to wait because of it.
    fn make_one(&mut self) {
        let busy = !self.cold_running.is_empty();
        if self.stopping || self.current.is_some() || busy || self.learned.modules.is_empty() {
            return;
        }
        let now = fingerprint(&self.spot, &self.learned);
        if self.given_up.as_ref().is_some_and(|(_, learned, seen)| *learned == self.learned && *seen == now) {
            return;
        }
        self.given_up = None;
        match Interpreter::start(&self.spot, &self.learned, &self.environment) {
            Ok(made) => self.current = Some(made),
            Err(error) => self.give_up(format!("`{}`: {error}", self.spot.interpreter.display())),
        }
    }

    fn give_up(&mut self, why: String) {
        eprintln!("spinloom: no warm interpreter: {why}");
        self.given_up = Some((why, self.learned.clone(), fingerprint(&self.spot, &self.learned)));
    }

    /// The current one takes no more, and leaves with the last of its processes.
    pub(crate) fn dismiss(&mut self) {
        if let Some(mut one) = self.current.take() {
            one.dismiss();
            self.leaving.push(one);
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stopping = true;
        let _gone = fs::remove_file(self.spot.socket()); // the next command starts another
        self.dismiss();
    }

    fn listen_to(&mut self, called: &[i32]) {
        for pid in called {
            if let Some(at) = self.leaving.iter().position(|one| one.pid() == *pid) {
                match self.leaving[at].hear() {
                    Some(Say::Gone { .. }) => self.leaving[at].running -= 1,
                    Some(_) => {}
                    None => self.leaving.remove(at).bury(),
                }
            } else if let Some(said) = self.current.as_ref().map(Interpreter::hear) {
                self.hear_current(said);
            }
        }
    }

    fn hear_current(&mut self, said: Option<Say>) {
        self.last = Instant::now();
        let Some(current) = &mut self.current else { return };
        match said {
            Some(Say::Ready(ready)) => {
                current.ready = Some(ready);
                self.bound_memory();
            }
            Some(Say::Gone { .. }) => {
                current.running -= 1;
                self.bound_memory();
            }
            Some(Say::Unfit { module, why }) => {
                current.unfit = true;
                self.learned.drop_module(&module, &why);
                self.learned.write(&self.spot.learned());
            }
            Some(_) => {}
            None => self.lost(),
        }
    }

    /// The current one is gone without being told to.
    fn lost(&mut self) {
        let Some(one) = self.current.take() else { return };
        let (unfit, ready) = (one.unfit, one.ready.is_some());
        one.bury();
        // Without the module that was unfit, or after it had been killed, another one may live; after a failure it would fail again.
        if !unfit && !ready {
            self.give_up(format!("it ended by itself; see `{}`", self.spot.log().display()));
        }
    }

    fn bound_memory(&mut self) {
        let Some(bytes) = self.current.as_ref().map(Interpreter::bytes) else { return };
        if bytes > self.most_bytes {
            let (has, most) = (bytes >> 20, self.most_bytes >> 20);
            self.dismiss();
            self.give_up(format!(
                "it takes {has} MiB, more than the {most} MiB it may (`SPINLOOM_SPIN_MEMORY`)"
            ));
        }
    }
}
