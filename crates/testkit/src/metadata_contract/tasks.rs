//! Steps, tasks and attempts, and the counts of them.

use serde_json::{Value, json};
use spinloom_diagnostics::codes;
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider, StepRecord};

use super::{code, finished, id, new_run, started, task};

pub(super) fn a_task_lives_from_start_to_done(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    let train = TaskRef { indices: vec![2, 0], ..task("train", 5) };
    p.write(&flow, &run, &[started(task("start", 1), 0, at), started(train.clone(), 0, at + 1)]).unwrap();
    let record = p.task(&flow, &run, TaskId(5)).unwrap().unwrap();
    assert_eq!((record.step.as_str(), record.status, record.attempt), ("train", TaskStatus::Running, 0));
    assert_eq!((record.indices, record.parents), (vec![2, 0], vec![TaskId(0)]));
    assert_eq!((record.created_at, record.finished_at, record.origin), (at + 1, None, None));

    let usage = Usage { cpu_us: 3, max_rss_kib: 4, starting_us: 10, saving_us: 11 };
    let end = Change::AttemptFinished {
        task: train,
        attempt: 0,
        status: TaskStatus::Done,
        retrying: false,
        transition: Some(json!({"steps": ["join"], "foreach": null})),
        manifest: Some("F/1@400+90".to_owned()),
        failure: None,
        usage,
        at: at + 9,
    };
    p.write(&flow, &run, &[end]).unwrap();
    let record = p.task(&flow, &run, TaskId(5)).unwrap().unwrap();
    assert_eq!(
        (record.status, record.finished_at, record.created_at),
        (TaskStatus::Done, Some(at + 9), at + 1)
    );
    assert_eq!(record.transition.unwrap().to_string(), r#"{"steps":["join"],"foreach":null}"#);
    assert_eq!((record.manifest.as_deref(), record.failure), (Some("F/1@400+90"), None));
    let attempts = p.attempts(&flow, &run, TaskId(5)).unwrap();
    assert_eq!((attempts.len(), attempts[0].pid, attempts[0].usage), (1, 7, usage));
    assert_eq!((attempts[0].started_at, attempts[0].finished_at), (at + 1, Some(at + 9)));

    // The end step's `next` is null, which is not the same as none.
    let mut last = finished(task("start", 1), 0, TaskStatus::Done, at + 10);
    if let Change::AttemptFinished { transition, .. } = &mut last {
        *transition = Some(Value::Null);
    }
    p.write(&flow, &run, &[last]).unwrap();
    assert_eq!(p.task(&flow, &run, TaskId(1)).unwrap().unwrap().transition, Some(Value::Null));
    assert_eq!(counts(p, &flow, &run), "start 1: 0 1 0 0, train 1: 0 1 0 0");
}

pub(super) fn a_retried_task_stays_running(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    let t = || task("train", 1);
    let read = |p: &dyn Provider| p.task(&flow, &run, TaskId(1)).unwrap().unwrap();
    p.write(&flow, &run, &[started(t(), 0, at), failed(t(), 0, true, at + 1)]).unwrap();
    let between = read(p);
    assert_eq!((between.status, between.attempt), (TaskStatus::Running, 0));
    assert_eq!(between.failure.unwrap().kind, "ValueError");
    assert_eq!(counts(p, &flow, &run), "train 1: 1 0 0 0");
    assert_eq!(p.steps(&flow, &run).unwrap()[0].finished_at, None);

    p.write(&flow, &run, &[started(t(), 1, at + 2)]).unwrap();
    let again = read(p);
    assert_eq!((again.status, again.attempt, again.created_at), (TaskStatus::Running, 1, at));
    assert_eq!((again.finished_at, again.manifest, again.failure), (None, None, None));

    p.write(&flow, &run, &[failed(t(), 1, false, at + 3)]).unwrap();
    let over = read(p);
    assert_eq!((over.status, over.attempt, over.finished_at), (TaskStatus::Failed, 1, Some(at + 3)));
    assert_eq!((over.manifest.as_deref(), over.failure.unwrap().line), (Some("F/1@1+1"), Some(12)));
    assert_eq!(counts(p, &flow, &run), "train 1: 0 0 1 0");
    assert_eq!(p.steps(&flow, &run).unwrap()[0].finished_at, Some(at + 3));
    let statuses: Vec<_> =
        p.attempts(&flow, &run, TaskId(1)).unwrap().iter().map(|a| (a.attempt, a.status)).collect();
    assert_eq!(statuses, [(0, TaskStatus::Failed), (1, TaskStatus::Failed)]);

    p.write(
        &flow,
        &run,
        &[started(task("train", 2), 0, at), finished(task("train", 2), 0, TaskStatus::Stopped, at)],
    )
    .unwrap();
    assert_eq!(counts(p, &flow, &run), "train 2: 0 0 2 0", "stopped counts as failed");
    assert_eq!(p.steps(&flow, &run).unwrap()[0].finished_at, Some(at + 3), "the latest end counts");
}

pub(super) fn an_overtaken_attempt_changes_nothing_else(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    let t = || task("train", 1);
    p.write(&flow, &run, &[started(t(), 0, at), started(t(), 1, at + 1), failed(t(), 0, false, at + 2)])
        .unwrap();
    let record = p.task(&flow, &run, TaskId(1)).unwrap().unwrap();
    assert_eq!((record.status, record.attempt, record.manifest), (TaskStatus::Running, 1, None));
    let attempts = p.attempts(&flow, &run, TaskId(1)).unwrap();
    assert_eq!((attempts[0].status, attempts[1].status), (TaskStatus::Failed, TaskStatus::Running));
    // An attempt whose process never came to be is known by its end.
    p.write(&flow, &run, &[failed(t(), 2, false, at + 3)]).unwrap();
    let attempts = p.attempts(&flow, &run, TaskId(1)).unwrap();
    assert_eq!((attempts.len(), attempts[2].pid, attempts[2].started_at), (3, 0, at + 3));
    assert_eq!(counts(p, &flow, &run), "train 1: 0 0 1 0");
}

// RE-01
pub(super) fn adopted_tasks_are_done_at_once(p: &mut dyn Provider) {
    let run = p.create_run(&NewRun { origin: Some(id("old")), ..new_run("F") }).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    let adopt = |n: u64| Change::TaskAdopted {
        task: TaskRef { indices: vec![n], ..task("train", n) },
        origin: (id("old"), TaskId(n + 100)),
        parents: vec![TaskId(9)],
        transition: Some(json!({"steps": ["join"]})),
        manifest: Some("F/old@0+1".to_owned()),
        at,
    };
    p.write(&flow, &run, &[adopt(1), adopt(2), started(task("train", 3), 0, at)]).unwrap();
    let record = p.task(&flow, &run, TaskId(2)).unwrap().unwrap();
    assert_eq!((record.status, record.attempt, record.finished_at), (TaskStatus::Done, 0, Some(at)));
    assert_eq!((record.origin, record.indices), (Some((id("old"), TaskId(102))), vec![2]));
    assert_eq!((record.parents, record.manifest.as_deref()), (vec![TaskId(9)], Some("F/old@0+1")));
    assert_eq!(record.transition, Some(json!({"steps": ["join"]})));
    assert_eq!(p.attempts(&flow, &run, TaskId(2)).unwrap(), []);
    assert_eq!(counts(p, &flow, &run), "train 3: 1 2 0 2");
    // One that is run after all is the run's own.
    p.write(&flow, &run, &[started(task("train", 2), 0, at)]).unwrap();
    assert_eq!(p.task(&flow, &run, TaskId(2)).unwrap().unwrap().origin, None);
    assert_eq!(counts(p, &flow, &run), "train 3: 2 1 0 1");
}

pub(super) fn parents_keep_their_order(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let lists: [Vec<u64>; 5] =
        [vec![], (5..=1004).collect(), vec![9, 3, 4, 5, 1, 2, 8], (0..50).rev().collect(), vec![4, 4, 5]];
    for (n, list) in lists.iter().enumerate() {
        let parents: Vec<TaskId> = list.iter().copied().map(TaskId).collect();
        let join = task("join", 2000 + n as u64);
        let start =
            Change::TaskStarted { task: join.clone(), attempt: 0, pid: 1, parents: parents.clone(), at: 1 };
        p.write(&run.flow, &run.run, &[start]).unwrap();
        assert_eq!(p.task(&run.flow, &run.run, join.task).unwrap().unwrap().parents, parents);
    }
}

pub(super) fn tasks_are_read_in_pages(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    let odd_even = |n: u64| task(if n.is_multiple_of(2) { "even" } else { "odd" }, n);
    let changes: Vec<Change> = [4, 1, 3, 0, 2, 5].map(|n| started(odd_even(n), 0, at)).into();
    p.write(&flow, &run, &changes).unwrap();
    let ids = |step: Option<&str>, after: Option<u64>, limit: usize| -> Vec<u64> {
        let step = step.map(|s| StepName::new(s).unwrap());
        let found = p.tasks(&flow, &run, step.as_ref(), after.map(TaskId), limit).unwrap();
        found.iter().map(|t| t.task.0).collect()
    };
    assert_eq!(ids(None, None, 0), [0, 1, 2, 3, 4, 5]);
    assert_eq!(ids(None, Some(1), 3), [2, 3, 4]);
    assert_eq!(ids(Some("even"), None, 0), [0, 2, 4]);
    assert_eq!(ids(Some("odd"), Some(1), 1), [3]);
    assert_eq!(ids(Some("odd"), Some(5), 0), [0; 0]);
    assert_eq!(ids(Some("none"), None, 0), [0; 0]);
    assert_eq!(ids(None, Some(u64::MAX), 0), [0; 0]);
    let steps: Vec<String> = p.steps(&flow, &run).unwrap().iter().map(|s| s.step.to_string()).collect();
    assert_eq!(steps, ["even", "odd"], "in the order they began");
}

pub(super) fn a_bad_batch_leaves_nothing(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, run.created_at);
    p.write(&flow, &run, &[started(task("a", 1), 0, at)]).unwrap();
    let bad = [
        finished(task("a", 9), 0, TaskStatus::Done, at),
        finished(task("a", 1), 0, TaskStatus::Running, at),
        started(task("b", 1), 0, at),
        started(task("a", u64::MAX), 0, at),
        Change::RunFinished { status: RunStatus::Lost, at },
        Change::RunFinished { status: RunStatus::Running, at },
    ];
    let before = p.run(&flow, &run).unwrap();
    for change in bad {
        let batch = [
            started(task("c", 3), 0, at),
            finished(task("a", 1), 0, TaskStatus::Done, at),
            Change::Info { key: "k".to_owned(), value: json!(1) },
            change.clone(),
        ];
        assert_eq!(code(p.write(&flow, &run, &batch)), codes::INTERNAL.id(), "{change:?}");
        assert_eq!(counts(p, &flow, &run), "a 1: 1 0 0 0", "{change:?}");
        assert_eq!(p.run(&flow, &run).unwrap(), before);
    }
    p.write(&flow, &run, &[]).unwrap();
}

