//! `spinloom settings`.

use crate::snapshot;
use crate::support::Project;

/// Two bindings of a flow, as in `examples/metaboost-demo`.
pub fn demo() -> Project {
    let project = Project::empty();
    for (path, text) in [
        (
            "spinloom.yaml",
            "project: demo\ntargets:\n  sandbox: {cluster: sandbox}\n  prod: {cluster: prod}\nmetaflows: {paths: [\"metaflows/*.py\"], bindings: [\"EXP_*\"]}\n",
        ),
        ("metaflows/training.py", ""),
        (
            "settings/settings.configuration.yaml",
            "model:\n  fit_intercept: true\n  alpha: 1.0\ntoken: ${secret:env/TOKEN}\n",
        ),
        (
            "settings/settings.configuration.EXP_01.yaml",
            "model: {alpha: 0.5}\nfeatures:\n- runtime\n- content_type\n",
        ),
        ("settings/settings.configuration.EXP_02.yaml", "$extends: EXP_01\nfeatures+: [director]\n"),
        ("settings/settings.environment.yaml", "default: {DB: dev}\ntargets: {prod: {DB: live}}\n"),
        ("settings/settings.local.yaml", "model: {alpha: 2.0}\n"),
    ] {
        project.write(path, text);
    }
    project
}

#[test]
fn help() {
    snapshot!(Project::empty().all(&[
        "help settings",
        "settings show --help",
        "settings diff --help",
        "settings explain --help",
        "settings validate --help",
    ]));
}

#[test]
fn shows() {
    snapshot!(demo().all(&[
        "settings show --yaml-path=configuration",
        "settings show --path configuration --binding EXP_01 --origin line --locked",
        "settings show --path configuration.model --binding EXP_* --origin none model.alpha=3.0",
        "settings show --path environment --binding EXP_01 --target prod",
        "settings show --path configuration --binding EXP_01 --yaml",
        "settings show --path configuration --binding EXP_01 --json",
    ]));
}

#[test]
fn variables_are_a_layer() {
    let project = demo();
    let words = "settings show --path configuration.model --binding EXP_01";
    let mut command = project.command(words);
    command.env("SPINLOOM__CONFIGURATION__MODEL__ALPHA", "9.5").env("SPINLOOM_TARGET", "prod");
    let mut text = project.told(words, &mut command);
    text += &project.told(words, project.command(words).env("SPINLOOM__CONFIGURATION__MODEL__ALHPA", "9.5"));
    snapshot!(text);
}

#[test]
fn compares_and_explains() {
    snapshot!(demo().all(&[
        "settings diff EXP_01 EXP_02",
        "settings diff EXP_01 EXP_01 --exit-code",
        "settings diff default EXP_01 --json --locked",
        "settings explain model.alpha --binding EXP_02",
        "settings explain configuration.features --binding EXP_02 --json",
        "settings explain environment.DB",
    ]));
}

#[test]
fn validates() {
    snapshot!(demo().all(&[
        "settings validate",
        "settings validate --json",
        "settings validate --binding EXP_01"
    ]));
    let project = demo();
    project.write("settings/settings.configuration.EXP_02.yaml", "model: linear\n");
    project.write("settings/settings.configuration.yaml", "model: {alpha: 1.0}\nx: ${configuration.modl}\n");
    snapshot!(project.all(&["settings validate", "settings validate --json"]));
    let project = demo();
    project.write("settings/settings.configuration.EXP_02.yaml", "model: {alhpa: 1.0}\n");
    snapshot!(project.spinloom("settings validate"));
}

#[test]
fn errors() {
    snapshot!(demo().all(&[
        "settings",
        "settings show --binding EXP_9",
        "settings show --path modle",
        "settings show --path model",
        "settings show modl.alpha=1",
        "settings show --target nowhere",
        "settings diff EXP_01",
        "settings explain alpha",
    ]));
    snapshot!(Project::empty().spinloom("settings show"));
}

/// A hundred bindings of a thousand keys: each is shown with what it sets itself.
#[test]
fn many_bindings() {
    let project = demo();
    let keys: String = (0..1000).map(|i| format!("key_{i}: {i}\n")).collect();
    project.write("settings/settings.configuration.yaml", keys);
    for i in 0..100 {
        project.write(&format!("settings/settings.configuration.B_{i}.yaml"), format!("key_{i}: -1\n"));
    }
    let text = project.spinloom("settings show --path configuration --locked");
    assert_eq!(text.matches("(overrides settings.configuration.yaml)").count(), 100);
    assert_eq!(text.matches("binding=").count(), 102);
}
