//! Runs that come, change and go: for lists of runs.
//!
//! What has changed is read once for all lists; each is told of what it asks for, as the index of all runs has it. A run that is lost
//! because time has passed was not written: the index tells of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use spinloom_flow::RunStatus;
use spinloom_index::{Index, RowId};
use spinloom_query::{Clock, Facts as _, Query};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
use crate::index::Lost;
use crate::problem::Problem;
use crate::views::now;

/// Changed runs are read no sooner than this.
const FLUSH: Duration = Duration::from_millis(200);
/// More runs than this are not told one by one: the list is better asked for again.
const MOST: usize = 500;

/// Runs that have changed.
pub(super) struct Changes {
    /// Those after this number of the change feed …
    from: u64,
    /// … up to this one, each once, as it is now.
    pub(super) seq: u64,
    /// By number, flow and id.
    runs: Vec<(u64, String, String)>,
    /// There are more.
    more: bool,
    /// Runs that time alone has changed.
    pub(super) lost: Arc<Lost>,
}

/// The runs that change, while somebody wants to know.
#[derive(Default)]
pub(super) struct Runs {
    tell: watch::Sender<Option<Arc<Changes>>>,
    reading: AtomicBool,
}

impl Runs {
    /// What changes from now on.
    pub(super) fn follow(&self, app: &App) -> watch::Receiver<Option<Arc<Changes>>> {
        let mut changes = self.tell.subscribe();
        changes.mark_unchanged();
        if !self.reading.swap(true, Ordering::SeqCst) {
            tokio::spawn(drive(app.clone()));
        }
        changes
    }
}

async fn drive(app: App) {
    let runs = &app.live.runs;
    let (mut written, mut lost) = (app.index.written(), app.index.lost());
    let mut known = None;
    loop {
        written.mark_unchanged();
        lost.mark_unchanged();
        match since(&app, known.map(|(seq, _)| seq)).await {
            Ok(changes) => {
                let now = (changes.seq, changes.lost.count);
                if known.replace(now).is_some_and(|known| known != now) {
                    runs.tell.send_replace(Some(Arc::new(changes)));
                }
            }
            // It could not be read this time.
            Err(_) => sleep(FLUSH).await,
        }
        sleep(FLUSH).await;
        tokio::select! {
            _ = written.changed() => {}
            _ = lost.changed() => {}
            () = runs.tell.closed() => {}
        }
        if runs.tell.receiver_count() == 0 {
            runs.reading.store(false, Ordering::SeqCst);
            // Somebody may have come meanwhile, and found it reading.
            if runs.tell.receiver_count() == 0 || runs.reading.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// What has changed after a number of the change feed; nothing without one, as of now. The index knows all of it.
pub(super) async fn since(app: &App, after: Option<u64>) -> Result<Changes, Problem> {
    let lost = app.index.lost().borrow().clone();
    let read = app.readers.read(move |provider| {
        let seq = provider.sequence()?;
        let Some(from) = after else {
            return Ok((seq, seq, Vec::new(), false));
        };
        let mut runs = if from < seq { provider.changed_runs(from, MOST + 1)? } else { Vec::new() };
        let more = runs.len() > MOST;
        runs.truncate(MOST);
        // What is written between the two readings is told now, and not again.
        let last = runs.last().map_or(seq, |run| run.seq);
        Ok((from, if more { seq } else { seq.max(last) }, runs, more))
    });
    let (from, seq, runs, more) = read.await?;
    app.index.knows(seq).await;
    let runs = runs.into_iter().map(|run| (run.seq, run.flow.to_string(), run.run.to_string())).collect();
    Ok(Changes { from, seq, runs, more, lost })
}

/// What a list of runs is told.
#[derive(Debug, Serialize)]
pub(super) struct ListNews {
    /// Runs of the list that have come or changed.
    pub(super) changed: Vec<ListedRun>,
    /// Runs that are not of the list, or not any more.
    pub(super) left: Vec<RunName>,
    /// More has changed than is told here: the list is to be asked for again.
    pub(super) reload: bool,
}

/// A run by name.
#[derive(Debug, Serialize)]
pub(super) struct RunName {
    flow: String,
    run: String,
}

/// A run as a list shows it.
#[derive(Debug, Serialize)]
pub(super) struct ListedRun {
    flow: String,
    run: String,
    status: RunStatus,
    user: String,
    tags: Vec<String>,
    system_tags: Vec<String>,
    origin: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
    /// The last sign of life.
    heartbeat_at: i64,
}

impl ListNews {
    /// There is nothing to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.left.is_empty() && !self.reload
    }
}

impl Changes {
    /// Whether somebody who knows everything up to `after` needs no more than this.
    pub(super) fn covers(&self, after: u64) -> bool {
        self.from <= after
    }

    /// What a list of what `query` asks for is told, that knows everything up to `known`.
    pub(super) fn news(&self, index: &Index, query: &Query, clock: &Clock, known: Known) -> ListNews {
        let mut news = ListNews { changed: Vec::new(), left: Vec::new(), reload: self.more };
        let changed = self.runs.iter().filter(|(seq, ..)| *seq > known.seq);
        let mut names: BTreeSet<(&str, &str)> =
            changed.map(|(_, flow, run)| (flow.as_str(), run.as_str())).collect();
        match self.lost.since(known.lost) {
            Some(lost) => names.extend(lost.map(|(flow, run)| (flow.as_str(), run.as_str()))),
            None => news.reload = true,
        }
        for (flow, run) in names {
            let row = index.find(flow, run);
            let asked_for = |row: &RowId| index.facts(*row).is_some_and(|facts| query.matches(&facts, clock));
            match row.filter(asked_for).and_then(|row| listed(index, row, clock.now)) {
                Some(run) => news.changed.push(run),
                None => news.left.push(RunName { flow: flow.to_owned(), run: run.to_owned() }),
            }
        }
        news
    }
}

/// What a list knows already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Writes up to this number.
    pub(super) seq: u64,
    /// So many of the runs that were found lost.
    pub(super) lost: u64,
}

fn listed(index: &Index, row: RowId, now: i64) -> Option<ListedRun> {
    let (known, facts) = (index.row(row, now)?, index.facts(row)?);
    let owned = |tags: Vec<&str>| tags.into_iter().map(str::to_owned).collect();
    Some(ListedRun {
        flow: known.flow.to_owned(),
        run: known.run.to_owned(),
        status: known.status,
        user: known.user.to_owned(),
        tags: owned(known.tags),
        system_tags: owned(known.system_tags),
        origin: known.origin.map(str::to_owned),
        created_at: known.started_at,
        finished_at: known.finished_at,
        heartbeat_at: facts.heartbeat_at(),
    })
}

/// What time it is, for queries.
pub(super) fn clock() -> Clock {
    Clock { now: now(), zone: jiff::tz::TimeZone::system() }
}
