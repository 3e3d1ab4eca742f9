//! What clients record.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use spinloom_metadata::service::{Given, NewArtifact, NewDatum, Record, Recorded, Refusal, TaskPath};

use super::reply;
use crate::app::App;

/// What a run or a task comes with.
#[derive(Deserialize)]
struct Made {
    #[serde(flatten)]
    given: Given,
    /// The run's id, if the client chose one.
    #[serde(default)]
    run_number: Option<Chosen>,
    /// The task's id, if the client chose one.
    #[serde(default)]
    task_id: Option<Chosen>,
}

/// An id: the same object's is text here and a number there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Chosen {
    Number(i64),
    Text(String),
}

impl Chosen {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Deserialize)]
struct Mutation {
    #[serde(default)]
    tags_to_add: Option<Vec<String>>,
    #[serde(default)]
    tags_to_remove: Option<Vec<String>>,
}

/// What a body says. Its content type is nobody's business: a beat has none.
fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|e| format!("the body is not what it should be: {e}"))
}

/// As [`body`], of an object: a list would do for one whose fields may all be left out.
fn object<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, String> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        body(bytes)
    } else {
        Err("the body is not what it should be: an object".to_owned())
    }
}

async fn keep(app: &App, record: Record) -> Response {
    match app.writer.record(record).await {
        Ok(Ok(recorded)) => reply::recorded(&recorded),
        Ok(Err(refusal)) => reply::refused(&refusal),
        Err(error) => reply::failed(&error),
    }
}

/// Keeps what is said about a task. Of one that nobody has made nothing is kept, and that is the request's fault.
async fn about(app: &App, record: Record, created: &str) -> Response {
    match app.writer.record(record).await {
        Ok(Ok(Recorded::Count(count))) => reply::json(StatusCode::OK, &json!({created: count})),
        Ok(Ok(other)) => reply::recorded(&other),
        Ok(Err(Refusal::Unknown(why))) => reply::bad(&why),
        Ok(Err(refusal)) => reply::refused(&refusal),
        Err(error) => reply::failed(&error),
    }
}

pub(super) async fn flow(State(app): State<App>, Path(flow): Path<String>, bytes: Bytes) -> Response {
    match object::<Given>(&bytes) {
        Ok(given) => keep(&app, Record::Flow { flow, given }).await,
        Err(why) => reply::bad(&why),
    }
}

pub(super) async fn run(State(app): State<App>, Path(flow): Path<String>, bytes: Bytes) -> Response {
    match object::<Made>(&bytes) {
        Ok(made) => {
            let id = made.run_number.map(Chosen::text);
            keep(&app, Record::Run { flow, id, given: made.given }).await
        }
        Err(why) => reply::bad(&why),
    }
}

pub(super) async fn step(
    State(app): State<App>,
    Path((flow, run, step)): Path<(String, String, String)>,
    bytes: Bytes,
) -> Response {
    match object::<Given>(&bytes) {
        Ok(given) => keep(&app, Record::Step { flow, run, step, given }).await,
        Err(why) => reply::bad(&why),
    }
}

pub(super) async fn task(
    State(app): State<App>,
    Path((flow, run, step)): Path<(String, String, String)>,
    bytes: Bytes,
) -> Response {
    match object::<Made>(&bytes) {
        Ok(made) => {
            let id = made.task_id.map(Chosen::text);
            keep(&app, Record::Task { flow, run, step, id, given: made.given }).await
        }
        Err(why) => reply::bad(&why),
    }
}

type InTask = Path<(String, String, String, String)>;

fn at(Path((flow, run, step, task)): InTask) -> TaskPath {
    TaskPath { flow, run, step, task }
}

pub(super) async fn metadata(State(app): State<App>, path: InTask, bytes: Bytes) -> Response {
    match body::<Vec<NewDatum>>(&bytes) {
        Ok(data) => about(&app, Record::Metadata { at: at(path), data }, "metadata_created").await,
        Err(why) => reply::bad(&why),
    }
}

pub(super) async fn artifacts(State(app): State<App>, path: InTask, bytes: Bytes) -> Response {
    match body::<Vec<NewArtifact>>(&bytes) {
        Ok(artifacts) => {
            about(&app, Record::Artifacts { at: at(path), artifacts }, "artifacts_created").await
        }
        Err(why) => reply::bad(&why),
    }
}

pub(super) async fn run_beat(State(app): State<App>, Path((flow, run)): Path<(String, String)>) -> Response {
    keep(&app, Record::RunBeat { flow, run }).await
}

pub(super) async fn task_beat(State(app): State<App>, path: InTask) -> Response {
    keep(&app, Record::TaskBeat { at: at(path) }).await
}

pub(super) async fn tags(
    State(app): State<App>,
    Path((flow, run)): Path<(String, String)>,
    bytes: Bytes,
) -> Response {
    match object::<Mutation>(&bytes) {
        Ok(Mutation { tags_to_add, tags_to_remove }) => {
            let (add, remove) = (tags_to_add.unwrap_or_default(), tags_to_remove.unwrap_or_default());
            keep(&app, Record::Tags { flow, run, add, remove }).await
        }
        Err(why) => reply::bad(&why),
    }
}
