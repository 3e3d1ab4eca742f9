//! The change feed: what was written after a write that a reader knows of.

use spinloom_flow::{FlowName, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::{Change, Claim, NewRun, Provider, RunChange, RunFate};

use super::{finished, id, new_run, now, started, task, text};

fn flow() -> FlowName {
    FlowName::new("F").unwrap()
}

fn over() -> Change {
    Change::RunFinished { status: RunStatus::Done, at: now() }
}

/// The names of changed runs, those of deleted ones in brackets.
fn told(changes: &[RunChange]) -> String {
    let name = |change: &RunChange| match &change.what {
        RunFate::Changed(record) => {
            assert_eq!((&record.flow, &record.run), (&change.flow, &change.run));
            format!("{}/{}", change.flow, change.run)
        }
        RunFate::Deleted => format!("({}/{})", change.flow, change.run),
    };
    changes.iter().map(name).collect::<Vec<_>>().join(" ")
}

pub(super) fn every_write_takes_the_next_number(p: &mut dyn Provider) {
    assert_eq!(p.sequence().unwrap(), 0);
    assert_eq!(p.changed_runs(0, 0).unwrap(), []);
    let mut last = 0;
    let mut grown = |p: &dyn Provider, what: &str| {
        let now = p.sequence().unwrap();
        assert!(now > last, "{what}: {now} after {last}");
        let changed = p.changed_runs(last, 0).unwrap();
        assert_eq!(changed.len(), 1, "{what}");
        assert_eq!(changed[0].seq, now, "{what}");
        assert_eq!(p.changed_runs(now, 0).unwrap(), [], "{what}");
        last = now;
    };
    p.create_run(&new_run("F")).unwrap();
    grown(p, "a run is made");
    p.write(&flow(), &id("1"), &[Change::Heartbeat { at: now() }]).unwrap();
    grown(p, "a heartbeat");
    p.write(&flow(), &id("1"), &[started(task("start", 1), 0, now())]).unwrap();
    grown(p, "a task starts");
    p.mutate_tags(&flow(), &id("1"), &text(&["a"]), &[]).unwrap();
    grown(p, "tags change");
    p.write(&flow(), &id("1"), &[over()]).unwrap();
    grown(p, "a run ends");
    p.delete_run(&flow(), &id("1")).unwrap();
    grown(p, "a run is deleted");
    let shared = NewRun { id: Some(id("shared")), ..new_run("F") };
    let mut claim = Claim { identifier: "a".to_owned(), instead_of: None, at: now() };
    p.lead(&shared, &claim).unwrap();
    let made = p.sequence().unwrap();
    claim.instead_of = Some(1);
    p.lead(&shared, &claim).unwrap();
    assert_eq!(told(&p.changed_runs(made, 0).unwrap()), "F/shared", "another leads it");
}

pub(super) fn changed_runs_come_once_in_order_of_their_last_write(p: &mut dyn Provider) {
    for flow in ["F", "G", "F", "G"] {
        p.create_run(&new_run(flow)).unwrap();
    }
    p.write(&flow(), &id("1"), &[started(task("start", 1), 0, now()), over()]).unwrap();
    p.mutate_tags(&flow(), &id("1"), &text(&["best"]), &[]).unwrap();
    let all = p.changed_runs(0, 0).unwrap();
    assert_eq!(told(&all), "G/1 F/2 G/2 F/1");
    assert!(all.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let latest = p.run(&flow(), &id("1")).unwrap().unwrap();
    assert_eq!(all[3].what, RunFate::Changed(Box::new(latest)));
    assert_eq!(told(&p.changed_runs(all[1].seq, 0).unwrap()), "G/2 F/1");
    let (mut paged, mut after) = (Vec::new(), 0);
    while let Some(change) = p.changed_runs(after, 1).unwrap().pop() {
        after = change.seq;
        paged.push(change);
    }
    assert_eq!(paged, all);
    assert_eq!(p.changed_runs(u64::MAX, 0).unwrap(), []);
}

pub(super) fn runs_of_one_graph_are_seen_to_be(p: &mut dyn Provider) {
    for graph in ["{}", r#"{"name":"F"}"#, "{}"] {
        p.create_run(&NewRun { graph: graph.to_owned(), ..new_run("F") }).unwrap();
    }
    let graphs: Vec<u64> = p.changed_runs(0, 0).unwrap().iter().map(|change| change.graph).collect();
    assert_eq!((graphs[0] == graphs[1], graphs[0] == graphs[2]), (false, true), "{graphs:?}");
}

pub(super) fn a_deleted_run_is_told_until_it_is_made_again(p: &mut dyn Provider) {
    for name in ["a", "b", "c"] {
        p.create_run(&NewRun { id: Some(id(name)), ..new_run("F") }).unwrap();
        p.write(&flow(), &id(name), &[over()]).unwrap();
    }
    let known = p.sequence().unwrap();
    p.delete_run(&flow(), &id("a")).unwrap();
    p.delete_run(&flow(), &id("b")).unwrap();
    assert_eq!(told(&p.changed_runs(known, 0).unwrap()), "(F/a) (F/b)");
    assert_eq!(told(&p.changed_runs(known, 1).unwrap()), "(F/a)");
    p.mutate_tags(&flow(), &id("c"), &text(&["x"]), &[]).unwrap();
    p.create_run(&NewRun { id: Some(id("a")), ..new_run("F") }).unwrap();
    assert_eq!(told(&p.changed_runs(known, 0).unwrap()), "(F/b) F/c F/a");
    assert_eq!(told(&p.changed_runs(known, 2).unwrap()), "(F/b) F/c");
}

pub(super) fn a_refused_write_is_not_in_the_feed(p: &mut dyn Provider) {
    p.create_run(&NewRun { id: Some(id("mine")), ..new_run("F") }).unwrap();
    let known = p.sequence().unwrap();
    p.create_run(&NewRun { id: Some(id("mine")), ..new_run("F") }).unwrap_err();
    p.mutate_tags(&flow(), &id("mine"), &text(&[""]), &[]).unwrap_err();
    p.delete_run(&flow(), &id("mine")).unwrap_err();
    p.write(&flow(), &id("mine"), &[finished(task("start", 9), 0, TaskStatus::Done, now())]).unwrap_err();
    assert_eq!(p.sequence().unwrap(), known);
    assert_eq!(p.changed_runs(known, 0).unwrap(), []);
}

pub(super) fn changed_tasks_come_once_and_writes_whole(p: &mut dyn Provider) {
    let (flow, run, at) = (flow(), id("1"), now());
    assert_eq!(p.changed_tasks(&flow, &run, 0, 0).unwrap(), []);
    p.create_run(&new_run("F")).unwrap();
    p.create_run(&new_run("F")).unwrap();
    p.write(&flow, &id("2"), &[started(task("start", 1), 0, at)]).unwrap();
    let begin = |ids: [u64; 3]| ids.map(|n| started(task("train", n), 0, at));
    p.write(&flow, &run, &begin([1, 2, 3])).unwrap();
    p.write(&flow, &run, &begin([4, 5, 6])).unwrap();
    let known = p.sequence().unwrap();
    let done = |n: u64| finished(task("train", n), 0, TaskStatus::Done, at);
    p.write(&flow, &run, &[done(5), done(2)]).unwrap();
    let ids = |after: u64, limit: usize| {
        let found = p.changed_tasks(&flow, &run, after, limit).unwrap();
        found.iter().map(|(_, task)| task.task.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(0, 0), [1, 3, 4, 6, 2, 5]);
    assert_eq!(ids(known, 0), [2, 5]);
    for limit in [1, 2] {
        assert_eq!(ids(0, limit), [1, 3], "a write is answered whole");
    }
    assert_eq!(ids(0, 3), [1, 3, 4, 6]);
    assert_eq!(ids(0, 100), ids(0, 0));
    let latest = p.changed_tasks(&flow, &run, known, 0).unwrap();
    for (seq, task) in latest {
        assert_eq!(seq, p.sequence().unwrap());
        assert_eq!(Some(task.clone()), p.task(&flow, &run, task.task).unwrap());
    }
    assert!(ids(p.sequence().unwrap(), 0).is_empty());
    assert!(ids(u64::MAX, 0).is_empty());
}

pub(super) fn an_overtaken_attempt_is_a_change_of_its_task(p: &mut dyn Provider) {
    let (flow, run, at) = (flow(), id("1"), now());
    p.create_run(&new_run("F")).unwrap();
    let start = |attempt: u32| started(task("start", 1), attempt, at);
    p.write(&flow, &run, &[start(0), start(1)]).unwrap();
    for late in [start(0), finished(task("start", 1), 0, TaskStatus::Failed, at)] {
        let known = p.sequence().unwrap();
        p.write(&flow, &run, &[late]).unwrap();
        let changed = p.changed_tasks(&flow, &run, known, 0).unwrap();
        assert_eq!(changed.iter().map(|(_, t)| (t.task, t.attempt)).collect::<Vec<_>>(), [(TaskId(1), 1)]);
    }
}
