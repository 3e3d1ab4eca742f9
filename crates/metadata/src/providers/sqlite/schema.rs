//! The version of the database and how an older one is brought up to it.

use std::fmt;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use spinloom_diagnostics::{Error, codes};

use super::trouble::{Outcome, corrupt};

/// A version of the schema, kept in SQLite's `user_version`. Readers follow any minor of their major; writers none newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    /// Grows when older readers would misread.
    pub(super) major: u16,
    /// Grows when older writers would leave something out.
    pub(super) minor: u16,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// One step of the way, from the version before it.
pub(super) type Migration = (Version, &'static str);

/// Every step since the first release, oldest first. A step, once released, never changes.
pub(super) const MIGRATIONS: &[Migration] = &[
    (Version { major: 1, minor: 0 }, include_str!("migrations/1.0.sql")),
    (Version { major: 1, minor: 1 }, include_str!("migrations/1.1.sql")),
    (Version { major: 1, minor: 2 }, include_str!("migrations/1.2.sql")),
    (Version { major: 1, minor: 3 }, include_str!("migrations/1.3.sql")),
    (Version { major: 1, minor: 4 }, include_str!("migrations/1.4.sql")),
    (Version { major: 1, minor: 5 }, include_str!("migrations/1.5.sql")),
    (Version { major: 1, minor: 6 }, include_str!("migrations/1.6.sql")),
];

/// The version this build writes.
pub(super) const CURRENT: Version = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// The version of a database; `None` while it is empty.
pub(super) fn found(conn: &Connection) -> Outcome<Option<Version>> {
    // One view for both questions: another process may be making the tables.
    checked(&conn.unchecked_transaction()?)
}

fn checked(view: &Transaction<'_>) -> Outcome<Option<Version>> {
    let found = version(view)?;
    if found.is_none() && !is_empty(view)? {
        return Err(corrupt("it has tables, but no version"));
    }
    Ok(found)
}

/// The version that is noted.
fn version(conn: &Connection) -> Outcome<Option<Version>> {
    let packed: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = Version { major: (packed >> 16) as u16, minor: packed as u16 };
    Ok((packed != 0).then_some(version))
}

/// Brings the database up to the last of `steps` in one transaction. Any number of processes may try at once.
pub(super) fn migrate(conn: &mut Connection, steps: &[Migration]) -> Outcome<()> {
    let Some(&(target, _)) = steps.last() else { return Ok(()) };
    match version(conn)? {
        Some(now) if now == target => return Ok(()),
        Some(now) if now > target => return Err(newer(now, target).into()),
        _ => {}
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let now = checked(&tx)?;
    for (_, sql) in steps.iter().filter(|(v, _)| Some(*v) > now) {
        tx.execute_batch(sql)?;
    }
    if now < Some(target) {
        let packed = (u32::from(target.major) << 16) | u32::from(target.minor);
        tx.pragma_update(None, "user_version", packed)?;
    }
    Ok(tx.commit()?)
}

/// Nothing has been made in it yet.
fn is_empty(conn: &Connection) -> Outcome<bool> {
    Ok(conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}

/// The database is from the future.
pub(super) fn newer(found: Version, known: Version) -> Error {
    Error::new(
        codes::STORE_FORMAT,
        format!("the metadata has format {found}, and this Spinloom knows {known}"),
    )
    .hint("upgrade Spinloom to the version that wrote it, or a later one")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[Migration] = &[(Version { major: 1, minor: 0 }, "CREATE TABLE a (x)")];
    const NEW: &[Migration] = &[
        OLD[0],
        (Version { major: 1, minor: 1 }, "ALTER TABLE a ADD COLUMN y"),
        (Version { major: 2, minor: 0 }, "CREATE TABLE b (z)"),
    ];

    #[test]
    fn every_step_is_taken_once_and_in_order() {
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(version(&conn).unwrap(), None);
        migrate(&mut conn, OLD).unwrap();
        conn.execute("INSERT INTO a VALUES (1)", []).unwrap();
        for _ in 0..2 {
            migrate(&mut conn, NEW).unwrap();
            assert_eq!(version(&conn).unwrap(), Some(Version { major: 2, minor: 0 }));
        }
        conn.execute("UPDATE a SET y = 2", []).unwrap();
        conn.execute("INSERT INTO b VALUES (3)", []).unwrap();
    }

    #[test]
    fn a_failing_step_leaves_the_version_before() {
        let broken: &[Migration] = &[OLD[0], NEW[1], (Version { major: 2, minor: 0 }, "CREATE TABLE a (x)")];
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, OLD).unwrap();
        migrate(&mut conn, broken).unwrap_err();
        assert_eq!(version(&conn).unwrap(), Some(OLD[0].0));
        assert!(conn.prepare("SELECT y FROM a").is_err());
    }

    #[test]
    fn versions_of_the_list_ascend() {
        assert!(MIGRATIONS.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
