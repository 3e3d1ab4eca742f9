//! One spin: what it saved and the code it ran, against where it came from or against another spin.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_compare::code::between;
use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_flow::graph::FlowGraph;
use spinloom_flow::{FlowName, RunId, TaskId, TaskStatus};
use spinloom_metadata::{Provider, RunRecord};
use utoipa::{IntoParams, ToSchema};

use super::changes::{self, SpinArtifact};
use super::item::{Recorded, SpinItem};
use super::{commands, no_spin, nothing_kept};
use crate::api::place::Words;
use crate::api::run::Command;
use crate::api::setup::{FileChange, files_of};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::spins::{Kept, Session};

/// Compared with what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Another spin of the step; without it, the task and the run that it starts from.
    against: Option<String>,
}

/// A spin against where it came from, or against another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpinDetail {
    /// The spin.
    spin: SpinItem,
    /// The spin of the step before it.
    before: Option<String>,
    /// What artifacts are compared with: a pathspec, or the name of a spin; null if the step had not run where it starts from.
    against: Option<String>,
    /// What it saved, and how that compares; null until it has, or if it cannot be read.
    artifacts: Option<Vec<SpinArtifact>>,
    /// How its code differs; null if one or the other was not kept.
    code: Option<SpinCode>,
    /// Commands to copy: `spin` it once more; `promote`: have it count, in a run; look at it in `python`.
    commands: Vec<Command>,
    /// What was given with `--set` and is no parameter: no run can be given it, so `promote` leaves it out.
    left_out: Vec<String>,
}

/// How the code of a spin differs from other code.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpinCode {
    /// Whose code the other is: `Flow/run`, or the name of a spin.
    from: String,
    /// Files that differ, by name.
    files: Vec<FileChange>,
    /// How many are the same.
    same: usize,
}

/// What of the store of runs a spin is compared with.
pub(super) struct Against {
    flow: FlowName,
    run: Option<RunId>,
    task: Option<TaskId>,
    input: Option<TaskId>,
}

/// The same, found.
#[derive(Default)]
pub(super) struct Found {
    /// Where the artifacts of the task are that it repeats.
    pub(super) task: Option<String>,
    /// Where those of its only input are, if there is no such task.
    pub(super) input: Option<String>,
    done: bool,
    run: Option<RunRecord>,
    graph: Option<String>,
}

impl Against {
    /// Of a spin.
    pub(super) fn of(spun: &Recorded) -> Self {
        let origin = &spun.origin;
        let alone = origin.inputs.first().filter(|_| origin.task.is_none() && origin.input_count == 1);
        Self {
            flow: spun.run.flow.clone(),
            run: origin.run.as_deref().and_then(|run| RunId::new(run).ok()),
            task: origin.task.map(TaskId),
            input: alone.map(|input| TaskId(input.task)),
        }
    }

    /// Finds it. What was deleted since is not there.
    pub(super) fn read(&self, provider: &dyn Provider) -> Result<Found> {
        let Some(run) = &self.run else { return Ok(Found::default()) };
        let task = |id: Option<TaskId>| match id {
            Some(id) => provider.task(&self.flow, run, id),
            None => Ok(None),
        };
        let (repeated, input) = (task(self.task)?, task(self.input)?);
        Ok(Found {
            done: repeated.as_ref().is_some_and(|task| task.status == TaskStatus::Done),
            task: repeated.and_then(|task| task.manifest),
            input: input.and_then(|task| task.manifest),
            run: None,
            graph: None,
        })
    }

    /// With the run itself.
    fn read_run(&self, provider: &dyn Provider) -> Result<Found> {
        let Some(id) = &self.run else { return Ok(Found::default()) };
        let found = self.read(provider)?;
        let (run, graph) = (provider.run(&self.flow, id)?, provider.graph(&self.flow, id)?);
        Ok(Found { run, graph, ..found })
    }
}

