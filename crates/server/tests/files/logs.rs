//! Pages, downloads and tails of logs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};
use spinloom_flow::event::LogStream::{Stderr, Stdout};
use spinloom_flow::{RunId, TaskId};
use spinloom_metadata::Change;
use spinloom_testkit::now;

use super::world::{World, flow, of};

const LOG: &str = "/flows/F/runs/1/tasks/1/attempts/0/log";

fn begun() -> (World, RunId) {
    let mut world = World::new();
    let run = world.run("{}", Map::new());
    world.start(&run, "start", 1, &[]);
    (world, run)
}

fn texts(page: &Value) -> Vec<&str> {
    page["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect()
}

#[test]
fn a_wait_that_is_no_number_is_none() {
    let (world, _) = begun();
    assert_eq!(world.get(&format!("{LOG}?after=-1&wait=NaN")).status, 200);
    assert_eq!(world.get("/spins?seen=0&wait=NaN").status, 200);
}

#[test]
fn any_lines_of_a_log_are_answered_with_time_stream_and_total() {
    let (mut world, run) = begun();
    let mut log = world.log(&run, 1);
    for line in 0..5000 {
        let stream = if line % 10 == 0 { Stderr } else { Stdout };
        log.append(stream, 1000 + line, format!("line {line}\n").as_bytes()).unwrap();
    }
    world.ended(&run, "start", 1, None);
    let page = world.json(&format!("{LOG}?from=4321&count=2"));
    assert_eq!(page["lines"][0], json!({"line": 4321, "at": 5321, "stream": "stdout", "text": "line 4321"}));
    assert_eq!(
        (&page["total"], &page["ended"], &page["complete"]),
        (&json!(5000), &json!(true), &json!(true))
    );
    let errors = world.json(&format!("{LOG}?stream=stderr&from=-2"));
    assert_eq!((texts(&errors), &errors["total"]), (vec!["line 4980", "line 4990"], &json!(500)));
    let latest = world.json("/flows/F/runs/1/tasks/1/attempts/latest/log?from=4999");
    assert_eq!((texts(&latest), &latest["attempt"]), (vec!["line 4999"], &json!(0)));
}

#[test]
fn bytes_are_data_whatever_they_are() {
    let (world, run) = begun();
    world
        .log(&run, 1)
        .append(Stdout, 1, b"\xff\xfe <script>alert(1)</script> \x1b[31mred\x1b[0m \0\n")
        .unwrap();
    let reply = world.get(LOG);
    let page = reply.json();
    assert_eq!(
        page["lines"][0]["text"],
        "\u{fffd}\u{fffd} <script>alert(1)</script> \u{1b}[31mred\u{1b}[0m \0"
    );
    assert!(reply.head.to_lowercase().contains("content-type: application/json"), "{}", reply.head);
    let raw = world.get(&format!("{LOG}/raw"));
    assert_eq!(raw.body, b"\xff\xfe <script>alert(1)</script> \x1b[31mred\x1b[0m \0\n");
    let head = raw.head.to_lowercase();
    assert!(head.contains("nosniff") && head.contains("attachment"), "{head}");
}

#[test]
fn a_progress_bar_is_one_line() {
    let (world, run) = begun();
    let mut log = world.log(&run, 1);
    for step in 0..=100 {
        log.append(Stderr, step, format!("\r{step}%").as_bytes()).unwrap();
    }
    let page = world.json(LOG);
    assert_eq!(page["total"], 1);
    assert_eq!((&page["lines"][0]["text"], &page["lines"][0]["open"]), (&json!("100%"), &json!(true)));
    assert_eq!(page["lines"][0]["overwritten"], 101);
}

#[test]
fn what_is_not_there_is_not_found_and_what_makes_no_sense_is_refused() {
    let (world, _) = begun();
    assert_eq!(texts(&world.json(LOG)), Vec::<&str>::new());
    for path in [
        "/flows/F/runs/1/tasks/9/attempts/0/log",
        "/flows/F/runs/9/tasks/1/attempts/0/log",
        "/flows/F/runs/1/tasks/1/attempts/3/log",
    ] {
        assert_eq!(world.get(path).status, 404, "{path}");
    }
    for path in [
        "/flows/F/runs/%2e%2e/tasks/1/attempts/0/log",
        "/flows/F/runs/..%2f..%2fx/tasks/1/attempts/0/log",
        "/flows/F/runs/1/tasks/x/attempts/0/log",
        "/flows/F/runs/1/tasks/1/attempts/x/log",
        "/flows/F/runs/1/tasks/1/attempts/0/log?stream=all",
        "/flows/F/runs/1/tasks/1/attempts/0/log?count=-1",
    ] {
        let reply = world.get(path);
        assert_eq!(reply.status, 400, "{path}: {}", reply.text());
        assert!(reply.head.contains("application/problem+json"), "{}", reply.head);
    }
}

#[test]
fn a_viewer_changes_nothing() {
    let (world, run) = begun();
    world.log(&run, 1).append(Stdout, 1, b"kept\n").unwrap();
    let path = world.store.root().join("runs/F/1/logs/1.0");
    let before = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    world.json(LOG);
    world.get(&format!("{LOG}/raw"));
    world.get(&format!("{LOG}/search?q=kept"));
    assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()), before);
}

