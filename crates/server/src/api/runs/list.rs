//! A page of runs, and counts of all that were asked for.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_flow::{FlowName, RunId};
use spinloom_index::{Facets, Index, RowId};
use spinloom_query::{Scalar, ValueOf};
use utoipa::{IntoParams, ToSchema};

use super::asked::{self, MOST_ROWS};
use super::{Count, Fresh};
use crate::app::App;
use crate::problem::Problem;

/// Of more runs than these a page is looked for while they are counted.
const MANY: u64 = 200_000;

/// Which runs, and what of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Such as `tag:prod status:failed dur>1h`; without it, all.
    #[serde(default)]
    query: String,
    /// `started`, `finished`, `duration`, `flow`, `user`, `status`, `param.<name>` or `artifact.<name>`, with `-` before it the largest first.
    #[serde(default = "newest_first")]
    sort: String,
    /// The `next` of the page before.
    after: Option<String>,
    /// At most this many runs.
    #[serde(default = "fifty")]
    limit: usize,
    /// What else of each run, with `,` between: `param.<name>`, `artifact.<name>` (a number or short text that it ended with), `steps`.
    #[serde(default)]
    columns: String,
    /// At most this many values of each facet; 0 for none.
    #[serde(default = "twenty")]
    facets: usize,
    /// Where days begin, such as `+02:00` or `Europe/Berlin`; UTC without it.
    tz: Option<String>,
}

fn newest_first() -> String {
    "-started".to_owned()
}

fn fifty() -> usize {
    50
}

fn twenty() -> usize {
    20
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Runs {
    /// The runs.
    rows: Vec<Run>,
    /// What the next page begins after; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How many were asked for, on all pages.
    total: u64,
    /// What they have; absent if it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<FacetCounts>,
    /// How much of the store this knows.
    #[serde(flatten)]
    fresh: Fresh,
}

/// A run in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Run {
    /// Its flow.
    flow: String,
    /// Its id.
    run: String,
    /// `running`, `done`, `failed`, `stopped` or `lost`.
    status: &'static str,
    /// Who started it.
    user: String,
    /// Tags of users.
    tags: Vec<String>,
    /// Tags of the system.
    system_tags: Vec<String>,
    /// The run it resumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// When it was made.
    started_at: i64,
    /// When it ended.
    finished_at: Option<i64>,
    /// How long it took, or has taken so far, in microseconds.
    duration: i64,
    /// Values of the parameters that were asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    parameters: BTreeMap<String, Value>,
    /// Artifacts that were asked for, of which the run ended with one short value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    artifacts: BTreeMap<String, Value>,
    /// Its steps so far, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

/// A step of a run in a list.
#[derive(Debug, Serialize, ToSchema)]
struct Step {
    /// Its name.
    step: String,
    /// Tasks so far.
    tasks: u64,
    /// Tasks running.
    running: u64,
    /// Tasks done.
    done: u64,
    /// Tasks failed or stopped.
    failed: u64,
    /// Of those that are done, tasks adopted from the run it resumes.
    adopted: u64,
    /// When its first task was made.
    began_at: i64,
    /// When the last of its tasks that are over ended.
    ended_at: Option<i64>,
}

/// What runs have, each value with how many, the most first. What is asked of a facet itself does not narrow it: its counts say what there
/// would be if another value was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FacetCounts {
    /// States.
    status: Vec<Count>,
    /// Flows.
    flow: Vec<Count>,
    /// Users.
    user: Vec<Count>,
    /// Projects.
    project: Vec<Count>,
    /// Branches of projects.
    branch: Vec<Count>,
    /// Tags of users.
    tag: Vec<Count>,
}

impl From<Facets> for FacetCounts {
    fn from(facets: Facets) -> Self {
        let counts = |named: Vec<spinloom_index::Named>| named.into_iter().map(Count::from).collect();
        Self {
            status: counts(facets.status),
            flow: counts(facets.flow),
            user: counts(facets.user),
            project: counts(facets.project),
            branch: counts(facets.branch),
            tag: counts(facets.tag),
        }
    }
}

