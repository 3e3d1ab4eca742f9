//! The tasks of a run, told in one pass.

use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider};

use super::{finished, id, new_run, started, task};

/// A task with its attempts, as text.
fn told(p: &dyn Provider, flow: &FlowName, run: &RunId, after: u64) -> Vec<String> {
    let mut lines = Vec::new();
    p.bars(flow, run, after, &mut |bars| {
        let attempts: Vec<String> = bars
            .attempts
            .iter()
            .map(|a| {
                let why = a.failure.as_ref().map_or("", |failure| failure.kind.as_str());
                format!(
                    "{}:{}:{}-{:?}:{why}:{}",
                    a.attempt, a.status, a.started_at, a.finished_at, a.usage.cpu_us
                )
            })
            .collect();
        let adopted = if bars.adopted { " adopted" } else { "" };
        let transition = bars.transition.unwrap_or("-").replace(", ", ",");
        lines.push(format!(
            "{} {} {:?} {}{adopted} {}-{:?} {:?} {transition} {attempts:?}",
            bars.step, bars.task, bars.indices, bars.status, bars.created_at, bars.finished_at, bars.parents
        ));
    })
    .unwrap();
    lines
}

pub(super) fn all_tasks_are_told_with_their_attempts(p: &mut dyn Provider) {
    let run = p.create_run(&NewRun { origin: Some(id("old")), ..new_run("F") }).unwrap();
    let (flow, run) = (run.flow, run.run);
    assert_eq!(told(p, &flow, &run, 0), [""; 0]);
    let train = TaskRef { indices: vec![4, 0], ..task("train", 2) };
    let failure = Failure { kind: "ValueError".to_owned(), ..Failure::default() };
    let failed = Change::AttemptFinished {
        task: train.clone(),
        attempt: 0,
        status: TaskStatus::Failed,
        retrying: true,
        transition: None,
        manifest: None,
        failure: Some(failure),
        usage: Usage { cpu_us: 8, max_rss_kib: 9, starting_us: 10, saving_us: 11 },
        at: 30,
    };
    let adopted = Change::TaskAdopted {
        task: task("start", 1),
        origin: (id("old"), TaskId(1)),
        parents: vec![TaskId(0)],
        transition: Some(serde_json::json!({"steps": ["train"]})),
        manifest: None,
        at: 10,
    };
    let join = Change::TaskStarted {
        task: task("join", 9),
        attempt: 0,
        pid: 1,
        parents: vec![TaskId(5), TaskId(6), TaskId(7), TaskId(2)],
        at: 60,
    };
    let batch = [adopted, started(train.clone(), 0, 20), failed, started(train, 1, 40), join];
    p.write(&flow, &run, &batch).unwrap();
    assert_eq!(
        told(p, &flow, &run, 0),
        [
            r#"start 1 [] done adopted 10-Some(10) [(0, 0)] {"steps":["train"]} []"#,
            r#"train 2 [4, 0] running 20-None [(0, 0)] - ["0:failed:20-Some(30):ValueError:8", "1:running:40-None::0"]"#,
            r#"join 9 [] running 60-None [(5, 7), (2, 2)] - ["0:running:60-None::0"]"#,
        ]
    );
}

pub(super) fn what_was_written_since_is_told(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    let (flow, run) = (run.flow, run.run);
    p.write(&flow, &run, &[started(task("a", 1), 0, 1), started(task("a", 2), 0, 2)]).unwrap();
    let first = p.sequence().unwrap();
    assert_eq!(told(p, &flow, &run, first), [""; 0]);
    p.write(&flow, &run, &[finished(task("a", 1), 0, TaskStatus::Done, 5), started(task("b", 3), 0, 5)])
        .unwrap();
    let lines = told(p, &flow, &run, first);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("a 1 [] done") && lines[1].starts_with("b 3 [] running"), "{lines:?}");
    assert_eq!(told(p, &flow, &run, p.sequence().unwrap()), [""; 0]);
    assert_eq!(told(p, &flow, &id("none"), 0), [""; 0]);
}
