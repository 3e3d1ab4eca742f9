//! What clients record is read like a run of our own.

use serde_json::json;
use spinloom_flow::{FlowName, RunId, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::service::METAFLOW;
use spinloom_metadata::{RunRecord, TaskRecord};

use crate::client::Server;

fn run(server: &Server, run: u64) -> RunRecord {
    server.provider().run(&flow(), &RunId::new(run.to_string()).unwrap()).unwrap().unwrap()
}

fn task(server: &Server, run: u64, task: u64) -> TaskRecord {
    server.provider().task(&flow(), &RunId::new(run.to_string()).unwrap(), TaskId(task)).unwrap().unwrap()
}

fn flow() -> FlowName {
    FlowName::new("F").unwrap()
}

#[test]
fn a_run_is_there_with_its_user_and_tags() {
    let server = Server::start();
    let number = server.run();
    let record = run(&server, number);
    assert_eq!((record.user.as_str(), record.status), ("ann", RunStatus::Running));
    assert_eq!((record.tags, record.system_tags), (vec!["a".to_owned()], vec!["user:ann".to_owned()]));
    assert!(record.info.contains_key(METAFLOW));
}

#[test]
fn a_run_is_done_when_its_last_step_is() {
    let server = Server::start();
    let number = server.run();
    let (start, end) = (server.task(number, "start"), server.task(number, "end"));
    server.say(&start, "attempt_ok", "True", 0);
    assert_eq!(run(&server, number).status, RunStatus::Running);
    server.say(&end, "attempt_ok", "True", 0);
    let record = run(&server, number);
    assert_eq!(record.status, RunStatus::Done);
    assert!(record.finished_at.is_some());
    assert_eq!(task(&server, number, 2).status, TaskStatus::Done);
}

#[test]
fn the_last_step_is_the_one_the_run_says() {
    let server = Server::start();
    let number = server.run();
    let parameters = server.task(number, "_parameters");
    server.say(&parameters, "end_step", "finish", 0);
    let other = server.task(number, "end");
    server.say(&other, "attempt_ok", "True", 0);
    assert_eq!(run(&server, number).status, RunStatus::Running);
    let last = server.task(number, "finish");
    server.say(&last, "attempt_ok", "True", 0);
    assert_eq!(run(&server, number).status, RunStatus::Done);
}

#[test]
fn a_task_that_fails_is_failed_until_it_is_tried_again() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "train");
    server.say(&path, "attempt", "0", 0);
    server.say(&path, "attempt_ok", "False", 0);
    server.say(&path, "attempt-done", "0", 0);
    assert_eq!(task(&server, number, 1).status, TaskStatus::Failed);
    server.say(&path, "attempt", "1", 1);
    let again = task(&server, number, 1);
    assert_eq!((again.status, again.attempt), (TaskStatus::Running, 1));
    server.say(&path, "attempt_ok", "True", 1);
    assert_eq!(task(&server, number, 1).status, TaskStatus::Done);
    let attempts = server.provider().attempts(&flow(), &"1".parse().unwrap(), TaskId(1)).unwrap();
    let ended: Vec<_> = attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(ended, [TaskStatus::Failed, TaskStatus::Done]);
}

#[test]
fn a_run_whose_last_step_fails_goes_on_when_that_is_tried_again() {
    let server = Server::start();
    let number = server.run();
    let end = server.task(number, "end");
    server.say(&end, "attempt_ok", "False", 0);
    assert_eq!(run(&server, number).status, RunStatus::Failed);
    server.say(&end, "attempt", "1", 1);
    let record = run(&server, number);
    assert_eq!((record.status, record.finished_at), (RunStatus::Running, None));
    server.say(&end, "attempt_ok", "True", 1);
    assert_eq!(run(&server, number).status, RunStatus::Done);
}

#[test]
fn a_task_that_only_says_it_is_done_went_well() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "_parameters");
    server.say(&path, "attempt-done", "0", 0);
    assert_eq!(task(&server, number, 0).status, TaskStatus::Done);
}

