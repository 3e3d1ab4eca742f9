//! What is read of a run while it goes on.

use std::collections::BTreeMap;

use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::Provider;

use super::{new_run, started, task};

/// How many steps are begun while the run is read.
const STEPS: u64 = 600;

/// Reads through `reader` all tasks of a run while `writer`, of the same store, begins one step after another.
///
/// # Panics
/// If what is read is not whole: a task without its step, a task that is missing.
pub fn readers_beside_a_writer(mut writer: Box<dyn Provider>, reader: &dyn Provider) {
    let run = writer.create_run(&new_run("F")).unwrap();
    let (flow, id) = (run.flow.clone(), run.run.clone());
    let writing = std::thread::spawn(move || {
        for number in 1..=STEPS {
            let first = started(task(&format!("step_{number}"), number), 0, 1);
            writer.write(&flow, &id, &[first]).unwrap();
        }
    });
    while !writing.is_finished() {
        check(reader, &run.flow, &run.run);
    }
    writing.join().unwrap();
    assert_eq!(check(reader, &run.flow, &run.run), STEPS);
}

/// What has been begun so far is there, each task with the step it was begun with.
fn check(reader: &dyn Provider, flow: &FlowName, run: &RunId) -> u64 {
    let mut found = BTreeMap::new();
    reader
        .bars(flow, run, 0, &mut |bars| {
            found.insert(bars.task.0, bars.step.to_string());
        })
        .unwrap();
    let whole = (1..=found.len() as u64).map(|number| (number, format!("step_{number}"))).collect();
    assert_eq!(found, whole);
    found.len() as u64
}
