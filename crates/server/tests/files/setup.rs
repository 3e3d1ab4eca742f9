//! What runs were started with.

use std::fs;

use serde_json::{Map, Value, json};
use spinloom_datastore::package::{self, Contents};
use spinloom_flow::RunId;

use super::world::{World, flow, number, text};

const GRAPH: &str = r#"{"version": 1, "name": "F", "file": "/code/flow.py", "steps": [
    {"name": "start", "file": "/code/flow.py", "line": 4, "args": 1, "tail": {"kind": "next", "targets": ["end"]}},
    {"name": "end", "file": "/code/flow.py", "line": 8, "args": 1, "tail": {"kind": "none"}}],
    "parameters": [
        {"name": "alpha", "attribute": "alpha", "type": "int", "default": 3, "default_kind": "value", "help": "how much"},
        {"name": "name", "attribute": "name", "type": "str", "default": "x", "default_kind": "value"}]}"#;

/// What no text is.
const PICTURE: &[u8] = b"\x89PNG\x00\xff";

pub const FLOW: &str = "class F:\n\n    @step\n    def start(self):\n        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n";

/// A run with code and parameters.
pub fn run(world: &mut World, source: &str, alpha: u8, info: Value) -> RunId {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("flow.py"), source).unwrap();
    fs::write(dir.path().join("helper.py"), "x = 1\n").unwrap();
    fs::write(dir.path().join("picture.py"), PICTURE).unwrap();
    let contents = Contents::default();
    let package = package::build(dir.path(), &contents).unwrap();
    let mut info: Map<String, Value> = info.as_object().unwrap().clone();
    info.insert("code_package".to_owned(), package.record(&contents));
    info.insert("file".to_owned(), json!("/code/flow.py"));
    let run = world.run(GRAPH, info);
    world.store.put_package((&flow(), &run), &package).unwrap();
    world.start(&run, "_parameters", 0, &[]);
    world.end(
        &run,
        "_parameters",
        0,
        &[("alpha", &number(alpha)), ("name", &text("x")), ("CONST", &number(1))],
    );
    run
}

#[test]
fn parameters_have_values_and_know_their_defaults() {
    let mut world = World::new();
    run(&mut world, FLOW, 5, json!({"argv": ["run", "--alpha", "5"]}));
    let found = world.json("/flows/F/runs/1/parameters");
    let alpha = &found["parameters"][0];
    assert_eq!(
        (&alpha["value"]["preview"]["value"], &alpha["default"], &alpha["is_default"]),
        (&json!(5), &json!(3), &json!(false))
    );
    assert_eq!((&alpha["type"], &alpha["help"]), (&json!("int"), &json!("how much")));
    assert_eq!(found["parameters"][1]["is_default"], true);
    assert_eq!((&found["constants"][0]["name"], &found["command"][1]), (&json!("CONST"), &json!("--alpha")));
}

#[test]
fn configs_say_where_each_value_is_from() {
    let mut world = World::new();
    let config = json!({
        "name": "config", "attribute": "config", "value": {"model": {"depth": 3}, "seed": 1},
        "source": {"kind": "file", "path": "my.json", "by": "--config"}, "lines": {"/model/depth": 2}, "set": ["/seed"],
        "replaced": {"/seed": {"value": 7, "from": "my.json:4"}},
    });
    run(&mut world, FLOW, 5, json!({"configs": {"config": config}}));
    let found = world.json("/flows/F/runs/1/config");
    let leaves = found["configs"][0]["leaves"].as_array().unwrap();
    assert_eq!((&leaves[0]["key"], &leaves[0]["from"]), (&json!("model.depth"), &json!("my.json:2")));
    assert_eq!((&leaves[1]["value"], &leaves[1]["from"]), (&json!(1), &json!("--set")));
    assert_eq!(leaves[1]["replaced"], json!({"value": 7, "from": "my.json:4"}));
    assert_eq!(leaves[0].get("replaced"), None);
    assert_eq!(leaves[0]["origin"], json!({"kind": "file", "path": "my.json", "line": 2}));
}

#[test]
fn code_is_shown_file_by_file_and_step_by_step() {
    let mut world = World::new();
    run(&mut world, FLOW, 5, json!({}));
    let code = world.json("/flows/F/runs/1/code");
    assert_eq!((&code["files"][1]["name"], &code["script"]), (&json!("helper.py"), &json!("flow.py")));
    assert_eq!(world.json("/flows/F/runs/1/code/file?name=helper.py")["text"], "x = 1\n");
    assert_eq!(world.get("/flows/F/runs/1/code/file?name=../../etc/passwd").status, 404);
    let raw = world.get("/flows/F/runs/1/code/raw?name=picture.py");
    assert_eq!((raw.status, raw.body.as_slice()), (200, PICTURE));
    let head = raw.head.to_lowercase();
    assert!(
        head.contains("application/octet-stream") && head.contains("attachment") && head.contains("nosniff"),
        "{head}"
    );
    assert_eq!(world.get("/flows/F/runs/1/code/raw?name=../../etc/passwd").status, 404);
    let step = world.json("/flows/F/runs/1/code/steps/start");
    assert_eq!(step["text"], "    @step\n    def start(self):\n        self.next(self.end)\n");
    assert_eq!((&step["first"], &step["line"], &step["last"]), (&json!(3), &json!(4), &json!(5)));
    assert_eq!(world.get("/flows/F/runs/1/code/steps/other").status, 404);
    world.run("{}", Map::new());
    assert_eq!(world.get("/flows/F/runs/2/code").status, 404);
}

#[test]
fn the_code_of_two_runs_is_compared() {
    let mut world = World::new();
    run(&mut world, FLOW, 5, json!({}));
    run(&mut world, &FLOW.replace("pass", "print()"), 5, json!({}));
    let diff = world.json("/flows/F/runs/1/code/diff?against=2");
    assert_eq!(
        (&diff["same"], &diff["files"][0]["name"], &diff["to"]),
        (&json!(2), &json!("flow.py"), &json!("F/2"))
    );
    let text = diff["files"][0]["diff"].as_str().unwrap();
    assert!(text.contains("-        pass\n+        print()\n"), "{text}");
}
