//! Who leads a run that several drivers share: one row, changed by compare-and-set.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use spinloom_diagnostics::{Error, codes};

use super::trouble::{Outcome, corrupt};
use super::{feed, runs};
use crate::{Claim, Leader, NewRun, RunRecord};

/// See [`Provider::lead`](crate::Provider::lead).
pub(super) fn lead(tx: &Transaction<'_>, new: &NewRun, claim: &Claim) -> Outcome<(RunRecord, Leader, bool)> {
    let Some(id) = &new.id else {
        return Err(Error::new(codes::CANNOT_RESUME, "a run that several drivers share needs an id").into());
    };
    let Some(row) = runs::row_of(tx, &new.flow, id)? else {
        let run = runs::create(tx, new)?;
        let row = runs::existing(tx, &new.flow, id)?;
        return Ok((run, begin(tx, row, claim, 1)?, true));
    };
    let Some(leader) = of(tx, row)? else {
        let message = format!("the run `{}/{id}` exists already, and is driven by one process", new.flow);
        return Err(Error::new(codes::CANNOT_RESUME, message).hint("choose another `--run-id`").into());
    };
    let won = claim.instead_of == Some(leader.term);
    let leader = if won { begin(tx, row, claim, leader.term + 1)? } else { leader };
    if won {
        tx.prepare_cached(
            "UPDATE runs SET status = 'running', finished_at = NULL, heartbeat_at = max(heartbeat_at, ?2), seq = ?3
             WHERE id = ?1",
        )?
        .execute(params![row, claim.at, feed::next(tx)?])?;
    }
    let run = runs::one(tx, &new.flow, id)?.ok_or_else(|| corrupt("a run without a row"))?;
    Ok((run, leader, won))
}

/// Who leads the run in row `run`.
pub(super) fn of(conn: &Connection, run: i64) -> Outcome<Option<Leader>> {
    let mut find = conn.prepare_cached("SELECT identifier, term, at FROM leaders WHERE run = ?1")?;
    let leader =
        |row: &rusqlite::Row<'_>| Ok(Leader { identifier: row.get(0)?, term: row.get(1)?, at: row.get(2)? });
    Ok(find.query_row([run], leader).optional()?)
}

/// Refuses the batch of a driver whose term is over.
pub(super) fn check(tx: &Transaction<'_>, run: i64, term: u64) -> Outcome<()> {
    match of(tx, run)? {
        Some(leader) if leader.term == term => Ok(()),
        other => {
            let by = other.map(|leader| format!(" by `{}`", leader.identifier)).unwrap_or_default();
            Err(Error::new(
                codes::CANNOT_RESUME,
                format!("the run is led{by} now, and not by this driver any more"),
            )
            .into())
        }
    }
}

fn begin(tx: &Transaction<'_>, run: i64, claim: &Claim, term: u64) -> Outcome<Leader> {
    tx.prepare_cached(
        "INSERT INTO leaders (run, identifier, term, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET identifier = excluded.identifier, term = excluded.term, at = excluded.at",
    )?
    .execute(params![run, claim.identifier, term, claim.at])?;
    Ok(Leader { identifier: claim.identifier.clone(), term, at: claim.at })
}
