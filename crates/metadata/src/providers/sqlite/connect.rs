//! Opening the database, beside any number of processes that do the same.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use spinloom_diagnostics::{Error, codes};

use super::schema::{self, CURRENT, MIGRATIONS};
use super::trouble::{Outcome, Trouble};

/// A lock is waited for this long.
const PATIENCE: Duration = Duration::from_secs(60);
/// More statements than the provider has, so that each is prepared once.
const STATEMENTS: usize = 64;
/// The log is cut to this many bytes after a checkpoint.
const LOG_BYTES: i64 = 16 << 20;
/// Page cache of a connection, KiB.
const CACHE_KIB: i64 = 8 << 10;

/// Opens for reading and writing; makes folder, file and schema if they are not there.
pub(super) fn writer(path: &Path) -> Outcome<Connection> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| no_folder(folder, &e))?;
    }
    patiently(|| {
        let mut conn = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        // Asked for outside a transaction, and answered at once when it is so already. A file system without shared
        // memory keeps its rollback journal: slower, still correct.
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        conn.pragma_update(None, "synchronous", "normal")?;
        conn.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        schema::migrate(&mut conn, MIGRATIONS)?;
        Ok(conn)
    })
}

/// Opens for reading; `None` if there is no database yet.
///
/// SQLite is still allowed to write: a reader that comes after a `kill -9` rebuilds the index of the log.
pub(super) fn reader(path: &Path) -> Outcome<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let conn = patiently(|| {
        let conn = connect(path, OpenFlags::empty())?;
        conn.pragma_update(None, "query_only", true)?;
        let found = schema::found(&conn)?;
        Ok((conn, found))
    });
    match conn? {
        (_, None) => Ok(None),
        (_, Some(v)) if v.major > CURRENT.major => Err(schema::newer(v, CURRENT).into()),
        (_, Some(v)) if v < CURRENT => {
            drop(writer(path)?);
            reader(path)
        }
        (conn, Some(_)) => Ok(Some(conn)),
    }
}

fn connect(path: &Path, more: OpenFlags) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(PATIENCE)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(conn)
}

/// Tries again while others are in the way: SQLite answers "busy" at once, whatever the timeout, when two connections
/// switch a new file to write-ahead logging, or when waiting could be a deadlock.
fn patiently<T>(attempt: impl Fn() -> Outcome<T>) -> Outcome<T> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match attempt() {
            Err(trouble) if trouble.passes() && start.elapsed() < PATIENCE => {
                sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

fn no_folder(folder: &Path, error: &std::io::Error) -> Trouble {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => codes::DISK_FULL,
        _ => codes::METADATA_IO,
    };
    Trouble::Ours(Error::new(code, format!("the folder `{}` cannot be made", folder.display())).cause(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_version(path: &Path, major: u32, minor: u32) {
        let conn = Connection::open(path).unwrap();
        conn.pragma_update(None, "user_version", (major << 16) | minor).unwrap();
    }

    fn code(trouble: Trouble) -> spinloom_diagnostics::Code {
        trouble.tell(Path::new("m.db")).code()
    }

    #[test]
    fn a_database_from_the_future_is_not_misread() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/metadata.db");
        drop(writer(&path).unwrap());
        set_version(&path, u32::from(CURRENT.major), u32::from(CURRENT.minor) + 1);
        assert!(reader(&path).unwrap().is_some(), "a newer minor can be read");
        assert_eq!(code(writer(&path).unwrap_err()), codes::STORE_FORMAT);
        set_version(&path, u32::from(CURRENT.major) + 1, 0);
        assert_eq!(code(reader(&path).unwrap_err()), codes::STORE_FORMAT);
        assert_eq!(code(writer(&path).unwrap_err()), codes::STORE_FORMAT);
    }

    #[test]
    fn a_reader_makes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("metadata.db");
        assert!(reader(&path).unwrap().is_none());
        assert!(!path.exists());
        std::fs::write(&path, "").unwrap();
        assert!(reader(&path).unwrap().is_none(), "made, but not yet filled");
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let text = dir.path().join("text");
        std::fs::write(&text, "no database at all, and longer than its header would be ".repeat(9)).unwrap();
        let tables = dir.path().join("tables");
        Connection::open(&tables).unwrap().execute("CREATE TABLE x (y)", []).unwrap();
        for path in [text, tables] {
            assert_eq!(code(writer(&path).unwrap_err()), codes::STORE_CORRUPT);
            assert_eq!(code(reader(&path).unwrap_err()), codes::STORE_CORRUPT);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert_eq!(code(writer(&dir.path().join("file/metadata.db")).unwrap_err()), codes::METADATA_IO);
    }
}
