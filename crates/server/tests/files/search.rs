//! Searching logs.

use serde_json::{Map, Value, json};
use spinloom_flow::event::LogStream::{Stderr, Stdout};

use super::world::World;

fn world() -> World {
    let mut world = World::new();
    let run = world.run("{}", Map::new());
    for task in 1..=30 {
        let step = if task == 1 { "start" } else { "train" };
        world.start(&run, step, task, &[]);
        let mut log = world.log(&run, task);
        log.append(Stdout, 1, format!("task {task}\nLoss: 0.{task}\n").as_bytes()).unwrap();
        if task % 10 == 0 {
            log.append(Stderr, 2, b"\x1b[31mValueError\x1b[0m: bad (x)\n").unwrap();
        }
        world.ended(&run, step, task, None);
    }
    world
}

fn search(world: &World, path: &str) -> Vec<Value> {
    let reply = world.get(path);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.head.contains("application/x-ndjson"), "{}", reply.head);
    reply.events()
}

#[test]
fn lines_of_one_log_are_found_and_counted() {
    let world = world();
    let log = "/flows/F/runs/1/tasks/10/attempts/0/log/search";
    let found = search(&world, &format!("{log}?q=valueerror"));
    assert_eq!(
        found[0],
        json!({"kind": "match", "line": 2, "at": 2, "stream": "stderr", "text": "ValueError: bad (x)", "ranges": [[0, 10]]})
    );
    assert_eq!(found[1], json!({"kind": "end", "matches": 1, "lines": 3, "complete": true}));
    assert_eq!(search(&world, &format!("{log}?q=valueerror&case=true")).len(), 1);
    assert_eq!(search(&world, &format!("{log}?q=%5C(x%5C)$&regex=true")).len(), 2);
    assert_eq!(search(&world, &format!("{log}?q=(x)&stream=stdout")).len(), 1);
}

#[test]
fn a_bad_expression_is_refused_and_a_bad_one_for_machines_too() {
    let world = world();
    let log = "/flows/F/runs/1/tasks/10/attempts/0/log/search";
    for query in ["q=", "q=(&regex=true", "q=(a%7B1000%7D)%7B1000%7D&regex=true", "regex=true"] {
        assert_eq!(world.get(&format!("{log}?{query}")).status, 400, "{query}");
    }
}

#[test]
fn the_logs_of_a_run_are_searched_with_counts_per_step() {
    let world = world();
    let found = search(&world, "/flows/F/runs/1/log/search?q=ValueError");
    let (end, matches) = found.split_last().unwrap();
    let tasks: Vec<&Value> = matches.iter().filter(|e| e["kind"] == "match").map(|e| &e["task"]).collect();
    assert_eq!(tasks, [10, 20, 30]);
    assert_eq!(end["steps"]["train"], json!({"tasks": 29, "matching": 3, "matches": 3, "lines": 61}));
    assert_eq!(end["steps"]["start"]["matches"], 0);
    assert_eq!((&end["matches"], &end["complete"]), (&json!(3), &json!(true)));
}

#[test]
fn more_is_counted_than_shown() {
    let world = world();
    let found = search(&world, "/flows/F/runs/1/log/search?q=loss&limit=4&step=train");
    assert_eq!(found.iter().filter(|event| event["kind"] == "match").count(), 4);
    assert_eq!(found.last().unwrap()["matches"], 29);
}

#[test]
fn a_run_that_is_not_there_is_not_found() {
    let world = world();
    assert_eq!(world.get("/flows/F/runs/9/log/search?q=x").status, 404);
}
