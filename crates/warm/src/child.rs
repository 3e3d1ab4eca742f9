//! What a process forked for a command line takes over from the launcher, besides its terminal and its environment.

use std::os::fd::OwnedFd;

use nix::sys::resource::setrlimit;
use nix::sys::stat::{Mode, umask};
use nix::unistd::fchdir;

use crate::protocol::Run;
use crate::system::LIMITS;

/// A process that was just forked.
#[derive(Debug)]
pub struct Child;

impl Child {
    /// Goes to the launcher's folder and takes over its file mask and limits.
    ///
    /// # Errors
    /// What the kernel said; limits that cannot be raised were refused by the supervisor before.
    pub fn enter(run: &Run, folder: &OwnedFd) -> nix::Result<()> {
        fchdir(folder)?;
        umask(Mode::from_bits_truncate(run.umask));
        for (limit, (soft, hard)) in LIMITS.iter().zip(&run.limits) {
            setrlimit(*limit, *soft, *hard)?;
        }
        Ok(())
    }
}
