//! Answers as clients of the service read them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use spinloom_diagnostics::{Error, codes};
use spinloom_metadata::service::{Recorded, Refusal};

use crate::problem::Problem;

/// Until the next beat.
const BEAT: &str = r#""{\"wait_time_in_seconds\": 10}""#;

/// A document, already written.
pub(super) fn text(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.into()).into_response()
}

/// A document.
pub(super) fn json(status: StatusCode, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(body) => text(status, body),
        Err(error) => failed(&Error::new(codes::INTERNAL, "an answer cannot be written").cause(error)),
    }
}

/// There is no such object.
pub(super) fn absent() -> Response {
    text(StatusCode::NOT_FOUND, "{}")
}

/// Why something was not done, in words for the client's user.
pub(super) fn message(status: StatusCode, message: &str) -> Response {
    json(status, &json!({"message": message}))
}

/// The request makes no sense.
pub(super) fn bad(why: &str) -> Response {
    message(StatusCode::BAD_REQUEST, why)
}

/// What came of a record.
pub(super) fn recorded(recorded: &Recorded) -> Response {
    match recorded {
        Recorded::Flow(doc) => json(StatusCode::OK, doc),
        Recorded::Run(doc) => json(StatusCode::OK, doc),
        Recorded::Step(doc) => json(StatusCode::OK, doc),
        Recorded::Task(doc) => json(StatusCode::OK, doc),
        Recorded::Tags(tags) => json(StatusCode::OK, &json!({"tags": tags})),
        Recorded::Beat => text(StatusCode::OK, BEAT),
        Recorded::Count(count) => json(StatusCode::OK, &json!({"created": count})),
    }
}

/// A record that is not kept.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let (status, why) = match refusal {
        Refusal::Exists(why) => (StatusCode::CONFLICT, why),
        Refusal::Unknown(why) => (StatusCode::NOT_FOUND, why),
        Refusal::Bad(why) => (StatusCode::BAD_REQUEST, why),
        Refusal::SystemTag(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
    };
    message(status, why)
}

/// Nothing can be kept or read. A client tries again for some time after 503 alone, so that is what passes.
pub(super) fn failed(error: &Error) -> Response {
    let passes = [codes::METADATA_IO, codes::DISK_FULL].contains(&error.code());
    let status = if passes { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
    tracing::error!(code = error.code().id(), causes = ?error.causes(), "{}", error.message());
    message(status, error.message())
}

/// As [`failed`], of a read.
pub(super) fn problem(problem: Problem) -> Response {
    match problem.status() {
        StatusCode::GATEWAY_TIMEOUT => problem.into_response(),
        _ => failed(problem.error()),
    }
}

/// A page of a list.
pub(super) fn page(body: Vec<u8>, limit: Option<usize>, next: Option<String>) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(limit) = limit {
        headers.insert("x-limit", HeaderValue::from(limit));
    }
    if let Some(next) = next.and_then(|next| HeaderValue::try_from(next).ok()) {
        headers.insert("x-next-cursor", next);
    }
    (headers, text(StatusCode::OK, body)).into_response()
}
