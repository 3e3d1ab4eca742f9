//! Sessions of spins, and the spins of one step.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_datastore::Datastore;
use spinloom_flow::{FlowName, RunStatus};
use utoipa::{IntoParams, ToSchema};

use super::changes::{self, Sums};
use super::item::{Recorded, SpinItem};
use super::one::{Against, Found};
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::spins::{Kept, Session, Spin};

/// How long one request may wait, seconds.
const WAIT: f64 = 30.0;
/// Rows of a page, unless another number is asked for, and at most.
const ROWS: (usize, usize) = (30, 200);
/// Where spins of a session start from, so many of them are named.
const NAMED: usize = 4;

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The `next` of the page before.
    after: Option<String>,
    /// At most this many.
    limit: Option<usize>,
    /// The `seq` of the answer before, when waiting for news.
    seen: Option<u64>,
    /// With `seen`: how many seconds to wait for news, at most 30.
    #[serde(default)]
    wait: f64,
}

impl Asked {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(ROWS.0).clamp(1, ROWS.1)
    }

    /// Waits for news, if it is wanted.
    async fn news(&self, app: &App) -> Result<(), Problem> {
        let Some(seen) = self.seen else { return Ok(()) };
        // What is no number is no wait.
        let wait = Duration::try_from_secs_f64(self.wait.clamp(0.0, WAIT)).unwrap_or_default();
        app.spins.news(seen, wait).await
    }
}

/// Sessions: spins of one step, none more than an hour after the one before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpinSessions {
    /// The folder that spins are kept in, whether or not it is there.
    folder: String,
    /// The number of the last write to it; 0 if nothing was kept.
    seq: u64,
    /// By their latest spins, the newest first.
    sessions: Vec<SpinSession>,
    /// How many there are, on all pages.
    total: usize,
    /// What the next page begins after; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A session of spins.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpinSession {
    /// The flow.
    flow: String,
    /// The step.
    step: String,
    /// The spin it began with.
    first: String,
    /// Its latest spin.
    latest: String,
    /// Who spun.
    user: String,
    /// When it began.
    began_at: i64,
    /// When its latest spin began.
    latest_at: i64,
    /// How its latest spin went.
    status: String,
    /// How its spins went, the oldest first: the last 60 of them.
    outcomes: Vec<String>,
    /// How long those took, microseconds; null while one runs.
    durations_us: Vec<Option<i64>>,
    /// How many spins it has.
    spins: usize,
    /// How many of them failed.
    failed: usize,
    /// Where they start from, as pathspecs, the latest first: at most 4.
    from: Vec<String>,
}

/// Outcomes of a session that are told.
const OUTCOMES: usize = 60;

impl SpinSession {
    fn of(Session(spins): &Session<'_>) -> Option<Self> {
        let (latest, first) = (spins.first()?, spins.last()?);
        let mut from: Vec<String> = Vec::new();
        for one in spins.iter().filter_map(|spin| spin.from.as_ref()) {
            if from.len() < NAMED && !from.contains(one) {
                from.push(one.clone());
            }
        }
        let told = || spins.iter().take(OUTCOMES).rev();
        Some(Self {
            flow: latest.flow.to_string(),
            step: latest.step.clone(),
            first: first.id.to_string(),
            latest: latest.id.to_string(),
            user: latest.user.clone(),
            began_at: first.at,
            latest_at: latest.at,
            status: latest.status.to_string(),
            outcomes: told().map(|spin| spin.status.to_string()).collect(),
            durations_us: told().map(|spin| spin.finished_at.map(|end| (end - spin.at).max(0))).collect(),
            spins: spins.len(),
            failed: spins.iter().filter(|spin| spin.status == RunStatus::Failed).count(),
            from,
        })
    }
}

