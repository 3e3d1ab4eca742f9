//! The launcher: hands a command line over, passes signals on, and ends as the process ends that runs it.

use std::ffi::OsString;
use std::fs::File;
use std::io::IsTerminal as _;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, kill, killpg, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::sockopt::PeerCredentials;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, getsockopt, socket};
use nix::sys::wait::WaitStatus;
use nix::unistd::{Pid, geteuid, getpgrp, tcgetpgrp};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::Spot;
use crate::environment;
use crate::protocol::{Figures, Report, Run, Say, VERSION, hear, say};
use crate::{spot, system};

/// Signals that are passed on.
const PASSED: [Signal; 9] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGWINCH,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGTSTP,
];

/// A command line for `python -m spinloom`.
#[derive(Debug)]
pub struct Command {
    /// What follows `python -m spinloom`.
    pub words: Vec<String>,
    /// The folder of the flow's file.
    pub folder: PathBuf,
    /// The whole environment.
    pub environment: Vec<(OsString, OsString)>,
}

/// What came of asking.
#[derive(Debug)]
pub enum Outcome {
    /// It ran, and ended so: a wait status.
    Ran(i32),
    /// It did not begin: run it yourself.
    Cold {
        /// Why.
        why: String,
        /// There is no supervisor: start one.
        start: bool,
    },
}

impl Outcome {
    fn cold(why: impl Into<String>) -> Self {
        Self::Cold { why: why.into(), start: false }
    }
}

/// Which build this is. Another one would not be understood, or is older than what was built last.
pub fn build() -> String {
    let own = std::env::current_exe().ok().and_then(|path| path.metadata().ok());
    let stamp = own.map(|found| format!("{}-{}.{}", found.len(), found.mtime(), found.mtime_nsec()));
    format!("{} {}", env!("CARGO_PKG_VERSION"), stamp.unwrap_or_default())
}

/// Asks the supervisor of `spot` to have `command` run here: on this terminal, in this folder. Waits for its end.
///
/// # Errors
/// `SL0501` if the socket cannot be trusted: nothing was asked. `SL0202` if the processes that ran it were killed.
pub fn ask(spot: &Spot, command: &Command) -> Result<Outcome> {
    let Some(supervisor) = call(&spot.socket())? else {
        return Ok(Outcome::Cold { why: "there is no warm interpreter yet".to_owned(), start: true });
    };
    if in_background() {
        return Ok(Outcome::cold("it was started in the background of a terminal"));
    }
    let Ok(folder) = File::open(".") else { return Ok(Outcome::cold("the working directory is gone")) };
    let run = Run {
        v: VERSION,
        build: build(),
        words: command.words.clone(),
        folder: command.folder.clone(),
        umask: system::file_mask(),
        limits: system::limits(),
        ignored: system::ignored_signals(),
    };
    let body = environment::print(command.environment.iter().map(|(name, value)| (name, value)));
    // Before anything is asked: a signal from now on is for whoever runs it.
    let signals = hear_signals().or_error(codes::ENVIRONMENT, || "cannot listen to signals".to_owned())?;
    let answer = say(&supervisor, &Say::Run(run), &body, &[0, 1, 2, folder.as_raw_fd()])
        .and_then(|()| hear(&supervisor));
    match answer.map(|message| message.map(|message| message.header)) {
        Ok(Some(Say::Started { pid })) => follow(&supervisor, &signals, Pid::from_raw(pid)).map(Outcome::Ran),
        other => {
            listen_no_more();
            Ok(match other {
                Ok(Some(Say::Cold { why })) => Outcome::cold(why),
                _ => Outcome::cold("the warm interpreter did not answer"),
            })
        }
    }
}

/// A connection to the supervisor that listens at `path`, if there is one.
fn call(path: &Path) -> Result<Option<OwnedFd>> {
    if !spot::is_ours(path)? {
        return Ok(None);
    }
    let connected = || -> nix::Result<OwnedFd> {
        let fd = socket(AddressFamily::Unix, SockType::SeqPacket, SockFlag::SOCK_CLOEXEC, None)?;
        connect(fd.as_raw_fd(), &UnixAddr::new(path)?)?;
        Ok(fd)
    };
    let Ok(fd) = connected() else { return Ok(None) };
    let peer = getsockopt(&fd, PeerCredentials).map(|peer| peer.uid());
    if peer != Ok(geteuid().as_raw()) {
        return Err(Error::new(
            codes::ENVIRONMENT,
            format!("`{}` is served by another user", path.display()),
        )
        .hint("remove it, or point `XDG_RUNTIME_DIR` at a folder of your own"));
    }
    Ok(Some(fd))
}

/// The kernel stops a process in the background that reads from its terminal; one of another session it does not.
fn in_background() -> bool {
    let stdin = std::io::stdin();
    stdin.is_terminal() && tcgetpgrp(stdin.as_fd()).is_ok_and(|group| group != getpgrp())
}

fn passed() -> SigSet {
    PASSED.into_iter().collect()
}

