//! `fork` as Python needs it, and what a fresh child has to do first.

#![expect(unsafe_code, reason = "fork, wait4 and the calls CPython wants round them have no safe form")]

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::libc;

unsafe extern "C" {
    // Part of the limited API since 3.7; `pyo3-ffi` does not declare them for abi3.
    fn PyOS_BeforeFork();
    fn PyOS_AfterFork_Parent();
    fn PyOS_AfterFork_Child();
}

/// Which side of a fork this is.
pub(crate) enum Side {
    Parent(i32),
    Child,
}

/// Forks the interpreter. Call with the GIL held, in a process with one thread.
pub(crate) fn fork() -> Result<Side, Errno> {
    // SAFETY: the caller holds the GIL (only code that does can reach this crate's functions) and CPython asks for exactly
    // this bracket round fork. The child goes on in a process with this one thread.
    unsafe {
        PyOS_BeforeFork();
        match libc::fork() {
            0 => {
                PyOS_AfterFork_Child();
                Ok(Side::Child)
            }
            pid => {
                let result = Errno::result(pid);
                PyOS_AfterFork_Parent();
                result.map(Side::Parent)
            }
        }
    }
}

/// Ends this process at once: no destructors, no `atexit`.
pub(crate) fn leave(code: i32) -> ! {
    // SAFETY: _exit only ends the process.
    unsafe { libc::_exit(code) }
}

/// A child that is gone.
pub(crate) struct Reaped {
    pub pid: i32,
    pub status: i32,
    pub cpu_us: u64,
    pub max_rss_kib: u64,
}

/// Reaps one child that is gone, if there is one.
pub(crate) fn reap() -> Option<Reaped> {
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all-zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals that outlive the call.
    let pid = unsafe { libc::wait4(-1, &mut status, libc::WNOHANG, &mut usage) };
    (pid > 0).then(|| Reaped {
        pid,
        status,
        cpu_us: micros(usage.ru_utime) + micros(usage.ru_stime),
        max_rss_kib: u64::try_from(usage.ru_maxrss).unwrap_or(0),
    })
}

fn micros(time: libc::timeval) -> u64 {
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_usec).unwrap_or(0)
}

/// Makes `fd` the standard stream `target`.
pub(crate) fn become_stream(fd: RawFd, target: RawFd) -> Result<(), Errno> {
    // SAFETY: dup2 takes any two numbers; a bad one is an error.
    Errno::result(unsafe { libc::dup2(fd, target) }).map(|_| ())
}

/// A duplicate of `fd` whose number is at least `least`.
pub(crate) fn aside(fd: RawFd, least: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: fcntl takes any number; a bad one is an error. The duplicate belongs to nobody else.
    unsafe { Errno::result(libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, least)).map(|fd| OwnedFd::from_raw_fd(fd)) }
}

/// Takes over a descriptor that this process was started with.
pub(crate) fn adopt(fd: RawFd) -> OwnedFd {
    // SAFETY: whoever started this process put it there, and nothing else of it knows the number.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Starts `path` in a process of its own, in a group of its own, that dies with this one; `moved` says which descriptors it
/// has, and as which numbers. Answers its process.
pub(crate) fn execute(
    path: &CStr,
    words: &[CString],
    environment: &[CString],
    moved: &[(OwnedFd, RawFd)],
) -> Result<i32, Errno> {
    let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
        list.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (words, environment) = (pointers(words), pointers(environment));
    let parent = nix::unistd::getpid().as_raw();
    // SAFETY: the child only makes calls that are safe after a fork, with memory made before it, and then becomes another program.
    unsafe {
        let pid = Errno::result(libc::fork())?;
        if pid > 0 {
            return Ok(pid);
        }
        die_with(parent);
        own_group();
        for (fd, target) in moved {
            libc::dup2(fd.as_raw_fd(), *target);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        libc::execve(path.as_ptr(), words.as_ptr(), environment.as_ptr());
        leave(127)
    }
}

/// The standard stream `fd`, 1 or 2.
pub(crate) fn standard_stream(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: the number is valid for as long as the process; one that the user closed makes writes fail, no more.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

/// Has the kernel kill this process when its parent dies; leaves if the parent is dead already.
pub(crate) fn die_with(parent: i32) {
    // SAFETY: prctl and getppid only read and set process attributes.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != parent {
            leave(1);
        }
    }
}

/// Gives this process a group of its own, so a Ctrl-C of the terminal reaches the driver only.
pub(crate) fn own_group() {
    // SAFETY: setpgid only sets a process attribute.
    unsafe {
        libc::setpgid(0, 0);
    }
}
