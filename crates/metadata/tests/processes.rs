//! Many processes at one database, and processes that are killed while they write.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use spinloom_flow::{FlowName, RunId, TaskStatus};
use spinloom_metadata::{Change, Claim, NewRun, Provider as _, RunQuery, SqliteProvider};
use spinloom_testkit::{finished, new_run, now, started, task};

/// Tells a child which database; without it the functions for children do nothing.
const STORE: &str = "SPINLOOM_TEST_METADATA";
/// Tells a child its number.
const NUMBER: &str = "SPINLOOM_TEST_NUMBER";
/// Tasks a killed child starts in a batch.
const BATCH: u64 = 25;

/// Starts one of the ignored functions of this file in a process of its own.
fn spawn(function: &str, store: &Path, number: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", function, "--ignored", "--nocapture", "--test-threads=1"])
        .env(STORE, store)
        .env(NUMBER, number.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a child was told; `None` in a process that is no child.
fn told() -> Option<(PathBuf, usize)> {
    Some((std::env::var_os(STORE)?.into(), std::env::var(NUMBER).ok()?.parse().ok()?))
}

#[test]
fn two_hundred_processes_make_runs_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("new/metadata.db");
    let children: Vec<Child> = (0..200).map(|n| spawn("child_makes_a_run", &store, n)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let p = SqliteProvider::open_read(&store).unwrap().unwrap();
    let flows = p.flows().unwrap();
    assert_eq!(flows.len(), 101, "100 of their own and one that 100 share");
    for (flow, _) in flows {
        let runs = p.runs(&flow, &RunQuery::default()).unwrap();
        let numbers: BTreeSet<usize> = runs.iter().map(|r| r.run.as_str().parse().unwrap()).collect();
        let expected = if flow.as_str() == "Shared" { 100 } else { 1 };
        assert_eq!(numbers, (1..=expected).collect(), "{flow}");
        for run in runs {
            let steps = p.steps(&flow, &run.run).unwrap();
            assert_eq!((steps.len(), steps[0].done), (1, 3), "{flow}/{}", run.run);
        }
    }
}

#[test]
#[ignore = "a process of `two_hundred_processes_make_runs_at_once`"]
fn child_makes_a_run() {
    let Some((store, number)) = told() else { return };
    let mut p = SqliteProvider::open(&store).unwrap();
    let flow = if number.is_multiple_of(2) { "Shared".to_owned() } else { format!("Flow{number}") };
    let run = p.create_run(&new_run(&flow)).unwrap();
    for n in 1..=3 {
        let changes =
            [started(task("start", n), 0, now()), finished(task("start", n), 0, TaskStatus::Done, now())];
        p.write(&run.flow, &run.run, &changes).unwrap();
    }
}

/// RE-05: of many processes that ask to lead one run at once, one does; of those that ask for its succession too.
#[test]
fn one_of_many_processes_leads() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("metadata.db");
    for term in 0..3 {
        let children: Vec<Child> = (0..16).map(|_| spawn("child_asks_to_lead", &store, term)).collect();
        let said = children.into_iter().map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).lines().filter(|line| *line == "leads").count()
        });
        assert_eq!(said.sum::<usize>(), 1, "of term {term}");
    }
}

#[test]
#[ignore = "a process of `one_of_many_processes_leads`"]
fn child_asks_to_lead() {
    let Some((store, term)) = told() else { return };
    let mut p = SqliteProvider::open(&store).unwrap();
    let run = NewRun { id: Some(RunId::new("shared").unwrap()), ..new_run("F") };
    let instead_of = (term > 0).then_some(term as u64);
    let claim = Claim { identifier: std::process::id().to_string(), instead_of, at: now() };
    let (_, leader, won) = p.lead(&run, &claim).unwrap();
    assert_eq!(won, leader.identifier == claim.identifier);
    if won {
        println!("\nleads");
    }
}

#[test]
fn a_killed_writer_leaves_whole_batches() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("metadata.db");
    let flow = FlowName::new("Killed").unwrap();
    for round in 0..24usize {
        let mut child = spawn("child_writes_until_killed", &store, round);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed at another point each time: after some batches are told, in the middle of one that is not.
        let committed =
            lines.by_ref().map(Result::unwrap).filter(|l| l.starts_with("batch")).take(1 + round * 3).count();
        assert_eq!(committed, 1 + round * 3, "the child writes on");
        child.kill().unwrap();
        child.wait().unwrap();

        let run = RunId::new((round + 1).to_string()).unwrap();
        if round % 2 == 0 {
            check(&SqliteProvider::open_read(&store).unwrap().unwrap(), &flow, &run, committed as u64);
        }
        check(&SqliteProvider::open(&store).unwrap(), &flow, &run, committed as u64);
    }
}

fn check(p: &SqliteProvider, flow: &FlowName, run: &RunId, committed: u64) {
    let tasks = p.tasks(flow, run, None, None, 0).unwrap();
    let count = tasks.len() as u64;
    assert_eq!(count % BATCH, 0, "half a batch in {run}");
    assert!(count >= committed * BATCH, "{count} tasks, but {committed} batches were told");
    let done = tasks.iter().filter(|t| t.status == TaskStatus::Done).count() as u64;
    let step = &p.steps(flow, run).unwrap()[0];
    assert_eq!((step.tasks, step.done, step.running), (count, done, count - done));
    assert_eq!(done, count - BATCH, "each batch ends the tasks of the one before");
}

#[test]
#[ignore = "a process of `a_killed_writer_leaves_whole_batches`"]
fn child_writes_until_killed() {
    let Some((store, _)) = told() else { return };
    let mut p = SqliteProvider::open(&store).unwrap();
    let run = p.create_run(&new_run("Killed")).unwrap();
    for batch in 0u64.. {
        let first = batch * BATCH;
        let mut changes: Vec<Change> =
            (first..first + BATCH).map(|n| started(task("train", n), 0, now())).collect();
        let before = first.saturating_sub(BATCH)..first;
        changes.extend(before.map(|n| finished(task("train", n), 0, TaskStatus::Done, now())));
        p.write(&run.flow, &run.run, &changes).unwrap();
        println!("\nbatch {batch}");
    }
}
