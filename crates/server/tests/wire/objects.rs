//! Documents: what is recorded is read back, with all keys, whatever it is.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::client::Server;

fn keys(document: &Value) -> Vec<&str> {
    document.as_object().unwrap().keys().map(String::as_str).collect()
}

fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

#[test]
fn documents_have_all_their_keys() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    server.say(&task, "attempt", "0", 0);
    server.save(&task, 0, &["x"]);
    let common = ["user_name", "ts_epoch", "tags", "system_tags"];
    for (path, more) in [
        ("/flows/F".to_owned(), vec!["flow_id"]),
        (format!("/flows/F/runs/{run}"), vec!["flow_id", "run_number", "last_heartbeat_ts"]),
        (format!("/flows/F/runs/{run}/steps/start"), vec!["flow_id", "run_number", "step_name"]),
        (task.clone(), vec!["flow_id", "run_number", "step_name", "task_id", "last_heartbeat_ts"]),
        (
            format!("{task}/artifacts/x"),
            vec![
                "flow_id",
                "run_number",
                "step_name",
                "task_id",
                "name",
                "location",
                "ds_type",
                "sha",
                "type",
                "content_type",
                "attempt_id",
            ],
        ),
    ] {
        let document = server.get(&path).ok();
        let mut wanted: Vec<&str> = common.into_iter().chain(more).collect();
        let mut found = keys(&document);
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted, "{path}");
    }
    let datum = &server.get(&format!("{task}/metadata")).ok()[0];
    let mut found = keys(datum);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "field_name",
            "flow_id",
            "id",
            "run_number",
            "step_name",
            "system_tags",
            "tags",
            "task_id",
            "ts_epoch",
            "type",
            "user_name",
            "value"
        ]
    );
}

#[test]
fn what_is_not_there_is_an_empty_object_and_not_found() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    for path in [
        "/flows/G",
        "/flows/F/runs/99",
        "/flows/F/runs/x",
        &format!("/flows/F/runs/{run}/steps/end"),
        &format!("/flows/F/runs/{run}/steps/start/tasks/99"),
        &format!("/flows/F/runs/{run}/steps/other/tasks/1"),
        &format!("{task}/artifacts/x"),
        &format!("{task}/artifacts/x/attempt/0"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.text()), (404, "{}"), "{path}");
    }
}

#[test]
fn times_are_the_servers_in_milliseconds() {
    let server = Server::start();
    let before = millis();
    let run = server.run();
    let document = server.get(&format!("/flows/F/runs/{run}")).ok();
    let at = document["ts_epoch"].as_i64().unwrap();
    assert!((before..=millis()).contains(&at), "{at}");
}

#[test]
fn a_beat_is_remembered_in_seconds() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    let path = format!("/flows/F/runs/{run}");
    assert_eq!(server.get(&path).ok()["last_heartbeat_ts"], Value::Null);
    server.post(&format!("{task}/heartbeat"), &json!({})).ok();
    for path in [&path, &task] {
        let heard = server.get(path).ok()["last_heartbeat_ts"].as_i64().unwrap();
        assert!((millis() / 1000 - heard).abs() < 60, "{path}");
    }
}

#[test]
fn values_come_back_as_they_were_said() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    let values = [
        json!("text"),
        json!(4),
        json!(true),
        json!(null),
        json!([["outer", 3, 0], ["é", 1, 2]]),
        json!({"sha": "a", "nested": {"b": [1.5]}}),
        json!("x".repeat(100_000)),
        json!("<script>'; DROP TABLE runs; --"),
    ];
    let data: Vec<Value> = values
        .iter()
        .enumerate()
        .map(|(n, value)| json!({"field_name": format!("f{n}"), "type": "t", "value": value, "task_id": 1, "run_number": "1"}))
        .collect();
    let answer = server.post(&format!("{task}/metadata"), &json!(data)).ok();
    assert_eq!(answer, json!({"metadata_created": values.len()}));
    let mut found = server.get(&format!("{task}/metadata")).ok().as_array().unwrap().clone();
    found.reverse();
    assert_eq!(found.iter().map(|datum| datum["value"].clone()).collect::<Vec<_>>(), values);
}

#[test]
fn metadata_are_of_all_attempts_newest_first() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    server.say(&task, "attempt", "0", 0);
    server.say(&task, "attempt", "1", 1);
    let found = server.get(&format!("{task}/metadata")).ok();
    let said: Vec<_> =
        found.as_array().unwrap().iter().map(|d| (d["value"].clone(), d["tags"][0].clone())).collect();
    assert_eq!(said, [(json!("1"), json!("attempt_id:1")), (json!("0"), json!("attempt_id:0"))]);
    assert!(found[0]["id"].as_i64() > found[1]["id"].as_i64());
}

