//! Changes of every kind, at random.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use spinloom_flow::{RunId, TaskId, TaskStatus};
use spinloom_metadata::Change;
use spinloom_testkit::{finished, started, task};

/// A change to one of a few tasks; a task's step follows from its id.
pub fn change() -> impl Strategy<Value = Change> {
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
