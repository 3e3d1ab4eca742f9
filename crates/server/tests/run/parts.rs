//! Parts of a run: steps, the critical path, failures, tasks, and why they are as they are.

use serde_json::{Value, json};
use spinloom_flow::event::{Failure, Usage};
use spinloom_flow::{RunStatus, TaskStatus};
use spinloom_metadata::Change;

use super::story::Story;
use crate::support::Server;

/// Six of `train`, one of them slow, one tried twice; all joined.
fn whole(story: &mut Story<'_>) {
    story.fan_out(6);
    for task in 2..7 {
        story.did("train", task, &[1], (10, 20), &["join"]);
    }
    story.started("train", 7, 0, &[1], 12);
    story.retried("train", 7, 0, 20, "row 1 is bad");
    story.started("train", 7, 1, &[1], 25);
    story.done("train", 7, 1, 85, json!({"steps": ["join"]}));
    story.did("join", 8, &[2, 3, 4, 5, 6, 7], (90, 95), &["end"]);
    story.did("end", 9, &[8], (95, 100), &[]);
    let at = story.at + 100;
    story.write(vec![Change::RunFinished { status: RunStatus::Done, at }]);
}

#[test]
fn a_step_tells_its_slowest_and_what_failed() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    whole(&mut story);
    let step = server.get(&format!("{}/steps/train", story.url())).ok();
    let durations =
        ["count", "p50", "p95", "max"].map(|key| step["counts"]["durations"][key].as_i64().unwrap());
    assert_eq!(durations, [6, 10, 60, 60]);
    assert_eq!((&step["counts"]["retried"], &step["counts"]["lost_us"]), (&json!(1), &json!(8)));
    assert_eq!((&step["slowest"][0]["task"], &step["slowest"][0]["duration_us"]), (&json!(7), &json!(60)));
    assert_eq!((&step["failures"][0]["attempts"], &step["failures"][0]["fatal"]), (&json!(1), &json!(0)));
    assert_eq!(step["waits"]["max"], 2);
    let to_come = server.get(&format!("{}/steps/end", story.url())).ok();
    assert_eq!(to_come["graph"]["kind"], "end");
}

#[test]
fn a_step_is_told_of_over_the_runs_of_its_flow() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    whole(&mut story);
    let first = story.run.to_string();
    let second = Story::begin(provider.as_mut(), 30_000_000);
    let flow = second.flow.clone();
    let of = |rest: &str| server.get(&format!("/api/v1/flows/{flow}/steps/{rest}"));
    let train = of("train/durations").ok();
    let runs = train["runs"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["run"], &train["next"]), (1, &json!(first), &json!(null)));
    let durations = ["count", "p50", "max"].map(|key| runs[0]["durations"][key].as_i64().unwrap());
    assert_eq!((durations, &runs[0]["tasks"], &runs[0]["whole_us"]), ([6, 10, 73], &json!(6), &json!(75)));
    let page = of("train/durations?limit=1").ok();
    assert_eq!((page["runs"].as_array().unwrap().len(), page["next"].is_string()), (0, true));
    assert_eq!(of("no_such/durations").ok()["runs"], json!([]));
    assert_eq!(server.get("/api/v1/flows/No/steps/train/durations").status, 404);
}

#[test]
fn the_critical_path_and_what_would_shorten_it() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    whole(&mut story);
    let path = server.get(&format!("{}/critical-path", story.url())).ok();
    let tasks: Vec<u64> =
        path["links"].as_array().unwrap().iter().map(|link| link["task"].as_u64().unwrap()).collect();
    assert_eq!((tasks, &path["length_us"]), (vec![1, 7, 8, 9], &json!(100)));
    let straggler = &path["savings"][0];
    assert_eq!(
        (&straggler["what"], &straggler["task"], &straggler["median_us"]),
        (&json!("straggler"), &json!(7), &json!(10))
    );
    let kinds: Vec<&str> =
        path["savings"].as_array().unwrap().iter().map(|s| s["what"].as_str().unwrap()).collect();
    assert!(
        kinds.contains(&"no_waiting") && kinds.contains(&"no_retries") && kinds.contains(&"faster_step"),
        "{kinds:?}"
    );
}