fn hear_signals() -> nix::Result<SignalFd> {
    passed().thread_block()?;
    SignalFd::with_flags(&passed(), SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

fn listen_no_more() {
    let _unblocked = passed().thread_unblock();
}

/// Passes signals on until the process ends; its wait status.
fn follow(supervisor: &OwnedFd, signals: &SignalFd, pid: Pid) -> Result<i32> {
    loop {
        let mut fds = [
            PollFd::new(supervisor.as_fd(), PollFlags::POLLIN),
            PollFd::new(signals.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(lost(pid).cause(errno)),
        }
        let [over, signalled] = fds.map(|fd| fd.any() == Some(true));
        if over {
            return match hear(supervisor).map(|message| message.map(|message| message.header)) {
                Ok(Some(Say::Gone { status })) => Ok(status),
                _ => Err(lost(pid)),
            };
        }
        while signalled && let Ok(Some(signal)) = signals.read_signal() {
            let number = i32::try_from(signal.ssi_signo).unwrap_or_default();
            if let Ok(signal_sent) = Signal::try_from(number) {
                pass(signal_sent, signal.ssi_code, pid);
            }
        }
    }
}

/// Whoever keeps the process is gone: so is it, or it will be.
fn lost(pid: Pid) -> Error {
    let _gone = killpg(pid, Signal::SIGKILL);
    Error::new(codes::TASK_DIED, "the process that ran this was killed, and with it the warm interpreter")
        .hint("run the command again: it starts cold, and makes a new one")
}

/// What the terminal sends, it sends to all processes of a job; what another process sends is for this one only.
fn pass(signal: Signal, code: i32, pid: Pid) {
    if signal == Signal::SIGTSTP {
        let _gone = killpg(pid, Signal::SIGSTOP);
        let _raised = raise(Signal::SIGTSTP); // waits while it is blocked
        let only: SigSet = [Signal::SIGTSTP].into_iter().collect();
        let _stops_here = only.thread_unblock();
        let _continued = only.thread_block();
        let _gone = killpg(pid, Signal::SIGCONT);
    } else if code > 0 {
        let _gone = killpg(pid, signal);
    } else {
        let _gone = kill(pid, signal);
    }
}

/// Ends this process as another one ended.
pub fn end_like(status: i32) -> ! {
    match WaitStatus::from_raw(Pid::from_raw(1), status) {
        Ok(WaitStatus::Exited(_, code)) => std::process::exit(code),
        Ok(WaitStatus::Signaled(_, signal, _)) => system::die_by(signal as i32),
        _ => std::process::exit(1),
    }
}

/// Tells a supervisor what a Python process has loaded. Nobody waits for an answer.
///
/// # Errors
/// What the socket said.
pub fn report(socket_path: &Path, report: Report) -> nix::Result<()> {
    let fd = socket(AddressFamily::Unix, SockType::SeqPacket, SockFlag::SOCK_CLOEXEC, None)?;
    connect(fd.as_raw_fd(), &UnixAddr::new(socket_path)?)?;
    say(&fd, &Say::Report(report), &[], &[])
}

/// What the supervisor that listens at `path` knows of itself; `None` if there is none.
///
/// # Errors
/// `SL0501` if the socket cannot be trusted.
pub fn figures(path: &Path) -> Result<Option<Figures>> {
    let Some(supervisor) = call(path)? else { return Ok(None) };
    Ok(figures_from(&supervisor, &Say::Status))
}

/// Has the supervisor that listens at `path` leave; `None` if there is none. Waits for it, unless it has commands to wait
/// for itself.
///
/// # Errors
/// `SL0501` if the socket cannot be trusted.
pub fn stop(path: &Path) -> Result<Option<Figures>> {
    let Some(supervisor) = call(path)? else { return Ok(None) };
    let figures = figures_from(&supervisor, &Say::Stop);
    let leaving = figures.as_ref().filter(|figures| figures.running == 0);
    if let Some(process) = leaving.and_then(|figures| system::watch_process(figures.pid).ok()) {
        let _gone = poll(&mut [PollFd::new(process.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE);
    }
    Ok(figures)
}

/// Starts a supervisor for `spot`, out of the way: it is no child of this process. `program` with `words` is to call
/// [`crate::serve`] after [`detach`].
///
/// # Errors
/// `SL0501` if its folder cannot be made or trusted, or it cannot be started.
pub fn start(spot: &Spot, words: &[OsString], environment: &[(OsString, OsString)]) -> Result<()> {
    spot.prepare()?;
    let failed = || "cannot start the process that keeps an interpreter warm".to_owned();
    let log =
        File::options().append(true).create(true).open(spot.log()).or_error(codes::ENVIRONMENT, failed)?;
    let program = std::env::current_exe().or_error(codes::ENVIRONMENT, failed)?;
    let mut command = std::process::Command::new(program);
    command.args(words).env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stderr(log.try_clone().or_error(codes::ENVIRONMENT, failed)?).stdout(log);
    // It has left a process of its own behind when this returns.
    command.status().or_error(codes::ENVIRONMENT, failed).map(|_| ())
}

/// Leaves the terminal, the session, and all descriptors but the standard ones; the rest of the program runs on its own.
///
/// # Errors
/// `SL0501` if the process cannot be forked.
pub fn detach() -> Result<()> {
    for fd in system::descriptors().into_iter().filter(|fd| *fd > 2) {
        let _open_only_to_list = nix::unistd::close(fd);
    }
    nix::unistd::daemon(false, true).or_error(codes::ENVIRONMENT, || "cannot fork".to_owned())
}

fn figures_from(supervisor: &OwnedFd, asked: &Say) -> Option<Figures> {
    say(supervisor, asked, &[], &[]).ok()?;
    match hear(supervisor).ok()??.header {
        Say::Figures(figures) => Some(*figures),
        _ => None,
    }
}
