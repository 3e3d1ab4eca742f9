//! Artifacts, as they are shown and downloaded.

use serde_json::{Map, json};
use spinloom_datastore::{AttemptId, AttemptWriter, Described};
use spinloom_flow::{RunId, StepName, TaskId};

use super::world::{World, flow, number, text};

/// `start` makes `x` and `note`, `train` carries `x` on and makes `model`.
fn world() -> (World, RunId) {
    let mut world = World::new();
    let run = world.run("{}", Map::new());
    world.start(&run, "start", 1, &[]);
    world.end(&run, "start", 1, &[("x", &number(7)), ("note", &text("hello <b>")), ("_hidden", &number(1))]);
    world.start(&run, "train", 2, &[1]);
    let id = AttemptId {
        flow: flow(),
        run: run.clone(),
        step: StepName::new("train").unwrap(),
        task: TaskId(2),
        attempt: 0,
    };
    let mut writer = AttemptWriter::new(world.store.clone(), id, None);
    writer.save("x", "int", number(7).as_slice(), &[]).unwrap();
    let note = r#"{"preview":{"kind":"model","type":"sklearn.Ridge"}}"#;
    let what = Described::noted("sklearn.Ridge", note).unwrap();
    // [bytearray] with a buffer beside it
    writer.save("model", what, b"\x80\x05]\x97a.".as_slice(), &[&[9; 100_000]]).unwrap();
    world.end_with(&run, "train", 2, writer);
    (world, run)
}

#[test]
fn artifacts_of_a_task_are_listed_with_previews() {
    let (world, _) = world();
    let list = world.json("/flows/F/runs/1/tasks/1/artifacts");
    let names: Vec<_> = list["artifacts"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect();
    assert_eq!(names, ["note", "x"]);
    assert_eq!(list["artifacts"][1]["preview"], json!({"kind": "scalar", "type": "int", "value": 7}));
    assert_eq!(list["artifacts"][0]["preview"]["text"], "hello <b>");
    let all = world.json("/flows/F/runs/1/tasks/1/artifacts?private=true");
    assert_eq!(all["artifacts"].as_array().unwrap().len(), 3);
}

#[test]
fn an_artifact_says_who_made_it() {
    let (world, _) = world();
    let x = world.json("/flows/F/runs/1/tasks/2/artifacts/x");
    assert_eq!(x["made_by"], json!({"run": "1", "step": "start", "task": 1}));
    let model = world.json("/flows/F/runs/1/tasks/2/artifacts/model");
    assert_eq!((&model["made_by"]["task"], &model["preview"]["kind"]), (&json!(2), &json!("model")));
    assert_eq!(model["pieces"], json!([{"size": 6, "place": "store"}, {"size": 100_000, "place": "store"}]));
    let missing = world.get("/flows/F/runs/1/tasks/2/artifacts/modle");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("model"), "{}", missing.text());
}

#[test]
fn an_artifact_says_where_it_went() {
    let (mut world, run) = world();
    world.start(&run, "score", 3, &[1]);
    world.end(&run, "score", 3, &[("x", &number(9))]);
    world.start(&run, "score", 4, &[2]);
    world.end(&run, "score", 4, &[]);
    world.start(&run, "join", 5, &[3, 4]);
    world.end(&run, "join", 5, &[("x", &number(7))]);
    let uses =
        |task: u64, name: &str| world.json(&format!("/flows/F/runs/1/tasks/{task}/artifacts/{name}/uses"));
    let expected = json!({"steps": [
        {"step": "train", "tasks": 1, "first": 2, "kept": 1, "changed": 0},
        {"step": "score", "tasks": 2, "first": 3, "kept": 0, "changed": 1},
    ], "cut": false});
    assert_eq!(uses(1, "x"), expected);
    assert_eq!(uses(2, "x"), expected, "wherever one meets it");
    assert_eq!(uses(5, "x")["steps"], json!([]), "it is another one, though of the same value");
    assert_eq!(uses(2, "model")["steps"][0]["first"], 4);
    assert_eq!(world.get("/flows/F/runs/1/tasks/1/artifacts/y/uses").status, 404);
}

#[test]
fn artifacts_are_downloaded_without_being_loaded() {
    let (world, _) = world();
    let data = |rest: &str| world.get(&format!("/flows/F/runs/1/tasks/{rest}"));
    assert_eq!(data("1/artifacts/note/data?form=text").body, b"hello <b>");
    assert_eq!(data("1/artifacts/x/data?form=json").body, b"7");
    assert_eq!(data("1/artifacts/x/data").body, number(7));
    let pickle = data("2/artifacts/model/data").body;
    assert!(
        pickle.starts_with(b"\x80\x05]\x96\xa0\x86\x01\0\0\0\0\0\x09\x09") && pickle.ends_with(b"\x09a.")
    );
    assert_eq!(data("2/artifacts/model/data?form=raw").body, b"\x80\x05]\x97a.");
    assert_eq!(data("2/artifacts/model/data?form=raw&piece=1").body, [9; 100_000]);
    assert_eq!(data("2/artifacts/model/data?form=raw&piece=2").status, 400);
    assert_eq!(data("2/artifacts/model/data?form=json").status, 400);
    assert!(data("1/artifacts/note/data?form=text").head.to_lowercase().contains("nosniff"));
}

#[test]
fn artifacts_of_a_run_are_found_by_name_page_by_page() {
    let (world, _) = world();
    let found = world.json("/flows/F/runs/1/artifacts?name=X");
    let tasks: Vec<_> = found["artifacts"].as_array().unwrap().iter().map(|a| a["task"].clone()).collect();
    assert_eq!((tasks, &found["next"]), (vec![json!(1), json!(2)], &json!(null)));
    let first = world.json("/flows/F/runs/1/artifacts?limit=1");
    assert_eq!((&first["tasks"], &first["next"]), (&json!(1), &json!(1)));
    let rest = world.json("/flows/F/runs/1/artifacts?limit=1&after=1");
    assert_eq!(rest["artifacts"][0]["name"], "model");
}

#[test]
fn the_history_of_an_artifact_says_when_it_changed() {
    let mut world = World::new();
    for value in [1, 1, 2] {
        let run = world.run("{}", Map::new());
        world.start(&run, "end", 1, &[]);
        world.end(&run, "end", 1, &[("score", &number(value))]);
    }
    world.run("{}", Map::new());
    let history = world.json("/flows/F/artifacts/score/history?step=end");
    let runs: Vec<_> = history["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (v["run"].clone(), v["changed"].clone()))
        .collect();
    assert_eq!(runs, [(json!("3"), json!(true)), (json!("2"), json!(false)), (json!("1"), json!(false))]);
    let page = world.json("/flows/F/artifacts/score/history?step=end&limit=2");
    assert_eq!((page["runs"].as_array().unwrap().len(), &page["next"]), (1, &json!("3")));
    assert_eq!(world.get("/flows/G/artifacts/score/history").status, 404);
}
