//! A card, as lists have it.

use serde::Serialize;
use spinloom_cards::Found;
use utoipa::ToSchema;

/// A card of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Card)]
pub(crate) struct CardItem {
    /// The step.
    step: String,
    /// The task.
    task: u64,
    /// The attempt that made it.
    attempt: u32,
    /// Its type, such as `default`.
    #[serde(rename = "type")]
    kind: String,
    /// The id it has in its decorator.
    id: Option<String>,
    /// What it is told apart by: the same as long as the attempt makes it anew.
    pub(crate) hash: String,
    /// When it was made last.
    pub(crate) made_at: i64,
    /// Whether it is of an attempt that is still making it, or never finished.
    pub(crate) live: bool,
    /// Whether it only says why it could not be made.
    failed: bool,
    /// The run that made it, if the task was taken over from there.
    origin_run: Option<String>,
}

impl CardItem {
    /// Whether it is of a type.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

impl From<&Found> for CardItem {
    fn from(found: &Found) -> Self {
        let Found { card, run, made_in, step, task } = found;
        Self {
            step: step.to_string(),
            task: task.0,
            attempt: card.attempt,
            kind: card.note.kind.clone(),
            id: card.note.id.clone(),
            hash: card.note.hash.clone(),
            made_at: card.note.at,
            live: card.is_live(),
            failed: card.note.failed,
            origin_run: (made_in != run).then(|| made_in.to_string()),
        }
    }
}