/// Sessions of spins
///
/// Spins that were kept with `spinloom spin --persist`, beside the store of runs. With `seen` and `wait`, the answer comes as soon as
/// another was kept.
#[utoipa::path(
    get, path = "/spins", tag = "spins", params(Asked),
    responses((status = 200, body = SpinSessions), (status = 400, body = ProblemBody))
)]
pub(super) async fn sessions(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<SpinSessions>, Problem> {
    let asked = crate::api::asked(asked)?;
    asked.news(&app).await?;
    let folder = app.spins.folder().display().to_string();
    let Some(kept) = app.spins.kept() else {
        return Ok(Json(SpinSessions { folder, seq: 0, sessions: Vec::new(), total: 0, next: None }));
    };
    let answer = kept.ask(move |known| {
        let all: Vec<SpinSession> = known.sessions(|_| true).iter().filter_map(SpinSession::of).collect();
        let total = all.len();
        let key = |one: &SpinSession| format!("{}~{}~{}", one.latest, one.flow, one.step);
        let from = match &asked.after {
            // A session that has gone on meanwhile is on an earlier page.
            Some(after) => all
                .iter()
                .position(|one| key(one) == *after)
                .map_or_else(|| first_after(&all, after), |at| at + 1),
            None => 0,
        };
        let page: Vec<SpinSession> = all.into_iter().skip(from).take(asked.limit()).collect();
        let next = if from + page.len() < total { page.last().map(key) } else { None };
        SpinSessions { folder, seq: known.seq, sessions: page, total, next }
    });
    Ok(Json(answer.await?))
}

/// Where those begin that are older than a cursor says.
fn first_after(all: &[SpinSession], cursor: &str) -> usize {
    let at = cursor.split('~').next().and_then(|at| at.parse::<i64>().ok()).unwrap_or(i64::MAX);
    all.iter().position(|one| one.latest_at < at).unwrap_or(all.len())
}

/// The spins of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepSpins {
    /// The flow.
    flow: String,
    /// The step.
    step: String,
    /// The number of the last write to the store of spins; 0 if nothing was kept.
    seq: u64,
    /// The newest first.
    spins: Vec<SpinItem>,
    /// How many there are, on all pages.
    total: usize,
    /// What the next page begins after; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The spins of a step
///
/// With where each starts from, what it was given, how it went, and how many artifacts are other than the recorded task's. With `seen`
/// and `wait`, the answer comes as soon as another was kept.
#[utoipa::path(
    get, path = "/spins/{flow}/{step}", tag = "spins",
    params(("flow" = String, Path), ("step" = String, Path), Asked),
    responses((status = 200, body = StepSpins), (status = 400, body = ProblemBody))
)]
pub(super) async fn of_step(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<StepSpins>, Problem> {
    let asked = crate::api::asked(asked)?;
    let flow: FlowName = words.get("flow")?;
    let step = words.text("step").to_owned();
    asked.news(&app).await?;
    let mut answer = StepSpins {
        flow: flow.to_string(),
        step: step.clone(),
        seq: 0,
        spins: Vec::new(),
        total: 0,
        next: None,
    };
    let Some(kept) = app.spins.kept() else { return Ok(Json(answer)) };
    let of = flow.clone();
    let (seq, all) = kept
        .ask(move |known| (known.seq, listed(&known.sessions(|s| s.flow == of && s.step == step))))
        .await?;
    let from = match &asked.after {
        Some(after) => {
            all.iter().position(|(spin, _)| spin.id.as_str() == after).map_or(all.len(), |at| at + 1)
        }
        None => 0,
    };
    (answer.seq, answer.total) = (seq, all.len());
    let page: Vec<(Spin, String)> = all.into_iter().skip(from).take(asked.limit()).collect();
    if from + page.len() < answer.total {
        answer.next = page.last().map(|(spin, _)| spin.id.to_string());
    }
    answer.spins = items(&app, &kept, page).await?;
    Ok(Json(answer))
}

/// Spins with the first of their sessions.
fn listed(sessions: &[Session<'_>]) -> Vec<(Spin, String)> {
    let of = |Session(spins): &Session<'_>| {
        let first = spins.last().map(|spin| spin.id.to_string()).unwrap_or_default();
        spins.iter().map(|spin| ((*spin).clone(), first.clone())).collect::<Vec<_>>()
    };
    sessions.iter().flat_map(of).collect()
}

async fn items(app: &App, kept: &Arc<Kept>, page: Vec<(Spin, String)>) -> Result<Vec<SpinItem>, Problem> {
    let read = kept.readers.read(move |provider| {
        let mut found = Vec::with_capacity(page.len());
        for (spin, session) in page {
            if let Some(run) = provider.run(&spin.flow, &spin.id)? {
                found.push((Recorded::read(provider, run)?, session));
            }
        }
        Ok(found)
    });
    let spun = read.await?;
    let wanted: Vec<_> = spun.iter().map(|(spun, _)| Against::of(spun)).collect();
    let against = app
        .readers
        .read(move |provider| wanted.iter().map(|one| one.read(provider)).collect::<Result<Vec<_>, _>>());
    let against = against.await?;
    let (shared, kept) = (app.clone(), kept.clone());
    let made = app.workers.answer(move |_| {
        let store = kept.files.store().ok();
        let item = |((spun, session), against): ((Recorded, String), Found)| {
            let changes = store.as_ref().and_then(|store| sums(&spun, store, &shared, &against));
            spun.item(&session, store.as_ref(), changes)
        };
        Ok(spun.into_iter().zip(against).map(item).collect())
    });
    made.await
}

/// How many artifacts differ; none if that cannot be read.
fn sums(spun: &Recorded, store: &Datastore, app: &App, against: &Found) -> Option<Sums> {
    let now = changes::manifest(store, spun.manifest()).ok()??;
    let runs = app.files.store().ok()?;
    let read = |address: &Option<String>| changes::manifest(&runs, address.as_deref()).ok().flatten();
    let (other, input) = (read(&against.task), read(&against.input));
    Some(changes::sums(&now, (other.as_ref(), input.as_ref()), spun.ok()))
}
