//! The counts a step stores are those one gets by counting, whatever was written in whatever order.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use spinloom_flow::{RunId, TaskId, TaskStatus};
use spinloom_metadata::{Change, Provider, SqliteProvider, StepRecord};
use spinloom_testkit::{finished, new_run, now, started, task};

/// A change to one of a few tasks; a task's step follows from its id.
fn change() -> impl Strategy<Value = Change> {
    let status = prop_oneof![Just(TaskStatus::Done), Just(TaskStatus::Failed), Just(TaskStatus::Stopped)];
    (0..12u64, 0..3u32, 0..5u8, status, any::<bool>(), 0..1000i64).prop_map(
        |(n, attempt, kind, status, retry, at)| {
            let task = task(["a", "b", "c"][n as usize % 3], n);
            match kind {
                0 | 1 => started(task, attempt, at),
                2 => Change::TaskAdopted {
                    task,
                    origin: (RunId::new("1").unwrap(), TaskId(n)),
                    parents: Vec::new(),
                    transition: None,
                    manifest: None,
                    at,
                },
                _ => match finished(task, attempt, status, at) {
                    Change::AttemptFinished {
                        task,
                        attempt,
                        transition,
                        manifest,
                        failure,
                        usage,
                        at,
                        ..
                    } => {
                        let retrying = retry && status == TaskStatus::Failed;
                        Change::AttemptFinished {
                            task,
                            attempt,
                            status,
                            retrying,
                            transition,
                            manifest,
                            failure,
                            usage,
                            at,
                        }
                    }
                    other => other,
                },
            }
        },
    )
}

/// Steps by name with tasks, running, done, failed and adopted, as stored.
fn stored(steps: &[StepRecord]) -> BTreeMap<String, [u64; 5]> {
    steps.iter().map(|s| (s.step.to_string(), [s.tasks, s.running, s.done, s.failed, s.adopted])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn stored_counts_are_true(batches in prop::collection::vec(prop::collection::vec(change(), 1..12), 1..12)) {
        let dir = tempfile::tempdir().unwrap();
        let mut p = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
        let run = p.create_run(&new_run("F")).unwrap();
        for batch in &batches {
            // A batch that no engine would send is refused as a whole; its changes one by one leave some that are taken.
            if p.write(&run.flow, &run.run, batch).is_err() {
                for change in batch {
                    let _ = p.write(&run.flow, &run.run, std::slice::from_ref(change));
                }
            }
            let mut counted: BTreeMap<String, [u64; 5]> = BTreeMap::new();
            for t in p.tasks(&run.flow, &run.run, None, None, 0).unwrap() {
                let c = counted.entry(t.step.to_string()).or_default();
                let state = match t.status {
                    TaskStatus::Running => 1,
                    TaskStatus::Done => 2,
                    TaskStatus::Failed | TaskStatus::Stopped => 3,
                };
                c[0] += 1;
                c[state] += 1;
                c[4] += u64::from(t.origin.is_some());
            }
            prop_assert_eq!(stored(&p.steps(&run.flow, &run.run).unwrap()), counted);
        }
    }
}

#[test]
fn a_thousand_tasks_are_two_batches() {
    let dir = tempfile::tempdir().unwrap();
    let mut p = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
    let run = p.create_run(&new_run("F")).unwrap();
    let at = now();
    let starts: Vec<_> = (1..=1000).map(|n| started(task("train", n), 0, at)).collect();
    let ends: Vec<_> = (1..=1000).map(|n| finished(task("train", n), 0, TaskStatus::Done, at)).collect();
    p.write(&run.flow, &run.run, &starts).unwrap();
    p.write(&run.flow, &run.run, &ends).unwrap();
    assert_eq!(stored(&p.steps(&run.flow, &run.run).unwrap())["train"], [1000, 0, 1000, 0, 0]);
}
