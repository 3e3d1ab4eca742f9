//! One card: its page and its data.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use spinloom_cards::Found;
use spinloom_datastore::CardDocument;
use spinloom_diagnostics::{Error, Result, codes};
use utoipa::IntoParams;

use crate::api::logs::encoded;
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// What a card holds is the user's: it is shown in a world of its own, which reaches neither this server nor anything else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline'; \
     style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'",
);

/// Of which attempt, and what for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// An earlier attempt than the latest.
    attempt: Option<u32>,
    /// To be kept as a file.
    #[serde(default)]
    download: bool,
}

/// The page of a card
///
/// A card as one HTML page that needs nothing else. Its scripts run in a sandbox: they reach nothing.
#[utoipa::path(
    get,
    operation_id = "card_html",
    path = "/flows/{flow}/runs/{run}/tasks/{task}/cards/{hash}/html",
    tag = "cards",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("hash" = String, Path), Asked),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn html(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let (found, document) = document(&app, &words, asked.attempt).await?;
    let tag = tag(&found);
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let page =
        if asked.download { spinloom_cards::page(&document)? } else { spinloom_cards::framed(&document)? };
    let known = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    let mut response = (known, page).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if asked.download {
        let name = format!(
            "{}-{}-{}-{}.html",
            words.text("flow"),
            words.text("run"),
            words.text("task"),
            found.card.note.kind
        );
        let value = format!("attachment; filename*=UTF-8''{}", encoded(&name));
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
        }
    }
    Ok(response)
}

/// The data of a card
///
/// The document of a card: what it shows, as its page is told when the card is made anew. The format is that of the store.
#[utoipa::path(
    get,
    operation_id = "card_data",
    path = "/flows/{flow}/runs/{run}/tasks/{task}/cards/{hash}/data",
    tag = "cards",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("hash" = String, Path), Asked),
    responses(
        (status = 200, content_type = "application/json", body = Object),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn data(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let (found, document) = document(&app, &words, asked.attempt).await?;
    let tag = tag(&found);
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let known = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    Ok((known, document.json).into_response())
}

/// What changes whenever a card is made anew, or this program shows it otherwise.
fn tag(found: &Found) -> String {
    let note = &found.card.note;
    format!("\"{}-{}-{}\"", note.hash, note.at, env!("CARGO_PKG_VERSION"))
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag)
}

async fn document(app: &App, words: &Words, attempt: Option<u32>) -> Result<(Found, CardDocument), Problem> {
    let ((flow, run), task) = (words.run()?, words.task()?);
    let hash = words.text("hash").to_owned();
    let shared = app.clone();
    app.readers
        .read(move |provider| {
            let store = shared.files.store()?;
            let record = place::task(provider, (&flow, &run), task)?;
            let cards = spinloom_cards::of_task(provider, &store, (&flow, &run), &record, attempt)?;
            let none = || {
                Error::new(codes::NOT_FOUND, format!("task {task} of `{flow}/{run}` has no card `{hash}`"))
            };
            let found = cards.into_iter().find(|one| one.card.note.hash == hash).ok_or_else(none)?;
            let document = store.card_document(&flow, &found.made_in, &found.card)?;
            Ok((found, document))
        })
        .await
}
