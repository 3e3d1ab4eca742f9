//! Runs of Metaflow's own client have the graph that the client saved, and tasks their inputs.

use std::path::Path;

use serde_json::{Value, json};
use spinloom_metaflow::Sha;

use super::client::Server;

/// A value as Python would pickle it.
fn pickled(value: &Value, to: &mut Vec<u8>) {
    let text = |text: &str, to: &mut Vec<u8>| {
        to.push(b'X');
        to.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        to.extend(text.as_bytes());
    };
    match value {
        Value::Null => to.push(b'N'),
        Value::Bool(true) => to.push(0x88),
        Value::Bool(false) => to.push(0x89),
        Value::Number(number) => to.extend([b'K', u8::try_from(number.as_u64().unwrap()).unwrap()]),
        Value::String(value) => text(value, to),
        Value::Array(items) => {
            to.extend(b"](");
            items.iter().for_each(|item| pickled(item, to));
            to.push(b'e');
        }
        Value::Object(entries) => {
            to.extend(b"}(");
            for (key, value) in entries {
                text(key, to);
                pickled(value, to);
            }
            to.push(b'u');
        }
    }
}

/// What Metaflow says of a flow: `start` fans out to `train`, whose tasks are joined.
fn graph_info() -> Vec<u8> {
    let step = |name: &str, kind: &str, line: u8, next: &[&str]| {
        json!({"name": name, "type": kind, "line": line, "source_file": "flow.py", "doc": "", "decorators": [],
            "next": next, "foreach_artifact": (kind == "split-foreach").then_some("items")})
    };
    let info = json!({"file": "flow.py", "parameters": [], "constants": [], "doc": "", "decorators": [], "steps": {
        "start": step("start", "split-foreach", 5, &["train"]),
        "train": step("train", "linear", 10, &["join"]),
        "join": step("join", "join", 15, &["end"]),
        "end": step("end", "end", 20, &[]),
    }});
    let mut bytes = b"\x80\x04".to_vec();
    pickled(&info, &mut bytes);
    bytes.push(b'.');
    bytes
}

/// A run of that flow, whose data are said to be in `root`.
fn run(server: &Server, root: &Path) -> u64 {
    let number = server.run();
    let parameters = server.task(number, "_parameters");
    let artifact = json!([{"name": "_graph_info", "attempt_id": 0, "sha": Sha::of(&graph_info()).to_string(),
        "ds_type": "local", "location": format!(":root:{}", root.display()), "type": "metaflow.artifact",
        "content_type": "pickle-v4", "user_name": "ann"}]);
    server.post(&format!("{parameters}/artifact"), &artifact).ok();
    server.task(number, "start");
    for index in 0..3 {
        let task = server.task(number, "train");
        server.say(&task, "foreach-execution-path", &format!("start:{index}"), 0);
    }
    server.task(number, "join");
    server.task(number, "end");
    number
}

fn kinds(run: &Value) -> Vec<String> {
    let steps = run["graph"].as_array().unwrap_or_else(|| panic!("{run}"));
    steps
        .iter()
        .map(|step| format!("{} {}", step["step"].as_str().unwrap(), step["kind"].as_str().unwrap()))
        .collect()
}

#[test]
fn the_graph_is_read_from_where_the_client_saved_it() {
    let server = Server::start();
    let data = tempfile::tempdir().unwrap();
    let sha = Sha::of(&graph_info()).to_string();
    let folder = data.path().join("F/data").join(&sha[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&sha), graph_info()).unwrap();
    let number = run(&server, data.path());
    let of_run = format!("/api/v1/flows/F/runs/{number}");
    assert_eq!(kinds(&server.get(&of_run).ok()), ["start foreach", "train linear", "join join", "end end"]);
    let parents = |task: u64| {
        let task = server.get(&format!("{of_run}/tasks/{task}")).ok();
        let parents = task["parents"]["tasks"].as_array().unwrap_or_else(|| panic!("{task}")).clone();
        parents.iter().map(|parent| parent["task"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((parents(1), parents(3), parents(5), parents(6)), (vec![0], vec![1], vec![2, 3, 4], vec![5]));
}

#[test]
fn without_its_store_a_run_is_shown_as_its_tasks_tell() {
    let server = Server::start();
    let number = run(&server, Path::new("/nowhere/at/all"));
    let shown = server.get(&format!("/api/v1/flows/F/runs/{number}")).ok();
    assert_eq!(kinds(&shown), ["start unknown", "train unknown", "join unknown", "end unknown"]);
}
