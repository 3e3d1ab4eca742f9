//! What cannot be answered, as [problem details](https://www.rfc-editor.org/rfc/rfc9457).

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use spinloom_diagnostics::{Error, ExitCode, codes};
use utoipa::ToSchema;

/// Why a request has no answer.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    error: Error,
}

/// What is sent of a problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// The code of the error, as `spinloom explain` knows it.
    #[schema(example = "SL0301")]
    code: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// One sentence for people.
    title: String,
    /// What to do about it.
    hints: Vec<String>,
}

impl Problem {
    /// One with a status of its own.
    pub(crate) fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error }
    }

    /// The same once more, for another who asked.
    pub(crate) fn of(other: &Self) -> Self {
        Self { status: other.status, error: other.error.clone() }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether it is the server's, and asking again may help.
    pub(crate) fn passes(&self) -> bool {
        self.status.is_server_error()
    }

    /// What is wrong.
    pub(crate) fn error(&self) -> &Error {
        &self.error
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Error::new(codes::NOT_FOUND, message))
    }

    /// The request makes no sense.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Error::new(codes::USAGE, message))
    }

    /// It took too long.
    pub(crate) fn deadline(deadline: Duration) -> Self {
        let message = format!("no answer within {} s", deadline.as_secs_f32());
        Self::new(StatusCode::GATEWAY_TIMEOUT, Error::new(codes::METADATA_IO, message))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error.code().exit() {
            ExitCode::NotFound => StatusCode::NOT_FOUND,
            ExitCode::Usage | ExitCode::Invalid => StatusCode::BAD_REQUEST,
            ExitCode::Conflict => StatusCode::CONFLICT,
            ExitCode::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, error }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            code: self.error.code().id(),
            status: self.status.as_u16(),
            title: self.error.message().to_owned(),
            hints: self.error.hints().to_vec(),
        };
        if self.status.is_server_error() {
            tracing::error!(code = body.code, causes = ?self.error.causes(), "{}", body.title);
        }
        let text = serde_json::to_string(&body).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response()
    }
}
