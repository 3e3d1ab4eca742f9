//! Writes that are asked for twice, because the answer to the first was lost.

use spinloom_flow::TaskStatus;
use spinloom_metadata::{Change, Provider, RunQuery, WriteKey};

use super::{code, finished, id, new_run, now, started, task};

fn key(writer: &str, number: u64) -> WriteKey {
    WriteKey { writer: writer.to_owned(), number }
}

pub(super) fn a_run_asked_for_twice_is_made_once(p: &mut dyn Provider) {
    let made = p.create_run_once(&key("w", 1), &new_run("F")).unwrap();
    assert_eq!(p.create_run_once(&key("w", 1), &new_run("F")).unwrap(), made);
    assert_eq!(p.sequence().unwrap(), 1);
    assert_eq!(p.create_run_once(&key("w", 2), &new_run("F")).unwrap().run, id("2"), "another one");
    assert_eq!(p.create_run_once(&key("v", 1), &new_run("F")).unwrap().run, id("3"), "of another writer");
    assert_eq!(p.runs(&made.flow, &RunQuery::default()).unwrap().len(), 3);
}

pub(super) fn a_batch_asked_for_twice_is_written_once(p: &mut dyn Provider) {
    let run = p.create_run_once(&key("w", 1), &new_run("F")).unwrap();
    let (flow, run, at) = (run.flow, run.run, now());
    let info = |n: i64| Change::Info { key: "n".to_owned(), value: n.into() };
    p.write_once(&key("w", 2), &flow, &run, &[started(task("a", 1), 0, at), info(2)]).unwrap();
    p.write_once(&key("w", 3), &flow, &run, &[finished(task("a", 1), 0, TaskStatus::Done, at), info(3)])
        .unwrap();
    let (before, last) = (p.run(&flow, &run).unwrap(), p.sequence().unwrap());
    for n in [2, 3] {
        p.write_once(&key("w", n), &flow, &run, &[started(task("a", 1), 0, at), info(0)]).unwrap();
    }
    assert_eq!((p.run(&flow, &run).unwrap(), p.sequence().unwrap()), (before, last));
    p.write_once(&key("v", 1), &flow, &run, &[info(4)]).unwrap();
    assert_eq!(p.run(&flow, &run).unwrap().unwrap().info["n"], 4, "another writer counts for itself");
    let bad = [finished(task("a", 9), 0, TaskStatus::Done, at)];
    assert_eq!(code(p.write_once(&key("w", 4), &flow, &run, &bad)), "SL0901");
    p.write_once(&key("w", 4), &flow, &run, &[info(5)]).unwrap();
    assert_eq!(p.run(&flow, &run).unwrap().unwrap().info["n"], 5, "what was refused was not written");
    p.write(&flow, &run, &[Change::RunFinished { status: spinloom_flow::RunStatus::Done, at }]).unwrap();
    p.delete_run(&flow, &run).unwrap();
    assert_eq!(code(p.write_once(&key("w", 4), &flow, &run, &[info(6)])), "SL0301", "it went with its run");
}
