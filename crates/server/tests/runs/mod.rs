//! Runs: lists, counts, groups, dots, completions, pasted texts.

mod lists;
mod resolving;

use serde_json::{Map, Value, json};
use spinloom_flow::{FlowName, RunId, RunStatus, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider, SCALARS};
use spinloom_testkit::{finished, new_run, now, started, task};

use crate::support::Server;

const MINUTE: i64 = 60_000_000;
const GRAPH: &str = r#"{"steps": [{"name": "start"}, {"name": "train"}, {"name": "end"}]}"#;

/// A run that was made so many minutes ago and took one for each task.
fn make(
    p: &mut dyn Provider,
    (flow, user): (&str, &str),
    tags: &[&str],
    minutes: i64,
    status: RunStatus,
    lr: f64,
) -> RunId {
    let at = now() - minutes * MINUTE;
    let parameters = json!({"lr": lr, "kind": if lr < 0.05 { "small" } else { "large" }, "layers": [1, 2]});
    let run = NewRun {
        user: user.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        system_tags: vec![
            format!("user:{user}"),
            "project:fraud".to_owned(),
            format!("project_branch:user.{user}"),
        ],
        graph: GRAPH.to_owned(),
        info: Map::from_iter([("parameters".to_owned(), parameters)]),
        at,
        ..new_run(flow)
    };
    let run = p.create_run(&run).unwrap().run;
    let end = at + minutes * MINUTE / 2;
    let flow = FlowName::new(flow).unwrap();
    p.write(
        &flow,
        &run,
        &[started(task("start", 1), 0, at), finished(task("start", 1), 0, TaskStatus::Done, end)],
    )
    .unwrap();
    match status {
        RunStatus::Running => p.write(&flow, &run, &[Change::Heartbeat { at: now() }]).unwrap(),
        RunStatus::Lost => {}
        status => {
            let scalars = json!({"accuracy": 1.0 - lr, "best": if lr < 0.05 { "tree" } else { "linear" }});
            let ends = Change::Info { key: SCALARS.to_owned(), value: scalars };
            p.write(&flow, &run, &[ends, Change::RunFinished { status, at: end }]).unwrap();
        }
    }
    run
}

/// Six runs of two flows.
fn fill(p: &mut dyn Provider) {
    make(p, ("Train", "ann"), &["prod"], 60, RunStatus::Done, 0.1);
    make(p, ("Train", "ann"), &["prod", "a b"], 50, RunStatus::Failed, 0.01);
    make(p, ("Train", "bob"), &["test"], 40, RunStatus::Done, 0.02);
    make(p, ("Score", "bob"), &[], 30, RunStatus::Lost, 0.5);
    make(p, ("Score", "ann"), &["prod"], 20, RunStatus::Stopped, 0.5);
    make(p, ("Train", "ann"), &[], 10, RunStatus::Running, 0.001);
}

/// The runs of an answer, in its order.
fn names(answer: &Value) -> String {
    let name = |row: &Value| format!("{}/{}", row["flow"].as_str().unwrap(), row["run"].as_str().unwrap());
    answer["rows"].as_array().unwrap().iter().map(name).collect::<Vec<_>>().join(" ")
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn what_is_written_is_seen_soon() {
    let server = Server::over(fill);
    assert_eq!(server.get("/api/v1/runs").ok()["total"], 6);
    let mut provider = server.provider();
    let made = make(provider.as_mut(), ("New", "eve"), &[], 1, RunStatus::Done, 1.0);
    let seen = |query: &str, total: u64| {
        let path = format!("/api/v1/runs?query={}", encoded(query));
        while server.get(&path).ok()["total"] != total {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    seen("user:eve", 1);
    provider.mutate_tags(&FlowName::new("New").unwrap(), &made, &["late".to_owned()], &[]).unwrap();
    seen("tag:late step:train", 1);
    provider.delete_run(&FlowName::new("New").unwrap(), &made).unwrap();
    seen("user:eve", 0);
    seen("", 6);
    let answer = server.get("/api/v1/runs").ok();
    assert_eq!(answer["sequence"], provider.sequence().unwrap());
    assert!(answer.get("loading").is_none());
}
