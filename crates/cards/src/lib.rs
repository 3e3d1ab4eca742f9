//! "I have a task: give me its cards, as they are now." And a card as one HTML page that needs nothing else.
//!
//! Main types: [`Found`] (a card and whose it is), [`Follower`] (those of a run that goes on) and [`page`]. What is *not* here: making cards, which Python does in the task, and where
//! they are kept (`datastore`). The format is `docs/design/0011-cards.md`.

mod find;
mod follow;
mod page;

pub use find::{Found, of_task, of_tasks};
pub use follow::Follower;
pub use page::{framed, page, viewer, with_viewer};
