//! What the supervisor answers.

use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::time::Instant;

use nix::sys::socket::sockopt::{PeerCredentials, ReceiveTimeout};
use nix::sys::socket::{SockFlag, accept4, getsockopt, setsockopt};
use nix::sys::time::{TimeVal, TimeValLike as _};
use nix::unistd::geteuid;
use spinloom_compute::protocol::Message;

use crate::environment::Environment;
use crate::interpreter::fingerprint;
use crate::memory;
use crate::protocol::{Figures, Report, Run, Say, VERSION, hear, say};
use crate::requests;
use crate::supervisor::Supervisor;
use crate::system::watch_process;

/// Why nothing can be served before the first command has told what it imports.
const NOTHING_KNOWN: &str = "it is not known yet what the project's flows import";
/// How long whoever connects may take to say what for, seconds.
const PATIENCE_S: i64 = 2;

impl Supervisor {
    /// Takes the next connection, and answers it.
    pub(crate) fn answer(&mut self, listener: &OwnedFd) {
        let Ok(client) = accept(listener) else { return };
        let Ok(peer) = getsockopt(&client, PeerCredentials) else { return };
        let patience = setsockopt(&client, ReceiveTimeout, &TimeVal::seconds(PATIENCE_S));
        if peer.uid() != geteuid().as_raw() || patience.is_err() {
            return; // the folder keeps others out: one that comes in all the same is told nothing
        }
        let Ok(Some(message)) = hear(&client) else { return };
        match &message.header {
            Say::Run(run) => {
                self.last = Instant::now();
                self.serve(run, &message, client, peer.pid());
            }
            Say::Report(report) => self.learn(report),
            Say::Status => {
                let _gone = say(&client, &Say::Figures(Box::new(self.figures())), &[], &[]);
            }
            Say::Stop => {
                let _gone = say(&client, &Say::Figures(Box::new(self.figures())), &[], &[]);
                self.stop();
            }
            _ => {}
        }
    }

    fn serve(&mut self, run: &Run, message: &Message<Say>, client: OwnedFd, pid: i32) {
        let environment = Environment::parse(&message.body);
        let why = match self.refuse(run, &environment) {
            Some(why) => why,
            None => match self.current.as_mut().map(|one| one.run(message, &client)) {
                Some(Ok(())) => {
                    self.warm += 1;
                    self.why_cold = None;
                    return;
                }
                _ => "the warm interpreter is gone".to_owned(),
            },
        };
        self.cold += 1;
        self.why_cold = Some(why.clone());
        self.environment = environment;
        // It becomes the cold command, in the same process.
        self.cold_running.extend(watch_process(pid));
        let _gone = say(&client, &Say::Cold { why }, &[], &[]);
    }

    /// Why a command line cannot be served now. What is stale is sent away, so that a new one is made.
    fn refuse(&mut self, run: &Run, environment: &Environment) -> Option<String> {
        if run.v != VERSION || run.build != self.build {
            self.stop();
            return Some("it was started by another build of `spinloom`".to_owned());
        }
        if let Some(why) = requests::never(run, environment) {
            return Some(why);
        }
        let Some(current) = &self.current else {
            return Some(match &self.given_up {
                Some((why, ..)) => why.clone(),
                None => NOTHING_KNOWN.to_owned(),
            });
        };
        let now = fingerprint(&self.spot, &self.learned);
        if let Some(path) = current.fingerprint.differs(&now) {
            let why = format!("`{}` has changed", path.display());
            self.dismiss();
            return Some(why);
        }
        if current.ready.is_none() {
            return Some("the warm interpreter is still being made".to_owned());
        }
        let why = requests::not_here(run, environment, current, &self.learned)?;
        if current.environment_differs(environment).is_some() {
            self.dismiss(); // the next one is made in the environment of this command
        }
        Some(why)
    }

    /// Takes in what a process had loaded. An interpreter that lacks some of it is replaced.
    fn learn(&mut self, report: &Report) {
        let before = self.learned.modules.len();
        if !self.learned.add(report) {
            return;
        }
        self.learned.write(&self.spot.learned());
        if self.learned.modules.len() > before
            && let Some(current) = &self.current
        {
            self.environment = current.environment.clone();
            self.dismiss();
        }
    }

    fn figures(&self) -> Figures {
        let ready = self.current.as_ref().and_then(|one| one.ready.as_ref());
        let state = if self.stopping {
            "leaving"
        } else if ready.is_some() {
            "ready"
        } else if self.current.is_some() || (!self.learned.modules.is_empty() && self.given_up.is_none()) {
            "making"
        } else if self.given_up.is_some() {
            "cold"
        } else {
            "waiting"
        };
        let pid = i32::try_from(std::process::id()).unwrap_or_default();
        let given_up = || self.given_up.as_ref().map(|(why, ..)| why.clone());
        let mut dropped = self.learned.dropped.clone();
        dropped.extend(ready.map(|ready| ready.failed.clone()).unwrap_or_default());
        Figures {
            pid,
            project: self.spot.project.clone(),
            interpreter: self.spot.interpreter.clone(),
            state: state.to_owned(),
            uptime_s: self.began.elapsed().as_secs(),
            warm_pid: self.current.as_ref().map(crate::interpreter::Interpreter::pid),
            modules: ready.map_or(0, |ready| ready.modules),
            dropped,
            supervisor_bytes: memory::proportional(pid),
            warm_bytes: self.current.as_ref().map_or(0, crate::interpreter::Interpreter::bytes),
            warm: self.warm,
            cold: self.cold,
            running: self.running(),
            why_cold: self.why_cold.clone().or_else(given_up),
            log: self.spot.log(),
        }
    }
}

#[expect(unsafe_code, reason = "a descriptor that accept has just made is ours alone")]
fn accept(listener: &OwnedFd) -> nix::Result<OwnedFd> {
    let fd = accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC)?;
    // SAFETY: the kernel made this descriptor for this process, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
