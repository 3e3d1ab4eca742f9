//! A run as a whole: the first answer, and its tasks as columns and as rows.

use serde_json::{Value, json};
use spinloom_flow::{RunStatus, TaskId};
use spinloom_metadata::Change;
use spinloom_timeline::columns::{Read, read};

use super::story::Story;
use crate::support::{Server, request};

fn columns(server: &Server, url: &str) -> Read {
    let answer = server.get(url);
    assert_eq!(answer.status, 200, "{}", answer.text());
    read(&answer.body).unwrap()
}

#[test]
fn a_running_run_says_how_far_it_is() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(4);
    story.did("train", 2, &[1], (10, 40), &["join"]);
    story.started("train", 3, 0, &[1], 20);
    let answer = server.get(&story.url()).ok();
    assert_eq!((&answer["user"], &answer["code"]["revision"]), (&json!("ann"), &json!("c0ffee")));
    assert_eq!(answer["graph"][0]["foreach"], "xs");
    assert_eq!(
        (&answer["graph"][1]["split_parents"], &answer["graph"][0]["doc"]),
        (&json!(["start"]), &json!("Does it."))
    );
    assert_eq!(answer["structure"], json!(["start", [["train"]], "join", "end"]));
    let state = &answer["state"];
    assert_eq!((&state["status"], &state["tags"]), (&json!("running"), &json!(["prod"])));
    assert_eq!(state["reason"], "1 task at work, 2 waiting for a free worker");
    let train = &state["steps"]["train"];
    let counts = ["expected", "queued", "running", "done", "failed"].map(|key| train[key].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 1, 0]);
    assert_eq!((&train["state"], &train["durations"]["p95"]), (&json!("running"), &json!(30)));
    assert_eq!(state["steps"]["join"]["state"], "waiting");
    assert_eq!((&state["progress"]["over"], &state["progress"]["expected"]), (&json!(2), &json!(7)));
    assert!(state["progress"]["remaining_us"].as_i64().is_some_and(|left| left > 0), "{state}");
}

#[test]
fn a_run_that_is_over_has_no_more_to_come() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(2);
    story.failed_train();
    let state = server.get(&story.url()).ok()["state"].clone();
    assert_eq!(
        (&state["status"], &state["reason"]),
        (&json!("failed"), &json!("`train/3` failed with `ValueError: row # is bad`"))
    );
    assert_eq!(
        (&state["steps"]["train"]["state"], &state["steps"]["join"]["state"]),
        (&json!("failed"), &json!("skipped"))
    );
    assert_eq!((&state["progress"]["over"], &state["progress"]["expected"]), (&json!(3), &json!(3)));
    assert_eq!(state["progress"]["remaining_us"], Value::Null);
    assert_eq!(state["duration_us"], 50);
}

impl Story<'_> {
    /// One of `train` is done, another fails; the run is over after 50.
    fn failed_train(&mut self) {
        self.did("train", 2, &[1], (10, 30), &["join"]);
        self.started("train", 3, 0, &[1], 10);
        self.failed("train", 3, 0, 45, "row 7 is bad");
        let at = self.at + 50;
        self.write(vec![Change::RunFinished { status: RunStatus::Failed, at }]);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::over(|provider| drop(Story::begin(provider, 1)));
    for path in [
        "Training/runs/9",
        "Trainin/runs/1",
        "Training/runs/..%2f..",
        "F'--/runs/1",
        "%3Cscript%3E/runs/1",
        "Training/runs/1/steps/tran",
        "Training/runs/1/tasks/99",
        "Training/runs/1/tasks/x",
        "Training/runs/1/tasks/99/why",
    ] {
        let answer = server.get(&format!("/api/v1/flows/{path}"));
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    let hints = server.get("/api/v1/flows/Trainin/runs/1").json()["hints"].clone();
    assert!(hints.to_string().contains("Training"), "{hints}");
}

#[test]
fn retries_are_bars_of_their_own() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(2);
    story.started("train", 2, 0, &[1], 10);
    story.retried("train", 2, 0, 20, "row 7 is bad");
    story.started("train", 2, 1, &[1], 30);
    let read = columns(&server, &format!("{}/tasks.bin", story.url()));
    assert!(read.header.full);
    assert_eq!(read.header.base_at, story.at);
    let column = |name: &str| read.columns[name].clone();
    assert_eq!((column("task.id"), column("task.attempts")), (vec![0, 1, 2], vec![1, 1, 2]));
    assert_eq!((column("task.depth"), column("index")), (vec![0, 0, 1], vec![0]));
    assert_eq!(column("task.parents"), [0, 1, 1]);
    assert_eq!((column("parent.first"), column("parent.count")), (vec![0, 1], vec![1, 1]));
    assert_eq!((column("attempt.number"), column("attempt.state")), (vec![0, 0, 0, 1], vec![1, 1, 2, 0]));
    assert_eq!(
        (column("attempt.started"), column("attempt.duration")),
        (vec![0, 0, 10, 30], vec![0, 10, 10, u64::from(u32::MAX)])
    );
    let failure = column("attempt.failure")[2];
    assert_eq!(read.header.failures.iter().map(|group| u64::from(group.id.0)).collect::<Vec<_>>(), [failure]);
}

