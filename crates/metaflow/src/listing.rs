//! Which files the tasks of a run have: names only, as a listing tells them.

use std::collections::{BTreeMap, HashMap};

use spinloom_objects::ObjectInfo;

/// What is there of an attempt (AR-05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptFiles {
    /// It began: `attempt.json`.
    pub begun: bool,
    /// It named its artifacts: `data.json`.
    pub data: bool,
    /// When it said that all of it is there, by `DONE.lock`.
    pub done: Option<i64>,
    /// Its process was seen to end: `runtime`.
    pub runtime: bool,
    /// It says which code it ran: `task_begin`.
    pub task_begin: bool,
    /// The metadata say when it ended.
    pub dated: bool,
    /// Which of [`LOGS`] there are, a bit each.
    pub logs: u8,
}

/// Files of what attempts wrote, without their number: of standard output, then of standard error.
pub(crate) const LOGS: [&str; 4] =
    ["task_stdout.log", "runtime_stdout.log", "task_stderr.log", "runtime_stderr.log"];

/// What is there of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFiles {
    /// Its step.
    pub step: String,
    /// Its id.
    pub task: String,
    /// Its attempts, by number.
    pub attempts: BTreeMap<u32, AttemptFiles>,
    /// The metadata know it.
    pub known: bool,
    /// When something of it was last written.
    pub newest: i64,
    /// The number in the name of the metadata that say which task it is a copy of …
    pub(crate) origin_task: Option<u64>,
    /// … which run its run resumes …
    pub(crate) origin_run: Option<u64>,
    /// … and where it is among foreach items.
    pub(crate) path: Option<u64>,
}

/// What is there of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFiles {
    /// Its tasks: those of `_parameters` first, then by number.
    pub tasks: Vec<TaskFiles>,
    /// The metadata know it.
    pub known: bool,
    /// When something of it was last written.
    pub newest: i64,
}

/// Collects names of files, in any order.
#[derive(Default)]
pub(crate) struct Collector {
    tasks: HashMap<(String, String), TaskFiles>,
    known: bool,
    newest: i64,
}

impl Collector {
    /// Takes the file `info` of the run, called `name` below the run's folder.
    pub(crate) fn add(&mut self, name: &str, info: &ObjectInfo) {
        let mut parts = name.splitn(3, '/');
        let (Some(step), Some(task), rest) = (parts.next(), parts.next(), parts.next()) else { return };
        if step == "_meta" {
            self.known |= task == "_self.json" && rest.is_none();
            return;
        }
        let Some(file) = rest.filter(|_| task != "_meta") else { return };
        self.newest = self.newest.max(info.last_modified_us);
        let key = (step.to_owned(), task.to_owned());
        let files = self.tasks.entry(key).or_insert_with_key(|(step, task)| TaskFiles {
            step: step.clone(),
            task: task.clone(),
            ..TaskFiles::default()
        });
        files.newest = files.newest.max(info.last_modified_us);
        match file.strip_prefix("_meta/") {
            Some(meta) => files.add_meta(meta),
            None => files.add(file, info.last_modified_us),
        }
    }

    pub(crate) fn finish(self) -> RunFiles {
        let mut tasks: Vec<TaskFiles> =
            self.tasks.into_values().filter(|task| task.known || !task.attempts.is_empty()).collect();
        tasks.sort_by_cached_key(|files| {
            let number = files.task.parse::<u64>().unwrap_or(u64::MAX);
            (files.step != "_parameters", number, files.step.clone(), files.task.clone())
        });
        RunFiles { tasks, known: self.known, newest: self.newest }
    }
}

impl TaskFiles {
    fn add(&mut self, file: &str, at: i64) {
        let Some((attempt, what)) = file.split_once('.') else { return };
        let Ok(attempt) = attempt.parse() else { return };
        let log = LOGS.iter().position(|log| *log == what);
        if log.is_none()
            && !["attempt.json", "data.json", "DONE.lock", "runtime", "task_begin"].contains(&what)
        {
            return;
        }
        let files: &mut AttemptFiles = self.attempts.entry(attempt).or_default();
        match what {
            "attempt.json" => files.begun = true,
            "data.json" => files.data = true,
            "DONE.lock" => files.done = Some(at),
            "runtime" => files.runtime = true,
            "task_begin" => files.task_begin = true,
            _ => files.logs |= log.map_or(0, |place| 1 << place),
        }
    }

    fn add_meta(&mut self, file: &str) {
        let stamp = |prefix: &str| file.strip_prefix(prefix)?.strip_suffix(".json")?.parse::<u64>().ok();
        if file == "_self.json" {
            self.known = true;
        } else if let Some(at) = stamp("sysmeta_origin-task-id_") {
            self.origin_task = self.origin_task.max(Some(at));
        } else if let Some(at) = stamp("sysmeta_origin-run-id_") {
            self.origin_run = self.origin_run.max(Some(at));
        } else if let Some(at) = stamp("sysmeta_foreach-execution-path_") {
            self.path = self.path.max(Some(at));
        } else if let Some(attempt) = file.strip_suffix("_artifact__task_ok.json")
            && let Ok(attempt) = attempt.parse()
        {
            self.attempts.entry(attempt).or_default().dated = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(names: &[&str]) -> RunFiles {
        let mut collector = Collector::default();
        for name in names {
            collector.add(name, &ObjectInfo { last_modified_us: 7, ..ObjectInfo::default() });
        }
        collector.finish()
    }

    #[test]
    fn names_of_files_tell_tasks_and_attempts() {
        let run = collected(&[
            "_meta/_self.json",
            "train/10/0.attempt.json",
            "train/10/0.data.json",
            "train/10/0.DONE.lock",
            "train/10/1.attempt.json",
            "train/10/1.runtime_stdout.log",
            "train/10/_meta/_self.json",
            "train/10/_meta/0_artifact__task_ok.json",
            "train/10/_meta/sysmeta_origin-task-id_12.json",
            "train/10/_meta/sysmeta_origin-task-id_11.json",
            "train/_meta/_self.json",
            "train/9/0.attempt.json",
            "_parameters/0/0.data.json",
            "train/1_node_1/0.attempt.json",
        ]);
        assert!(run.known);
        let names: Vec<&str> = run.tasks.iter().map(|task| task.task.as_str()).collect();
        assert_eq!(names, ["0", "9", "10", "1_node_1"]);
        let train = &run.tasks[2];
        assert_eq!((train.known, train.origin_task, train.newest), (true, Some(12), 7));
        let first =
            AttemptFiles { begun: true, data: true, done: Some(7), dated: true, ..AttemptFiles::default() };
        let second = AttemptFiles { begun: true, logs: 2, ..AttemptFiles::default() };
        assert_eq!(train.attempts, BTreeMap::from([(0, first), (1, second)]));
    }

    #[test]
    fn files_of_others_are_no_tasks() {
        let run = collected(&[
            "readme.txt",
            "a/b",
            "a/b/c.txt",
            "a/b/x.data.json",
            "train/_resume_done",
            "a/b/0.txt",
        ]);
        assert_eq!(run, RunFiles { newest: 7, ..RunFiles::default() });
    }
}
