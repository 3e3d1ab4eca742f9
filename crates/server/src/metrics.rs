//! What is counted, for Prometheus.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::app::App;
use crate::telemetry::Span;

/// Of which requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Histogram>,
    /// How often a run was brought up to date, or found to be.
    pub(crate) run_looks: Counter,
    /// Sockets that are open.
    pub(crate) sockets: Gauge,
}

impl Metrics {
    /// With nothing counted yet.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("spinloom");
        // From half a millisecond to some sixteen seconds.
        let requests = Family::<Labels, Histogram>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.0005, 2.0, 16))
        });
        registry.register("request_duration_seconds", "How long requests took", requests.clone());
        let (run_looks, sockets) = (Counter::default(), Gauge::default());
        registry.register("run_looks", "How often runs in memory were brought up to date", run_looks.clone());
        registry.register("sockets", "WebSockets that are open", sockets.clone());
        Self { registry, requests, run_looks, sockets }
    }

    /// All of it, in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts a request by its route, never by its path, of which there is no end.
pub(crate) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().to_string();
    let span = app.telemetry.as_ref().and_then(|_| Span::begin(request.headers()));
    let response = next.run(request).await;
    let labels = Labels {
        method,
        route: route.unwrap_or_else(|| "none".to_owned()),
        status: response.status().as_u16(),
    };
    let took = began.elapsed();
    app.metrics.requests.get_or_create(&labels).observe(took.as_secs_f64());
    if let (Some(telemetry), Some(span)) = (&app.telemetry, span) {
        telemetry.tell(span.end(&labels.method, &labels.route, labels.status, took));
    }
    response
}
