//! What failed alike: attempts whose exceptions are of the same kind, from the same line, and say the same but for numbers.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use spinloom_flow::event::Failure;
use spinloom_flow::{StepName, TaskId};
use utoipa::ToSchema;

use crate::Timeline;

/// Which failures are alike. The same failure has the same number always and everywhere; 0 is none's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct GroupId(pub u32);

/// So many characters of a message are compared and shown.
const MESSAGE: usize = 400;

/// What the failures of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Its number.
    pub id: GroupId,
    /// The class of the exception; `killed`, `exit` and the like if the process died.
    pub kind: String,
    /// The message, with `#` for numbers.
    pub message: String,
    /// File of the innermost frame of the user's.
    pub file: Option<String>,
    /// Line in that file.
    pub line: Option<u32>,
    /// Function of that frame.
    pub function: Option<String>,
    /// The signal that killed the process.
    pub signal: Option<i32>,
    /// The exit code of the process.
    pub exit_code: Option<i32>,
}

/// The groups of a run, by number.
#[derive(Debug, Clone, Default)]
pub struct Groups(HashMap<GroupId, Group>);

impl Groups {
    /// A group.
    pub fn get(&self, id: GroupId) -> Option<&Group> {
        self.0.get(&id)
    }

    /// The group of a failure; made if it is the first of its kind.
    pub(crate) fn of(&mut self, failure: &Failure) -> GroupId {
        let message = blurred(&failure.message);
        let line = failure.line.map(|line| line.to_string()).unwrap_or_default();
        let parts = [
            failure.kind.as_str(),
            &message,
            failure.file.as_deref().unwrap_or_default(),
            &line,
            failure.function.as_deref().unwrap_or_default(),
        ];
        let id = GroupId(number(&parts));
        self.0.entry(id).or_insert_with(|| Group {
            id,
            kind: failure.kind.clone(),
            message,
            file: failure.file.clone(),
            line: failure.line,
            function: failure.function.clone(),
            signal: failure.signal,
            exit_code: failure.exit_code,
        });
        id
    }
}

/// A message without what differs between tasks: `#` for numbers and addresses.
fn blurred(message: &str) -> String {
    let mut text = String::new();
    let mut letters = message.chars().take(MESSAGE).peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_digit() {
            text.push(letter);
            continue;
        }
        text.push('#');
        // `0x7f3a`, `1.5`, `1e9` are one number each; the full stop after a number is not of it.
        while let Some(next) = letters.peek().copied() {
            let fraction = next == '.' && letters.clone().nth(1).is_some_and(|c| c.is_ascii_digit());
            if !(next.is_ascii_hexdigit() || matches!(next, 'x' | '_') || fraction) {
                break;
            }
            letters.next();
        }
    }
    text
}

/// FNV-1a over the parts, which cannot run into each other; never 0.
fn number(parts: &[&str]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash.max(1)
}

/// An attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Example {
    /// The task.
    #[schema(value_type = u64)]
    pub task: TaskId,
    /// Which attempt.
    pub attempt: u32,
}

/// How often something failed, and one example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counted {
    /// What they have in common.
    #[serde(flatten)]
    pub group: Group,
    /// Attempts that failed so.
    pub attempts: u64,
    /// Tasks with such an attempt.
    pub tasks: u64,
    /// Tasks whose last word it was.
    pub fatal: u64,
    /// Tasks with such an attempt, by step.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub steps: BTreeMap<StepName, u64>,
    /// The first of them.
    pub example: Example,
    /// When the first failed, microseconds since the epoch.
    pub first_at: i64,
    /// When the last failed.
    pub last_at: i64,
}

/// What failed in a run, or in a step of it: what ended most tasks first.
pub fn count(timeline: &Timeline, step: Option<u16>) -> Vec<Counted> {
    let mut found: HashMap<GroupId, Counted> = HashMap::new();
    for task in timeline.tasks().iter().filter(|task| step.is_none_or(|step| task.step == step)) {
        let mut seen: SmallVec<[GroupId; 2]> = SmallVec::new();
        let last = task.bars.len().saturating_sub(1);
        for (at, bar) in task.bars.iter().enumerate() {
            let Some(group) = bar.failure.and_then(|id| timeline.groups().get(id)) else { continue };
            let when = bar.finished_at.unwrap_or(bar.started_at);
            let counted = found.entry(group.id).or_insert_with(|| Counted {
                group: group.clone(),
                attempts: 0,
                tasks: 0,
                fatal: 0,
                steps: BTreeMap::new(),
                example: Example { task: task.id, attempt: bar.attempt },
                first_at: when,
                last_at: when,
            });
            counted.attempts += 1;
            counted.first_at = counted.first_at.min(when);
            counted.last_at = counted.last_at.max(when);
            if !seen.contains(&group.id) {
                counted.tasks += 1;
                *counted.steps.entry(timeline.step_of(task).clone()).or_default() += 1;
                seen.push(group.id);
            }
            if at == last && task.ended().is_some() {
                counted.fatal += 1;
            }
        }
    }
    let mut list: Vec<Counted> = found.into_values().collect();
    list.sort_unstable_by(|a, b| (b.fatal, b.tasks, a.group.id).cmp(&(a.fatal, a.tasks, b.group.id)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: &str, message: &str, line: u32) -> Failure {
        Failure { kind: kind.to_owned(), message: message.to_owned(), line: Some(line), ..Failure::default() }
    }

    #[test]
    fn numbers_make_no_difference() {
        let mut groups = Groups::default();
        let a = groups.of(&failure("ValueError", "row 17 of 20 at 0x7f3acc: bad", 3));
        let b = groups.of(&failure("ValueError", "row 9 of 4000 at 0x1: bad", 3));
        assert_eq!(a, b);
        assert_eq!(groups.get(a).unwrap().message, "row # of # at #: bad");
        assert_eq!(blurred("1.5 is not 2. No"), "# is not #. No");
    }

    #[test]
    fn kind_message_and_line_do() {
        let mut groups = Groups::default();
        let ids = [
            groups.of(&failure("ValueError", "bad", 3)),
            groups.of(&failure("KeyError", "bad", 3)),
            groups.of(&failure("ValueError", "worse", 3)),
            groups.of(&failure("ValueError", "bad", 4)),
        ];
        assert_eq!(std::collections::HashSet::from(ids).len(), 4);
    }
}
