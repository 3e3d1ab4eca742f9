//! The bytes of an artifact.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use spinloom_datastore::pickle::Source as _;
use spinloom_datastore::{ArtifactEntry, Buffer, Payload, is_pickle, pickle};
use spinloom_diagnostics::{Error, Result, codes};
use utoipa::{IntoParams, ToSchema};

use super::one::chosen;
use super::task::found;
use crate::api::logs::encoded;
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Out;

/// How long a download may take.
const WITHIN: Duration = Duration::from_secs(3600);

/// As what an artifact is downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ArtifactForm)]
pub(crate) enum Form {
    /// One pickle, as any Python loads it.
    #[default]
    Pickle,
    /// One piece, as it is kept.
    Raw,
    /// A text or bytes, as they are.
    Text,
    /// JSON, of a value that JSON has a place for.
    Json,
}

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Of an earlier attempt than the latest.
    attempt: Option<u32>,
    /// `pickle`, `raw`, `text` or `json`. No code is run for any of them.
    #[serde(default)]
    form: Form,
    /// Of `raw`: which piece. 0 is the stream, the others are its buffers.
    #[serde(default)]
    piece: usize,
}

/// Download an artifact
///
/// The bytes of an artifact: as one pickle, as they are kept, or as text or JSON where it is nothing else.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/artifacts/{name}/data",
    tag = "artifacts",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("name" = String, Path), Asked),
    responses(
        (status = 200, content_type = "application/octet-stream"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn data(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let (_, address) = found(&app, &words, asked.attempt).await?;
    let name = words.text("name").to_owned();
    let (form, piece) = (asked.form, asked.piece);
    let shared = app.clone();
    let (entry, parts) = app
        .workers
        .answer(move |_| {
            let store = shared.files.store()?;
            let (manifest, entry) = chosen(&store, address.as_deref(), &name)?;
            let payload = store.payload(&manifest, &entry)?;
            let parts = parts(&entry, payload, form, piece)?;
            Ok((entry, parts))
        })
        .await?;
    let (ending, kind) = match form {
        Form::Pickle => ("pkl", "application/octet-stream"),
        Form::Raw => ("bin", "application/octet-stream"),
        Form::Text => ("txt", "text/plain; charset=utf-8"),
        Form::Json => ("json", "application/json"),
    };
    let body = app.workers.stream(WITHIN, move |out| {
        // What is cut short is seen by its reader: a pickle has an end.
        let _cut = parts.write(&mut Sink(out));
    });
    let file = format!(
        "{}-{}-{}-{}.{ending}",
        words.text("flow"),
        words.text("run"),
        words.text("task"),
        entry.name
    );
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encoded(&file))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::ETAG, format!("\"{}\"", entry.hash)),
    ];
    Ok((headers, body).into_response())
}

/// What is sent.
enum Parts {
    Pickle(Payload),
    Buffer(Buffer),
}

impl Parts {
    fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(64 << 10, out);
        match self {
            Self::Pickle(payload) => {
                pickle::write(payload, &mut out)?;
            }
            Self::Buffer(mut buffer) => buffer.copy(&mut out)?,
        }
        out.flush()
    }
}

fn parts(entry: &ArtifactEntry, payload: Payload, form: Form, piece: usize) -> Result<Parts> {
    let no = |what: &str| Error::new(codes::USAGE, format!("artifact `{}` {what}", entry.name));
    let bytes = |bytes: Vec<u8>| Parts::Buffer(Buffer::Bytes(bytes));
    match form {
        Form::Pickle => {
            let fits = is_pickle(&entry.encoding)
                && (payload.buffers.is_empty()
                    || pickle::buffers(&payload.stream) == Some(payload.buffers.len()));
            let error = || {
                no(&format!("was saved as `{}`, which is no pickle", entry.encoding))
                    .hint("ask for `form=raw`")
            };
            fits.then_some(Parts::Pickle(payload)).ok_or_else(error)
        }
        Form::Raw => match piece.checked_sub(1) {
            None => Ok(bytes(payload.stream)),
            Some(at) => {
                let count = payload.buffers.len() + 1;
                let buffer = payload.buffers.into_iter().nth(at);
                buffer.map(Parts::Buffer).ok_or_else(|| no(&format!("has {count} pieces")))
            }
        },
        Form::Text => {
            let text = pickle::text(&payload.stream).filter(|_| is_pickle(&entry.encoding));
            Ok(bytes(text.ok_or_else(|| no("is no text and no bytes"))?.0))
        }
        Form::Json => {
            let value = pickle::json(&payload.stream).filter(|_| is_pickle(&entry.encoding));
            Ok(bytes(value.ok_or_else(|| no("has no place in JSON"))?.to_string().into_bytes()))
        }
    }
}

/// A body as something to write to.
struct Sink<'a>(&'a Out);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.send(Bytes::copy_from_slice(bytes)) {
            std::ops::ControlFlow::Continue(()) => Ok(bytes.len()),
            std::ops::ControlFlow::Break(()) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
