//! Both databases make the same of what clients of Metaflow record, whatever that is and however much of it comes at once.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use proptest::prelude::*;
use spinloom_metadata::service::{Record, Scope};
use spinloom_metadata::{Location, Provider};
use spinloom_settings::MetadataSettings;
use spinloom_testkit::service::{artifacts, beat, data, flow, run, step, task, task_path};
use spinloom_testkit::{Postgres, now, service_contract};

fn postgres() -> Box<dyn Provider> {
    let url = Postgres::shared().database();
    Location::named(&url, Path::new("/nowhere"), &MetadataSettings::default()).unwrap().open().unwrap()
}

#[test]
fn postgres_keeps_what_clients_of_metaflow_record() {
    service_contract(postgres);
}

/// Something about one of a few steps and tasks.
fn record() -> impl Strategy<Value = Record> {
    let steps = ["_parameters", "a", "b", "end"];
    let ids = ["0", "1", "2", "3", "x", "y"];
    let said: Vec<Vec<(&str, &str)>> = vec![
        vec![("attempt", "0")],
        vec![("attempt", "1"), ("foreach-execution-path", "a:3")],
        vec![("attempt_ok", "True")],
        vec![("attempt_ok", "False"), ("attempt-done", "0")],
        vec![("attempt-done", "0")],
        vec![("origin-run-id", "old"), ("origin-task-id", "7"), ("attempt_ok", "True")],
        vec![("end_step", "b"), ("script-name", "f.py")],
        vec![("other", "x")],
    ];
    (0..14u8, 0..steps.len(), 0..ids.len(), 0..said.len(), 0..2u32).prop_map(
        move |(kind, s, i, d, attempt)| {
            let (s, id) = (steps[s], ids[i]);
            match kind {
                0 => flow(),
                1 => run((i > 3).then_some(id)),
                2 | 3 => step(s),
                4..=6 => task(s, (i > 3).then_some(id)),
                7 => beat(),
                8 => Record::TaskBeat { at: task_path(s, id) },
                9 => artifacts(s, id, &["p", "q"], attempt),
                _ => data(s, id, &said[d], attempt),
            }
        },
    )
}

/// Everything there is of the run, as text.
fn all(p: &dyn Provider) -> Vec<String> {
    let (flow, run) = ("F".parse().unwrap(), "1".parse().unwrap());
    let tasks = p.tasks(&flow, &run, None, None, 0).unwrap();
    let mut lines = vec![format!("{:?}", p.run(&flow, &run).unwrap())];
    lines.extend(p.steps(&flow, &run).unwrap().iter().map(|step| format!("{step:?}")));
    for task in &tasks {
        lines.push(format!("{task:?} {:?}", p.attempts(&flow, &run, task.task).unwrap()));
    }
    let service = p.service().unwrap();
    lines.push(format!("{:?}", service.service_run("F", "1").unwrap()));
    for (_, step) in service.service_steps("F", "1").unwrap() {
        lines.push(serde_json::to_string(&step).unwrap());
        for (_, task) in service.service_tasks(("F", "1", &step.step_name), None, 0).unwrap() {
            lines.push(serde_json::to_string(&task).unwrap());
        }
    }
    lines.push(serde_json::to_string(&service.service_metadata("F", "1", Scope::Run).unwrap()).unwrap());
    lines.push(
        serde_json::to_string(&service.service_artifacts("F", "1", Scope::Run, None).unwrap()).unwrap(),
    );
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn both_databases_make_the_same_of_it(
        batches in prop::collection::vec(prop::collection::vec(record(), 1..16), 1..8)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut here = Location::Local(folder.path().to_owned()).open().unwrap();
        let mut there = postgres();
        let mut at = now();
        let first = [vec![flow(), run(None), step("a"), step("end"), task("a", None)]];
        for batch in first.iter().chain(&batches) {
            let answers = [&mut here, &mut there].map(|p| {
                let kept = p.service_mut().unwrap().record(batch, at).unwrap();
                kept.iter().map(|kept| format!("{kept:?}")).collect::<Vec<_>>()
            });
            prop_assert_eq!(&answers[0], &answers[1]);
            prop_assert_eq!(all(here.as_ref()), all(there.as_ref()));
            at += 4_000_000;
        }
    }
}
