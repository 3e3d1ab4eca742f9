//! "I am a run on another machine: keep what I tell you." Our own protocol, which is in `spinloom_metadata::protocol`.
//!
//! Whoever asks twice, because the answer was lost, is answered as the first time, and nothing is written twice.

mod writers;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_metadata::protocol::{ASK, Order, Question, TELL, read};

use crate::app::App;
use crate::problem::Problem;

pub(crate) use writers::Writers;

/// What a question comes in.
#[derive(Deserialize)]
struct Asked {
    q: String,
}

/// Below `/api/v1/provider`.
pub(crate) fn routes() -> Router<App> {
    Router::new().route(ASK, get(ask)).route(TELL, post(tell))
}

/// Answers a question.
async fn ask(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let question: Question<'static> = read(asked.q.as_bytes())?;
    if matches!(question, Question::StoreName) {
        return store_name(app).await.map(json);
    }
    app.readers.read(move |provider| question.answer(provider)).await.map(json)
}

/// Carries out an order.
async fn tell(State(app): State<App>, body: Bytes) -> Result<Response, Problem> {
    // Parsing a large batch takes longer than others should wait for.
    app.writers.write(move |provider| read::<Order<'static>>(&body)?.carry_out(provider)).await.map(json)
}

/// The name of the store: that of the folder, where metadata is in it.
async fn store_name(app: App) -> Result<String, Problem> {
    let store = app.options.store.clone();
    let name = app.readers.read(move |provider| match provider.store_name()? {
        Some(name) => Ok(Some(name)),
        None => Datastore::open(&store)?.identity().map(Some),
    });
    Ok(serde_json::to_string(&name.await?).unwrap_or_default())
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
