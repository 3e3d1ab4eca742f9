//! How the code of two runs differs.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_compare::code::{Change, between};
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId};
use utoipa::{IntoParams, ToSchema};

use super::code::{code_of, items};
use super::package::files_of;
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Compared with what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The other run: of the same flow, or `Flow/run`.
    against: String,
}

/// How the code of two runs differs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodeDiff {
    /// The run of the path.
    from: String,
    /// The other.
    to: String,
    /// Files that differ, by name.
    files: Vec<FileChange>,
    /// How many are the same.
    same: usize,
}

/// A file that differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileChange {
    /// What it is called.
    name: String,
    /// `added`, `removed` or `changed`.
    status: &'static str,
    /// It is no text.
    binary: bool,
    /// Lines that were added.
    added: usize,
    /// Lines that were removed.
    removed: usize,
    /// A unified diff; null of what is no text.
    diff: Option<String>,
}

impl From<&Change> for FileChange {
    fn from(change: &Change) -> Self {
        Self {
            name: change.name.clone(),
            status: change.status.word(),
            binary: change.binary,
            added: change.added,
            removed: change.removed,
            diff: (!change.binary).then(|| change.text()),
        }
    }
}

/// Compare the code of two runs
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/code/diff",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path), Asked),
    responses(
        (status = 200, body = CodeDiff),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn diff(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<CodeDiff>, Problem> {
    let Asked { against } = crate::api::asked(asked)?;
    let (flow, run): (FlowName, RunId) = match against.split_once('/') {
        Some((flow, run)) => (flow.parse()?, run.parse()?),
        None => (words.get("flow")?, against.parse()?),
    };
    let (one, before) = items(&app, &words).await?;
    let other = app.readers.read(move |provider| place::run(provider, &flow, &run)).await?;
    let (other, after) = code_of(&app, other).await?;
    let compared = app.workers.answer(move |_| Ok(between(&files_of(&before), &files_of(&after))));
    let (changes, same) = compared.await?;
    Ok(Json(CodeDiff {
        from: format!("{}/{}", one.flow, one.run),
        to: format!("{}/{}", other.flow, other.run),
        files: changes.iter().map(FileChange::from).collect(),
        same,
    }))
}