/// Steps with their tasks: running, done, failed, adopted.
fn counts(p: &dyn Provider, flow: &FlowName, run: &RunId) -> String {
    let steps = p.steps(flow, run).unwrap();
    let text = |s: &StepRecord| {
        format!("{} {}: {} {} {} {}", s.step, s.tasks, s.running, s.done, s.failed, s.adopted)
    };
    steps.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn failed(task: TaskRef, attempt: u32, retry: bool, at: i64) -> Change {
    Change::AttemptFinished {
        task,
        attempt,
        status: TaskStatus::Failed,
        retrying: retry,
        transition: None,
        manifest: Some(format!("F/1@{attempt}+1")),
        failure: Some(Failure { kind: "ValueError".to_owned(), line: Some(12), ..Failure::default() }),
        usage: Usage::default(),
        at,
    }
}

pub(super) fn the_end_task_is_that_of_the_last_step(p: &mut dyn Provider) {
    let marked = r#"{"steps":[{"name":"end"},{"name":"finale","end":true}]}"#.to_owned();
    for (graph, last) in [("{}".to_owned(), "end"), (marked, "finale")] {
        let run = p.create_run(&NewRun { graph, ..new_run("F") }).unwrap();
        let (flow, run, at) = (run.flow, run.run, run.created_at);
        let end = |p: &dyn Provider| p.end_task(&flow, &run).unwrap().map(|t| (t.task, t.status));
        p.write(&flow, &run, &[started(task("start", 1), 0, at)]).unwrap();
        assert_eq!(end(p), None, "it has not begun");
        p.write(&flow, &run, &[started(task(last, 2), 0, at + 1)]).unwrap();
        assert_eq!(end(p), Some((TaskId(2), TaskStatus::Running)));
        p.write(&flow, &run, &[finished(task(last, 2), 0, TaskStatus::Done, at + 2)]).unwrap();
        assert_eq!(end(p), Some((TaskId(2), TaskStatus::Done)));
    }
    let (flow, nobody) = (FlowName::new("F").unwrap(), id("99"));
    assert!(p.end_task(&flow, &nobody).unwrap().is_none());
}