#[test]
fn failures_are_grouped_with_one_example() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(4);
    for task in 2..5 {
        story.started("train", task, 0, &[1], 10);
        story.failed("train", task, 0, 10 + task as i64, &format!("row {task} is bad"));
    }
    story.started("train", 5, 0, &[1], 10);
    let killed = Failure {
        kind: "killed".to_owned(),
        message: "the task's process was killed by SIGKILL: the machine ran out of memory".to_owned(),
        signal: Some(9),
        ..Failure::default()
    };
    story.ended(
        (super::story::of("train", 5), 0),
        TaskStatus::Failed,
        20,
        (None, Some(killed), Usage::default(), false),
    );
    let errors = server.get(&format!("{}/errors", story.url())).ok();
    let groups = errors["groups"].as_array().unwrap();
    assert_eq!(
        (groups.len(), &groups[0]["tasks"], &groups[0]["message"]),
        (2, &json!(3), &json!("row # is bad"))
    );
    assert_eq!(
        (&groups[0]["example"], &groups[0]["steps"]),
        (&json!({"task": 2, "attempt": 0}), &json!({"train": 3}))
    );
    assert_eq!(
        (&groups[0]["failure"]["message"], &groups[0]["failure"]["traceback"]),
        (&json!("row 2 is bad"), &json!("Traceback …"))
    );
    assert_eq!(
        (&groups[1]["failure"]["signal"], &groups[1]["failure"]["out_of_memory"]),
        (&json!(9), &json!(true))
    );
}

#[test]
fn a_task_tells_all_of_itself() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    whole(&mut story);
    let task = server.get(&format!("{}/tasks/7", story.url())).ok();
    assert_eq!(
        (&task["pathspec"], &task["status"], &task["waited_us"]),
        (&json!("Training/1/train/7"), &json!("done"), &json!(2))
    );
    assert_eq!(task["foreach"], json!([{"step": "start", "artifact": "xs", "index": 5, "label": "item 5"}]));
    let attempts = task["attempts"].as_array().unwrap();
    assert_eq!(
        (attempts.len(), &attempts[0]["failure"]["line"], &attempts[1]["max_rss_kib"]),
        (2, &json!(12), &json!(2048))
    );
    assert_eq!(
        (&task["parents"]["tasks"][0]["step"], &task["children"]["tasks"][0]["task"]),
        (&json!("start"), &json!(8))
    );
    assert_eq!(task["why"]["sentence"], "it ended well, at attempt 2");
    let command = |name: &str| {
        let all = task["commands"].as_array().unwrap();
        all.iter().find(|command| command["name"] == name).unwrap()["text"].as_str().unwrap()
    };
    assert_eq!(command("spin"), "spinloom spin flow.py 1/train/7");
    assert_eq!(command("resume"), "spinloom resume flow.py train --origin-run-id 1");
    assert_eq!(command("logs"), "spinloom logs Training/1/train/7");
    let join = server.get(&format!("{}/tasks/8", story.url())).ok();
    assert_eq!((&join["parents"]["total"], &join["foreach"]), (&json!(6), &json!([])));
}

fn why(server: &Server, url: &str) -> Value {
    server.get(&format!("{url}/why")).ok()
}

#[test]
fn a_silent_driver_explains_a_lost_run() {
    let server = Server::start();
    let mut provider = server.provider();
    let new = spinloom_metadata::NewRun {
        at: spinloom_testkit::now() - 300_000_000,
        ..spinloom_testkit::new_run("Training")
    };
    let run = provider.create_run(&new).unwrap();
    let told = why(&server, &format!("/api/v1/flows/Training/runs/{}", run.run));
    assert_eq!((&told["status"], &told["queued"]), (&json!("lost"), &json!(0)));
    let sentence = told["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("its driver has not been heard of for 5 min"), "{sentence}");
    assert!(told["heartbeat_age_us"].as_i64().unwrap() >= 300_000_000);
}

#[test]
fn tasks_say_which_attempt_is_at_work_and_how_others_ended() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 60_000_000);
    story.fan_out(3);
    story.started("train", 2, 0, &[1], 10);
    story.started("train", 3, 0, &[1], 10);
    story.retried("train", 3, 0, 20, "row 1 is bad");
    story.started("train", 4, 0, &[1], 10);
    story.failed("train", 4, 0, 30, "row 2 is bad");
    let url = story.url();
    let task = |id: u32| why(&server, &format!("{url}/tasks/{id}"));
    let sentence = |told: &Value| told["sentence"].as_str().unwrap().to_owned();
    assert!(
        sentence(&task(2)).starts_with("attempt 1 has been at work for 60.0 s in process 77")
            || sentence(&task(2)).starts_with("attempt 1 has been at work for 1 min in process 77"),
        "{}",
        task(2)
    );
    let between = sentence(&task(3));
    assert!(
        between.starts_with("attempt 1 failed") && between.contains("`ValueError: row 1 is bad`"),
        "{between}"
    );
    let failed = task(4);
    assert_eq!(sentence(&failed), "its only attempt failed, with `ValueError: row 2 is bad`");
    assert_eq!(
        (&failed["last_event"]["what"], &failed["failure"]["kind"]),
        (&json!("failed"), &json!("ValueError"))
    );
    let run = why(&server, &url);
    assert_eq!(
        (&run["longest"]["task"], &run["failed"], &run["host"]),
        (&json!(2), &json!("Training/1/train/4"), &json!("box"))
    );
}
