//! Who drives a run: told by a lock that dies with its process.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use spinloom_datastore::Datastore;
use spinloom_flow::{FlowName, RunId};

/// Tells a child which store; without it the function for children does nothing.
const STORE: &str = "SPINLOOM_TEST_STORE";

fn run() -> (FlowName, RunId) {
    (FlowName::new("F").unwrap(), RunId::new("1").unwrap())
}

/// A process that drives the run until it is killed.
fn driver(store: &Datastore) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_drives", "--ignored", "--nocapture", "--test-threads=1"])
        .env(STORE, store.root())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map(Result::unwrap).any(|line| line == "drives"));
    child
}

#[test]
fn a_run_has_one_driver_until_it_dies() {
    let dir = tempfile::tempdir().unwrap();
    let store = Datastore::open(&dir.path().join("s")).unwrap();
    let (flow, id) = run();
    assert!(!store.is_driven(&flow, &id).unwrap(), "nobody ever did");
    let mut child = driver(&store);
    assert!(store.is_driven(&flow, &id).unwrap());
    assert!(store.lock_driver(&flow, &id).unwrap().is_none());
    child.kill().unwrap();
    let mine = store.await_driver(&flow, &id).unwrap();
    child.wait().unwrap();
    assert!(!store.is_driven(&flow, &id).unwrap(), "this process is not another one");
    drop(mine);
    assert!(store.lock_driver(&flow, &id).unwrap().is_some());
}

#[test]
#[ignore = "the process of `a_run_has_one_driver_until_it_dies`"]
fn child_drives() {
    let Some(root) = std::env::var_os(STORE) else { return };
    let store = Datastore::open(root.as_ref()).unwrap();
    let (flow, id) = run();
    let _lock = store.lock_driver(&flow, &id).unwrap().unwrap();
    println!("\ndrives");
    loop {
        std::thread::park();
    }
}
