//! A log as it was written, byte for byte.

use std::ops::Range;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use spinloom_datastore::LogFile;
use utoipa::IntoParams;

use super::cache::BITE;
use super::lines::{Streams, find};
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// How long a download may take.
const WITHIN: Duration = Duration::from_secs(3600);

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Which streams: `both`, `stdout` or `stderr`.
    #[serde(default)]
    stream: Streams,
}

/// Download a log
///
/// What an attempt wrote, byte for byte; both streams in the order in which they were read. A `Range` of bytes may be asked for.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log/raw",
    tag = "logs",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("attempt" = String, Path), Asked),
    responses(
        (status = 200, content_type = "text/plain"),
        (status = 206, content_type = "text/plain"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "The log has no such bytes")
    )
)]
pub(super) async fn raw(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let (of, _) = find(&app, &words).await?;
    let stream = asked.stream.one();
    let (shared, place) = (app.clone(), of.clone());
    let total = app
        .workers
        .answer(move |_| {
            let store = shared.files.store()?;
            shared.logs.with(&store, &place, |log| Ok(log.extent(stream).bytes))
        })
        .await?
        .unwrap_or(0);
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match asked.and_then(|text| range_of(text, total)) {
        Some(Some(range)) => Some(range),
        Some(None) => {
            let size = [(header::CONTENT_RANGE, format!("bytes */{total}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, size).into_response());
        }
        None => None,
    };
    let name = format!("{}-{}-{}-{}.log", of.flow, of.run, of.task, of.attempt);
    let bytes = range.clone().unwrap_or(0..total);
    let length = bytes.end - bytes.start;
    let shared = app.clone();
    let body = app.workers.stream(WITHIN, move |out| {
        let Ok(store) = shared.files.store() else { return };
        // Not from those that are shared: a slow reader would keep them from growing.
        let Ok(Some(mut log)) = store.log_file(&of.flow, &of.run, of.task, of.attempt) else { return };
        let _cut = send(&mut log, stream, bytes, out);
    });
    Ok(response(body, length, range.map(|range| (range, total)), &name))
}

fn send(
    log: &mut LogFile,
    stream: Option<spinloom_flow::event::LogStream>,
    bytes: Range<u64>,
    out: &crate::work::Out,
) -> spinloom_diagnostics::Result<()> {
    while log.extent(stream).bytes < bytes.end && !log.extent(None).complete && !out.is_over() {
        log.refresh(BITE)?;
    }
    log.raw(stream, bytes, &mut |part| out.send(Bytes::copy_from_slice(part)))
}

fn response(body: Body, length: u64, range: Option<(Range<u64>, u64)>, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", encoded(name))),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    match range {
        None => (headers, body).into_response(),
        Some((range, total)) => {
            let said = format!("bytes {}-{}/{total}", range.start, range.end.saturating_sub(1));
            (StatusCode::PARTIAL_CONTENT, headers, [(header::CONTENT_RANGE, said)], body).into_response()
        }
    }
}

/// A name for a header: flows may be called anything that Python allows.
pub(crate) fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let part = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(part).collect()
}

/// What a `Range` asks for, of `total` bytes: `None` if it is none that is understood, `Some(None)` if there are no such bytes.
pub(crate) fn range_of(text: &str, total: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.is_empty(), last.is_empty()) {
        (true, true) => return None,
        (true, false) => total.saturating_sub(last.parse().ok()?)..total,
        (false, true) => first.parse().ok()?..total,
        (false, false) => first.parse().ok()?..last.parse::<u64>().ok()?.saturating_add(1).min(total),
    };
    Some(Some(range).filter(|range| range.start < range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(range_of("bytes=0-9", 100), Some(Some(0..10)));
        assert_eq!(range_of("bytes=90-", 100), Some(Some(90..100)));
        assert_eq!(range_of("bytes=-7", 100), Some(Some(93..100)));
        assert_eq!(range_of("bytes=95-200", 100), Some(Some(95..100)));
        assert_eq!(range_of("bytes=100-", 100), Some(None));
        assert_eq!(range_of("bytes=9-3", 100), Some(None));
        assert_eq!(range_of("bytes=0-1,5-6", 100), None);
        assert_eq!(range_of("lines=1-2", 100), None);
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(encoded("Überlauf-1.log"), "%C3%9Cberlauf-1.log");
    }
}
