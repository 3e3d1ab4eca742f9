//! Lists: whole, in pages, and filtered.

use serde_json::{Value, json};

use crate::client::Server;

fn all(list: &Value, key: &str) -> Vec<Value> {
    list.as_array().unwrap().iter().map(|document| document[key].clone()).collect()
}

#[test]
fn a_list_of_what_was_never_made_is_empty() {
    let server = Server::start();
    for path in [
        "/flows",
        "/flows/F/runs",
        "/flows/F/runs/1/steps",
        "/flows/F/runs/1/steps/s/tasks",
        "/flows/F/runs/1/metadata",
        "/flows/F/runs/1/artifacts",
        "/flows/F/runs/1/steps/s/tasks/1/metadata",
        "/flows/F/runs/1/steps/s/tasks/1/artifacts",
        "/flows/F/runs/1/steps/s/filtered_tasks",
    ] {
        assert_eq!(server.get(path).ok(), json!([]), "{path}");
    }
}

#[test]
fn without_parameters_a_list_is_whole() {
    let server = Server::start();
    for _ in 0..60 {
        server.run();
    }
    let answer = server.get("/flows/F/runs");
    assert_eq!(answer.header("x-limit"), None);
    assert_eq!(all(&answer.ok(), "run_number"), (1..=60).rev().map(|n| json!(n)).collect::<Vec<_>>());
}

/// All pages of a list, one after the other.
fn pages(server: &Server, path: &str, key: &str, parameters: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = server.get(&format!("{path}?{parameters}{cursor}"));
        assert!(answer.header("x-limit").is_some());
        pages.push(all(&answer.ok(), key));
        match answer.header("x-next-cursor") {
            Some(next) => cursor = format!("&_cursor={next}"),
            None => return pages,
        }
    }
}

#[test]
fn pages_follow_each_other_and_miss_nothing() {
    let server = Server::start();
    for _ in 0..5 {
        server.run();
    }
    let task = server.task(5, "train");
    server.task(5, "train");
    server.task(5, "train");
    server.task(5, "end");
    for n in 0..5 {
        server.say(&task, &format!("f{n}"), "v", 0);
    }
    server.save(&task, 0, &["a", "b", "c"]);
    let numbers = |numbers: &[u64]| numbers.iter().map(|n| json!(n)).collect::<Vec<_>>();
    assert_eq!(
        pages(&server, "/flows/F/runs", "run_number", "_limit=2"),
        [numbers(&[5, 4]), numbers(&[3, 2]), numbers(&[1])]
    );
    assert_eq!(
        pages(&server, "/flows/F/runs/5/steps/train/tasks", "task_id", "_limit=2"),
        [numbers(&[1, 2]), numbers(&[3])]
    );
    assert_eq!(
        pages(&server, "/flows/F/runs/5/steps", "step_name", "_limit=1"),
        [vec![json!("end")], vec![json!("train")]]
    );
    assert_eq!(pages(&server, &format!("{task}/metadata"), "field_name", "_limit=3").concat().len(), 5);
    assert_eq!(
        pages(&server, "/flows/F/runs/5/artifacts", "name", "_limit=2"),
        [vec![json!("a"), json!("b")], vec![json!("c")]]
    );
    assert_eq!(pages(&server, "/flows", "flow_id", "_limit=1"), [vec![json!("F")]]);
}

#[test]
fn a_page_stays_right_while_runs_are_made() {
    let server = Server::start();
    for _ in 0..4 {
        server.run();
    }
    let first = server.get("/flows/F/runs?_limit=2");
    server.run();
    let next = format!("/flows/F/runs?_limit=2&_cursor={}", first.header("x-next-cursor").unwrap());
    assert_eq!(all(&server.get(&next).ok(), "run_number"), [json!(2), json!(1)]);
}

#[test]
fn a_page_has_fifty_unless_told_and_never_more_than_five_hundred() {
    let server = Server::start();
    server.run();
    assert_eq!(server.get("/flows/F/runs?user=ann").header("x-limit"), Some("50"));
    assert_eq!(server.get("/flows/F/runs?_limit=9999").header("x-limit"), Some("500"));
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let server = Server::start();
    server.run();
    for query in ["_limit=0", "_limit=x", "_cursor=x", "_order=user", "user:near=x"] {
        let answer = server.get(&format!("/flows/F/runs?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.json()["message"].is_string(), "{query}");
    }
}

#[test]
fn runs_are_found_by_status_user_and_tag() {
    let server = Server::start();
    for run in 1..=3 {
        server.run();
        let task = server.task(run, "end");
        if run == 2 {
            server.say(&task, "attempt_ok", "True", 0);
        }
    }
    server.patch("/flows/F/runs/3/tag/mutate", &json!({"tags_to_add": ["prod"]})).ok();
    for (query, found) in [
        ("status=completed", vec![2]),
        ("status:eq=running", vec![3, 1]),
        ("status=running&_tags:any=prod,x", vec![3]),
        ("user=ann&run_number:lt=3", vec![2, 1]),
        ("user:ne=ann", vec![]),
        ("_tags:all=a,user:ann", vec![3, 2, 1]),
        ("_tags:likeany=PRO", vec![3]),
    ] {
        let numbers: Vec<Value> = found.into_iter().map(|n| json!(n)).collect();
        assert_eq!(
            all(&server.get(&format!("/flows/F/runs?{query}")).ok(), "run_number"),
            numbers,
            "{query}"
        );
    }
}

#[test]
fn filtered_pages_are_full_however_far_apart_their_items_are() {
    let server = Server::start();
    server.run();
    let task = server.task(1, "start");
    let data: Vec<Value> = (0..1300)
        .map(|n| json!({"field_name": if n % 100 == 0 { "rare" } else { "often" }, "value": n.to_string()}))
        .collect();
    server.post(&format!("{task}/metadata"), &json!(data)).ok();
    let found = pages(&server, &format!("{task}/metadata"), "value", "field_name=rare&_limit=5");
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 3]);
    assert_eq!(found[0][0], json!("1200"));
}

#[test]
fn tasks_are_found_by_what_was_said_about_them() {
    let server = Server::start();
    let run = server.run();
    for path in ["outer:0,inner:0", "outer:0,inner:1", "outer:1,inner:0"] {
        let task = server.task(run, "inner");
        server.say(&task, "foreach-execution-path", path, 0);
        server.say(&task, "other", "outer:0", 0);
    }
    let spec = |n: u64| json!(format!("F/{run}/inner/{n}"));
    let steps = format!("/flows/F/runs/{run}/steps/inner/filtered_tasks");
    for (query, found) in [
        ("", vec![spec(1), spec(2), spec(3)]),
        ("?metadata_field_name=foreach-execution-path", vec![spec(1), spec(2), spec(3)]),
        ("?metadata_field_name=foreach-execution-path&pattern=outer:0", vec![spec(1), spec(2)]),
        ("?metadata_field_name=foreach-execution-path&pattern=%5E(?:outer:1,inner:.*)%24", vec![spec(3)]),
        ("?metadata_field_name=none", vec![]),
        ("?pattern=inner:1", vec![spec(2)]),
    ] {
        assert_eq!(server.get(&format!("{steps}{query}")).ok(), json!(found), "{query}");
    }
    assert_eq!(server.get(&format!("{steps}?pattern=(")).status, 400);
}
