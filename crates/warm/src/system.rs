//! What a process inherits from the one that starts it, and a few calls without a safe form.

#![expect(unsafe_code, reason = "pidfd_open, raise and signal dispositions have no safe form")]

use std::fs;
use std::os::fd::{FromRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::{Mode, umask};

/// The limits a process hands on to its children.
pub const LIMITS: [Resource; 10] = [
    Resource::RLIMIT_AS,
    Resource::RLIMIT_CORE,
    Resource::RLIMIT_CPU,
    Resource::RLIMIT_DATA,
    Resource::RLIMIT_FSIZE,
    Resource::RLIMIT_MEMLOCK,
    Resource::RLIMIT_NICE,
    Resource::RLIMIT_NOFILE,
    Resource::RLIMIT_NPROC,
    Resource::RLIMIT_STACK,
];

/// The limits of this process, soft and hard, in the order of [`LIMITS`].
pub fn limits() -> Vec<(u64, u64)> {
    LIMITS.iter().map(|limit| getrlimit(*limit).unwrap_or((u64::MAX, u64::MAX))).collect()
}

/// The mask of new files of this process.
pub fn file_mask() -> u32 {
    // It can only be read by changing it.
    let mask = umask(Mode::empty());
    umask(mask);
    mask.bits()
}

/// Signals that this process ignores, bit n-1 for signal n. SIGPIPE is left out: Rust and Python ignore it by themselves.
pub fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    mask & !(1 << (libc::SIGPIPE - 1))
}

/// What a process cannot change of where it is: control group, namespaces, groups. A child of one that differs is not the same.
pub fn whereabouts() -> String {
    let mut text = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    for name in ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"] {
        if let Ok(link) = fs::read_link(format!("/proc/self/ns/{name}")) {
            text += &format!("{}\n", link.display());
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kept = ["Uid:", "Gid:", "Groups:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:"];
    let lines = status.lines().filter(|line| kept.iter().any(|start| line.starts_with(start)));
    lines.for_each(|line| text += &format!("{line}\n"));
    text
}

/// The numbers of the descriptors of this process, the one among them that is open to list them.
pub(crate) fn descriptors() -> Vec<i32> {
    let listed = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    listed.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// A descriptor that becomes readable when the process ends.
pub(crate) fn watch_process(pid: i32) -> nix::Result<OwnedFd> {
    // SAFETY: pidfd_open takes any number; what it returns is a new descriptor that is ours alone.
    unsafe {
        let fd = Errno::result(libc::syscall(libc::SYS_pidfd_open, pid, 0))?;
        Ok(OwnedFd::from_raw_fd(i32::try_from(fd).map_err(|_| Errno::EBADF)?))
    }
}

/// Ends this process by `signal`, as if nobody handled it.
pub(crate) fn die_by(signal: i32) -> ! {
    // SAFETY: only this process' own attributes are set, and it has no other thread.
    unsafe {
        // The process whose end is mirrored has left a core already, if one is wanted.
        libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 0, rlim_max: 0 });
        libc::signal(signal, libc::SIG_DFL);
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::sigprocmask(libc::SIG_UNBLOCK, &all, std::ptr::null_mut());
        libc::raise(signal);
    }
    std::process::exit(128 + signal)
}
