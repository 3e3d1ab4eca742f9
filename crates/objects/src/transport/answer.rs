//! What an answer means.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use object_store::client::HttpResponse;

use super::trouble::{Trouble, TroubleKind};

/// No store is obeyed that asks for a longer pause.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// What to do after one try.
pub(super) enum Verdict {
    /// The back-end knows what to make of the answer.
    Fine(HttpResponse),
    /// It is of no use to try again.
    Final(Trouble),
    /// Try again, after a while if the store asks for one.
    Again { trouble: Trouble, after: Option<Duration> },
}

impl Verdict {
    pub(super) fn again(why: impl Into<String>) -> Self {
        Self::Again { trouble: Trouble::new(TroubleKind::Unreachable, why), after: None }
    }
}

/// Judges a whole answer.
pub(super) fn judge(head: Parts, body: Bytes) -> Verdict {
    let status = head.status;
    let said = Said::read(&head.headers, if status.is_success() { errors_only(&body) } else { &body });
    let answered = || format!("the store answered {} {said}", status.as_u16());
    let busy = matches!(
        said.code.as_str(),
        "SlowDown"
            | "InternalError"
            | "ServiceUnavailable"
            | "RequestTimeout"
            | "OperationAborted"
            | "ConditionalRequestConflict"
            | "ServerBusy"
    );
    let no_bucket = matches!(said.code.as_str(), "NoSuchBucket" | "ContainerNotFound")
        || said.message.contains("specified bucket does not exist");
    let failed = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
    match status {
        _ if failed || busy => {
            let trouble = Trouble::new(TroubleKind::Unreachable, answered());
            Verdict::Again { trouble, after: asked_pause(&head.headers) }
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            let trouble = Trouble::new(TroubleKind::Unreachable, answered());
            Verdict::Again { trouble, after: asked_pause(&head.headers) }
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Verdict::Final(Trouble::new(TroubleKind::Denied, answered()))
        }
        StatusCode::NOT_FOUND if no_bucket => Verdict::Final(Trouble::new(TroubleKind::NoBucket, answered())),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            Verdict::Final(Trouble::new(TroubleKind::NoSuchRange, answered()))
        }
        _ => Verdict::Fine(HttpResponse::from_parts(head, body.into())),
    }
}

/// How long the body is said to be; 0 if that is not said.
pub(super) fn announced(headers: &HeaderMap) -> usize {
    headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// The range that an answer with a part of an object says it has, and the size of the object.
pub(super) fn range(head: &Parts) -> Option<(Range<u64>, Option<u64>)> {
    if head.status != StatusCode::PARTIAL_CONTENT {
        return None;
    }
    let (range, size) =
        head.headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = range.split_once('-')?;
    Some((from.parse().ok()?..to.parse::<u64>().ok()?.checked_add(1)?, size.parse().ok()))
}

/// Why a body of `len` bytes is less than its head announced; the length itself the HTTP client has checked.
pub(super) fn is_short(head: &Parts, len: u64) -> Option<String> {
    let (range, _) = range(head)?;
    let announced = range.end.checked_sub(range.start)?;
    (announced != len).then(|| format!("an answer of {announced} bytes ended after {len}"))
}

/// S3 may begin to answer with 200 and find out later that it fails.
fn errors_only(body: &[u8]) -> &[u8] {
    let start = &body[..body.len().min(200)];
    if start.windows(7).any(|w| w == b"<Error>") && start.starts_with(b"<") { body } else { b"" }
}

fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_ASKED))
}

/// What a store says about an error: S3 and Azure in XML, Google in JSON too.
#[derive(Default)]
struct Said {
    code: String,
    message: String,
}

impl Said {
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let mut said = Self { code: header("x-ms-error-code"), message: String::new() };
        let xml = |name: &str| between(&text, &format!("<{name}>"), "</");
        if said.code.is_empty() {
            said.code = xml("Code").unwrap_or("").to_owned();
        }
        let json = || between(&text, "\"message\":", "\",").map(|m| m.trim_start().trim_start_matches('"'));
        let message = xml("Message").or_else(json).unwrap_or("");
        said.message = message.lines().next().unwrap_or("").trim().to_owned();
        said
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code.is_empty(), self.message.is_empty()) {
            (false, false) => write!(f, "{}: {}", self.code, self.message),
            (false, true) => f.write_str(&self.code),
            (true, false) => f.write_str(&self.message),
            (true, true) => f.write_str("without saying why"),
        }
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}
