//! A run that is watched: read once for all who watch it, whenever something of it was written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::api::run::{look, since, state};
use crate::app::App;
use crate::problem::Problem;
use crate::views::{RunKey, View, now};

/// A run is read again no sooner than this.
const FLUSH: Duration = Duration::from_millis(150);
/// Nor sooner than this many times as long as it took to read and tell it: a large run that is watched keeps its processors to itself.
const REST: u32 = 50;
/// But after this at the latest.
const LATEST: Duration = Duration::from_secs(1);
/// What time alone changes (how long it has been running, whether its driver is lost) is told so often.
const BEAT: Duration = Duration::from_secs(5);
/// A run that nobody watches is kept for so long: a page that is loaded again finds it.
const LINGER: Duration = Duration::from_secs(2);

/// How a run is, as all who watch it are told.
#[derive(Clone)]
pub(super) enum Told {
    /// It has not been read yet.
    Nothing,
    /// It is so.
    Now(Arc<Tick>),
    /// There is no such run, or it cannot be read.
    Gone(Arc<Problem>),
}

/// A run at one moment.
pub(super) struct Tick {
    /// The number of the moment before, which `delta` counts from.
    from: u64,
    /// The run.
    pub(super) view: Arc<View>,
    /// Its state as JSON.
    pub(super) state: Arc<str>,
    delta: Option<Bytes>,
    full: OnceLock<Bytes>,
}

impl Tick {
    /// The columns of what has changed after a number; none if nothing has.
    pub(super) fn columns(&self, after: Option<u64>) -> Option<Bytes> {
        match after {
            Some(after) if after == self.from => self.delta.clone(),
            Some(after) if (1..=self.view.seq).contains(&after) => changes(&self.view, after),
            _ => Some(self.full.get_or_init(|| since(&self.view, None).into()).clone()),
        }
    }
}

fn changes(view: &View, after: u64) -> Option<Bytes> {
    let changed = view.tasks.timeline.tasks().iter().any(|task| task.seq > after);
    changed.then(|| since(view, Some(after)).into())
}

/// Runs that are watched.
#[derive(Default)]
pub(super) struct Topics(Mutex<HashMap<RunKey, watch::Sender<Told>>>);

impl Topics {
    /// How a run is, from now on.
    pub(super) fn follow(&self, app: &App, key: &RunKey) -> watch::Receiver<Told> {
        let mut topics = self.lock();
        let topic = topics.entry(key.clone()).or_insert_with(|| {
            let (tell, _) = watch::channel(Told::Nothing);
            tokio::spawn(drive(app.clone(), key.clone(), tell.clone()));
            tell
        });
        topic.subscribe()
    }

    /// Forgets a run, if nobody watches it or `over` says so.
    fn is_left(&self, key: &RunKey, tell: &watch::Sender<Told>, over: bool) -> bool {
        let mut topics = self.lock();
        let left = over || tell.receiver_count() == 0;
        if left {
            topics.remove(key);
        }
        left
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunKey, watch::Sender<Told>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a run until nobody watches it any more.
async fn drive(app: App, key: RunKey, tell: watch::Sender<Told>) {
    let mut written = app.live.feed.follow(&app);
    let mut last: Option<(Arc<View>, Instant)> = None;
    let mut alone: Option<Instant> = None;
    loop {
        written.mark_unchanged();
        let began = Instant::now();
        match look(&app, &key).await {
            Ok(view) => {
                let due = last.as_ref().is_none_or(|(known, told)| {
                    known.changed != view.changed
                        || known.record.created_at != view.record.created_at
                        || told.elapsed() >= BEAT
                });
                if due {
                    let known = last.as_ref().map(|(known, _)| known.clone());
                    tell.send_replace(Told::Now(Arc::new(tick(known.as_deref(), view.clone()))));
                    last = Some((view, Instant::now()));
                }
            }
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
                tell.send_replace(Told::Gone(Arc::new(problem)));
                app.live.topics.is_left(&key, &tell, true);
                return;
            }
            // It could not be read this time.
            Err(_) => {}
        }
        sleep(pause(began.elapsed())).await;
        if tell.receiver_count() > 0 {
            alone = None;
        } else if alone.get_or_insert_with(Instant::now).elapsed() >= LINGER
            && app.live.topics.is_left(&key, &tell, false)
        {
            return;
        }
        let beat = last.as_ref().map_or_else(Instant::now, |(_, told)| *told) + BEAT;
        tokio::select! {
            _ = written.changed() => {}
            () = sleep_until(beat) => {}
            () = tell.closed(), if alone.is_none() => {}
            () = sleep(LINGER), if alone.is_some() => {}
        }
    }
}

/// How long a run is left alone after it took so long to read and tell it.
fn pause(took: Duration) -> Duration {
    (took * REST).clamp(FLUSH, LATEST)
}

fn tick(before: Option<&View>, view: Arc<View>) -> Tick {
    // A run made again under the same name is another: everything of it is new.
    let before = before.filter(|known| known.record.created_at == view.record.created_at);
    let from = before.map_or(0, |known| known.seq);
    let delta = before.and_then(|known| changes(&view, known.seq));
    let state = serde_json::to_string(&state(&view, now())).unwrap_or_default();
    Tick { from, state: state.into(), delta, full: OnceLock::new(), view }
}
