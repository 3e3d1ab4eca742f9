//! Ids: numbers are given, text is chosen.

use std::collections::HashSet;
use std::thread;

use serde_json::json;
use spinloom_flow::RunId;
use spinloom_metadata::NewRun;
use spinloom_testkit::new_run;

use crate::client::{Server, request};

#[test]
fn runs_and_tasks_get_numbers() {
    let server = Server::start();
    let (first, second) = (server.run(), server.run());
    assert_eq!((first, second), (1, 2));
    let tasks = ["_parameters", "start", "start"].map(|step| server.task(second, step));
    assert!(tasks[0].ends_with("/_parameters/tasks/0") && tasks[2].ends_with("/start/tasks/2"), "{tasks:?}");
    assert_eq!(server.get(&tasks[1]).ok()["task_id"], json!(1));
}

#[test]
fn chosen_ids_stay_text() {
    let server = Server::start();
    server.run();
    let run = server.post("/flows/F/run", &json!({"run_number": "argo-f-x1"})).ok();
    assert_eq!(run["run_number"], json!("argo-f-x1"));
    let steps = "/flows/F/runs/argo-f-x1/steps/start";
    assert_eq!(server.post(&format!("{steps}/step"), &json!({})).ok()["run_number"], json!("argo-f-x1"));
    let task = server.post(&format!("{steps}/task"), &json!({"task_id": "t-1a"})).ok();
    assert_eq!(task["task_id"], json!("t-1a"));
    assert_eq!(server.get(&format!("{steps}/tasks/t-1a")).ok()["task_id"], json!("t-1a"));
    assert_eq!(server.get(&format!("{steps}/tasks")).ok()[0]["task_id"], json!("t-1a"));
}

#[test]
fn tasks_of_both_kinds_live_in_one_run() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "train");
    let steps = format!("/flows/F/runs/{run}/steps/train");
    for node in ["1_node_1", "1_node_2"] {
        server.post(&format!("{steps}/task"), &json!({"task_id": node})).ok();
    }
    assert!(task.ends_with("/1"));
    let ids: Vec<_> = server
        .get(&format!("{steps}/tasks"))
        .ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["task_id"].clone())
        .collect();
    assert_eq!(ids, [json!(1), json!("1_node_1"), json!("1_node_2")]);
}

#[test]
fn a_number_cannot_be_chosen() {
    let server = Server::start();
    let run = server.run();
    server.task(run, "start");
    for id in ["17", "-17", "1_7"] {
        let refused = server.post("/flows/F/run", &json!({"run_number": id}));
        assert_eq!(refused.status, 400, "{id}");
        assert!(refused.json()["message"].as_str().unwrap().contains("numbers are given"));
    }
    let refused = server.post(&format!("/flows/F/runs/{run}/steps/start/task"), &json!({"task_id": 17}));
    assert_eq!(refused.status, 400);
}

#[test]
fn the_number_behind_a_chosen_id_finds_nothing() {
    let server = Server::start();
    let run = server.run();
    server.task(run, "start");
    let steps = format!("/flows/F/runs/{run}/steps/start");
    server.post(&format!("{steps}/task"), &json!({"task_id": "x"})).ok();
    assert_eq!(server.get(&format!("{steps}/tasks/1000000001")).status, 404);
}

#[test]
fn what_exists_is_a_conflict_and_stays_as_it_was() {
    let server = Server::start();
    server.run();
    let chosen = json!({"run_number": "r", "user_name": "ann"});
    let first = server.post("/flows/F/run", &chosen).ok();
    let task = json!({"task_id": "t"});
    server.post("/flows/F/runs/r/steps/s/step", &json!({})).ok();
    server.post("/flows/F/runs/r/steps/s/task", &task).ok();
    for (path, body) in [
        ("/flows/F", &json!({})),
        ("/flows/F/run", &json!({"run_number": "r", "user_name": "bob"})),
        ("/flows/F/runs/r/steps/s/step", &json!({})),
        ("/flows/F/runs/r/steps/s/task", &task),
    ] {
        assert_eq!(server.post(path, body).status, 409, "{path}");
    }
    assert_eq!(server.get("/flows/F/runs/r").ok()["user_name"], first["user_name"]);
}

#[test]
fn of_many_who_make_one_run_exactly_one_succeeds() {
    let server = Server::start();
    server.run();
    let at = [server.at, server.second()];
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|n| {
                scope.spawn(move || {
                    request(at[n % 2], "POST", "/flows/F/run", "", br#"{"run_number": "shared"}"#).status
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
}

#[test]
fn of_many_who_ask_for_a_number_each_gets_its_own() {
    let server = Server::start();
    let run = server.run();
    server.task(run, "start");
    let at = [server.at, server.second()];
    let path = format!("/flows/F/runs/{run}/steps/start/task");
    let ids: HashSet<u64> = thread::scope(|scope| {
        let one = |n: usize| {
            let path = &path;
            scope.spawn(move || {
                let ids = (0..10)
                    .map(|_| request(at[n % 2], "POST", path, "", b"{}").ok()["task_id"].as_u64().unwrap());
                ids.collect::<Vec<_>>()
            })
        };
        let clients: Vec<_> = (0..8).map(one).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(ids, (2..82).collect());
}

#[test]
fn what_belongs_to_nothing_is_not_found() {
    let server = Server::start();
    assert_eq!(server.post("/flows/F/run", &json!({})).status, 404);
    let run = server.run();
    assert_eq!(server.post("/flows/F/runs/9/steps/s/step", &json!({})).status, 404);
    assert_eq!(server.post(&format!("/flows/F/runs/{run}/steps/s/task"), &json!({})).status, 404);
    for path in ["metadata", "artifact"] {
        let refused = server.post(&format!("/flows/F/runs/{run}/steps/s/tasks/1/{path}"), &json!([]));
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.json()["message"].as_str().unwrap().contains("no task"), "{path}");
    }
}

#[test]
fn names_that_are_no_names_are_refused() {
    let server = Server::start();
    let run = server.run();
    assert_eq!(server.post("/flows/a-b", &json!({})).status, 400);
    assert_eq!(server.post("/flows/F/run", &json!({"run_number": "../x"})).status, 400);
    assert_eq!(server.post(&format!("/flows/F/runs/{run}/steps/a%2Fb/step"), &json!({})).status, 400);
}

#[test]
fn runs_of_our_own_are_numbered_with_them_and_cannot_be_taken() {
    let server = Server::start();
    server.run();
    let own = new_run("F");
    let record = server.provider().create_run(&own).unwrap();
    assert_eq!(record.run.as_str(), "2");
    assert_eq!(server.run(), 3);
    let named = NewRun { id: Some(RunId::new("own").unwrap()), ..own };
    server.provider().create_run(&named).unwrap();
    assert_eq!(server.post("/flows/F/run", &json!({"run_number": "own"})).status, 400);
    assert_eq!(server.get("/flows/F/runs/2").status, 404);
}
