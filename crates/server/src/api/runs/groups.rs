//! Runs in groups.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_index::{Bucket, GroupBy, Index};
use utoipa::{IntoParams, ToSchema};

use super::Fresh;
use super::asked::{self, MOST_ROWS};
use crate::app::App;
use crate::problem::Problem;

/// A group shows at most so many runs.
const MOST_NEWEST: usize = 100;

/// What runs are grouped by.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GroupBy)]
pub(crate) enum By {
    /// Their flows.
    Flow,
    /// Who started them.
    User,
    /// Tags of users.
    Tag,
    /// Their states.
    Status,
    /// Their projects.
    Project,
    /// The branches of their projects.
    Branch,
    /// The days they were made.
    Day,
}

/// Which runs, and how they are grouped.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// By what.
    by: By,
    /// Such as `tag:prod status:failed dur>1h`; without it, all.
    #[serde(default)]
    query: String,
    /// The name of the last group of the page before.
    after: Option<String>,
    /// At most this many groups.
    #[serde(default = "fifty")]
    limit: usize,
    /// At most this many runs of each, the newest first.
    #[serde(default = "twenty")]
    newest: usize,
    /// Where days begin, such as `+02:00` or `Europe/Berlin`; UTC without it.
    tz: Option<String>,
}

fn fifty() -> usize {
    50
}

fn twenty() -> usize {
    20
}

/// Groups of runs: the largest first, days the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Groups {
    /// The groups.
    groups: Vec<Group>,
    /// How many groups there are.
    total_groups: usize,
    /// How many runs were asked for.
    total: u64,
    /// How much of the store this knows.
    #[serde(flatten)]
    fresh: Fresh,
}

/// A group of runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunGroup)]
struct Group {
    /// What they have in common.
    name: String,
    /// How many.
    count: u64,
    /// How many of each state.
    by_status: ByStatus,
    /// The newest, newest first.
    newest: Vec<Dot>,
}

/// How many of each state.
#[derive(Debug, Serialize, ToSchema)]
struct ByStatus {
    running: u64,
    done: u64,
    failed: u64,
    stopped: u64,
    lost: u64,
}

/// A run, as little as a sparkline needs.
#[derive(Debug, Serialize, ToSchema)]
struct Dot {
    /// Its flow.
    flow: String,
    /// Its id.
    run: String,
    /// Its state.
    status: &'static str,
    /// When it was made.
    started_at: i64,
    /// How long it took, or has taken so far, in microseconds.
    duration: i64,
}

/// Runs in groups, with counts and the newest of each
#[utoipa::path(get, path = "/runs/groups", tag = "runs", params(Asked), responses((status = 200, body = Groups)))]
pub(super) async fn groups(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Groups>, Problem> {
    let asked = crate::api::asked(query)?;
    let (query, clock) = (asked::query(&asked.query)?, asked::clock(asked.tz.as_deref())?);
    let by = match asked.by {
        By::Flow => GroupBy::Flow,
        By::User => GroupBy::User,
        By::Tag => GroupBy::Tag,
        By::Status => GroupBy::Status,
        By::Project => GroupBy::Project,
        By::Branch => GroupBy::Branch,
        By::Day => GroupBy::Day,
    };
    let ask = move |index: &Index| {
        let selection = index.select(&query, &clock);
        let page = (asked.after.as_deref(), asked.limit.clamp(1, MOST_ROWS));
        let (groups, total) = index.groups(&selection, by, page, asked.newest.min(MOST_NEWEST), &clock);
        let groups = groups.into_iter().map(|bucket| group(index, bucket, clock.now)).collect();
        Ok((groups, total, selection.total()))
    };
    let ((groups, total_groups, total), known) = app.index.ask(ask).await?;
    Ok(Json(Groups { groups, total_groups, total, fresh: known.into() }))
}

fn group(index: &Index, bucket: Bucket, now: i64) -> Group {
    let [running, done, failed, stopped, lost] = bucket.by_status;
    let dot = |row: &u32| {
        let run = index.row(*row, now)?;
        Some(Dot {
            flow: run.flow.to_owned(),
            run: run.run.to_owned(),
            status: run.status.as_str(),
            started_at: run.started_at,
            duration: run.duration,
        })
    };
    Group {
        name: bucket.name,
        count: bucket.count,
        by_status: ByStatus { running, done, failed, stopped, lost },
        newest: bucket.newest.iter().filter_map(dot).collect(),
    }
}
