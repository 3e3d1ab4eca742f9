//! One artifact, and who made it.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Serialize;
use spinloom_datastore::{ArtifactEntry, ContentHash, Datastore, Manifest, ManifestRef};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::{Provider, TaskRecord};
use utoipa::ToSchema;

use super::item::Artifact;
use super::task::{Asked, found};
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Gone;

/// How many tasks an artifact is followed back through.
const FAR: usize = 2000;

/// One artifact.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneArtifact {
    /// What it is.
    #[serde(flatten)]
    artifact: Artifact,
    /// How it is kept: its stream, then its buffers.
    pieces: Vec<PieceSize>,
    /// The first task that had it, going back through the tasks that carried it on.
    made_by: Maker,
}

/// One piece of an artifact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactPiece)]
pub(super) struct PieceSize {
    /// Bytes, uncompressed.
    size: u64,
    /// `store`, or the object store it is in.
    place: String,
}

/// A task that made an artifact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactMaker)]
pub(super) struct Maker {
    /// The run.
    #[schema(value_type = String)]
    pub(super) run: RunId,
    /// The step.
    step: String,
    /// The task.
    #[schema(value_type = u64)]
    pub(super) task: TaskId,
}

/// One artifact
///
/// An artifact with its full preview, and the task that made it.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/artifacts/{name}",
    tag = "artifacts",
    params(
        ("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("name" = String, Path),
        ("attempt" = Option<u32>, Query, description = "Of an earlier attempt than the latest.")
    ),
    responses(
        (status = 200, body = OneArtifact),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn artifact(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<OneArtifact>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (task, address) = found(&app, &words, asked.attempt).await?;
    let (name, (flow, run)) = (words.text("name").to_owned(), words.run()?);
    let shared = app.clone();
    let (artifact, pieces, hash) = app
        .workers
        .answer(move |_| {
            let store = shared.files.store()?;
            let (manifest, entry) = chosen(&store, address.as_deref(), &name)?;
            let pieces = [&entry.stream].into_iter().chain(&entry.buffers).map(kept).collect::<Vec<_>>();
            Ok((Artifact::read(&store, &manifest, &entry), pieces, entry.hash))
        })
        .await?;
    let made_by = maker(&app, (flow, run), task, artifact.name.clone(), hash).await?;
    Ok(Json(OneArtifact { artifact, pieces, made_by }))
}

fn kept(piece: &spinloom_datastore::Piece) -> PieceSize {
    let place = match piece {
        spinloom_datastore::Piece::Chunk { remote: Some(at), .. } => at.to_string(),
        _ => "store".to_owned(),
    };
    PieceSize { size: piece.size(), place }
}

/// The artifact of a name that a manifest has, or its base.
pub(super) fn chosen(
    store: &Datastore,
    address: Option<&str>,
    name: &str,
) -> Result<(Manifest, ArtifactEntry)> {
    let none = || Error::new(codes::NOT_FOUND, format!("there is no artifact `{name}`"));
    let manifest = store.manifest(&address.ok_or_else(none)?.parse::<ManifestRef>()?)?;
    match store.find(&manifest, name)? {
        Some((_, entry)) => Ok((manifest, entry)),
        None => {
            let known = store.artifacts(&manifest)?;
            Err(none().suggest(name, known.iter().map(|entry| entry.name.as_str())))
        }
    }
}

/// Follows an artifact back from task to task, as long as it is the same.
pub(super) async fn maker(
    app: &App,
    (flow, run): (FlowName, RunId),
    task: TaskRecord,
    name: String,
    hash: ContentHash,
) -> Result<Maker, Problem> {
    let store = app.files.store()?;
    let gone = Gone::default();
    let heard = gone.clone();
    let _tells = gone.tells();
    app.readers
        .read(move |provider| {
            let mut at = (run, task);
            for _ in 0..FAR {
                heard.check()?;
                let Some(before) = earlier(provider, &store, &flow, &at, (&name, hash))? else { break };
                at = before;
            }
            let (run, task) = at;
            Ok(Maker { run, step: task.step.to_string(), task: task.task })
        })
        .await
}

/// The task before that has the artifact, too: the origin of an adopted one, else one that gave input.
fn earlier(
    provider: &dyn Provider,
    store: &Datastore,
    flow: &FlowName,
    (run, task): &(RunId, TaskRecord),
    (name, hash): (&str, ContentHash),
) -> Result<Option<(RunId, TaskRecord)>> {
    if let Some((origin, id)) = &task.origin {
        return Ok(provider.task(flow, origin, *id)?.map(|found| (origin.clone(), found)));
    }
    for parent in &task.parents {
        let Some(found) = provider.task(flow, run, *parent)? else { continue };
        let Some(address) = &found.manifest else { continue };
        let manifest = store.recent_manifest(&address.parse()?)?;
        if store.find(&manifest, name)?.is_some_and(|(_, entry)| entry.hash == hash) {
            return Ok(Some((run.clone(), found)));
        }
    }
    Ok(None)
}
