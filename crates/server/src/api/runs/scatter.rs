//! Runs as dots: when each began, how long it took.

use std::collections::HashMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_index::Index;
use utoipa::{IntoParams, ToSchema};

use super::{Fresh, asked};
use crate::app::App;
use crate::problem::Problem;

/// At most so many dots.
const MOST: usize = 100_000;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Such as `tag:prod status:failed dur>1h`; without it, all.
    #[serde(default)]
    query: String,
    /// At most this many dots; of more runs there are some, evenly.
    #[serde(default = "most")]
    limit: usize,
    /// Where days begin, such as `+02:00` or `Europe/Berlin`; UTC without it.
    tz: Option<String>,
}

fn most() -> usize {
    MOST
}

/// Dots, a column for each thing of them, all columns in the same order.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Dots {
    /// The earliest time that `started` counts from, microseconds since the epoch.
    from: i64,
    /// When each was made, in milliseconds after `from`.
    started: Vec<i64>,
    /// How long each took, or has taken so far, in milliseconds.
    duration: Vec<i64>,
    /// States, by their places in `statuses`.
    status: Vec<u8>,
    /// Flows, by their places in `flows`.
    flow: Vec<u32>,
    /// Ids.
    run: Vec<String>,
    /// Names of states.
    statuses: Vec<&'static str>,
    /// Names of flows.
    flows: Vec<String>,
}

/// Runs as dots.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Scatter {
    /// The dots.
    #[serde(flatten)]
    dots: Dots,
    /// How many runs were asked for, which may be more than there are dots.
    total: u64,
    /// How much of the store this knows.
    #[serde(flatten)]
    fresh: Fresh,
}

/// Runs as dots, in columns
#[utoipa::path(get, path = "/runs/scatter", tag = "runs", params(Asked), responses((status = 200, body = Scatter)))]
pub(super) async fn scatter(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Scatter>, Problem> {
    let asked = crate::api::asked(query)?;
    let (query, clock) = (asked::query(&asked.query)?, asked::clock(asked.tz.as_deref())?);
    let ask = move |index: &Index| {
        let selection = index.select(&query, &clock);
        let rows = selection.sample(asked.limit.clamp(1, MOST));
        Ok((dots(index, &rows, clock.now), selection.total()))
    };
    let ((dots, total), known) = app.index.ask(ask).await?;
    Ok(Json(Scatter { dots, total, fresh: known.into() }))
}

fn dots(index: &Index, rows: &[u32], now: i64) -> Dots {
    let runs: Vec<_> = rows.iter().filter_map(|row| index.row(*row, now)).collect();
    let from = runs.iter().map(|run| run.started_at).min().unwrap_or(0);
    let mut dots = Dots { from, ..Dots::default() };
    let mut flows: HashMap<&str, u32> = HashMap::new();
    for run in &runs {
        dots.started.push((run.started_at - from) / 1000);
        dots.duration.push(run.duration / 1000);
        let status = run.status.as_str();
        let place = dots.statuses.iter().position(|known| *known == status).unwrap_or_else(|| {
            dots.statuses.push(status);
            dots.statuses.len() - 1
        });
        dots.status.push(place as u8);
        let flow = *flows.entry(run.flow).or_insert_with(|| {
            dots.flows.push(run.flow.to_owned());
            dots.flows.len() as u32 - 1
        });
        dots.flow.push(flow);
        dots.run.push(run.run.to_owned());
    }
    dots
}
