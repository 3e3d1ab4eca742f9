//! Errors of the operating system, as ours.

use std::{io, path::Path};

use spinloom_diagnostics::{Error, codes};

/// Hint of every [`codes::STORE_CORRUPT`] about recorded data.
pub(crate) const CORRUPT_HINT: &str =
    "the file was changed or cut after it was written: restore it from a backup, or run the step again";

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// `path` could not be written.
pub(crate) fn write_error(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    if is_full(error) {
        return Error::new(codes::DISK_FULL, format!("no room to write `{path}`"))
            .cause(error)
            .hint("free some space there, then `resume` the run: what was recorded before is intact");
    }
    Error::new(codes::STORE_IO, format!("cannot write `{path}`")).cause(error)
}

/// `path` could not be read.
pub(crate) fn read_error(path: &Path, error: &io::Error) -> Error {
    Error::new(codes::STORE_IO, format!("cannot read `{}`", path.display())).cause(error)
}

/// Stored bytes are not what was written. `what` is the whole sentence.
pub(crate) fn corrupt(what: String) -> Error {
    Error::new(codes::STORE_CORRUPT, what).hint(CORRUPT_HINT)
}
