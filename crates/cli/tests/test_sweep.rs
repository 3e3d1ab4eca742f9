//! `spinloom sweep`, as far as it needs no Python; how trials run is in the guide and in `tests/sweeps`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().spinloom("help sweep"));
}

/// A sweep as another process left it: one trial is done, one failed, one was at work.
#[test]
fn what_is_noted_is_shown() {
    let project = Project::empty();
    let spec = r#"{"event":"began","spec":{"id":"k3f9x1a","script":"flow.py","flow":"Fit","digest":"d","method":"grid","axes":[{"key":"rate","choices":{"kind":"values","values":[0.1,0.2,0.3,0.4]}}],"trials":4,"seed":0,"objective":"loss","maximize":false,"binding":null,"settings":[],"rest":[]}}"#;
    let events = [
        spec,
        r#"{"event":"planned","trial":0,"values":[["rate",0.1]]}"#,
        r#"{"event":"planned","trial":1,"values":[["rate",0.2]]}"#,
        r#"{"event":"planned","trial":2,"values":[["rate",0.3]]}"#,
        r#"{"event":"ended","trial":1,"state":"done","run":"7","objective":0.25,"why":null,"took_ms":1500}"#,
        r#"{"event":"ended","trial":0,"state":"failed","run":"6","objective":null,"why":"ValueError: too much, \"really\"","took_ms":900}"#,
        r#"{"event":"ended","tri"#,
    ];
    project.write(".spinloom/sweeps/k3f9x1a.jsonl", events.join("\n"));
    snapshot!(project.all(&[
        "sweep --list",
        "sweep --show k3f9x1a",
        "sweep --show k3f9x1a --csv",
        "sweep --show k3f9x1a --json"
    ]));
}

#[test]
fn errors() {
    let project = Project::empty();
    project.write("flow.py", "");
    snapshot!(project.all(&[
        "sweep",
        "sweep flow.py",
        "sweep absent.py --grid a=1",
        "sweep flow.py --grid a",
        "sweep flow.py --grid a=1..2",
        "sweep flow.py --grid a=1 --grid a=2",
        "sweep flow.py --optuna 3 --space a=1..2",
        "sweep flow.py --random 3 --grid a=1",
        "sweep --resume absent",
        "sweep --show absent",
        "sweep --list",
        "sweep training --grid a=1",
    ]));
}
