//! `spinloom runs`.

use std::time::Duration;

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help runs", "runs delete --help"]));
}

#[test]
fn named_ones_are_deleted() {
    let project = Project::recorded();
    snapshot!(project.all(&[
        "runs delete Training/1 Training/4",
        "runs delete Training/1 Training/4 Training/1 --yes",
        "list Training --namespace=",
        "show Training/1",
        "logs Training/1",
        "runs delete Training/1 --yes",
    ]));
    assert!(!project.path().join(".spinloom/runs/Training/1").exists());
}

#[test]
fn options_choose() {
    snapshot!(Project::recorded().all(&[
        "runs delete --status failed",
        "runs delete --status failed --status lost",
        "runs delete --tag nightly",
        "runs delete --flow Training --keep-last 3",
        "runs delete --flow Training --older-than 1d --keep-last 1",
        "runs delete --older-than 52w",
        "runs delete --flow Training 1 2",
        "runs delete --keep-last 9",
    ]));
}

#[test]
fn for_programs() {
    snapshot!(Project::large().all(&["runs delete Big/2 --json", "runs delete Big/2 --yes --json"]));
}

/// What another run took over stays; both at once leave nothing.
#[test]
fn artifacts_taken_over() {
    let project = Project::large();
    snapshot!(project.all(&["runs delete Big/2", "runs delete Big/2 Big/3"]));
    snapshot!(project.all(&["runs delete --flow Big --yes", "list", "runs delete --flow Big"]));
    assert_eq!(project.files("runs").len(), 1, "the folder itself");
}

#[test]
fn what_runs_is_left_alone() {
    let project = Project::large();
    project.begin_run("Big", 10);
    snapshot!(project.all(&["runs delete Big/4 --yes", "runs delete --flow Big"]));
}

#[test]
fn errors() {
    snapshot!(Project::recorded().all(&[
        "runs",
        "runs delete",
        "runs delete Training/77 --yes",
        "runs delete Trainign/1 --yes",
        "runs delete --flow Trainign",
        "runs delete Training/1/train --yes",
        "runs delete Training/1 --status failed",
        "runs delete --status fialed",
        "runs delete --older-than yesterday",
        "runs delete Training --yes",
    ]));
}

/// Killed at any instant, a run is as before or gone.
#[test]
fn a_killed_deletion_leaves_a_good_store() {
    for round in 0..10 {
        let project = Project::large();
        let mut child = project.command("runs delete --flow Big --yes").spawn().unwrap();
        std::thread::sleep(Duration::from_micros(3000 + round * 1500));
        child.kill().unwrap();
        child.wait().unwrap();
        let fsck = project.spinloom("fsck --json");
        assert!(fsck.contains(r#""findings":[]"#) || fsck.contains("nothing is recorded"), "{fsck}");
        project.spinloom("runs delete --flow Big --yes");
        project.age();
        project.spinloom("gc --yes");
        assert!(project.chunks().is_empty());
        assert_eq!(project.files("runs").len(), 1, "round {round}: {:?}", project.files("runs"));
    }
}
