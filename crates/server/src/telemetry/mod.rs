//! Requests and counts for a collector of OpenTelemetry, if there is one (`--otlp`): OTLP over HTTP, as JSON.
//!
//! A request hands over what is to be told of it and goes on; what a collector does not take in time is forgotten. A server that was
//! told no collector has none of this.

mod counts;
mod span;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval};

pub(crate) use span::Span;

use crate::app::App;

/// What is told at once, and what waits for that at most.
const TOGETHER: usize = 512;
const WAITING: usize = 4096;
/// How often requests are told.
const FLUSH: Duration = Duration::from_secs(2);
/// How often counts are.
const COUNTS: Duration = Duration::from_secs(15);
/// A collector has so long to take something.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to a collector.
pub(crate) struct Telemetry {
    base: String,
    spans: mpsc::Sender<Span>,
    /// What [`export`] takes.
    ends: Mutex<Option<Ends>>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
}

struct Ends {
    spans: mpsc::Receiver<Span>,
    stop: oneshot::Receiver<()>,
}

impl Telemetry {
    /// To the collector at `base`, such as `http://localhost:4318`.
    ///
    /// # Errors
    /// `SL0001` if that is no address.
    pub(crate) fn new(base: &str) -> Result<Self> {
        let (sender, spans) = mpsc::channel(WAITING);
        let (stop, stopped) = oneshot::channel();
        if !["http://", "https://"].iter().any(|scheme| base.len() > scheme.len() && base.starts_with(scheme))
        {
            return Err(Error::new(codes::USAGE, format!("`--otlp {base}` is no address of a collector"))
                .hint("give the address it takes OTLP over HTTP at, such as `http://localhost:4318`"));
        }
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            spans: sender,
            ends: Mutex::new(Some(Ends { spans, stop: stopped })),
            stop: Mutex::new(Some(stop)),
        })
    }

    /// Tells of a request that was answered, unless too many wait.
    pub(crate) fn tell(&self, span: Span) {
        let _ = self.spans.try_send(span);
    }

    /// What waits is told now, and then nothing more.
    pub(crate) fn stop(&self) {
        drop(self.stop.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Tells the collector of what `app` does, until it is stopped.
pub(crate) async fn export(app: App) {
    let Some(telemetry) = &app.telemetry else { return };
    let ends = telemetry.ends.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(Ends { mut spans, mut stop }) = ends else { return };
    // Clients of `https` need to be told who does their cryptography; it may have been said before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Ok(client) = reqwest::Client::builder().timeout(PATIENCE).build() else { return };
    let collector = Collector { client, base: &telemetry.base };
    let (mut flush, mut counted) = (interval(FLUSH), None::<Instant>);
    flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
    flush.tick().await;
    let mut waiting = Vec::new();
    loop {
        let over = tokio::select! {
            _ = &mut stop => true,
            _ = flush.tick() => false,
            count = spans.recv_many(&mut waiting, TOGETHER), if waiting.len() < TOGETHER => {
                if count > 0 && waiting.len() < TOGETHER {
                    continue;
                }
                false
            }
        };
        while let Ok(span) = spans.try_recv() {
            waiting.push(span);
        }
        if !waiting.is_empty() {
            let all: Vec<Value> = waiting.drain(..).map(|span| span.json()).collect();
            let scope = json!({"scope": {"name": "spinloom"}, "spans": all});
            collector
                .take("traces", &json!({"resourceSpans": [{"resource": resource(), "scopeSpans": [scope]}]}))
                .await;
        }
        if over || counted.is_none_or(|counted| counted.elapsed() >= COUNTS) {
            counted = Some(Instant::now());
            let scope = json!({"scope": {"name": "spinloom"}, "metrics": counts::json(&app.metrics.text(), span::now())});
            collector
                .take(
                    "metrics",
                    &json!({"resourceMetrics": [{"resource": resource(), "scopeMetrics": [scope]}]}),
                )
                .await;
        }
        if over {
            return;
        }
    }
}

struct Collector<'a> {
    client: reqwest::Client,
    base: &'a str,
}

impl Collector<'_> {
    /// Hands something over. What the collector does not take is forgotten, and that is noted.
    async fn take(&self, kind: &str, told: &Value) {
        let request = self.client.post(format!("{}/v1/{kind}", self.base));
        let sent = request.header("content-type", "application/json").body(told.to_string()).send().await;
        match sent.and_then(reqwest::Response::error_for_status) {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the collector of telemetry took nothing"),
        }
    }
}

/// Who tells.
fn resource() -> Value {
    json!({"attributes": [
        text("service.name", "spinloom-server"),
        text("service.version", env!("CARGO_PKG_VERSION")),
    ]})
}

/// An attribute.
fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}
