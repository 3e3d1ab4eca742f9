//! Tags of runs: rows of their own, so that listing by tag is one walk along an index.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};

use super::feed;
use super::trouble::Outcome;
use crate::{NewRun, tags};

/// Tags of a run being made.
pub(super) fn start(tx: &Transaction<'_>, flow: i64, run: i64, new: &NewRun) -> Outcome<()> {
    let system: BTreeSet<String> = new.system_tags.iter().cloned().collect();
    let user = tags::changed(&BTreeSet::new(), &system, &new.tags, &[])?;
    system.iter().try_for_each(|tag| insert(tx, flow, run, tag, true))?;
    user.iter().try_for_each(|tag| insert(tx, flow, run, tag, false))
}

/// Removes, then adds user tags; the resulting ones, sorted.
pub(super) fn mutate(
    tx: &Transaction<'_>,
    run: i64,
    add: &[String],
    remove: &[String],
) -> Outcome<Vec<String>> {
    let flow =
        tx.prepare_cached("SELECT flow FROM runs WHERE id = ?1")?.query_row([run], |row| row.get(0))?;
    let (before, system) = (of(tx, run, false)?, of(tx, run, true)?);
    let after = tags::changed(&before, &system, add, remove)?;
    for tag in before.difference(&after) {
        tx.prepare_cached("DELETE FROM tags WHERE flow = ?1 AND tag = ?2 AND run = ?3")?
            .execute(params![flow, tag, run])?;
    }
    after.difference(&before).try_for_each(|tag| insert(tx, flow, run, tag, false))?;
    feed::touch(tx, run, feed::next(tx)?)?;
    Ok(after.into_iter().collect())
}

pub(super) fn of(tx: &Transaction<'_>, run: i64, system: bool) -> Outcome<BTreeSet<String>> {
    let mut list = tx.prepare_cached("SELECT tag FROM tags WHERE run = ?1 AND system = ?2")?;
    Ok(list.query_map(params![run, system], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn insert(tx: &Transaction<'_>, flow: i64, run: i64, tag: &str, system: bool) -> Outcome<()> {
    tx.prepare_cached("INSERT INTO tags (flow, tag, run, system) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![flow, tag, run, system])?;
    Ok(())
}
