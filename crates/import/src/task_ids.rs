//! Numbers for tasks that Metaflow calls by something else.
//!
//! Most are numbers there too, and keep them. `_parameters` is task 0 here, whatever it is there. Any other name, such as
//! `6_node_1` of a gang, gets a number from [`FIRST`] on, which is kept with the run: importing again gives the same.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};
use spinloom_flow::TaskId;
use spinloom_metaflow::TaskFiles;

/// The first number that is given; no counter of a run gets here.
pub(crate) const FIRST: u64 = 1_000_000_001;

/// Which task is which.
pub(crate) struct TaskIds {
    taken: HashSet<u64>,
    given: BTreeMap<String, u64>,
}

impl TaskIds {
    /// Numbers for `tasks`; `given` has those of an import before, by number.
    pub(crate) fn new(tasks: &[TaskFiles], given: Option<&Value>) -> Self {
        let given = given.and_then(Value::as_object).into_iter().flatten();
        let given: BTreeMap<String, u64> = given
            .filter_map(|(number, name)| Some((name.as_str()?.to_owned(), number.parse().ok()?)))
            .collect();
        let own = tasks.iter().filter(|task| task.step != PARAMETERS).filter_map(|task| number(&task.task));
        let taken = own.chain(given.values().copied()).collect();
        let mut ids = Self { taken, given };
        for task in tasks.iter().filter(|task| task.step != PARAMETERS && number(&task.task).is_none()) {
            ids.give(&task.task);
        }
        ids
    }

    /// The number of a task.
    pub(crate) fn of(&self, step: &str, task: &str) -> Option<TaskId> {
        if step == PARAMETERS {
            return Some(TaskId(0));
        }
        number(task).or_else(|| self.given.get(task).copied()).map(TaskId)
    }

    /// The names behind the numbers that were given, by number; to be kept.
    pub(crate) fn to_json(&self) -> Value {
        let mut numbers: Vec<_> = self.given.iter().map(|(name, number)| (*number, name)).collect();
        numbers.sort_unstable();
        Value::Object(
            numbers.into_iter().map(|(n, name)| (n.to_string(), name.as_str().into())).collect::<Map<_, _>>(),
        )
    }

    fn give(&mut self, name: &str) {
        if !self.given.contains_key(name) {
            let last = self.given.values().max().map_or(FIRST, |last| last + 1);
            let number = (last..).find(|number| !self.taken.contains(number)).unwrap_or(last);
            self.taken.insert(number);
            self.given.insert(name.to_owned(), number);
        }
    }
}

/// The step whose only task has the parameters.
pub(crate) const PARAMETERS: &str = "_parameters";

/// A number that is written as numbers are: `007` is a name. 0 is `_parameters`.
fn number(task: &str) -> Option<u64> {
    task.parse::<u64>().ok().filter(|number| (1..1 << 62).contains(number) && number.to_string() == task)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(names: &[(&str, &str)]) -> Vec<TaskFiles> {
        let task = |(step, task): &(&str, &str)| {
            let mut files = TaskFiles::default();
            (files.step, files.task) = ((*step).into(), (*task).into());
            files
        };
        names.iter().map(task).collect()
    }

    #[test]
    fn names_get_numbers_and_keep_them() {
        let first = TaskIds::new(
            &tasks(&[("_parameters", "t-x"), ("a", "6"), ("a", "6_node_1"), ("a", "6_node_2")]),
            None,
        );
        assert_eq!(first.of("_parameters", "t-x"), Some(TaskId(0)));
        assert_eq!(first.of("a", "6"), Some(TaskId(6)));
        assert_eq!(first.of("a", "6_node_2"), Some(TaskId(FIRST + 1)));
        let kept = first.to_json();
        assert_eq!(kept.to_string(), r#"{"1000000001":"6_node_1","1000000002":"6_node_2"}"#);
        let later =
            TaskIds::new(&tasks(&[("a", "5_node_1"), ("a", "6_node_1"), ("a", "1000000003")]), Some(&kept));
        assert_eq!(later.of("a", "6_node_1"), Some(TaskId(FIRST)));
        assert_eq!(later.of("a", "5_node_1"), Some(TaskId(FIRST + 3)));
        assert_eq!(later.of("a", "unheard of"), None);
    }
}
