//! Whether a process drives a run: a lock of the kernel's, which a process loses by dying, however it dies.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};

use crate::{
    Datastore,
    io::{read_error, write_error},
};

/// Held by the one process that drives a run, and by none of its forks. Dropping it lets go.
#[derive(Debug)]
pub struct DriverLock {
    _file: File,
}

impl Datastore {
    /// Becomes the driver of a run; `None` while another process is. Call it at most once in a process for each run:
    /// a lock of this kind belongs to the process, and any close of the file gives it up.
    ///
    /// # Errors
    /// `SL0401` or `SL0404` if the lock's file cannot be made, or its file system has no locks.
    pub fn lock_driver(&self, flow: &FlowName, run: &RunId) -> Result<Option<DriverLock>> {
        let (path, file) = self.driver_file(flow, run)?;
        match fcntl(&file, FcntlArg::F_SETLK(&whole(libc::F_WRLCK))) {
            Ok(_) => Ok(Some(DriverLock { _file: file })),
            Err(Errno::EAGAIN | Errno::EACCES) => Ok(None),
            Err(errno) => Err(no_lock(&path, errno)),
        }
    }

    /// Becomes the driver of a run as soon as no other process is: when it is done, or dead.
    ///
    /// # Errors
    /// As [`lock_driver`](Self::lock_driver).
    pub fn await_driver(&self, flow: &FlowName, run: &RunId) -> Result<DriverLock> {
        let (path, file) = self.driver_file(flow, run)?;
        loop {
            match fcntl(&file, FcntlArg::F_SETLKW(&whole(libc::F_WRLCK))) {
                Ok(_) => return Ok(DriverLock { _file: file }),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(no_lock(&path, errno)),
            }
        }
    }

    /// Whether another process drives a run now. One of another machine is only seen if the file system shares locks.
    ///
    /// # Errors
    /// `SL0401` if the lock's file is there and cannot be read.
    pub fn is_driven(&self, flow: &FlowName, run: &RunId) -> Result<bool> {
        let path = self.driver_path(flow, run);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(read_error(&path, &e)),
        };
        let mut lock = whole(libc::F_WRLCK);
        Ok(fcntl(&file, FcntlArg::F_GETLK(&mut lock)).is_ok()
            && lock.l_type != libc::F_UNLCK as libc::c_short)
    }

    fn driver_file(&self, flow: &FlowName, run: &RunId) -> Result<(PathBuf, File)> {
        let path = self.driver_path(flow, run);
        let folder = self.run_folder(flow, run);
        fs::create_dir_all(&folder).map_err(|e| write_error(&folder, &e))?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|e| write_error(&path, &e))?;
        Ok((path, file))
    }

    fn driver_path(&self, flow: &FlowName, run: &RunId) -> PathBuf {
        self.run_folder(flow, run).join("driver.lock")
    }
}

fn no_lock(path: &Path, errno: Errno) -> Error {
    Error::new(codes::STORE_IO, format!("`{}` cannot be locked", path.display()))
        .cause(errno)
        .hint("keep the store on a file system that has locks")
}

/// A lock of a whole file.
fn whole(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}
