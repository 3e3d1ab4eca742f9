//! Failures inside this provider, and how they are told.

use std::path::Path;

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use rusqlite::{ErrorCode, ffi};
use spinloom_diagnostics::{Error, codes};

/// Either SQLite's error, not yet told, or one of ours.
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite said no.
    Sql(rusqlite::Error),
    /// Ready for the user.
    Ours(Error),
}

/// A result inside this provider.
pub(super) type Outcome<T> = Result<T, Trouble>;

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl Trouble {
    /// Another process holds a lock, and trying again is worth it.
    pub(super) fn passes(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed)
        )
    }

    /// The error as the user sees it. `path` is the database.
    pub(super) fn tell(self, path: &Path) -> Error {
        match self {
            Self::Ours(error) => error,
            Self::Sql(error) => tell(error, path),
        }
    }
}

/// A stored value that cannot be what was written.
pub(super) fn corrupt(what: impl std::fmt::Display) -> Trouble {
    Trouble::Ours(
        Error::new(codes::STORE_CORRUPT, "the metadata holds a value that was never written").cause(what),
    )
}

/// A change that no correct engine sends.
pub(super) fn misuse(message: impl Into<String>) -> Trouble {
    Trouble::Ours(Error::new(codes::INTERNAL, message))
}

fn tell(error: rusqlite::Error, path: &Path) -> Error {
    let db = path.display();
    let full = || {
        Error::new(codes::DISK_FULL, format!("the disk that holds `{db}` is full"))
            .hint("free some space there, then resume the run")
    };
    let io = || Error::new(codes::METADATA_IO, format!("the metadata in `{db}` cannot be read or written"));
    let told = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => full(),
        Some(ErrorCode::SystemIoFailure) if shared_memory_is_full(&error) => full(),
        Some(ErrorCode::SystemIoFailure) if files_may_not_grow() => Error::new(
            codes::DISK_FULL,
            format!("`{db}`, or a file beside it, has grown as far as this process may let files grow"),
        )
        .hint("raise the limit (`ulimit -f`), then resume the run"),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::new(codes::STORE_CORRUPT, format!("`{db}` is damaged, or no metadata of Spinloom"))
                .hint("restore it from a backup, or move it away to start afresh")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            io().hint("another process has kept it locked for a minute: look for a hanging one")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            io().hint("check that you may write to its folder")
        }
        Some(ErrorCode::SystemIoFailure) => io()
            .hint("check that its disk is present and healthy, and not a network drive without file locks"),
        Some(_) => io(),
        None => Error::new(codes::STORE_CORRUPT, format!("`{db}` holds a value that was never written")),
    };
    told.cause(error)
}

/// SQLite says of a file that ran into such a limit only that it could not be written.
fn files_may_not_grow() -> bool {
    getrlimit(Resource::RLIMIT_FSIZE).is_ok_and(|(now, _)| now != RLIM_INFINITY)
}

/// The index of the write-ahead log is a file too, and growing it fails as an I/O error.
fn shared_memory_is_full(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(f, _) if f.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}
