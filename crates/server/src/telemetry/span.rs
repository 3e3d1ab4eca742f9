//! A request, as a collector is told of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use super::text;

/// A request that is being answered, or was.
pub(crate) struct Span {
    trace: String,
    id: String,
    parent: Option<String>,
    began: u64,
    took: Duration,
    method: String,
    route: String,
    status: u16,
}

impl Span {
    /// A request with these headers begins; `None` if whoever sent it wants it not told.
    pub(crate) fn begin(headers: &HeaderMap) -> Option<Self> {
        let came = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(parent);
        let (trace, parent) = match came {
            Some((_, _, false)) => return None,
            Some((trace, parent, true)) => (trace, Some(parent)),
            None => (random(16), None),
        };
        let (id, began, took) = (random(8), now(), Duration::ZERO);
        let (method, route) = (String::new(), String::new());
        Some(Self { trace, id, parent, began, took, method, route, status: 0 })
    }

    /// It was answered.
    pub(crate) fn end(mut self, method: &str, route: &str, status: u16, took: Duration) -> Self {
        (self.method, self.route) = (method.to_owned(), route.to_owned());
        (self.status, self.took) = (status, took);
        self
    }

    pub(super) fn json(&self) -> Value {
        let took = u64::try_from(self.took.as_nanos()).unwrap_or(u64::MAX);
        let mut span = json!({
            "traceId": self.trace,
            "spanId": self.id,
            "name": format!("{} {}", self.method, self.route),
            "kind": 2,
            "startTimeUnixNano": self.began.to_string(),
            "endTimeUnixNano": self.began.saturating_add(took).to_string(),
            "attributes": [
                text("http.request.method", &self.method),
                text("http.route", &self.route),
                {"key": "http.response.status_code", "value": {"intValue": self.status.to_string()}},
            ],
            "status": if self.status >= 500 { json!({"code": 2}) } else { json!({}) },
        });
        if let Some(parent) = &self.parent {
            span["parentSpanId"] = parent.as_str().into();
        }
        span
    }
}

/// Trace and span of `00-<trace>-<span>-<flags>`, and whether it is to be told.
fn parent(text: &str) -> Option<(String, String, bool)> {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags, ..] = parts.as_slice() else { return None };
    let is = |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_hexdigit());
    let zero = |part: &str| part.bytes().all(|b| b == b'0');
    if !is(version, 2) || !is(trace, 32) || !is(span, 16) || !is(flags, 2) || zero(trace) || zero(span) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    Some(((*trace).to_owned(), (*span).to_owned(), sampled))
}

/// So many bytes nobody can guess, in hexadecimal.
fn random(bytes: usize) -> String {
    let mut all = [0_u8; 16];
    // Without randomness ids are alike, which is no reason to answer no requests.
    let _ = SystemRandom::new().fill(&mut all);
    all.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// Nanoseconds since the epoch.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_where_it_came_from() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let header = |flags: &str| parent(&format!("00-{trace}-00f067aa0ba902b7-{flags}"));
        assert_eq!(header("01"), Some((trace.to_owned(), "00f067aa0ba902b7".to_owned(), true)));
        assert_eq!(header("00").map(|(.., sampled)| sampled), Some(false));
        for odd in ["", "00-x-y-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "nonsense"] {
            assert_eq!(parent(odd), None, "{odd}");
        }
    }
}
