//! Runs that come, change and go: for lists of runs.
//!
//! What has changed is read once for all lists; each is told of what it asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use spinloom_flow::RunStatus;
use spinloom_metadata::{RunChange, RunFate, RunRecord};
use spinloom_query::{Clock, Facts, Field, Filter, Query, Scalar};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;
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
    runs: Vec<RunChange>,
    /// There are more.
    more: bool,
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
    let mut written = app.live.feed.follow(&app);
    let mut after = None;
    loop {
        written.mark_unchanged();
        match since(&app, after).await {
            Ok(changes) => {
                after = Some(changes.seq);
                if changes.seq > changes.from {
                    runs.tell.send_replace(Some(Arc::new(changes)));
                }
            }
            // It could not be read this time.
            Err(_) => sleep(FLUSH).await,
        }
        sleep(FLUSH).await;
        tokio::select! {
            _ = written.changed() => {}
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

/// What has changed after a number of the change feed; nothing without one, as of now.
pub(super) async fn since(app: &App, after: Option<u64>) -> Result<Changes, Problem> {
    app.readers
        .read(move |provider| {
            let seq = provider.sequence()?;
            let Some(from) = after else {
                return Ok(Changes { from: seq, seq, runs: Vec::new(), more: false });
            };
            let mut runs = if from < seq { provider.changed_runs(from, MOST + 1)? } else { Vec::new() };
            let more = runs.len() > MOST;
            runs.truncate(MOST);
            // What is written between the two readings is told now, and not again.
            let last = runs.last().map_or(seq, |run| run.seq);
            Ok(Changes { from, seq: if more { seq } else { seq.max(last) }, runs, more })
        })
        .await
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

    /// What a list of what `query` asks for is told, that knows everything up to `after`.
    pub(super) fn news(&self, query: &Query, clock: &Clock, after: u64) -> ListNews {
        let mut news = ListNews { changed: Vec::new(), left: Vec::new(), reload: self.more };
        for change in self.runs.iter().filter(|change| change.seq > after) {
            match &change.what {
                RunFate::Changed(record) if query.matches(&Known(record), clock) => {
                    news.changed.push(listed(record));
                }
                _ => {
                    let (flow, run) = (change.flow.to_string(), change.run.to_string());
                    news.left.push(RunName { flow, run });
                }
            }
        }
        // What the feed does not tell of a run cannot be asked here; the index of runs knows it.
        if !news.left.is_empty() && asks_more(query) {
            news.reload = true;
        }
        news
    }
}

/// Asks for what is not in a run's record: its steps, its parameters.
fn asks_more(query: &Query) -> bool {
    query.terms.iter().any(|term| {
        matches!(&term.filter, Filter::Parameter { .. } | Filter::Field { field: Field::Step, .. })
    })
}

fn listed(record: &RunRecord) -> ListedRun {
    ListedRun {
        flow: record.flow.to_string(),
        run: record.run.to_string(),
        status: record.status,
        user: record.user.clone(),
        tags: record.tags.clone(),
        system_tags: record.system_tags.clone(),
        origin: record.origin.as_ref().map(ToString::to_string),
        created_at: record.created_at,
        finished_at: record.finished_at,
        heartbeat_at: record.heartbeat_at,
    }
}

/// What time it is, for queries.
pub(super) fn clock() -> Clock {
    Clock { now: now(), zone: jiff::tz::TimeZone::system() }
}

/// A run, as its record tells it.
struct Known<'a>(&'a RunRecord);

impl Facts for Known<'_> {
    fn flow(&self) -> &str {
        self.0.flow.as_str()
    }
    fn run(&self) -> &str {
        self.0.run.as_str()
    }
    fn user(&self) -> &str {
        &self.0.user
    }
    fn tags(&self) -> impl Iterator<Item = &str> {
        self.0.tags.iter().chain(&self.0.system_tags).map(String::as_str)
    }
    fn status(&self) -> RunStatus {
        self.0.status
    }
    fn origin(&self) -> Option<&str> {
        self.0.origin.as_ref().map(spinloom_flow::RunId::as_str)
    }
    fn steps(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    fn started_at(&self) -> i64 {
        self.0.created_at
    }
    fn finished_at(&self) -> Option<i64> {
        self.0.finished_at
    }
    fn heartbeat_at(&self) -> i64 {
        self.0.heartbeat_at
    }
    fn parameter(&self, _: &str) -> Option<Scalar> {
        None
    }
}
