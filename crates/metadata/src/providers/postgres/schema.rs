//! The version of the tables and how older ones are brought up to it.

use spinloom_diagnostics::{Error, codes};

use super::client::Client;
use super::trouble::Outcome;

/// A major and a minor version. Readers follow any minor of their major; writers none newer.
type Version = (i32, i32);

/// Every step since the first release, oldest first. A step, once released, never changes.
const MIGRATIONS: &[(Version, &str)] = &[
    ((1, 0), include_str!("migrations/1.0.sql")),
    ((1, 1), include_str!("migrations/1.1.sql")),
    ((1, 2), include_str!("migrations/1.2.sql")),
];
/// The version this build writes.
const CURRENT: Version = MIGRATIONS[MIGRATIONS.len() - 1].0;
/// The advisory lock of whoever migrates: "spinloom", as a number.
const LOCK: i64 = 0x7370_696e_6c6f_6f6d;

/// The version of the tables, and the store's name; `None` while there are none.
async fn found(client: &Client) -> Outcome<Option<(Version, String)>> {
    // Not by `to_regclass`, which remembers within a transaction what it did not find.
    let there = client
        .query_typed(
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'spinloom' AND c.relname = 'store'",
            &[],
        )
        .await?;
    if there.is_empty() {
        return Ok(None);
    }
    let rows = client.query_typed("SELECT major, minor, name FROM spinloom.store", &[]).await?;
    let row = rows
        .first()
        .map(|row| Ok::<_, tokio_postgres::Error>(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)));
    Ok(row.transpose()?)
}

/// Makes the tables, or brings them up to date. Any number of processes may try at once. Answers the store's name.
pub(super) async fn migrate(client: &Client) -> Outcome<String> {
    if let Some((version, name)) = found(client).await? {
        if version == CURRENT {
            return Ok(name);
        }
        if version > CURRENT {
            return Err(newer(version).into());
        }
    }
    client.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let before = found(client).await?.map(|(version, _)| version);
    if before.is_none() {
        client.batch_execute("CREATE SCHEMA IF NOT EXISTS spinloom").await?;
    }
    for (_, sql) in MIGRATIONS.iter().filter(|(version, _)| Some(*version) > before) {
        client.batch_execute(sql).await?;
    }
    let (major, minor) = CURRENT;
    let done = format!(
        "UPDATE spinloom.store SET major = {major}, minor = {minor} WHERE (major, minor) < ({major}, {minor}); COMMIT"
    );
    client.batch_execute(&done).await?;
    match found(client).await? {
        Some((_, name)) => Ok(name),
        None => Err(super::trouble::corrupt("tables that were made are gone")),
    }
}

/// The store's name, if its tables can be read; `None` while there are none. Older ones are brought up to date.
pub(super) async fn readable(client: &Client) -> Outcome<Option<String>> {
    match found(client).await? {
        None => Ok(None),
        Some((version, _)) if version.0 > CURRENT.0 => Err(newer(version).into()),
        Some((version, _)) if version < CURRENT => migrate(client).await.map(Some),
        Some((_, name)) => Ok(Some(name)),
    }
}

fn newer(found: Version) -> Error {
    let text = |(major, minor): Version| format!("{major}.{minor}");
    Error::new(
        codes::STORE_FORMAT,
        format!("the metadata has format {}, and this Spinloom knows {}", text(found), text(CURRENT)),
    )
    .hint("upgrade Spinloom to the version that wrote it, or a later one")
}