#[test]
fn metadata_of_a_run_are_those_of_its_tasks() {
    let server = Server::start();
    let run = server.run();
    let other = server.run();
    for (run, step) in [(run, "start"), (run, "end"), (other, "start")] {
        let task = server.task(run, step);
        server.say(&task, "runtime", step, 0);
    }
    let found = server.get(&format!("/flows/F/runs/{run}/metadata")).ok();
    let said: Vec<_> = found.as_array().unwrap().iter().map(|d| d["value"].clone()).collect();
    assert_eq!(said, [json!("end"), json!("start")]);
}

#[test]
fn artifacts_are_of_the_latest_attempt_unless_one_is_named() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    server.save(&task, 0, &["x", "only_first"]);
    server.save(&task, 1, &["x", "y"]);
    let names = |path: &str| -> Vec<String> {
        let found = server.get(path).ok();
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|a| format!("{}@{}", a["name"].as_str().unwrap(), a["attempt_id"]))
            .collect()
    };
    let of_run = format!("/flows/F/runs/{run}");
    for path in [
        format!("{task}/artifacts"),
        format!("{of_run}/artifacts"),
        format!("{of_run}/steps/start/artifacts"),
    ] {
        assert_eq!(names(&path), ["x@1", "y@1"], "{path}");
    }
    assert_eq!(names(&format!("{task}/attempt/0/artifacts")), ["x@0", "only_first@0"]);
    assert_eq!(server.get(&format!("{task}/artifacts/x")).ok()["sha"], "sha-x-1");
    assert_eq!(server.get(&format!("{task}/artifacts/x/attempt/0")).ok()["sha"], "sha-x-0");
    assert_eq!(server.get(&format!("{task}/artifacts/only_first")).status, 404);
}

#[test]
fn of_an_artifact_posted_twice_the_first_counts() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    server.save(&task, 0, &["x"]);
    let again = json!([{"name": "x", "attempt_id": 0, "sha": "other"}]);
    server.post(&format!("{task}/artifact"), &again).ok();
    let found = server.get(&format!("{task}/artifacts")).ok();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["sha"]), (1, &json!("sha-x-0")));
}

#[test]
fn tags_of_the_run_are_those_of_all_in_it() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    server.save(&task, 0, &["x"]);
    let of_run = format!("/flows/F/runs/{run}");
    let answer = server
        .patch(&format!("{of_run}/tag/mutate"), &json!({"tags_to_add": ["b"], "tags_to_remove": ["a"]}));
    assert_eq!(answer.ok(), json!({"tags": ["b"]}));
    for path in [of_run.clone(), format!("{of_run}/steps/start"), task.clone(), format!("{task}/artifacts/x")]
    {
        let document = server.get(&path).ok();
        assert_eq!(
            (&document["tags"], &document["system_tags"]),
            (&json!(["b"]), &json!(["user:ann"])),
            "{path}"
        );
    }
}

#[test]
fn tags_that_cannot_be_changed_are_refused() {
    let server = Server::start();
    let run = server.run();
    let path = format!("/flows/F/runs/{run}/tag/mutate");
    let long = "x".repeat(501);
    let many: Vec<String> = (0..60).map(|n| format!("t{n}")).collect();
    for (body, status) in [
        (json!({"tags_to_remove": ["user:ann"]}), 422),
        (json!({"tags_to_add": "b"}), 400),
        (json!({"tags_to_add": [1]}), 400),
        (json!([]), 400),
        (json!({"tags_to_add": [long]}), 400),
        (json!({"tags_to_add": many}), 400),
    ] {
        assert_eq!(server.patch(&path, &body).status, status, "{body}");
    }
    assert_eq!(server.patch("/flows/F/runs/99/tag/mutate", &json!({"tags_to_add": ["b"]})).status, 404);
    assert_eq!(server.get(&format!("/flows/F/runs/{run}")).ok()["tags"], json!(["a"]));
}

#[test]
fn a_run_with_bad_tags_leaves_no_trace() {
    let server = Server::start();
    server.run();
    let refused = server.post("/flows/F/run", &json!({"run_number": "r", "tags": [""]}));
    assert_eq!(refused.status, 400);
    assert_eq!(server.get("/flows/F/runs/r").status, 404);
    assert!(server.provider().run(&"F".parse().unwrap(), &"r".parse().unwrap()).unwrap().is_none());
}
