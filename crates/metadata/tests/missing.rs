//! What is said when something recorded cannot be found (CL-11).
#![allow(clippy::unwrap_used)]

use spinloom_diagnostics::codes;
use spinloom_metadata::{Provider as _, SqliteProvider, missing};
use spinloom_testkit::{new_run, started, task};

/// A store with the run `Training/1`, in which the tasks 1 to 5 of the step `start` began.
fn recorded(folder: &std::path::Path) -> SqliteProvider {
    let mut provider = SqliteProvider::open(&folder.join("metadata.db")).unwrap();
    let run = provider.create_run(&new_run("Training")).unwrap();
    for id in 1..=5 {
        provider.write(&run.flow, &run.run, &[started(task("start", id), 0, run.created_at)]).unwrap();
    }
    provider
}

#[test]
fn the_first_part_that_is_wrong_is_spoken_of() {
    let dir = tempfile::tempdir().unwrap();
    let provider = recorded(dir.path());
    for (path, message, hint) in [
        (&["Trainin", "1"][..], "there is no flow `Trainin` in this store", "did you mean `Training`?"),
        (&["Training", "7", "start"], "there is no run `Training/7`", "the newest is `Training/1`"),
        (&["Training", ".."], "there is no run `Training/..`", "the newest is `Training/1`"),
        (&["Training", "1", "strat"], "no task of a step `strat` in `Training/1`", "did you mean `start`?"),
        (
            &["Training", "1", "start", "x"],
            "there is no task `Training/1/start/x`",
            "tasks of `start`: `1`, `2`, `3`, …",
        ),
    ] {
        let error = missing(&provider, path).unwrap();
        assert_eq!((error.code(), error.message()), (codes::NOT_FOUND, message));
        assert!(error.hints().iter().any(|h| h == hint), "{path:?}: {:?}", error.hints());
    }
}

#[test]
fn an_empty_store_has_nothing_to_suggest() {
    let dir = tempfile::tempdir().unwrap();
    let provider = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
    let error = missing(&provider, &["Training"]).unwrap();
    assert_eq!(error.hints(), ["see what there is with `spinloom list`"]);
}
