//! Runs side by side.

mod artifacts;
mod recorded;
mod shape;
mod sides;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Serialize;
use spinloom_compare::code::between;
use spinloom_compare::{Row, rows};
use spinloom_datastore::package::Item;
use spinloom_datastore::{ContentHash, Datastore};
use spinloom_diagnostics::Result;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::artifacts::{ArtifactRow, ParameterRow};
use self::recorded::{ConfigRow, FactRow};
use self::shape::{DurationRow, StepRow};
use self::sides::{RunSide, Side};
use crate::api::setup::{FileChange, files_of};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Gone;

/// Runs of one comparison, at most.
const RUNS: usize = 10;

/// Routes of comparing.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(compare))
}

/// How runs differ. Every row has a value for each of `runs`, in their order: null where the run has no such thing.
#[derive(Debug, Serialize, ToSchema)]
struct Comparison {
    /// What is compared.
    runs: Vec<RunSide>,
    /// Versions, machine, command line.
    environment: Section<FactRow>,
    /// Parameters, by name.
    parameters: Section<ParameterRow>,
    /// Configs, leaf by leaf.
    configs: Section<ConfigRow>,
    /// Steps: how they follow each other, decorators.
    graph: Section<StepRow>,
    /// Files of the code, by name.
    code: Section<FileRow>,
    /// The differences of files, between the first run and the second, if there are two.
    changes: Vec<FileChange>,
    /// Artifacts, by step, foreach indices and name.
    artifacts: Section<ArtifactRow>,
    /// How long steps took. All of them are here: no two runs take equally long.
    durations: Vec<DurationRow>,
}

/// One part of a comparison.
#[derive(Debug, Serialize, ToSchema)]
struct Section<R> {
    /// Rows that differ.
    different: usize,
    /// Rows that are the same; they are only here if all were asked for.
    same: usize,
    /// Whether there is more than was looked at.
    partial: bool,
    /// The rows.
    rows: Vec<R>,
}

impl<R> Section<R> {
    /// Of `rows` with whether they differ; those that do not are left out unless `all` are wanted.
    fn new(rows: impl IntoIterator<Item = (bool, R)>, all: bool) -> Self {
        let mut section = Self { different: 0, same: 0, partial: false, rows: Vec::new() };
        for (differs, row) in rows {
            section.different += usize::from(differs);
            section.same += usize::from(!differs);
            if differs || all {
                section.rows.push(row);
            }
        }
        section
    }
}

/// A file of the code.
#[derive(Debug, Serialize, ToSchema)]
struct FileRow {
    /// What it is called.
    name: String,
    /// Bytes of each run's, and their hash.
    values: Vec<Option<FileSide>>,
}

/// A file of one run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct FileSide {
    /// Bytes.
    size: usize,
    /// Their hash.
    hash: String,
}

/// Compare runs
///
/// How two to ten runs differ: `?run=Flow/1&run=Flow/2`. Only what differs is answered, unless `all=true`.
#[utoipa::path(
    get,
    path = "/compare",
    tag = "compare",
    params(
        ("run" = Vec<String>, Query, description = "`Flow/run`, two to ten times."),
        ("all" = Option<bool>, Query, description = "What is the same, too.")
    ),
    responses(
        (status = 200, body = Comparison),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
async fn compare(
    State(app): State<App>,
    words: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<Comparison>, Problem> {
    let words = crate::api::asked(words)?;
    let all = words.iter().any(|(key, value)| key == "all" && value == "true");
    let named: Vec<String> = words.into_iter().filter(|(key, _)| key == "run").map(|(_, run)| run).collect();
    if !(2..=RUNS).contains(&named.len()) {
        return Err(Problem::bad_request(format!("name two to {RUNS} runs, as `run=Flow/1&run=Flow/2`")));
    }
    let sides = sides::read(&app, named).await?;
    let shared = app.clone();
    Ok(Json(app.workers.answer(move |gone| side_by_side(&shared, &sides, all, gone)).await?))
}

fn side_by_side(app: &App, sides: &[Side], all: bool, gone: &Gone) -> Result<Comparison> {
    // Without a store there are no files to compare.
    let store = app.files.store().ok();
    let (code, changes) = code(app, store.as_ref(), sides, all);
    gone.check()?;
    let (parameters, artifacts) = match &store {
        Some(store) => {
            (artifacts::parameters(store, sides, all), artifacts::artifacts(store, sides, all, gone)?)
        }
        None => (Section::new([], all), Section::new([], all)),
    };
    Ok(Comparison {
        runs: sides.iter().map(Side::shown).collect(),
        environment: recorded::environment(sides, all),
        parameters,
        configs: recorded::configs(sides, all),
        graph: shape::graph(sides, all),
        code,
        changes,
        artifacts,
        durations: shape::durations(sides),
    })
}

/// Compares files; of two runs what changed in them, too.
fn code(
    app: &App,
    store: Option<&Datastore>,
    sides: &[Side],
    all: bool,
) -> (Section<FileRow>, Vec<FileChange>) {
    // Code that is not there, or damaged, is no code here; `fsck` tells of it.
    let items = |side: &Side| app.packages.of(store?, &side.run).ok().flatten();
    let code: Vec<Arc<Vec<Item>>> = sides.iter().map(|side| items(side).unwrap_or_default()).collect();
    let changes = match &code[..] {
        [before, after] => {
            between(&files_of(before), &files_of(after)).0.iter().map(FileChange::from).collect()
        }
        _ => Vec::new(),
    };
    let file = |item: &Item| {
        let hash = ContentHash::of(&item.bytes).to_string();
        (item.name.clone(), FileSide { size: item.bytes.len(), hash })
    };
    let files: Vec<BTreeMap<String, FileSide>> =
        code.iter().map(|items| items.iter().map(file).collect()).collect();
    let row = |row: Row<String, FileSide>| (row.differs(), FileRow { name: row.key, values: row.values });
    (Section::new(rows(&files).into_iter().map(row), all), changes)
}
