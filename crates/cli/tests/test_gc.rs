//! `spinloom gc`.

use std::time::Duration;

use spinloom_datastore::Datastore;

use crate::snapshot;
use crate::support::{Project, noise};

#[test]
fn help() {
    snapshot!(Project::empty().spinloom("help gc"));
}

/// What runs need stays; what is left of a deleted run goes, but not before the grace period is over.
#[test]
fn garbage_goes_and_the_rest_stays() {
    let project = Project::large();
    let text =
        project.all(&["gc", "runs delete Big/1 --yes", "gc --grace 7d", "gc", "gc --yes", "gc", "fsck"]);
    snapshot!(text);
    assert_eq!(project.chunks().len(), 1);
}

#[test]
fn for_programs() {
    let project = Project::large();
    project.spinloom("runs delete Big/1 --yes");
    snapshot!(project.all(&["gc --json", "gc --yes --json"]));
}

/// A run that took artifacts over keeps them, though the one they are of is deleted; with it, they go.
#[test]
fn what_was_taken_over_stays() {
    let project = Project::large();
    snapshot!(project.all(&[
        "runs delete Big/2 --yes",
        "gc --yes",
        "fsck Big/3",
        "artifact ls Big/3",
        "runs delete Big/3 --yes",
    ]));
    project.age();
    snapshot!(project.all(&["gc --yes", "fsck"]));
}

#[test]
fn leftovers_go() {
    let project = Project::large();
    std::fs::write(project.path().join(".spinloom/tmp/77-1"), [0; 5000]).unwrap();
    std::fs::create_dir_all(project.path().join(".spinloom/runs/Gone/4/logs")).unwrap();
    std::fs::write(project.path().join(".spinloom/runs/Gone/4/logs/1.0"), [0; 3000]).unwrap();
    let young = project.spinloom("gc --yes");
    project.age();
    snapshot!([young, project.all(&["gc", "gc --yes", "gc"])].join("\n"));
    assert!(!project.path().join(".spinloom/runs/Gone").exists());
}

/// Nobody knows what a damaged manifest needs: nothing is removed then.
#[test]
fn a_damaged_manifest_stops_it() {
    let project = Project::large();
    project.spinloom("runs delete Big/1 --yes");
    let pack = project.path().join(".spinloom/runs/Big/2/manifests.pack");
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let before = project.chunks();
    snapshot!(project.spinloom("gc --yes"));
    assert_eq!(project.chunks(), before);
}

/// While a run is at work, nothing written since it began is touched, whatever the grace period.
#[test]
fn what_a_running_run_wrote_stays() {
    let project = Project::large();
    project.begin_run("Big", 3 * 86_400);
    let store = Datastore::open(&project.path().join(".spinloom")).unwrap();
    store.put_chunk(&noise(50, 70_000)).unwrap();
    project.age();
    snapshot!(project.spinloom("gc --yes --grace 0"));
}

#[test]
fn errors() {
    snapshot!(Project::large().all(&["gc --grace soon", "gc --yes --dry-run", "gc --graze 3d"]));
    snapshot!(Project::empty().spinloom("gc"));
}

/// Killed at any instant, a collection has removed less and nothing else; the next one ends it.
#[test]
fn a_killed_collection_leaves_a_good_store() {
    let project = Project::large();
    let store = Datastore::open(&project.path().join(".spinloom")).unwrap();
    for seed in 100..500 {
        store.put_chunk(&noise(seed, 3000)).unwrap();
    }
    project.age();
    for round in 0..12 {
        let mut child = project.command("gc --yes").spawn().unwrap();
        std::thread::sleep(Duration::from_micros(round * 1500));
        child.kill().unwrap();
        child.wait().unwrap();
        let fsck = project.spinloom("fsck --json");
        assert!(fsck.contains(r#""findings":[]"#), "{fsck}");
    }
    project.age();
    project.spinloom("gc --yes");
    assert!(project.spinloom("fsck").contains("nothing is damaged"));
    assert_eq!(project.chunks().len(), 4);
    assert_eq!(project.files("tmp").len(), 1, "the folder itself");
}

/// Of an object store, what no run needs goes a week after it was last wanted (AR-12).
#[test]
fn object_stores_are_collected_too() {
    let project = Project::remote();
    let young = project.all_remote(&["runs delete Cloud/2 --yes", "gc"]);
    project.age_below("../objects", 8);
    let old = project.all_remote(&["gc --local", "gc", "gc --yes --json", "gc", "fsck"]);
    snapshot!([young, old].join("\n"));
}

/// Who says that nobody else is there need not wait, but neither may runs be at work.
#[test]
fn alone_with_an_object_store() {
    let project = Project::remote();
    let text = project.all_remote(&["runs delete Cloud/2 --yes", "gc --alone --grace 0 --yes"]);
    project.begin_run("Cloud", 10);
    snapshot!([text, project.all_remote(&["gc --alone --grace 0 --yes", "gc --alone --local"])].join("\n"));
}

/// Runs name an object store that is gone: this disk can be collected all the same.
#[test]
fn an_object_store_that_cannot_be_read_stops_it() {
    let project = Project::remote();
    let pack = project.files("../objects/packs").into_iter().find(|path| path.is_file()).unwrap();
    std::fs::write(pack, "?").unwrap();
    snapshot!(project.all_remote(&["gc --yes", "gc --yes --local"]));
}
