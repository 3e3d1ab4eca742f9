//! One thing that one client watches: a task of its own, which tells the socket what is new.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message;
use serde_json::value::{RawValue, to_raw_value};
use spinloom_diagnostics::{Error, Result};
use spinloom_flow::TaskId;
use spinloom_index::Index;
use spinloom_query::{Invalid, Query};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::message::{Said, Watch, What, columns, problem};
use super::runs::{Changes, Known};
use super::topic::{Tick, Told};
use super::{cards, runs};
use crate::api::LogTail;
use crate::api::run::{detail, look, with_artifacts};
use crate::app::App;
use crate::problem::Problem;
use crate::views::{RunKey, now};

/// How long to wait after something that is watched could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// What is watched, until it is dropped.
pub(super) struct Watching(AbortHandle);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Watches what a client asked for. What is new goes to `out`; while that is full nothing is read for this client, and what it missed comes
/// together later.
pub(super) fn begin(app: App, watch: Watch, out: mpsc::Sender<Message>) -> Watching {
    let task = tokio::spawn(async move {
        let told = loop {
            match view(&app, &watch, &out).await {
                // A database that is being started again ends nothing. A log would be told from its beginning.
                Err(why) if why.passes() && !matches!(watch.what, What::Log { .. }) => sleep(AGAIN).await,
                told => break told,
            }
        };
        if let Err(why) = told {
            // The socket may be closed, and then nobody wants to know.
            let _closed = out.send(problem(Some(watch.id), &why)).await;
        }
    });
    Watching(task.abort_handle())
}

async fn view(app: &App, watch: &Watch, out: &mpsc::Sender<Message>) -> Result<(), Problem> {
    let Watch { id, after, what } = watch;
    let (id, after) = (*id, *after);
    match what.clone() {
        What::Cards { flow, run, task, attempt } => {
            let task = task.map(|task| (TaskId(task), attempt));
            cards::cards_view(app, id, key((flow, run))?, task, out).await
        }
        What::Run { flow, run } => run_view(app, id, (flow, run), after, out).await,
        What::Log { flow, run, task, attempt, stream, from } => {
            let key = key((flow, run))?;
            let of = (key.flow, key.run, TaskId(task));
            log_view(LogTail::open(app, of, attempt, stream, from).await?, id, out).await
        }
        What::Runs { query } => runs_view(app, id, &query, after, out).await,
        What::Task { flow, run, task } => task_view(app, id, (flow, run), TaskId(task), out).await,
    }
}

fn key((flow, run): (String, String)) -> Result<RunKey, Problem> {
    let unknown = |error: Error| Problem::not_found(error.message());
    Ok(RunKey { flow: flow.parse().map_err(unknown)?, run: run.parse().map_err(unknown)? })
}

/// What a topic tells next; none if the run is gone.
async fn next(told: &mut watch::Receiver<Told>) -> Result<Option<Arc<Tick>>, Problem> {
    loop {
        if told.changed().await.is_err() {
            return Ok(None);
        }
        match &*told.borrow_and_update() {
            Told::Nothing => {}
            Told::Now(tick) => return Ok(Some(tick.clone())),
            Told::Gone(problem) => return Err(Problem::of(problem)),
        }
    }
}

async fn run_view(
    app: &App,
    id: u32,
    of: (String, String),
    after: Option<u64>,
    out: &mpsc::Sender<Message>,
) -> Result<(), Problem> {
    let key = key(of)?;
    let mut told = app.live.topics.follow(app, &key);
    told.mark_changed();
    let (mut after, mut made) = (after, None);
    loop {
        let tick = match next(&mut told).await {
            Ok(Some(tick)) => tick,
            // It was there, and is no more.
            Err(_) if made.is_some() => return gone(id, out).await,
            Err(why) => return Err(why),
            Ok(None) => return Ok(()),
        };
        let record = &tick.view.record;
        if made.is_some_and(|made| made != record.created_at) {
            after = None;
        }
        made = Some(record.created_at);
        if let Some(bytes) = tick.columns(after)
            && out.send(columns(id, &bytes)).await.is_err()
        {
            return Ok(());
        }
        let seq = tick.view.seq;
        let state: Box<RawValue> = RawValue::from_string(tick.state.to_string()).unwrap_or_default();
        if out.send(Said::Run { id, seq, state: &state }.message()).await.is_err() {
            return Ok(());
        }
        after = Some(seq);
    }
}

