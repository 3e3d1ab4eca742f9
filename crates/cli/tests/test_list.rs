//! `spinloom list`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().spinloom("help list"));
}

/// CU-03: one's own namespace, unless told otherwise.
#[test]
fn runs() {
    snapshot!(Project::recorded().all(&[
        "list",
        "list Training --namespace=",
        "list Training --limit 1",
        "list --status failed",
        "list --tag nightly --tag v2",
        "list --namespace user:carl",
        "list --namespace= --status stopped",
    ]));
}

#[test]
fn for_programs() {
    snapshot!(Project::recorded().spinloom("list Training --limit 2 --json"));
}

#[test]
fn errors() {
    snapshot!(Project::recorded().all(&["list Trainign", "list --status fialed", "list no/flow"]));
    snapshot!(Project::empty().spinloom("list"));
}

/// The store is found from a folder within the project, and where an option or a variable says (AR-10).
#[test]
fn the_store_is_found() {
    let (project, other) = (Project::recorded(), Project::empty());
    let inner = project.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    let expected = project.spinloom("list");
    assert_eq!(project.told("list", project.command("list").current_dir(&inner)), expected);
    let mut elsewhere = other.command("list");
    elsewhere.env("METAFLOW_DATASTORE_SYSROOT_LOCAL", project.path());
    assert_eq!(other.told("list", &mut elsewhere), expected);
    let mut root = other.command("list --datastore-root");
    root.arg(project.path().join(".spinloom"));
    assert_eq!(other.told("list", &mut root), expected);
}

/// A user who is not known still reads: everything.
#[test]
fn without_a_user() {
    let project = Project::recorded();
    snapshot!(project.told("list Training", project.command("list Training").env_remove("SPINLOOM_USER")));
}
