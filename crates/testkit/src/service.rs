//! What every provider must do that keeps what clients of Metaflow's metadata service record.
#![allow(clippy::unwrap_used, clippy::expect_used)] // This is test code, though not in a `tests` folder.

use serde_json::{Value, json};
use spinloom_flow::{FlowName, RunId, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::service::{Given, METAFLOW, Record, Recorded, Refusal, Scope, Service, TaskPath};
use spinloom_metadata::{Provider, RunRecord, TaskRecord};

use crate::{new_run, now};

/// Runs the whole contract. `make` gives an empty provider each time.
///
/// # Panics
/// If the provider breaks it.
pub fn service_contract(make: impl Fn() -> Box<dyn Provider>) {
    let clauses: &[fn(&mut dyn Provider)] = &[
        what_is_made_is_read_back,
        what_is_there_already_is_refused,
        what_belongs_to_nothing_is_refused,
        numbers_are_given_and_never_chosen,
        chosen_ids_are_text,
        data_are_told_newest_first,
        artifacts_are_told_of_the_latest_attempt,
        a_run_lives_as_its_client_says,
        a_failed_run_goes_on_when_a_task_is_tried_again,
        copies_name_their_origin,
        a_silent_run_with_a_failed_task_has_failed,
        beats_are_written_down_every_ten_seconds,
        a_task_is_spoken_of_as_soon_as_it_is_made,
        tags_are_changed_in_one_step,
        lists_come_in_pages,
        odd_text_comes_back,
        a_deleted_run_is_gone,
        runs_of_others_are_not_told,
    ];
    for clause in clauses {
        clause(make().as_mut());
    }
}

/// Where a task of run 1 of the flow `F` is.
#[must_use]
pub fn task_path(step: &str, task: &str) -> TaskPath {
    let [flow, run, step, task] = ["F", "1", step, task].map(str::to_owned);
    TaskPath { flow, run, step, task }
}

/// What ann makes.
#[must_use]
pub fn given() -> Given {
    let list = |tag: &str| vec![tag.to_owned()];
    Given { user_name: Some("ann".to_owned()), tags: list("a"), system_tags: list("user:ann") }
}

/// A flow `F` is made.
#[must_use]
pub fn flow() -> Record {
    Record::Flow { flow: "F".to_owned(), given: given() }
}

/// A run of `F` is made.
#[must_use]
pub fn run(id: Option<&str>) -> Record {
    Record::Run { flow: "F".to_owned(), id: id.map(str::to_owned), given: given() }
}

/// A step of run 1 is made.
#[must_use]
pub fn step(step: &str) -> Record {
    Record::Step { flow: "F".to_owned(), run: "1".to_owned(), step: step.to_owned(), given: given() }
}

/// A task of run 1 is made.
#[must_use]
pub fn task(step: &str, id: Option<&str>) -> Record {
    Record::Task {
        flow: "F".to_owned(),
        run: "1".to_owned(),
        step: step.to_owned(),
        id: id.map(str::to_owned),
        given: given(),
    }
}

/// Something is said about a task of run 1.
#[must_use]
pub fn data(step: &str, task: &str, said: &[(&str, &str)], attempt: u32) -> Record {
    let datum = |(name, value): &(&str, &str)| json!({"field_name": name, "type": name, "value": value, "user_name": "ann", "tags": [format!("attempt_id:{attempt}")]});
    let data: Vec<Value> = said.iter().map(datum).collect();
    Record::Metadata { at: task_path(step, task), data: serde_json::from_value(json!(data)).unwrap() }
}

/// A task of run 1 has saved artifacts.
#[must_use]
pub fn artifacts(step: &str, task: &str, names: &[&str], attempt: u32) -> Record {
    let artifact = |name: &&str| {
        json!({"name": name, "attempt_id": attempt, "sha": format!("{name}-{attempt}"), "ds_type": "local",
            "location": ":root:/data", "type": "metaflow.artifact", "content_type": "pickle-v4", "user_name": "ann"})
    };
    let artifacts: Vec<Value> = names.iter().map(artifact).collect();
    Record::Artifacts {
        at: task_path(step, task),
        artifacts: serde_json::from_value(json!(artifacts)).unwrap(),
    }
}

/// A run is alive.
#[must_use]
pub fn beat() -> Record {
    Record::RunBeat { flow: "F".to_owned(), run: "1".to_owned() }
}

fn text(list: &[&str]) -> Vec<String> {
    list.iter().map(|&t| t.to_owned()).collect()
}

type Kept = Result<Recorded, Refusal>;

fn keep_at(p: &mut dyn Provider, records: &[Record], at: i64) -> Vec<Kept> {
    p.service_mut().unwrap().record(records, at).unwrap()
}

fn keep(p: &mut dyn Provider, records: &[Record]) -> Vec<Kept> {
    keep_at(p, records, now())
}

/// A run with its flow and the steps, each of which has a task, from 1.
fn begin(p: &mut dyn Provider, steps: &[&str]) {
    let mut records = vec![flow(), run(None)];
    for name in steps {
        records.extend([step(name), task(name, None)]);
    }
    for (record, kept) in records.iter().zip(keep(p, &records)) {
        kept.unwrap_or_else(|refusal| panic!("{record:?}: {refusal:?}"));
    }
}

fn service(p: &dyn Provider) -> &dyn Service {
    p.service().unwrap()
}

fn record_of(p: &dyn Provider) -> RunRecord {
    p.run(&FlowName::new("F").unwrap(), &RunId::new("1").unwrap()).unwrap().unwrap()
}

fn task_of(p: &dyn Provider, task: u64) -> TaskRecord {
    p.task(&FlowName::new("F").unwrap(), &RunId::new("1").unwrap(), TaskId(task)).unwrap().unwrap()
}

fn what_is_made_is_read_back(p: &mut dyn Provider) {
    begin(p, &["_parameters", "start"]);
    let service = service(p);
    let flow = service.service_flow("F").unwrap().unwrap();
    assert_eq!((flow.user_name.as_deref(), flow.tags.get()), (Some("ann"), r#"["a"]"#));
    let run = service.service_run("F", "1").unwrap().unwrap();
    assert_eq!((run.run_number.to_string().as_str(), run.status), ("1", RunStatus::Running));
    assert_eq!((run.tags.get(), run.system_tags.get()), (r#"["a"]"#, r#"["user:ann"]"#));
    let steps: Vec<_> = service.service_steps("F", "1").unwrap();
    let names: Vec<_> = steps.iter().map(|(_, step)| &*step.step_name).collect();
    assert_eq!(names, ["start", "_parameters"]);
    let tasks: Vec<_> = ["_parameters", "start"]
        .map(|step| service.service_tasks(("F", "1", step), None, 0).unwrap()[0].1.task_id.to_string())
        .into();
    assert_eq!(tasks, ["0", "1"]);
    assert!(service.service_task(&task_path("start", "1")).unwrap().is_some());
    assert!(service.service_task(&task_path("start", "01")).unwrap().is_none());
    assert!(record_of(p).info.contains_key(METAFLOW));
    assert_eq!(task_of(p, 1).status, TaskStatus::Running);
}

fn what_is_there_already_is_refused(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let again = keep(p, &[flow(), step("start"), run(Some("mine")), run(Some("mine"))]);
    assert!(matches!(again[0], Err(Refusal::Exists(_))), "{again:?}");
    assert!(matches!(again[1], Err(Refusal::Exists(_))), "{again:?}");
    assert!(again[2].is_ok() && matches!(again[3], Err(Refusal::Exists(_))), "{again:?}");
    let twice = keep(p, &[task("start", Some("x")), task("start", Some("x"))]);
    assert!(twice[0].is_ok() && matches!(twice[1], Err(Refusal::Exists(_))), "{twice:?}");
}

fn what_belongs_to_nothing_is_refused(p: &mut dyn Provider) {
    assert!(matches!(keep(p, &[run(None)])[0], Err(Refusal::Unknown(_))));
    begin(p, &["start"]);
    let before = p.sequence().unwrap();
    let lost = [
        task("train", None),
        data("start", "9", &[("attempt", "0")], 0),
        data("train", "1", &[("attempt", "0")], 0),
        artifacts("start", "x", &["a"], 0),
        Record::RunBeat { flow: "F".to_owned(), run: "2".to_owned() },
        Record::TaskBeat { at: task_path("start", "7") },
    ];
    for kept in keep(p, &lost) {
        assert!(matches!(kept, Err(Refusal::Unknown(_))), "{kept:?}");
    }
    assert_eq!(p.sequence().unwrap(), before, "a refused record leaves no trace");
}

fn numbers_are_given_and_never_chosen(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let bad = [run(Some("17")), run(Some("-3")), run(Some("a/b")), task("start", Some("5")), step("no step")];
    for kept in keep(p, &bad) {
        assert!(matches!(kept, Err(Refusal::Bad(_))), "{kept:?}");
    }
    let kept = keep(p, &[task("start", None), task("start", None), run(None)]);
    let ids: Vec<String> = kept
        .into_iter()
        .map(|kept| match kept.unwrap() {
            Recorded::Task(task) => task.task_id.to_string(),
            Recorded::Run(run) => run.run_number.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["2", "3", "2"]);
}

fn chosen_ids_are_text(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let said = data("start", "mine", &[("attempt", "0"), ("attempt_ok", "True")], 0);
    for kept in keep(p, &[task("start", Some("mine")), said]) {
        kept.unwrap();
    }
    let found = service(p).service_task(&task_path("start", "mine")).unwrap().unwrap();
    assert_eq!(found.task_id.to_string(), "mine");
    assert_eq!(task_of(p, spinloom_metadata::service::FIRST_NAMED).status, TaskStatus::Done);
}

fn data_are_told_newest_first(p: &mut dyn Provider) {
    begin(p, &["start", "end"]);
    let values = [
        data("start", "1", &[("one", "1"), ("two", "é\u{0}")], 0),
        data("end", "2", &[("three", "3")], 1),
        data("start", "1", &[("four", "4")], 1),
    ];
    assert!(keep(p, &values).iter().all(Result::is_ok));
    let names = |scope| -> Vec<String> {
        let said = service(p).service_metadata("F", "1", scope).unwrap();
        assert!(said.is_sorted_by(|a, b| a.0 > b.0));
        said.into_iter().map(|(_, datum)| datum.field_name).collect()
    };
    assert_eq!(names(Scope::Run), ["four", "three", "two", "one"]);
    assert_eq!(names(Scope::Step("start")), ["four", "two", "one"]);
    assert_eq!(names(Scope::Task("end", "2")), ["three"]);
    assert_eq!(names(Scope::Task("end", "1")), [""; 0]);
    let said = service(p).service_metadata("F", "1", Scope::Task("start", "1")).unwrap();
    assert_eq!(said[1].1.value.as_ref().unwrap().get(), r#""é\u0000""#);
    assert_eq!((said[1].1.tags.as_slice(), said[1].1.ts_epoch > 0), (&["attempt_id:0".to_owned()][..], true));
}

fn artifacts_are_told_of_the_latest_attempt(p: &mut dyn Provider) {
    begin(p, &["start", "end"]);
    let saved = [
        artifacts("start", "1", &["x", "y"], 0),
        artifacts("start", "1", &["y"], 1),
        artifacts("end", "2", &["z", "z"], 0),
    ];
    assert!(keep(p, &saved).iter().all(Result::is_ok));
    let told = |scope, attempt| -> Vec<String> {
        let all = service(p).service_artifacts("F", "1", scope, attempt).unwrap();
        all.into_iter().map(|(_, one)| one.sha.unwrap()).collect()
    };
    assert_eq!(told(Scope::Run, None), ["y-1", "z-0"]);
    assert_eq!(told(Scope::Step("start"), Some(0)), ["x-0", "y-0"]);
    assert_eq!(told(Scope::Task("start", "1"), Some(1)), ["y-1"]);
    assert_eq!(told(Scope::Task("start", "1"), Some(2)), [""; 0]);
}

fn a_run_lives_as_its_client_says(p: &mut dyn Provider) {
    begin(p, &["_parameters", "train", "last"]);
    let said = [
        data("_parameters", "0", &[("end_step", "last"), ("script-name", "flow.py")], 0),
        artifacts("_parameters", "0", &["lr"], 0),
        data("train", "1", &[("attempt", "0"), ("foreach-execution-path", "a:1,b:2")], 0),
        data("train", "1", &[("attempt_ok", "True")], 0),
        data("train", "1", &[("attempt-done", "0")], 0),
        data("_parameters", "0", &[("attempt-done", "0")], 0),
    ];
    let before = p.sequence().unwrap();
    assert!(keep(p, &said).iter().all(Result::is_ok));
    let record = record_of(p);
    assert_eq!((record.status, record.info["script"].as_str()), (RunStatus::Running, Some("flow.py")));
    assert_eq!(record.info[METAFLOW]["datastore"], json!({"type": "local", "root": "/data"}));
    let train = task_of(p, 1);
    assert_eq!((train.status, train.indices), (TaskStatus::Done, vec![1, 2]));
    assert_eq!(task_of(p, 0).status, TaskStatus::Done);
    let changed = p.changed_tasks(&record.flow, &record.run, before, 0).unwrap();
    assert_eq!(changed.len(), 2);
    assert!(keep(p, &[data("last", "2", &[("attempt_ok", "True")], 0)])[0].is_ok());
    let record = record_of(p);
    assert!(record.status == RunStatus::Done && record.finished_at.is_some(), "{record:?}");
    let steps = p.steps(&record.flow, &record.run).unwrap();
    assert!(steps.iter().all(|step| (step.tasks, step.done, step.running) == (1, 1, 0)), "{steps:?}");
}

fn a_failed_run_goes_on_when_a_task_is_tried_again(p: &mut dyn Provider) {
    begin(p, &["end"]);
    let failed = [
        data("end", "1", &[("attempt", "0")], 0),
        data("end", "1", &[("attempt_ok", "False"), ("attempt-done", "0")], 0),
    ];
    assert!(keep(p, &failed).iter().all(Result::is_ok));
    assert_eq!((record_of(p).status, task_of(p, 1).status), (RunStatus::Failed, TaskStatus::Failed));
    assert!(keep(p, &[data("end", "1", &[("attempt", "1")], 1)])[0].is_ok());
    let record = record_of(p);
    assert_eq!((record.status, record.finished_at), (RunStatus::Running, None));
    assert_eq!((task_of(p, 1).status, task_of(p, 1).attempt), (TaskStatus::Running, 1));
    assert!(keep(p, &[data("end", "1", &[("attempt_ok", "True")], 1)])[0].is_ok());
    let attempts = p.attempts(&record.flow, &record.run, TaskId(1)).unwrap();
    let ended: Vec<_> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(ended, [TaskStatus::Failed, TaskStatus::Done]);
    assert_eq!(record_of(p).status, RunStatus::Done);
}

fn copies_name_their_origin(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let copied =
        [("origin-task-id", "4"), ("origin-run-id", "old"), ("attempt", "0"), ("attempt_ok", "True")];
    let odd = [("origin-run-id", "no/run")];
    assert!(keep(p, &[data("start", "1", &odd, 0)])[0].is_ok());
    assert_eq!(record_of(p).origin, None);
    assert!(keep(p, &[data("start", "1", &copied, 0)])[0].is_ok());
    let copy = task_of(p, 1);
    assert_eq!((copy.status, copy.origin), (TaskStatus::Done, Some((RunId::new("old").unwrap(), TaskId(4)))));
    let record = record_of(p);
    assert_eq!(record.origin, Some(RunId::new("old").unwrap()));
    assert_eq!(p.steps(&record.flow, &record.run).unwrap()[0].adopted, 1);
}

fn a_silent_run_with_a_failed_task_has_failed(p: &mut dyn Provider) {
    begin(p, &["start"]);
    assert!(keep(p, &[data("start", "1", &[("attempt_ok", "False")], 0)])[0].is_ok());
    let heard = record_of(p).heartbeat_at;
    let mut settle = |at| p.service_mut().unwrap().settle(at).unwrap();
    assert_eq!(settle(heard + 10_000_000), 0);
    assert_eq!(settle(heard + 600_000_000), 1);
    assert_eq!(settle(heard + 600_000_000), 0);
    let record = record_of(p);
    assert_eq!((record.status, record.finished_at), (RunStatus::Failed, Some(heard)));
}

fn beats_are_written_down_every_ten_seconds(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let at = now() + 20_000_000;
    let of_task = Record::TaskBeat { at: task_path("start", "1") };
    let heard = |p: &dyn Provider| {
        let run = service(p).service_run("F", "1").unwrap().unwrap().last_heartbeat_ts;
        let task = service(p).service_task(&task_path("start", "1")).unwrap().unwrap().last_heartbeat_ts;
        (run, task)
    };
    assert_eq!(heard(p), (None, None));
    assert!(keep_at(p, &[of_task.clone(), beat()], at).iter().all(Result::is_ok));
    let first = Some(at / 1_000_000);
    assert_eq!((heard(p), record_of(p).heartbeat_at), ((first, first), at));
    let before = p.sequence().unwrap();
    keep_at(p, &[beat(), of_task.clone()], at + 9_000_000);
    assert_eq!((heard(p), p.sequence().unwrap()), ((first, first), before));
    keep_at(p, &[beat(), of_task], at + 10_000_000);
    let second = Some(at / 1_000_000 + 10);
    assert_eq!(heard(p), (second, second));
}

fn a_task_is_spoken_of_as_soon_as_it_is_made(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let at = now();
    let beat = |task: &str| Record::TaskBeat { at: task_path("start", task) };
    let begun = data("start", "3", &[("attempt", "0"), ("foreach-execution-path", "start:4")], 0);
    let made = [task("start", None), beat("2"), task("start", None), begun, beat("3")];
    assert!(keep_at(p, &made, at).iter().all(Result::is_ok));
    for task in ["2", "3"] {
        let heard = service(p).service_task(&task_path("start", task)).unwrap().unwrap().last_heartbeat_ts;
        assert_eq!(heard, Some(at / 1_000_000), "{task}");
    }
    assert_eq!(task_of(p, 3).indices, [4]);
}

fn tags_are_changed_in_one_step(p: &mut dyn Provider) {
    begin(p, &[]);
    let tags = |add: &[&str], remove: &[&str]| Record::Tags {
        flow: "F".to_owned(),
        run: "1".to_owned(),
        add: text(add),
        remove: text(remove),
    };
    let kept = keep(p, &[tags(&["b", "c"], &["a", "none"]), tags(&[], &["user:ann"]), tags(&[""], &[])]);
    assert!(matches!(&kept[0], Ok(Recorded::Tags(tags)) if *tags == ["b", "c"]), "{kept:?}");
    assert!(matches!(kept[1], Err(Refusal::SystemTag(_))), "{kept:?}");
    assert!(matches!(kept[2], Err(Refusal::Bad(_))), "{kept:?}");
    assert_eq!(record_of(p).tags, ["b", "c"]);
    assert_eq!(service(p).service_run("F", "1").unwrap().unwrap().tags.get(), r#"["b","c"]"#);
}

fn lists_come_in_pages(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let more: Vec<Record> = (0..4).flat_map(|_| [run(None), task("start", None)]).collect();
    assert!(keep(p, &more).iter().all(Result::is_ok));
    let page = |before, limit| {
        let runs = service(p).service_runs("F", before, limit).unwrap();
        let ids: Vec<String> = runs.iter().map(|(_, run)| run.run_number.to_string()).collect();
        (ids, runs.last().map(|(id, _)| *id))
    };
    let (first, last) = page(None, 2);
    assert_eq!((first, page(last, 2).0), (text(&["5", "4"]), text(&["3", "2"])));
    let tasks = service(p).service_tasks(("F", "1", "start"), Some(2), 2).unwrap();
    let ids: Vec<String> = tasks.iter().map(|(_, task)| task.task_id.to_string()).collect();
    assert_eq!(ids, ["3", "4"]);
}

fn odd_text_comes_back(p: &mut dyn Provider) {
    begin(p, &["start"]);
    let odd = "'; DROP TABLE runs; --\u{0}é\u{10ffff}";
    let made = Given { user_name: Some(odd.to_owned()), tags: text(&[odd]), system_tags: Vec::new() };
    let kept = keep(
        p,
        &[
            Record::Run { flow: "F".to_owned(), id: None, given: made },
            task("start", Some(odd)),
            data("start", odd, &[("attempt", odd)], 0),
        ],
    );
    assert!(kept.iter().all(Result::is_ok), "{kept:?}");
    let run = service(p).service_run("F", "2").unwrap().unwrap();
    assert_eq!((run.user_name.as_deref(), run.tags.get().to_owned()), (Some(odd), json!([odd]).to_string()));
    assert!(service(p).service_task(&task_path("start", odd)).unwrap().is_some());
    assert!(service(p).service_run(odd, odd).unwrap().is_none());
    assert!(service(p).service_step("F", "1", odd).unwrap().is_none());
}

fn a_deleted_run_is_gone(p: &mut dyn Provider) {
    begin(p, &["end"]);
    let said = [artifacts("end", "1", &["x"], 0), data("end", "1", &[("attempt_ok", "True")], 0)];
    assert!(keep(p, &said).iter().all(Result::is_ok));
    let record = record_of(p);
    assert!(p.delete_run(&record.flow, &record.run).unwrap());
    assert!(service(p).service_task(&task_path("end", "1")).unwrap().is_none());
    assert_eq!(service(p).service_runs("F", None, 0).unwrap().len(), 0);
    let kept = keep(p, &[run(None), beat()]);
    assert!(matches!(&kept[0], Ok(Recorded::Run(run)) if run.run_number.to_string() == "2"), "{kept:?}");
    assert!(matches!(kept[1], Err(Refusal::Unknown(_))), "{kept:?}");
}

fn runs_of_others_are_not_told(p: &mut dyn Provider) {
    p.create_run(&new_run("F")).unwrap();
    assert!(service(p).service_flow("F").unwrap().is_none());
    assert!(service(p).service_run("F", "1").unwrap().is_none());
    let kept = keep(p, &[flow(), run(None), beat()]);
    assert!(matches!(&kept[1], Ok(Recorded::Run(run)) if run.run_number.to_string() == "2"), "{kept:?}");
    assert!(matches!(kept[2], Err(Refusal::Unknown(_))), "{kept:?}");
    assert_eq!(service(p).service_runs("F", None, 0).unwrap().len(), 1);
}
