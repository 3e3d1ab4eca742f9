//! All spins that were kept, in memory, and the sessions they make up. Pure.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_metadata::{RunChange, RunFate, RunRecord};

/// Who spins a step again within this time, microseconds, goes on with the same session.
const GAP: i64 = 3_600_000_000;
/// The newest spins are known, and no more.
const MOST: usize = 20_000;

/// What is recorded of where a spin's inputs are from, and what else it was given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Origin {
    /// The run.
    pub(crate) run: Option<String>,
    /// The step that was spun.
    pub(crate) step: String,
    /// The task that was repeated; none if the step had not run there.
    pub(crate) task: Option<u64>,
    /// The tasks that gave inputs, the first of them.
    pub(crate) inputs: Vec<Input>,
    /// How many there were.
    pub(crate) input_count: usize,
    /// Other values of artifacts.
    pub(crate) set: Map<String, Value>,
    /// A file with more of them.
    pub(crate) module: Option<String>,
}

/// A task that gave inputs.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Input {
    /// Its step.
    pub(crate) step: String,
    /// Its number.
    pub(crate) task: u64,
}

impl Origin {
    /// Of a run in the store of spins; nothing of what is none.
    pub(crate) fn of(record: &RunRecord) -> Self {
        record.info.get("spin").and_then(|spin| Self::deserialize(spin).ok()).unwrap_or_default()
    }

    /// Where it starts from, as people say it: a task, or what led to it.
    pub(crate) fn pathspec(&self, flow: &FlowName) -> Option<String> {
        let run = self.run.as_deref()?;
        Some(match (self.task, self.inputs.first()) {
            (Some(task), _) => format!("{flow}/{run}/{}/{task}", self.step),
            (None, Some(input)) if self.input_count <= 1 => {
                format!("{flow}/{run}/{}/{}", input.step, input.task)
            }
            _ => format!("{flow}/{run}"),
        })
    }
}

/// A spin, as lists need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spin {
    /// The flow.
    pub(crate) flow: FlowName,
    /// What it is called.
    pub(crate) id: RunId,
    /// The step.
    pub(crate) step: String,
    /// Where it starts from.
    pub(crate) from: Option<String>,
    /// Who spun.
    pub(crate) user: String,
    /// How it went.
    pub(crate) status: RunStatus,
    /// When it began, microseconds since the epoch.
    pub(crate) at: i64,
    /// When it ended.
    pub(crate) finished_at: Option<i64>,
}

impl Spin {
    fn of(record: &RunRecord) -> Self {
        let origin = Origin::of(record);
        Self {
            from: origin.pathspec(&record.flow),
            flow: record.flow.clone(),
            id: record.run.clone(),
            step: origin.step,
            user: record.user.clone(),
            status: record.status,
            at: record.created_at,
            finished_at: record.finished_at,
        }
    }
}

/// Spins of one step, none long after the one before; the newest first.
#[derive(Debug)]
pub(crate) struct Session<'a>(pub(crate) Vec<&'a Spin>);

/// All spins, by when they began.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The number of the last write that is taken in.
    pub(crate) seq: u64,
    spins: Vec<Spin>,
}

impl Known {
    /// Takes in what was written.
    pub(super) fn take(&mut self, changes: Vec<RunChange>) {
        let Some(last) = changes.iter().map(|change| change.seq).max() else { return };
        self.seq = self.seq.max(last);
        let touched: HashSet<(&FlowName, &RunId)> =
            changes.iter().map(|change| (&change.flow, &change.run)).collect();
        self.spins.retain(|spin| !touched.contains(&(&spin.flow, &spin.id)));
        let now = changes.iter().filter_map(|change| match &change.what {
            RunFate::Changed(record) => Some(Spin::of(record)),
            RunFate::Deleted => None,
        });
        self.spins.extend(now.filter(|spin| !spin.step.is_empty()));
        self.spins.sort_by_key(|spin| spin.at);
        let over = self.spins.len().saturating_sub(MOST);
        self.spins.drain(..over);
    }