#[test]
fn only_what_has_changed_is_told_after_a_number() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(3);
    let url = format!("{}/tasks.bin", story.url());
    let first = columns(&server, &url).header.seq;
    assert_eq!(columns(&server, &format!("{url}?after={first}")).columns["task.id"], [0_u64; 0]);
    story.started("train", 3, 0, &[1], 20);
    story.started("train", 2, 0, &[1], 20);
    let next = columns(&server, &format!("{url}?after={first}"));
    assert_eq!((next.header.full, &next.columns["task.id"]), (false, &vec![2, 3]));
    story.done("train", 2, 0, 40, json!({"steps": ["join"]}));
    assert_eq!(columns(&server, &format!("{url}?after={}", next.header.seq)).columns["task.id"], [2]);
    assert_eq!(columns(&server, &format!("{url}?after={first}")).columns["task.id"], [2, 3]);
    let of_another_store = columns(&server, &format!("{url}?after=1000000"));
    assert!(of_another_store.header.full && of_another_store.columns["task.id"].len() == 4);
}

#[test]
fn columns_that_are_known_are_not_sent_again() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    let url = format!("{}/tasks.bin", story.url());
    let tag = server.get(&url).header("etag").unwrap().to_owned();
    let again = || request(server.at, "GET", &url, &format!("If-None-Match: {tag}\r\n"), b"").status;
    story.write(vec![Change::Heartbeat { at: spinloom_testkit::now() }]);
    assert_eq!(again(), 304, "a heartbeat changes nothing that is shown");
    story.fan_out(1);
    assert_eq!(again(), 200);
}

#[test]
fn a_run_made_again_under_its_name_is_another() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(3);
    let (url, flow, run) = (story.url(), story.flow.clone(), story.run.clone());
    story.write(vec![Change::RunFinished { status: RunStatus::Done, at: story.at + 5 }]);
    assert_eq!(columns(&server, &format!("{url}/tasks.bin")).columns["task.id"], [0, 1]);
    provider.delete_run(&flow, &run).unwrap();
    assert_eq!(server.get(&url).status, 404);
    let again = spinloom_metadata::NewRun { id: Some(run), ..spinloom_testkit::new_run("Training") };
    provider.create_run(&again).unwrap();
    assert_eq!(columns(&server, &format!("{url}/tasks.bin")).columns["task.id"], [0_u64; 0]);
    assert_eq!(server.get(&url).ok()["graph"], json!([]), "this one has no graph");
}

#[test]
fn rows_come_in_pages_filtered_and_in_order() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(7);
    for task in 2..8 {
        story.did("train", task, &[1], (10, 100 - task as i64), &["join"]);
    }
    story.started("train", 8, 0, &[1], 10);
    story.failed("train", 8, 0, 11, "row 7 is bad");
    let ids = |query: &str| -> (Vec<u64>, Value) {
        let page = server.get(&format!("{}/tasks?{query}", story.url())).ok();
        let ids = page["rows"].as_array().unwrap().iter().map(|row| row["task"].as_u64().unwrap()).collect();
        (ids, page)
    };
    let (first, page) = ids("step=train&status=done&limit=4");
    assert_eq!((first, &page["total"]), (vec![2, 3, 4, 5], &json!(6)));
    let (rest, page) =
        ids(&format!("step=train&status=done&limit=4&cursor={}", page["next"].as_str().unwrap()));
    assert_eq!((rest, &page["next"]), (vec![6, 7], &Value::Null));
    let (slowest, page) = ids("order=-duration&limit=2");
    assert_eq!(slowest, [2, 3]);
    assert_eq!(ids(&format!("order=-duration&limit=2&cursor={}", page["next"].as_str().unwrap())).0, [4, 5]);
    let (failed, page) = ids("status=failed,stopped");
    assert_eq!((failed, &page["rows"][0]["error"]), (vec![8], &json!("ValueError: row # is bad")));
    assert_eq!(ids(&format!("failure={}", page["rows"][0]["failure"])).0, [8]);
    assert_eq!(ids("text=VALUEERROR").0, [8]);
    assert_eq!(ids("step=none").0, [0; 0]);
    for bad in ["status=odd", "order=colour", "cursor=x", "limit=x", "other=1"] {
        let answer = server.get(&format!("{}/tasks?{bad}", story.url()));
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
        assert_eq!(answer.json()["code"], "SL0001", "{bad}");
    }
    assert!(story.provider.task(&story.flow, &story.run, TaskId(8)).unwrap().is_some());
}
