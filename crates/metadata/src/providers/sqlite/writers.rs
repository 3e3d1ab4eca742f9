//! Writes of those who may ask for one twice, because the answer to the first was lost.

use rusqlite::{OptionalExtension as _, Transaction, params};
use spinloom_flow::RunId;

use super::trouble::{Outcome, corrupt};
use super::{runs, write};
use crate::{Change, NewRun, RunRecord, WriteKey};

/// Makes a run, unless this is a repetition of `key`.
pub(super) fn create(tx: &Transaction<'_>, key: &WriteKey, new: &NewRun) -> Outcome<RunRecord> {
    let made: Option<String> = tx
        .prepare_cached(
            "SELECT r.name FROM writers w CROSS JOIN runs r ON r.id = w.run
             WHERE w.writer = ?1 AND w.number >= ?2 ORDER BY w.number LIMIT 1",
        )?
        .query_row(params![key.writer, key.number()], |row| row.get(0))
        .optional()?;
    if let Some(name) = made {
        let run = RunId::new(name).map_err(corrupt)?;
        return runs::one(tx, &new.flow, &run)?.ok_or_else(|| corrupt("a run without a row"));
    }
    let run = runs::create(tx, new)?;
    remember(tx, key, runs::existing(tx, &new.flow, &run.run)?)?;
    Ok(run)
}

/// Writes a batch to the run in row `run`, unless this is a repetition of `key`.
pub(super) fn write(tx: &Transaction<'_>, key: &WriteKey, run: i64, changes: &[Change]) -> Outcome<()> {
    let done = tx
        .prepare_cached("SELECT 1 FROM writers WHERE writer = ?1 AND run = ?2 AND number >= ?3")?
        .exists(params![key.writer, run, key.number()])?;
    if done {
        return Ok(());
    }
    write::write(tx, run, changes)?;
    remember(tx, key, run)
}

fn remember(tx: &Transaction<'_>, key: &WriteKey, run: i64) -> Outcome<()> {
    tx.prepare_cached(
        "INSERT INTO writers (writer, run, number) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET number = excluded.number",
    )?
    .execute(params![key.writer, run, key.number()])?;
    Ok(())
}