#[test]
fn a_scrubbed_log_is_shown_as_it_is_now() {
    let (world, run) = begun();
    world.log(&run, 1).append(Stdout, 1, b"secret\n").unwrap();
    assert_eq!(texts(&world.json(LOG)), ["secret"]);
    world.store.scrub_log((&flow(), &run, TaskId(1)), 0, &[Stdout], "[REDACTED]\n").unwrap();
    assert_eq!(texts(&world.json(LOG)), ["[REDACTED]"]);
}

#[test]
fn the_log_of_an_adopted_task_is_that_of_its_origin() {
    let (mut world, origin) = begun();
    world.log(&origin, 1).append(Stdout, 1, b"from the origin\n").unwrap();
    world.ended(&origin, "start", 1, None);
    let resumed = world.run("{}", Map::new());
    let adopted = Change::TaskAdopted {
        task: of("start", 4),
        origin: (origin, TaskId(1)),
        parents: Vec::new(),
        transition: None,
        manifest: None,
        at: now(),
    };
    world.write(&resumed, &[adopted]);
    let page = world.json("/flows/F/runs/2/tasks/4/attempts/latest/log");
    assert_eq!(
        (texts(&page), &page["run"], &page["task"]),
        (vec!["from the origin"], &json!("1"), &json!(1))
    );
}

#[test]
fn parts_of_a_log_are_downloaded() {
    let (world, run) = begun();
    let mut log = world.log(&run, 1);
    log.append(Stdout, 1, &[b'a'; 100_000]).unwrap();
    log.append(Stderr, 2, b"bbbb").unwrap();
    log.append(Stdout, 3, &[b'c'; 100_000]).unwrap();
    assert_eq!(world.get(&format!("{LOG}/raw")).body.len(), 200_004);
    let part = world.get_with(&format!("{LOG}/raw"), "Range: bytes=99998-100005\r\n");
    assert_eq!((part.status, part.text().as_str()), (206, "aabbbbcc"));
    assert!(part.head.contains("bytes 99998-100005/200004"), "{}", part.head);
    let one = world.get_with(&format!("{LOG}/raw?stream=stdout"), "Range: bytes=-2\r\n");
    assert_eq!((one.status, one.text().as_str()), (206, "cc"));
    assert_eq!(world.get_with(&format!("{LOG}/raw"), "Range: bytes=300000-\r\n").status, 416);
}

#[test]
fn who_waits_gets_what_is_written() {
    let (world, run) = begun();
    let mut log = world.log(&run, 1);
    log.append(Stdout, 1, b"one\n").unwrap();
    let first = world.json(&format!("{LOG}?after=-1&wait=30"));
    assert_eq!(texts(&first), ["one"]);
    let writer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        log.append(Stdout, 2, b"two\n").unwrap();
    });
    let more = world.json(&format!("{LOG}?after=0&seen={}&wait=30", first["bytes"]));
    assert_eq!((texts(&more), &more["ended"]), (vec!["two"], &json!(false)));
    writer.join().unwrap();
}

#[test]
fn who_waits_hears_of_the_end() {
    let (mut world, run) = begun();
    world.log(&run, 1).append(Stdout, 1, b"one\n").unwrap();
    let at = world.at;
    let waiting = thread::spawn(move || {
        let mut stream = TcpStream::connect(at).unwrap();
        write!(stream, "GET /api/v1{LOG}?after=0&wait=50 HTTP/1.0\r\nHost: {at}\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    thread::sleep(Duration::from_millis(200));
    world.ended(&run, "start", 1, None);
    assert!(waiting.join().unwrap().contains(r#""ended":true"#));
}
