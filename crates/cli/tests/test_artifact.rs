//! `spinloom artifact`: what needs no Python. Values are exported in the workspace's `tests/`.

use crate::snapshot;
use crate::support::{Project, noise};

#[test]
fn help() {
    snapshot!(Project::empty().all(&[
        "help artifact",
        "artifact ls --help",
        "artifact get --help",
        "artifact diff --help"
    ]));
}

#[test]
fn lists() {
    let project = Project::large();
    snapshot!(project.all(&[
        "artifact ls Big/1",
        "artifact ls Big/3/end",
        "artifact ls 3/start/1",
        "artifact ls Big/1/end/2/notes",
        "artifact ls Big/1/end/2/notes --json",
    ]));
    snapshot!(Project::recorded().all(&["artifact ls Training/1/train --all", "artifact ls Scoring/1"]));
}

/// The bytes of a pickle are copied, nothing is loaded.
#[test]
fn pickles_are_copied() {
    let project = Project::large();
    snapshot!(project.all(&[
        "artifact get Big/1/end/2/data -o data.pkl",
        "artifact get Big/1/end/data --format raw -o again.bin --verify --json",
        "artifact get Big/1/start/1/small --format pickle",
    ]));
    for file in ["data.pkl", "again.bin"] {
        assert_eq!(std::fs::read(project.path().join(file)).unwrap(), noise(1, 70_000));
    }
}

#[test]
fn compares() {
    snapshot!(Project::large().all(&[
        "artifact diff Big/1 Big/3",
        "artifact diff Big/1/start Big/2/start",
        "artifact diff Big/2/start/1 Big/3/start/1 --exit-code",
        "artifact diff Big/1/end/2 Big/3/end/2 --exit-code --json",
        "artifact diff Big/1/start/1/small Big/2/start/1/small",
    ]));
    snapshot!(Project::recorded().spinloom("artifact diff Training/1 Training/3"));
}

#[test]
fn errors() {
    let project = Project::large();
    snapshot!(project.all(&[
        "artifact",
        "artifact ls",
        "artifact ls Bgi/1",
        "artifact ls Big/1/end/2/noets",
        "artifact get Big/1/end/2",
        "artifact get Big/1",
        "artifact get Big/1/end/2/noets -o x.pkl",
        "artifact get Big/1/end/noets -o x.pkl",
        "artifact get Big/1/end/2/data -o no/such/folder/x.pkl",
        "artifact get Big/1/end/2/data --format prquet",
        "artifact diff Big/1 Big/3/end",
        "artifact diff Big/1",
    ]));
    snapshot!(Project::recorded().spinloom("artifact get Training/1/train/model -o x.pkl"));
}

#[test]
fn damage_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::large();
    for path in project.chunks() {
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    snapshot!(project.all(&[
        "artifact get Big/1/end/2/data -o data.pkl",
        "artifact get Big/1/end/2/data -o data.pkl --verify",
    ]));
    assert!(!project.path().join("data.pkl").exists());
}
