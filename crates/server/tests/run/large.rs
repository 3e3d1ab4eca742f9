//! A run of fifty thousand tasks, in one answer. How long it takes is measured by `benches`; run this with `--nocapture` for a look.

use std::time::Instant;

use serde_json::json;
use spinloom_flow::TaskId;
use spinloom_flow::TaskStatus;
use spinloom_flow::event::{Failure, Usage};
use spinloom_metadata::Change;
use spinloom_timeline::columns::read;

use super::story::{Story, of};
use crate::support::{Answer, Server, request};

const TASKS: u64 = 50_000;

/// Every hundredth is tried twice; they take between 50 ms and some 30 s, to the microsecond.
fn fill(story: &mut Story<'_>) {
    story.fan_out(TASKS);
    let mut changes = Vec::new();
    let mut dice = 1_u64;
    for n in 0..TASKS {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let took = 50_000 + i64::try_from((dice >> 33) % 30_000_000).unwrap();
        let mut from = story.at
            + i64::try_from(n / 64).unwrap() * 15_000_000
            + i64::try_from((dice >> 20) % 1_000_000).unwrap();
        let task = || of("train", 2 + n);
        let start =
            |attempt, at| Change::TaskStarted { task: task(), attempt, pid: 9, parents: vec![TaskId(1)], at };
        let end = |attempt, failed: bool, at| Change::AttemptFinished {
            task: task(),
            attempt,
            status: if failed { TaskStatus::Failed } else { TaskStatus::Done },
            retrying: failed,
            transition: (!failed).then(|| json!({"steps": ["join"], "foreach": null})),
            manifest: Some(format!("Training/1@{}+400", n * 400)),
            failure: failed.then(|| Failure {
                kind: "ValueError".to_owned(),
                message: format!("row {n}"),
                ..Failure::default()
            }),
            usage: Usage { cpu_us: 1000, max_rss_kib: 90_000, ..Usage::default() },
            at,
        };
        let mut attempt = 0;
        if n.is_multiple_of(100) {
            changes.extend([start(0, from), end(0, true, from + took / 2)]);
            (attempt, from) = (1, from + took / 2 + 1000);
        }
        changes.extend([start(attempt, from), end(attempt, false, from + took)]);
    }
    story.write(changes);
}

fn timed(what: &str, ask: impl FnOnce() -> Answer) -> Answer {
    let began = Instant::now();
    let answer = ask();
    println!("{what}: {} bytes, {:.1} ms", answer.body.len(), began.elapsed().as_secs_f64() * 1e3);
    answer
}

#[test]
fn fifty_thousand_tasks_are_one_answer() {
    let server = Server::start();
    let mut provider = server.provider();
    let mut story = Story::begin(provider.as_mut(), 12_000_000_000);
    fill(&mut story);
    let url = story.url();
    let columns = |encoding: &str| {
        let header = format!("Accept-Encoding: {encoding}\r\n");
        request(server.at, "GET", &format!("{url}/tasks.bin"), &header, b"")
    };
    timed("the run, cold", || server.get(&url));
    timed("the run", || server.get(&url));
    for encoding in ["gzip", "br"] {
        let answer = timed(encoding, || columns(encoding));
        assert_eq!(answer.header("content-encoding"), Some(encoding));
        assert!(answer.body.len() < 1_200_000, "{}", answer.body.len());
    }
    let whole = read(&timed("as it is", || columns("identity")).body).unwrap();
    assert_eq!(whole.columns["task.id"].len(), 50_002);
    assert_eq!(whole.columns["attempt.number"].len(), 50_502);
    timed("the critical path", || server.get(&format!("{url}/critical-path")));
    timed("a step", || server.get(&format!("{url}/steps/train")));
    timed("a task", || server.get(&format!("{url}/tasks/777")));
    timed("failures", || server.get(&format!("{url}/errors")));
    timed("rows", || server.get(&format!("{url}/tasks?order=-duration&limit=100")));
    story.started("train", 60_000, 0, &[1], 20);
    let next =
        timed("what has changed", || server.get(&format!("{url}/tasks.bin?after={}", whole.header.seq)));
    assert_eq!(read(&next.body).unwrap().columns["task.id"], [60_000]);
    timed("the run, changed", || server.get(&url));
}
