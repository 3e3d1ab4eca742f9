//! How requests and answers travel.

use serde_json::{Value, json};

use super::client::{Server, request};

#[test]
fn a_ping_tells_the_version_clients_switch_features_on_by() {
    let answer = Server::start().get("/ping");
    assert_eq!((answer.status, answer.text()), (200, "pong"));
    assert_eq!(answer.header("metadata_service_version"), Some("2.6.1"));
}

#[test]
fn the_version_is_a_text() {
    assert_eq!(Server::start().get("/version").text(), "2.6.1");
}

#[test]
fn the_health_is_json_within_a_json_text() {
    let health = Server::start().get("/healthcheck").ok();
    let within: Value = serde_json::from_str(health.as_str().unwrap()).unwrap();
    assert_eq!(within["status"], "UP");
}

#[test]
fn a_beat_has_no_content_type_and_is_answered_with_json_within_a_json_text() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    for path in [format!("/flows/F/runs/{run}/heartbeat"), format!("{task}/heartbeat")] {
        let beat = request(server.at, "POST", &path, "", b"{}").ok();
        let within: Value = serde_json::from_str(beat.as_str().unwrap()).unwrap();
        assert_eq!(within["wait_time_in_seconds"], 10);
    }
}

#[test]
fn a_beat_of_what_was_never_made_is_not_found() {
    let server = Server::start();
    let run = server.run();
    for path in
        ["/flows/F/runs/99/heartbeat".to_owned(), format!("/flows/F/runs/{run}/steps/s/tasks/5/heartbeat")]
    {
        assert_eq!(server.post(&path, &json!({})).status, 404, "{path}");
    }
}

#[test]
fn everything_is_below_the_prefix_too() {
    let server = Server::below("/team/metaflow");
    server.run();
    assert_eq!(server.get("/team/metaflow/ping").text(), "pong");
    assert_eq!(server.get("/team/metaflow/flows/F/runs").ok(), server.get("/flows/F/runs").ok());
}

#[test]
fn parts_of_a_path_are_encoded() {
    let server = Server::start();
    assert_eq!(server.post("/flows/%C3%9Cber", &json!({})).ok()["flow_id"], "Über");
    assert_eq!(server.get("/flows/%C3%9Cber").ok()["flow_id"], "Über");
}

#[test]
fn long_answers_are_compressed_for_those_who_take_it() {
    let server = Server::start();
    for _ in 0..30 {
        server.run();
    }
    let packed = request(server.at, "GET", "/flows/F/runs", "Accept-Encoding: gzip, deflate\r\n", b"");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < server.get("/flows/F/runs").body.len() / 2);
}

#[test]
fn a_body_that_is_no_json_is_refused_in_words() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    for path in ["/flows/G", "/flows/F/run", &format!("{task}/metadata"), &format!("{task}/artifact")] {
        let answer = server.send("POST", path, Some(b"{"));
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.json()["message"].as_str().unwrap().contains("the body"), "{path}");
    }
}

#[test]
fn what_a_client_says_too_much_is_ignored() {
    let server = Server::start();
    let made = json!({"flow_id": "other", "ts_epoch": "never", "tags": null, "more": {"a": [1]}});
    assert_eq!(server.post("/flows/F", &made).ok()["flow_id"], "F");
}

#[test]
fn a_task_with_thousands_of_artifacts_posts_them_at_once() {
    let server = Server::start();
    let run = server.run();
    let task = server.task(run, "start");
    let names: Vec<String> = (0..20_000).map(|n| format!("artifact_{n}")).collect();
    server.save(&task, 0, &names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(server.get(&format!("{task}/artifacts")).ok().as_array().unwrap().len(), 20_000);
}
