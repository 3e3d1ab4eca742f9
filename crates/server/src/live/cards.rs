//! Cards that are watched. What a running step shows is in files of the store, which no feed tells of: they are looked at again and again, as
//! long as somebody watches and the run goes on.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::Message;
use spinloom_cards::Follower;
use spinloom_flow::{RunStatus, TaskId};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::message::Said;
use crate::api::cards::{CardItem, current, fresh};
use crate::app::App;
use crate::problem::Problem;
use crate::views::RunKey;

/// How often.
const EVERY: Duration = Duration::from_millis(200);
/// How often where there is much to look at: a look may take so many parts of the time.
const SHARE: u32 = 5;
/// How long a run that is over is not looked at, unless something of it is written.
const OVER: Duration = Duration::from_secs(30);

/// Tells of the cards of a run, or of one task.
pub(super) async fn cards_view(
    app: &App,
    id: u32,
    key: RunKey,
    task: Option<(TaskId, Option<u32>)>,
    out: &mpsc::Sender<Message>,
) -> Result<(), Problem> {
    let mut written = app.live.feed.follow(app);
    let mut news = News::of(task);
    let mut first = true;
    loop {
        written.mark_unchanged();
        let began = tokio::time::Instant::now();
        let (flow, run) = (key.flow.clone(), key.run.clone());
        let goes_on = app
            .readers
            .read(move |provider| Ok(provider.run(&flow, &run)?.map(|run| run.status == RunStatus::Running)))
            .await?;
        let fresh = news.look(app, &key).await?;
        let worth_telling = std::mem::take(&mut first) || !fresh.is_empty();
        if worth_telling && out.send(Said::Cards { id, cards: &fresh }.message()).await.is_err() {
            return Ok(());
        }
        match goes_on {
            Some(true) => sleep(EVERY.max(began.elapsed() * SHARE)).await,
            _ => {
                let _quiet = timeout(OVER, written.changed()).await;
            }
        }
    }
}

/// What is known of the cards that are watched.
enum News {
    /// Of a task: when each was made, and whether its attempt was at work.
    Task { task: (TaskId, Option<u32>), known: HashMap<String, (i64, bool)> },
    /// Of a run.
    Run(Follower),
}

impl News {
    fn of(task: Option<(TaskId, Option<u32>)>) -> Self {
        match task {
            Some(task) => Self::Task { task, known: HashMap::new() },
            None => Self::Run(Follower::default()),
        }
    }

    /// The cards that are new or were made anew.
    async fn look(&mut self, app: &App, key: &RunKey) -> Result<Vec<CardItem>, Problem> {
        let of = (key.flow.clone(), key.run.clone());
        match self {
            Self::Task { task, known } => {
                let mut cards = current(app, of, *task).await?;
                cards.retain(|card| {
                    let state = (card.made_at, card.live);
                    known.insert(card.hash.clone(), state) != Some(state)
                });
                Ok(cards)
            }
            Self::Run(follower) => {
                let (cards, after) = fresh(app, of, std::mem::take(follower)).await?;
                *follower = after;
                Ok(cards)
            }
        }
    }
}