    /// The sessions of all steps, or of one, by their newest spins, the newest first.
    pub(crate) fn sessions(&self, wanted: impl Fn(&Spin) -> bool) -> Vec<Session<'_>> {
        let mut sessions: Vec<Session<'_>> = Vec::new();
        let mut open: HashMap<(&FlowName, &str), usize> = HashMap::new();
        for spin in self.spins.iter().rev().filter(|spin| wanted(spin)) {
            let step = (&spin.flow, spin.step.as_str());
            let ended = spin.finished_at.unwrap_or(spin.at);
            let known = open.get(&step).and_then(|at| sessions.get_mut(*at));
            match known {
                Some(Session(spins)) if spins.last().is_some_and(|next| next.at - ended <= GAP) => {
                    spins.push(spin);
                }
                _ => {
                    open.insert(step, sessions.len());
                    sessions.push(Session(vec![spin]));
                }
            }
        }
        sessions
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn change(seq: u64, id: &str, step: &str, minute: i64) -> RunChange {
        let (flow, run) = (FlowName::new("F").unwrap(), RunId::new(id).unwrap());
        let info = json!({"spin": {"run": "2", "step": step, "task": 5}});
        let record = RunRecord {
            flow: flow.clone(),
            run: run.clone(),
            status: RunStatus::Done,
            user: "ann".to_owned(),
            tags: Vec::new(),
            system_tags: Vec::new(),
            origin: None,
            created_at: minute * MINUTE,
            finished_at: Some(minute * MINUTE + 1),
            heartbeat_at: 0,
            info: info.as_object().unwrap().clone(),
        };
        RunChange { seq, flow, run, graph: 1, what: RunFate::Changed(Box::new(record)) }
    }

    fn sessions(known: &Known) -> Vec<Vec<&str>> {
        let all = known.sessions(|_| true).into_iter();
        all.map(|Session(spins)| spins.iter().map(|spin| spin.id.as_str()).collect()).collect()
    }

    #[test]
    fn spins_of_a_step_that_follow_each_other_are_a_session() {
        let mut known = Known::default();
        known.take(vec![
            change(1, "a", "fit", 0),
            change(2, "b", "fit", 50),
            change(3, "c", "pick", 55),
            change(4, "d", "fit", 105),
            change(5, "e", "fit", 300),
        ]);
        assert_eq!(sessions(&known), [vec!["e"], vec!["d", "b", "a"], vec!["c"]]);
        assert_eq!(known.sessions(|spin| spin.step == "pick").len(), 1);
        assert_eq!(known.seq, 5);
    }

    #[test]
    fn what_is_written_again_takes_its_own_place_and_what_is_deleted_goes() {
        let mut known = Known::default();
        known.take(vec![change(1, "a", "fit", 0), change(2, "b", "fit", 1)]);
        known.take(vec![change(3, "a", "fit", 0)]);
        assert_eq!(sessions(&known), [vec!["b", "a"]]);
        known.take(vec![RunChange { what: RunFate::Deleted, ..change(4, "b", "fit", 1) }]);
        assert_eq!(sessions(&known), [vec!["a"]]);
        known.take(vec![change(5, "run", "", 2)]);
        assert_eq!(sessions(&known), [vec!["a"]], "what is no spin is not listed");
    }

    #[test]
    fn where_a_spin_starts_from_is_said_as_the_command_does() {
        let flow = FlowName::new("F").unwrap();
        let of = |value: Value| Origin::deserialize(value).unwrap().pathspec(&flow);
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(of(json!({"run": "2", "step": "fit", "task": 5})), said("F/2/fit/5"));
        let one = json!({"run": "2", "step": "fit", "inputs": [{"step": "a", "task": 1}], "input_count": 1});
        assert_eq!(of(one), said("F/2/a/1"));
        let many =
            json!({"run": "2", "step": "join", "inputs": [{"step": "a", "task": 1}], "input_count": 9});
        assert_eq!(of(many), said("F/2"));
        assert_eq!(of(json!({})), None);
    }
}
