//! "I have a store: make it smaller, or tell me what is wrong with it."
//!
//! [`collect`] removes what no recorded run needs any more, [`delete`] forgets runs, [`Rules`] say which, and [`check`] names what is
//! missing or damaged. What is *not* here: how bytes lie in a store (`spinloom-datastore`), and words for people (`spinloom-cli`).
//! Why a collection is safe beside running flows is `docs/design/0006-collecting.md`.

mod check;
mod collect;
mod delete;
mod marks;
mod retention;
mod scope;

pub use check::{Checked, Finding, Options as CheckOptions, Orphans, Owner, check};
pub use collect::{Collected, Objects, Options as CollectOptions, Progress, collect};
pub use delete::{Deleted, Heirs, deletable, delete};
pub use retention::{Action, Age, Decision, FILE as RETENTION_FILE, Rule, Rules};
pub use scope::{Filter, running};
pub use spinloom_datastore::{ObjectProgress, SweptObjects, Tally};
