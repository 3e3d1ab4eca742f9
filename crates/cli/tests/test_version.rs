//! `spinloom version`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn version_needs_nothing() {
    snapshot!(Project::empty().all(&["version", "version --json", "help version"]));
}
