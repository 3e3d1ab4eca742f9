//! The code of a run: its files, and one of them.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_datastore::package::Item;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::RunRecord;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

use super::package::no_code;
use crate::api::logs::encoded;
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// A file larger than this is shown in part.
const SHOWN: usize = 2 << 20;

/// The code of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunCode)]
pub(super) struct Code {
    /// By name.
    files: Vec<CodeFile>,
    /// The file of the flow, if it is one of them.
    script: Option<String>,
    /// Bytes of all files.
    size: usize,
    /// What the run's folder was at in git, as far as that is known.
    #[schema(value_type = serde_json::Value)]
    git: Value,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodeFile {
    /// What it is called: a relative path.
    name: String,
    /// Bytes.
    size: usize,
    /// It may be executed.
    executable: bool,
}

/// The code of a run
///
/// The files of the code package that was kept when the run started.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/code",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path)),
    responses(
        (status = 200, body = Code),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn code(State(app): State<App>, words: Words) -> Result<Json<Code>, Problem> {
    let (run, items) = items(&app, &words).await?;
    let file = |item: &Item| CodeFile {
        name: item.name.clone(),
        size: item.bytes.len(),
        executable: item.executable,
    };
    let script = run.info.get("file").or_else(|| run.info.get("script")).and_then(Value::as_str);
    let script = script.and_then(|path| packaged(path, path, &items)).map(|item| item.name.clone());
    Ok(Json(Code {
        files: items.iter().map(file).collect(),
        script,
        size: items.iter().map(|item| item.bytes.len()).sum(),
        git: run.info.get("git").cloned().unwrap_or_default(),
    }))
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// What it is called.
    name: String,
}

/// The content of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileContent)]
pub(super) struct Content {
    /// What it is called.
    name: String,
    /// Bytes.
    size: usize,
    /// Its text; null if it is none.
    text: Option<String>,
    /// It is longer than what is shown.
    cut: bool,
}

/// A file of the code of a run
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/code/file",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path), Asked),
    responses(
        (status = 200, body = Content),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn file(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Content>, Problem> {
    let Asked { name } = crate::api::asked(asked)?;
    let (run, items) = items(&app, &words).await?;
    let item = called(&name, &run, &items)?;
    let shown = &item.bytes[..item.bytes.len().min(SHOWN)];
    let text = (!shown.contains(&0)).then(|| String::from_utf8_lossy(shown).into_owned());
    Ok(Json(Content { name, size: item.bytes.len(), text, cut: item.bytes.len() > SHOWN }))
}

/// Download a file of the code of a run
///
/// The file as it is, all of it.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/code/raw",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path), Asked),
    responses(
        (status = 200, content_type = "application/octet-stream"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn code_raw(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Asked { name } = crate::api::asked(asked)?;
    let (run, items) = items(&app, &words).await?;
    let bytes = called(&name, &run, &items)?.bytes.clone();
    let file = name.rsplit('/').next().unwrap_or(&name);
    // Whatever it is, no browser shows it as a page of ours.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encoded(file))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// The file of a name.
fn called<'a>(name: &str, run: &RunRecord, items: &'a [Item]) -> Result<&'a Item> {
    items.iter().find(|item| item.name == name).ok_or_else(|| {
        let what = format!("the code of `{}/{}` has no file `{name}`", run.flow, run.run);
        let error = Error::new(codes::NOT_FOUND, what);
        error.suggest(name, items.iter().map(|item| item.name.as_str()))
    })
}

/// The run that a path names, and the files of its code.
pub(super) async fn items(app: &App, words: &Words) -> Result<(RunRecord, Arc<Vec<Item>>), Problem> {
    let (flow, run) = words.run()?;
    let record = app.readers.read(move |provider| place::run(provider, &flow, &run)).await?;
    code_of(app, record).await
}

/// The files of a run's code.
pub(super) async fn code_of(app: &App, run: RunRecord) -> Result<(RunRecord, Arc<Vec<Item>>), Problem> {
    let shared = app.clone();
    let read = app.workers.answer(move |_| {
        let found = shared.packages.of(&shared.files.store()?, &run)?;
        found.map(|items| (run.clone(), items)).ok_or_else(|| no_code(&run))
    });
    read.await
}

/// The file of a package that was `path`, given the file of the flow: paths in a package are relative to that one's folder.
pub(super) fn packaged<'a>(path: &str, flow: &str, items: &'a [Item]) -> Option<&'a Item> {
    let folder = flow.rsplit_once('/').map_or("", |(folder, _)| folder);
    let relative = path.strip_prefix(folder).map(|rest| rest.trim_start_matches('/'));
    let exact = relative.and_then(|name| items.iter().find(|item| item.name == name));
    // What was packed from elsewhere kept the end of its path.
    let ends = |item: &&Item| path.ends_with(&format!("/{}", item.name));
    exact.or_else(|| items.iter().filter(ends).max_by_key(|item| item.name.len()))
}
