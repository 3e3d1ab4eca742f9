//! What changes, while it changes: one WebSocket for each tab of a browser.
//!
//! A client says what it looks at; it is told how that is now, and from then on what is different, some four times a second at most. Every
//! message carries the number of the change feed it is as of. After a reconnect a client asks with the last number it has, and is
//! told what it missed. Whoever cannot have a socket asks the same of `tasks.bin?after=`.
//!
//! However many look at a run, one task reads it ([`topic`]), and one asks whether anything was written at all ([`feed`]). Nobody is waited
//! for: a slow client gets less often what is then more, one that takes nothing at all is left.

mod cards;
mod feed;
mod message;
mod runs;
mod socket;
mod topic;
mod watching;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use spinloom_diagnostics::{Error, codes};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Sockets at once.
const SOCKETS: i64 = 10_000;
/// A message of a client is at most so long, bytes.
const MESSAGE: usize = 64 << 10;

/// What sockets share.
#[derive(Default)]
pub(crate) struct Live {
    feed: feed::Feed,
    runs: runs::Runs,
    topics: topic::Topics,
}

/// The route of the socket.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What changes, while it changes
///
/// A WebSocket. The client sends JSON: `{"type":"watch","id":1,"view":"run","flow":"F","run":"12","after":345}`, where `id` is a number
/// of its choice, `view` is `run`, `task` (with `task`), `cards` (with `task` and `attempt`, if it likes), `log` (with `task`, and if it likes `attempt`, `stream`, `from`) or `runs`
/// (with `query`), and `after` the last number it has of it; `{"type":"unwatch","id":1}`; `{"type":"ping"}`.
///
/// The server sends `{"type":"hello","seq":…}` once; of a run, a binary message with the tasks that have changed (the watch's `id` in 32
/// bits, little-endian, four bytes of zero, then what `tasks.bin` answers) and `{"type":"run","id":1,"seq":…,"state":…}`, whose
/// `state` is that of the run's answer; `{"type":"task","id":…,"task":…}` as `/tasks/{task}` answers; `{"type":"log","id":…,"log":…}` with new lines, as
/// a page of a log has them; `{"type":"cards","id":…,"cards":[…]}` with those that are new or were made anew; and `{"type":"log_end","id":…}` after the last; `{"type":"gone","id":…}` when a
/// run has been deleted; `{"type":"runs","id":…,"seq":…,"changed":[…],"left":[…],"reload":false}` of a list, where `left` names runs
/// that have changed and are not of it, and `reload` says to ask for it again; `{"type":"problem","id":…,…}` for what cannot be watched (what only cannot be read now is tried again, but for a log); `{"type":"pong"}`.
#[utoipa::path(
    get, path = "/live", tag = "live",
    responses(
        (status = 101, description = "the socket is open"),
        (status = 403, body = ProblemBody),
        (status = 503, body = ProblemBody)
    )
)]
async fn live(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    let Some(place) = Place::take(&app) else {
        let error = Error::new(codes::METADATA_IO, "too many sockets are open")
            .hint("try again later, or ask with `?after=` for what has changed");
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, error).into_response();
    };
    upgrade.max_message_size(MESSAGE).on_upgrade(move |socket| async move {
        socket::serve(app, socket).await;
        drop(place);
    })
}

/// One of the sockets that may be open at once.
struct Place(App);

impl Place {
    fn take(app: &App) -> Option<Self> {
        let before = app.metrics.sockets.inc();
        let place = Self(app.clone());
        (before < SOCKETS).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.metrics.sockets.dec();
    }
}
