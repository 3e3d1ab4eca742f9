//! Runs side by side.

use serde_json::json;

use super::setup::{FLOW, run};
use super::world::{World, number};

fn world() -> World {
    let mut world = World::new();
    for (alpha, python, score) in [(1, "3.11", 9), (2, "3.11", 9), (2, "3.12", 8)] {
        let source = if alpha == 1 { FLOW.to_owned() } else { FLOW.replace("pass", "print()") };
        let run = run(&mut world, &source, alpha, json!({"python": python}));
        world.start(&run, "start", 1, &[]);
        world.end(&run, "start", 1, &[("score", &number(score)), ("same", &number(1))]);
    }
    world
}

#[test]
fn only_what_differs_is_answered() {
    let world = world();
    let found = world.json("/compare?run=F/1&run=F/2");
    assert_eq!(found["runs"][1]["run"], "2");
    assert_eq!((&found["environment"]["different"], &found["graph"]["different"]), (&json!(0), &json!(0)));
    let alpha = &found["parameters"]["rows"][0];
    assert_eq!((&alpha["name"], found["parameters"]["rows"].as_array().unwrap().len()), (&json!("alpha"), 1));
    assert_eq!(
        (&alpha["values"][0]["preview"]["value"], &alpha["values"][1]["preview"]["value"]),
        (&json!(1), &json!(2))
    );
    assert_eq!((&found["code"]["different"], &found["code"]["same"]), (&json!(1), &json!(2)));
    assert!(found["changes"][0]["diff"].as_str().unwrap().contains("+        print()"));
    assert_eq!((&found["artifacts"]["different"], &found["artifacts"]["same"]), (&json!(0), &json!(2)));
    assert_eq!(
        (&found["durations"][0]["step"], &found["durations"][0]["values"][0]["tasks"]),
        (&json!("start"), &json!(1))
    );
}

#[test]
fn several_runs_stand_side_by_side() {
    let world = world();
    let found = world.json("/compare?run=F/1&run=F/2&run=F/3");
    let python = &found["environment"]["rows"][0];
    assert_eq!((&python["name"], &python["values"]), (&json!("python"), &json!(["3.11", "3.11", "3.12"])));
    let score = &found["artifacts"]["rows"][0];
    assert_eq!((&score["step"], &score["name"]), (&json!("start"), &json!("score")));
    let values: Vec<_> =
        score["values"].as_array().unwrap().iter().map(|v| v["preview"]["value"].clone()).collect();
    assert_eq!(values, [9, 9, 8]);
    let all = world.json("/compare?run=F/1&run=F/2&run=F/3&all=true");
    assert_eq!(all["artifacts"]["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn one_run_cannot_be_compared_and_eleven_neither() {
    let world = world();
    assert_eq!(world.get("/compare?run=F/1").status, 400);
    assert_eq!(world.get(&format!("/compare?{}", "run=F/1&".repeat(11))).status, 400);
    assert_eq!(world.get("/compare?run=F/1&run=F/9").status, 404);
    assert_eq!(world.get("/compare?run=F/1&run=..").status, 400);
}
