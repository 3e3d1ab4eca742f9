//! The tasks of a run as columns.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use spinloom_timeline::columns::{Block, write};
use utoipa::IntoParams;

use super::place::{self, RunPath};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::View;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only what was written after this number of the change feed: the `seq` of the answer before.
    pub(super) after: Option<u64>,
}

/// The tasks of a run as columns
///
/// All tasks with all attempts, in a form that is drawn from without being parsed: the four bytes `SLTC`; the length of the header,
/// 32 bits, little-endian; the header, JSON, filled up with blanks to a multiple of eight; then the columns. The header says
/// up to which number of the change feed the answer is (`seq`), whether it is everything (`full`) or what has changed since
/// `after`, since when times count (`base_at`, microseconds since the epoch) and in which unit (`tick_us`), the names of steps, the
/// failures, and for each column its name, its type (`u8`, `u16`, `u32` or `u64`, little-endian), where it begins after the header
/// (a multiple of eight) and how many values it has.
///
/// One value for each task, in order of id: `task.id`; `task.step`, an index into `steps`; `task.state`, 0 running, 1 done, 2 failed,
/// 3 stopped, and 128 more if it was adopted; `task.created`; `task.attempts`, how many rows of `attempt.*` are its;
/// `task.depth`, how many values of `index` are its foreach indices, outermost first; `task.label`, how many bytes of
/// `label` are what people call its item of the innermost foreach; `task.parents`, how many rows of `parent.first` and
/// `parent.count`, which are ranges of ids, are its inputs. One for each attempt, those of a task in order:
/// `attempt.number`, from 0; `attempt.state`; `attempt.started`; `attempt.duration`, 4294967295 while it runs; `attempt.failure`,
/// the `id` of one of `failures`, 0 for none.
///
/// A task of an answer that is not full takes the place of what was known of it. What was never asked for with `after`, or is from
/// before this store, is answered in full.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/tasks.bin", tag = "run", params(RunPath, Asked),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/vnd.spinloom.columns"),
        (status = 304, description = "nothing has changed since the answer that had this `ETag`"),
        (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(super) async fn columns(
    State(app): State<App>,
    Path(path): Path<RunPath>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    place::with(&app, &path.flow, &path.run, move |_, view| {
        let tag =
            format!("W/\"{}-{}-{}\"", view.record.created_at, view.changed, asked.after.unwrap_or_default());
        let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
        if known.is_some_and(|known| known == tag) {
            return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
        }
        let kind = [(header::CONTENT_TYPE, "application/vnd.spinloom.columns")];
        Ok((kept, kind, since(&view, asked.after)).into_response())
    })
    .await
}

/// What has changed after a number of the change feed; everything if that is of another store.
pub(crate) fn since(view: &View, after: Option<u64>) -> Vec<u8> {
    let after = after.filter(|after| (1..=view.seq).contains(after));
    write(&view.tasks.timeline, Block { after, seq: view.seq })
}
