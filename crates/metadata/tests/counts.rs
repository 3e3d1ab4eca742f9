//! The counts a step stores are those one gets by counting, whatever was written in whatever order.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use spinloom_flow::TaskStatus;
use spinloom_metadata::{Provider, SqliteProvider, StepRecord};
use spinloom_testkit::{finished, new_run, now, started, task};
use support::change;

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
