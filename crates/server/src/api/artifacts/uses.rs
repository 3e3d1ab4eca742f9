//! Which tasks an artifact came to.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use spinloom_datastore::{ContentHash, Datastore};
use spinloom_diagnostics::Result;
use spinloom_flow::TaskId;
use spinloom_metadata::Provider;
use spinloom_timeline::Task;
use utoipa::ToSchema;

use super::one::{chosen, maker};
use super::task::found;
use crate::api::place::Words;
use crate::api::run::look;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{RunKey, View};
use crate::work::Gone;

/// So many tasks are looked at: whether they still have it.
const LOOKED_AT: usize = 1000;

/// Which tasks an artifact came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactUses)]
pub(super) struct Uses {
    /// Steps whose tasks got it as an input, in the order it came to them.
    steps: Vec<StepUse>,
    /// There are more tasks than were looked at: it may have come further.
    cut: bool,
}

/// Tasks of a step that got an artifact.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepUse {
    /// The step.
    step: String,
    /// How many tasks of it got it.
    tasks: u64,
    /// The first of them.
    #[schema(value_type = u64)]
    first: TaskId,
    /// How many of those that were looked at still had it, as it was, when they were done.
    kept: u64,
    /// How many of those had another value of its name.
    changed: u64,
}

/// Where an artifact went
///
/// The tasks that got an artifact as an input, from the one that made it on: those that follow a task that has it. Whether one read it
/// nobody writes down; whether it still had it, had changed it, or did not carry it on, its own artifacts tell.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/artifacts/{name}/uses",
    tag = "artifacts",
    params(
        ("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("name" = String, Path),
        ("attempt" = Option<u32>, Query, description = "Of an earlier attempt than the latest.")
    ),
    responses(
        (status = 200, body = Uses),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn uses(
    State(app): State<App>,
    words: Words,
    asked: Result<axum::extract::Query<super::task::Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Uses>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (task, address) = found(&app, &words, asked.attempt).await?;
    let (name, (flow, run)) = (words.text("name").to_owned(), words.run()?);
    let (shared, wanted) = (app.clone(), name.clone());
    let hash = app
        .workers
        .answer(move |_| Ok(chosen(&shared.files.store()?, address.as_deref(), &wanted)?.1.hash))
        .await?;
    let here = task.task;
    let made_by = maker(&app, (flow.clone(), run.clone()), task, name.clone(), hash).await?;
    // What an earlier run made is in this one from the first task on that took it over: here, at least.
    let from = if made_by.run == run { made_by.task } else { here };
    let view = look(&app, &RunKey { flow, run }).await?;
    let store = app.files.store()?;
    let gone = Gone::default();
    let heard = gone.clone();
    let _tells = gone.tells();
    let read = move |provider: &dyn Provider| {
        let mut following = Following { provider, store: &store, view: &view, left: LOOKED_AT };
        following.from(from, (&name, hash), &heard)
    };
    Ok(Json(app.readers.read(read).await?))
}

struct Following<'a> {
    provider: &'a dyn Provider,
    store: &'a Datastore,
    view: &'a View,
    /// So many tasks may still be looked at.
    left: usize,
}

impl Following<'_> {
    fn from(&mut self, from: TaskId, artifact: (&str, ContentHash), gone: &Gone) -> Result<Uses> {
        let timeline = &self.view.tasks.timeline;
        let mut uses = Uses { steps: Vec::new(), cut: false };
        let mut have = BTreeSet::from([from.0]);
        let after = timeline.place(from).map_or(0, |at| at + 1);
        // What follows has a greater number, so one pass comes to all.
        for task in &timeline.tasks()[after..] {
            let got = |range: &(u64, u64)| have.range(range.0..=range.1).next().is_some();
            if !task.parents.ranges().iter().any(got) {
                continue;
            }
            gone.check()?;
            let step = timeline.step_of(task).as_str();
            let at = uses.steps.iter().position(|one| one.step == step).unwrap_or_else(|| {
                let first = task.id;
                uses.steps.push(StepUse { step: step.to_owned(), tasks: 0, first, kept: 0, changed: 0 });
                uses.steps.len() - 1
            });
            uses.steps[at].tasks += 1;
            if self.left == 0 {
                uses.cut = true;
                continue;
            }
            self.left -= 1;
            match self.hash(task, artifact.0)? {
                Some(hash) if hash == artifact.1 => {
                    have.insert(task.id.0);
                    uses.steps[at].kept += 1;
                }
                Some(_) => uses.steps[at].changed += 1,
                None => {}
            }
        }
        Ok(uses)
    }

    /// What a task has of a name; nothing if it is not done, or its artifacts cannot be read here.
    fn hash(&self, task: &Task, name: &str) -> Result<Option<ContentHash>> {
        let run = &self.view.record;
        let record = self.provider.task(&run.flow, &run.run, task.id)?;
        let Some(address) = record.and_then(|record| record.manifest) else { return Ok(None) };
        let Ok(manifest) = address.parse().and_then(|at| self.store.recent_manifest(&at)) else {
            return Ok(None);
        };
        Ok(self.store.find(&manifest, name).ok().flatten().map(|(_, entry)| entry.hash))
    }
}
