//! Runs that are deleted.

use spinloom_flow::event::Usage;
use spinloom_flow::{FlowName, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::{Change, Provider, RunQuery};

use super::{code, finished, id, new_run, now, started, task, text};

fn flow() -> FlowName {
    FlowName::new("F").unwrap()
}

fn over(at: i64) -> Change {
    Change::RunFinished { status: RunStatus::Done, at }
}

pub(super) fn a_deleted_run_leaves_nothing(p: &mut dyn Provider) {
    let (flow, at) = (flow(), now());
    let mut new = new_run("F");
    new.tags = text(&["best"]);
    for run in ["1", "2"] {
        p.create_run(&new).unwrap();
        let batch =
            [started(task("start", 1), 0, at), finished(task("start", 1), 0, TaskStatus::Done, at), over(at)];
        p.write(&flow, &id(run), &batch).unwrap();
    }
    assert!(p.delete_run(&flow, &id("1")).unwrap());
    assert!(!p.delete_run(&flow, &id("1")).unwrap(), "it is gone already");
    assert!(p.run(&flow, &id("1")).unwrap().is_none());
    assert!(p.graph(&flow, &id("1")).unwrap().is_none());
    assert!(p.steps(&flow, &id("1")).unwrap().is_empty());
    assert!(p.tasks(&flow, &id("1"), None, None, 0).unwrap().is_empty());
    assert!(p.attempts(&flow, &id("1"), TaskId(1)).unwrap().is_empty());
    assert_eq!(code(p.write(&flow, &id("1"), &[over(at)])), "SL0301");
    let tagged = RunQuery { tags: text(&["best"]), ..RunQuery::default() };
    let left: Vec<_> = p.runs(&flow, &tagged).unwrap().into_iter().map(|run| run.run).collect();
    assert_eq!(left, [id("2")]);
    assert_eq!(p.graph(&flow, &id("2")).unwrap().unwrap(), "{}", "others keep what they share with it");
    assert_eq!(p.tasks(&flow, &id("2"), None, None, 0).unwrap().len(), 1);
    assert!(p.delete_run(&flow, &id("2")).unwrap());
    assert!(p.flows().unwrap().is_empty(), "a flow without runs is not listed");
}

pub(super) fn a_number_is_never_given_twice(p: &mut dyn Provider) {
    for expected in ["1", "2", "3"] {
        let made = p.create_run(&new_run("F")).unwrap().run;
        assert_eq!(made, id(expected));
        p.write(&flow(), &made, &[over(now())]).unwrap();
        assert!(p.delete_run(&flow(), &made).unwrap());
    }
    let mut named = new_run("F");
    named.id = Some(id("mine"));
    p.create_run(&named).unwrap();
    p.write(&flow(), &id("mine"), &[over(now())]).unwrap();
    assert!(p.delete_run(&flow(), &id("mine")).unwrap());
    assert_eq!(p.create_run(&named).unwrap().run, id("mine"), "a chosen id is free again");
    assert_eq!(p.create_run(&new_run("F")).unwrap().run, id("4"));
}

pub(super) fn what_runs_is_not_deleted(p: &mut dyn Provider) {
    let flow = flow();
    p.create_run(&new_run("F")).unwrap();
    assert_eq!(code(p.delete_run(&flow, &id("1"))), "SL0311");
    p.write(&flow, &id("1"), &[over(now())]).unwrap();
    let mut heir = new_run("F");
    heir.origin = Some(id("1"));
    p.create_run(&heir).unwrap();
    assert_eq!(code(p.delete_run(&flow, &id("1"))), "SL0311", "a running run resumes it");
    p.write(&flow, &id("2"), &[over(now())]).unwrap();
    assert!(p.delete_run(&flow, &id("1")).unwrap());
    assert_eq!(p.run(&flow, &id("2")).unwrap().unwrap().origin, Some(id("1")), "what it resumed is history");
}

pub(super) fn manifests_are_named_once(p: &mut dyn Provider) {
    let (flow, at) = (flow(), now());
    p.create_run(&new_run("F")).unwrap();
    let ended = |attempt: u32, status: TaskStatus, manifest: Option<&str>| Change::AttemptFinished {
        task: task("start", 1),
        attempt,
        status,
        retrying: status == TaskStatus::Failed,
        transition: None,
        manifest: manifest.map(str::to_owned),
        failure: None,
        usage: Usage::default(),
        at,
    };
    let adopted = Change::TaskAdopted {
        task: task("end", 2),
        origin: (id("0"), TaskId(7)),
        parents: Vec::new(),
        transition: None,
        manifest: Some("F/0@0+9".to_owned()),
        at,
    };
    let batch = [
        started(task("start", 1), 0, at),
        ended(0, TaskStatus::Failed, Some("F/1@0+9")),
        started(task("start", 1), 1, at),
        ended(1, TaskStatus::Done, Some("F/1@9+9")),
        adopted,
        started(task("end", 3), 0, at),
        finished(task("end", 3), 0, TaskStatus::Done, at),
    ];
    p.write(&flow, &id("1"), &batch).unwrap();
    let mut found = p.manifests(&flow, &id("1")).unwrap();
    found.sort();
    assert_eq!(found, ["F/0@0+9", "F/1@0+9", "F/1@9+9"]);
    assert!(p.manifests(&flow, &id("2")).unwrap().is_empty());
}