async fn task_view(
    app: &App,
    id: u32,
    of: (String, String),
    task: TaskId,
    out: &mpsc::Sender<Message>,
) -> Result<(), Problem> {
    let key = key(of)?;
    look(app, &key).await?;
    let mut told = app.live.topics.follow(app, &key);
    told.mark_changed();
    let mut known = None;
    loop {
        let tick = match next(&mut told).await {
            Ok(Some(tick)) => tick,
            Err(_) if known.is_some() => return gone(id, out).await,
            Err(why) => return Err(why),
            Ok(None) => return Ok(()),
        };
        let view = &tick.view;
        // A task that is not there yet may come; whether its run goes on makes a difference to it.
        let Some(found) = view.task(task) else { continue };
        let state = (found.seq, view.record.status, view.record.created_at);
        if known == Some(state) {
            continue;
        }
        known = Some(state);
        let view = view.clone();
        let body = app.readers.read(move |provider| detail(provider, &view, task, now())).await;
        let body = to_raw_value(&with_artifacts(app, body?).await).unwrap_or_default();
        let seq = tick.view.seq;
        if out.send(Said::Task { id, seq, task: &body }.message()).await.is_err() {
            return Ok(());
        }
    }
}

async fn runs_view(
    app: &App,
    id: u32,
    query: &str,
    after: Option<u64>,
    out: &mpsc::Sender<Message>,
) -> Result<(), Problem> {
    let query: Query = query.parse().map_err(|invalid: Invalid| Problem::from(Error::from(invalid)))?;
    let query = Arc::new(query);
    let mut told = app.live.runs.follow(app);
    let mut changes = Arc::new(runs::since(app, after).await?);
    // The number of another store is no number of this one.
    let mut other = after.is_some_and(|after| after > changes.seq);
    // Who comes back is told of all lost runs that are remembered: when it left says nothing of them.
    let lost = if after.is_some() { 0 } else { changes.lost.count };
    let mut known = Known { seq: after.map_or(changes.seq, |after| after.min(changes.seq)), lost };
    let mut first = true;
    loop {
        let (asked, of) = (query.clone(), changes.clone());
        let news = move |index: &Index| Ok(of.news(index, &asked, &runs::clock(), known));
        let (mut news, _) = app.index.ask(news).await?;
        news.reload |= std::mem::take(&mut other);
        let seq = changes.seq;
        let worth_telling = std::mem::take(&mut first) || !news.is_empty();
        if worth_telling && out.send(Said::Runs { id, seq, news: &news }.message()).await.is_err() {
            return Ok(());
        }
        known = Known { seq: known.seq.max(seq), lost: changes.lost.count };
        changes = loop {
            if told.changed().await.is_err() {
                return Ok(());
            }
            let is_new = |latest: &Arc<Changes>| latest.seq > known.seq || latest.lost.count > known.lost;
            if let Some(latest) = told.borrow_and_update().clone().filter(is_new) {
                break latest;
            }
        };
        if !changes.covers(known.seq) {
            changes = Arc::new(runs::since(app, Some(known.seq)).await?);
        }
    }
}

async fn log_view(mut tail: LogTail, id: u32, out: &mpsc::Sender<Message>) -> Result<(), Problem> {
    while let Some(lines) = tail.next().await? {
        let log = to_raw_value(&lines).unwrap_or_default();
        if out.send(Said::Log { id, log: &log }.message()).await.is_err() {
            return Ok(());
        }
    }
    let _closed = out.send(Said::LogEnd { id }.message()).await;
    Ok(())
}

async fn gone(id: u32, out: &mpsc::Sender<Message>) -> Result<(), Problem> {
    let _closed = out.send(Said::Gone { id }.message()).await;
    Ok(())
}