#[test]
fn steps_count_their_tasks() {
    let server = Server::start();
    let number = server.run();
    for ok in ["True", "False", "True"] {
        let path = server.task(number, "train");
        server.say(&path, "attempt_ok", ok, 0);
    }
    server.task(number, "train");
    let steps = server.provider().steps(&flow(), &number.to_string().parse().unwrap()).unwrap();
    let counts: Vec<_> = steps.iter().map(|s| (s.tasks, s.running, s.done, s.failed)).collect();
    assert_eq!(counts, [(4, 1, 2, 1)]);
}

#[test]
fn a_task_has_its_place_among_foreach_items() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "inner");
    server.say(&path, "foreach-execution-path", "outer:1,inner:2", 0);
    assert_eq!(task(&server, number, 1).indices, [1, 2]);
}

#[test]
fn a_resumed_run_and_its_copies_name_their_origin() {
    let server = Server::start();
    let first = server.run();
    server.task(first, "start");
    let second = server.run();
    let path = server.task(second, "start");
    let datum = |field: &str, value: &str| json!({"field_name": field, "type": field, "value": value, "tags": ["attempt_id:0"]});
    let copied = json!([
        datum("origin-task-id", "1"),
        datum("origin-run-id", "1"),
        datum("attempt", "0"),
        datum("attempt_ok", "True")
    ]);
    server.post(&format!("{path}/metadata"), &copied).ok();
    assert_eq!(run(&server, second).origin, Some(RunId::new("1").unwrap()));
    let copy = task(&server, second, 1);
    assert_eq!((copy.status, copy.origin), (TaskStatus::Done, Some((RunId::new("1").unwrap(), TaskId(1)))));
    let steps = server.provider().steps(&flow(), &"2".parse().unwrap()).unwrap();
    assert_eq!((steps[0].done, steps[0].adopted), (1, 1));
}

#[test]
fn what_is_not_resumed_has_no_origin() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "start");
    server.say(&path, "origin-run-id", "None", 0);
    assert_eq!(run(&server, number).origin, None);
}

#[test]
fn where_the_data_is_is_kept_with_the_run() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "_parameters");
    server.say(&path, "script-name", "flow.py", 0);
    server.say(&path, "metaflow_version", "2.19.39", 0);
    server.save(&path, 0, &["x"]);
    let info = run(&server, number).info;
    assert_eq!(info["script"], "flow.py");
    assert_eq!(info[METAFLOW]["metaflow_version"], "2.19.39");
    assert_eq!(info[METAFLOW]["datastore"], json!({"type": "local", "root": "/data"}));
}

#[test]
fn a_deleted_run_is_gone_for_clients_too() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "end");
    server.say(&path, "attempt_ok", "True", 0);
    server.save(&path, 0, &["x"]);
    assert!(server.provider().delete_run(&flow(), &number.to_string().parse().unwrap()).unwrap());
    assert_eq!(server.get(&path).status, 404);
    assert_eq!(server.get("/flows/F/runs").ok(), json!([]));
    assert_eq!(server.run(), number + 1);
}

#[test]
fn a_run_with_a_failed_task_that_falls_silent_has_failed() {
    let server = Server::start();
    let (silent, alive) = (server.run(), server.run());
    for number in [silent, alive] {
        let path = server.task(number, "train");
        server.say(&path, "attempt_ok", "False", 0);
    }
    let mut provider = server.provider();
    let now = run(&server, silent).heartbeat_at;
    assert_eq!(provider.service_mut().unwrap().settle(now + 10_000_000).unwrap(), 0);
    assert_eq!(provider.service_mut().unwrap().settle(now + 600_000_000).unwrap(), 2);
    assert_eq!(run(&server, silent).status, RunStatus::Failed);
    let path = server.task(alive, "train");
    server.say(&path, "attempt", "0", 0);
    assert_eq!(run(&server, alive).status, RunStatus::Running);
}

#[test]
fn the_change_feed_tells_of_what_clients_record() {
    let server = Server::start();
    let number = server.run();
    let path = server.task(number, "inner");
    let before = server.provider().sequence().unwrap();
    server.say(&path, "foreach-execution-path", "outer:1", 0);
    let provider = server.provider();
    let changed = provider.changed_tasks(&flow(), &number.to_string().parse().unwrap(), before, 0).unwrap();
    assert_eq!(changed.iter().map(|(_, task)| task.indices.clone()).collect::<Vec<_>>(), [vec![1]]);
    assert_eq!(provider.changed_runs(before, 0).unwrap().len(), 1);
}