/// A spin
///
/// What it was given, how it went, what it saved and how that and its code differ from the task and the run it starts from, or from
/// another spin of the step; and commands to copy.
#[utoipa::path(
    get, path = "/spins/{flow}/{step}/{spin}", tag = "spins",
    params(("flow" = String, Path), ("step" = String, Path), ("spin" = String, Path), Asked),
    responses((status = 200, body = SpinDetail), (status = 404, body = ProblemBody))
)]
pub(super) async fn spin(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<SpinDetail>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (flow, step, id) = (words.get::<FlowName>("flow")?, words.text("step"), words.get::<RunId>("spin")?);
    let none = || nothing_kept(flow.as_str(), step, id.as_str());
    let kept = app.spins.kept().ok_or_else(none)?;
    let spun = recorded(&kept, &flow, step, id.clone()).await?;
    let other = match asked.against.as_deref() {
        Some(other) => Some(recorded(&kept, &flow, step, other.parse()?).await?),
        None => None,
    };
    let place = kept.ask(|known| {
        let sessions = known.sessions(|spin| spin.flow == flow && spin.step == step);
        placed(&sessions, &id)
    });
    let (session, before) = place.await?;
    let against = Against::of(&spun);
    let found = app.readers.read(move |provider| against.read_run(provider)).await?;
    let (shared, folder) = (app.clone(), app.spins.folder().to_owned());
    let made = app.workers.answer(move |_| {
        let store = kept.files.store().ok();
        let graph = found.graph.as_deref().and_then(|text| FlowGraph::from_json(text).ok());
        let (commands, left_out) = commands::of(&spun, graph.as_ref(), found.done, &folder);
        let sides = Sides { app: &shared, kept: &kept, spun: &spun, other: other.as_ref(), found: &found };
        let (changes, artifacts) = sides.artifacts().unwrap_or_default().unzip();
        Ok(SpinDetail {
            spin: spun.item(&session, store.as_ref(), changes),
            before,
            against: sides.name(),
            artifacts,
            code: sides.code().unwrap_or_default(),
            commands,
            left_out,
        })
    });
    Ok(Json(made.await?))
}

async fn recorded(kept: &Kept, flow: &FlowName, step: &str, id: RunId) -> Result<Recorded, Problem> {
    let (flow, step) = (flow.clone(), step.to_owned());
    let read = kept.readers.read(move |provider| {
        let run = provider.run(&flow, &id)?;
        let spun = run.map(|run| Recorded::read(provider, run)).transpose()?;
        spun.filter(|spun| spun.origin.step == step).ok_or_else(|| no_spin(flow.as_str(), &step, id.as_str()))
    });
    read.await
}

/// The first spin of the session of one, and the spin before it.
fn placed(sessions: &[Session<'_>], id: &RunId) -> (String, Option<String>) {
    let mut all = sessions.iter().flat_map(|Session(spins)| {
        let first = spins.last().map(|spin| spin.id.to_string()).unwrap_or_default();
        spins.iter().map(move |spin| (&spin.id, first.clone()))
    });
    let session = all.find(|(known, _)| *known == id).map(|(_, first)| first).unwrap_or_default();
    (session, all.next().map(|(before, _)| before.to_string()))
}

/// What is compared.
struct Sides<'a> {
    app: &'a App,
    kept: &'a Arc<Kept>,
    spun: &'a Recorded,
    /// The other spin, if it is one.
    other: Option<&'a Recorded>,
    found: &'a Found,
}

type Compared = (changes::Sums, Vec<SpinArtifact>);

impl Sides<'_> {
    /// What artifacts are compared with.
    fn name(&self) -> Option<String> {
        match self.other {
            Some(other) => Some(other.run.run.to_string()),
            None => self.spun.origin.task.and(self.spun.origin.pathspec(&self.spun.run.flow)),
        }
    }

    fn artifacts(&self) -> Result<Option<Compared>> {
        let own = self.kept.files.store()?;
        let Some(now) = changes::manifest(&own, self.spun.manifest())? else { return Ok(None) };
        // Runs may be recorded where their artifacts cannot be read from here.
        let runs = self.app.files.store().ok();
        let of_runs =
            |address: &Option<String>| changes::manifest(runs.as_ref()?, address.as_deref()).ok().flatten();
        let input = if self.other.is_some() { None } else { of_runs(&self.found.input) };
        let was = match self.other {
            Some(other) => changes::manifest(&own, other.manifest())?,
            None => of_runs(&self.found.task),
        };
        let home: Option<&Datastore> = if self.other.is_some() { Some(&own) } else { runs.as_ref() };
        let (input, ok) = (input.as_ref(), self.spun.ok());
        Ok(Some((
            changes::sums(&now, (was.as_ref(), input), ok),
            changes::artifacts((&own, &now), (home.zip(was.as_ref()), input), ok),
        )))
    }

    fn code(&self) -> Result<Option<SpinCode>> {
        let own = self.kept.files.store()?;
        let packages = &self.kept.packages;
        let (from, before) = match (self.other, &self.found.run) {
            (Some(other), _) => (other.run.run.to_string(), packages.of(&own, &other.run)?),
            (None, Some(run)) => {
                (format!("{}/{}", run.flow, run.run), self.app.packages.of(&self.app.files.store()?, run)?)
            }
            (None, None) => return Ok(None),
        };
        let Some((before, after)) = before.zip(packages.of(&own, &self.spun.run)?) else { return Ok(None) };
        let (changes, same) = between(&files_of(&before), &files_of(&after));
        Ok(Some(SpinCode { from, files: changes.iter().map(FileChange::from).collect(), same }))
    }
}
