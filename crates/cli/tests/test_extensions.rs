//! `spinloom extensions`: its help. What is installed is listed by Python: see `python/tests/test_extensions.py`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help extensions", "extensions list --help"]));
}

#[test]
fn without_a_python() {
    snapshot!(Project::empty().spinloom("extensions list --python /nowhere/python"));
}
