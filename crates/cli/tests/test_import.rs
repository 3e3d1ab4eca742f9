//! `spinloom import`. What comes in is compared with the real Metaflow in `tests/importing`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help import", "import metaflow --help"]));
}

#[test]
fn errors() {
    snapshot!(Project::empty().all(&[
        "import",
        "import airflow x",
        "import metaflow",
        "import metaflow nowhere",
        "import metaflow .",
        "import metaflow ftp://x/y",
        "import metaflow . --since soon",
        "import metaflow . --as-flow Other",
    ]));
}