/// Runs: a page of them, sorted, with the number of all and counts of what they have
#[utoipa::path(get, path = "/runs", tag = "runs", params(Asked), responses((status = 200, body = Runs)))]
pub(super) async fn runs(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Runs>, Problem> {
    let asked = crate::api::asked(query)?;
    let (query, sort) = (asked::query(&asked.query)?, asked::sort(&asked.sort)?);
    let after = asked.after.as_deref().map(asked::read_cursor).transpose()?;
    let clock = asked::clock(asked.tz.as_deref())?;
    let limit = asked.limit.clamp(1, MOST_ROWS);
    let columns: Vec<String> =
        asked.columns.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let with_steps = columns.iter().any(|name| name == "steps");
    let most = asked.facets;
    let ask = move |index: &Index| {
        let selection = index.select(&query, &clock);
        let page = || index.page(&selection, &sort, after.as_ref(), limit);
        let facets = || (most > 0).then(|| index.facets(&selection, most).into());
        let (page, facets) = together(most > 0 && selection.total() > MANY, page, facets);
        let rows = page.rows.iter().filter_map(|row| run(index, *row, clock.now, &columns)).collect();
        let next = page.next.as_ref().map(asked::write_cursor);
        Ok((rows, next, selection.total(), facets))
    };
    let ((mut rows, next, total, facets), known) = app.index.ask(ask).await?;
    if with_steps {
        rows = add_steps(&app, rows).await?;
    }
    Ok(Json(Runs { rows, next, total, facets, fresh: known.into() }))
}

/// What two functions return, each on a thread of its own if it is `worth` one.
fn together<A, B: Send>(worth: bool, a: impl FnOnce() -> A, b: impl FnOnce() -> B + Send) -> (A, B) {
    if !worth {
        return (a(), b());
    }
    thread::scope(|scope| {
        let b = scope.spawn(b);
        let a = a();
        (a, b.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Which runs to count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedFacets {
    /// Such as `tag:prod status:failed dur>1h`; without it, all.
    #[serde(default)]
    query: String,
    /// At most this many values of each facet.
    #[serde(default = "hundred")]
    limit: usize,
    /// Where days begin, such as `+02:00` or `Europe/Berlin`; UTC without it.
    tz: Option<String>,
}

fn hundred() -> usize {
    100
}

/// Counts of runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunsCounted)]
pub(super) struct Counted {
    /// How many were asked for.
    total: u64,
    /// What they have.
    facets: FacetCounts,
    /// How much of the store this knows.
    #[serde(flatten)]
    fresh: Fresh,
}

/// Counts of what runs have
#[utoipa::path(get, path = "/runs/facets", tag = "runs", params(AskedFacets), responses((status = 200, body = Counted)))]
pub(super) async fn facets(
    State(app): State<App>,
    query: Result<Query<AskedFacets>, QueryRejection>,
) -> Result<Json<Counted>, Problem> {
    let asked = crate::api::asked(query)?;
    let (query, clock) = (asked::query(&asked.query)?, asked::clock(asked.tz.as_deref())?);
    let ask = move |index: &Index| {
        let selection = index.select(&query, &clock);
        Ok((selection.total(), index.facets(&selection, asked.limit).into()))
    };
    let ((total, facets), known) = app.index.ask(ask).await?;
    Ok(Json(Counted { total, facets, fresh: known.into() }))
}

fn run(index: &Index, row: RowId, now: i64, columns: &[String]) -> Option<Run> {
    let run = index.row(row, now)?;
    let owned = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
    let value = |of: ValueOf, name: &String| {
        let name = name.strip_prefix(of.prefix())?;
        let value = match index.value(row, of, name)? {
            Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Value::from(number as i64)
            }
            Scalar::Number(number) => Value::from(number),
            Scalar::Text(text) => Value::from(text),
            Scalar::Flag(flag) => Value::from(flag),
        };
        Some((name.to_owned(), value))
    };
    let values = |of: ValueOf| columns.iter().filter_map(|name| value(of, name)).collect();
    Some(Run {
        flow: run.flow.to_owned(),
        run: run.run.to_owned(),
        status: run.status.as_str(),
        user: run.user.to_owned(),
        tags: owned(&run.tags),
        system_tags: owned(&run.system_tags),
        origin: run.origin.map(str::to_owned),
        started_at: run.started_at,
        finished_at: run.finished_at,
        duration: run.duration,
        parameters: values(ValueOf::Parameter),
        artifacts: values(ValueOf::Artifact),
        steps: None,
    })
}

/// The steps of the runs of a page, which only the store knows.
async fn add_steps(app: &App, mut rows: Vec<Run>) -> Result<Vec<Run>, Problem> {
    app.readers
        .read(move |provider| {
            for row in &mut rows {
                let (Ok(flow), Ok(run)) = (FlowName::new(row.flow.as_str()), RunId::new(row.run.as_str()))
                else {
                    continue;
                };
                let steps = provider.steps(&flow, &run)?.into_iter().map(|step| Step {
                    step: step.step.to_string(),
                    tasks: step.tasks,
                    running: step.running,
                    done: step.done,
                    failed: step.failed,
                    adopted: step.adopted,
                    began_at: step.created_at,
                    ended_at: step.finished_at,
                });
                row.steps = Some(steps.collect());
            }
            Ok(rows)
        })
        .await
}
