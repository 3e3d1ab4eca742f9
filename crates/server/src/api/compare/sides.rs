//! What is compared: runs, and what metadata knows of them.

use serde::Serialize;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::graph::FlowGraph;
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_metadata::{Provider, RunRecord, TaskRecord};
use utoipa::ToSchema;

use crate::api::place;
use crate::app::App;
use crate::problem::Problem;
use crate::work::Gone;

/// A run that is compared.
pub(super) struct Side {
    pub(super) run: RunRecord,
    pub(super) graph: Option<FlowGraph>,
    pub(super) tasks: Vec<TaskRecord>,
}

/// A run that is compared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedRun)]
pub(super) struct RunSide {
    /// The flow.
    #[schema(value_type = String)]
    flow: FlowName,
    /// The run.
    #[schema(value_type = String)]
    run: RunId,
    /// Its state.
    #[schema(value_type = String)]
    status: RunStatus,
    /// Who started it.
    user: String,
    /// Its tags.
    tags: Vec<String>,
    /// When it was made, microseconds since the epoch.
    created_at: i64,
    /// When it ended.
    finished_at: Option<i64>,
    /// Its tasks.
    tasks: usize,
}

impl Side {
    /// For an answer.
    pub(super) fn shown(&self) -> RunSide {
        RunSide {
            flow: self.run.flow.clone(),
            run: self.run.run.clone(),
            status: self.run.status,
            user: self.run.user.clone(),
            tags: self.run.tags.clone(),
            created_at: self.run.created_at,
            finished_at: self.run.finished_at,
            tasks: self.tasks.len(),
        }
    }
}

/// Reads the runs that are named `Flow/run`.
pub(super) async fn read(app: &App, named: Vec<String>) -> Result<Vec<Side>, Problem> {
    let gone = Gone::default();
    let heard = gone.clone();
    let _tells = gone.tells();
    app.readers
        .read(move |provider| {
            let side = |name: &String| {
                heard.check()?;
                side(provider, name)
            };
            named.iter().map(side).collect()
        })
        .await
}

fn side(provider: &dyn Provider, name: &str) -> Result<Side> {
    let parts = name.split_once('/').and_then(|(flow, run)| Some((flow.parse().ok()?, run.parse().ok()?)));
    let bad = || Error::new(codes::BAD_PATHSPEC, format!("`{name}` is not a run")).hint("write `Flow/run`");
    let (flow, id): (FlowName, RunId) = parts.ok_or_else(bad)?;
    let run = place::run(provider, &flow, &id)?;
    // A run of another system has no such description.
    let graph = provider.graph(&flow, &id)?.and_then(|text| FlowGraph::from_json(&text).ok());
    let tasks = provider.tasks(&flow, &id, None, None, 0)?;
    Ok(Side { run, graph, tasks })
}
