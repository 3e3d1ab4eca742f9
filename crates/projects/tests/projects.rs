//! Projects as they are on disk: what their settings are, and what is wrong with those that are wrong.

use crate::support::{Folder, settings, told};
use serde_json::json;
use spinloom_configs::Path;
use spinloom_projects::{Facts, Request, Told, What};

/// Paths in `path: text` pairs as they are, one error each.
fn refused(path: &str, text: &str, binding: &str) -> String {
    Folder::with(&[(path, text)]).refused(binding, &[])
}

const GLOBAL: &str = "settings/settings.configuration.yaml";
const FIRST: &str = "settings/settings.configuration.EXP_01.yaml";
const SECOND: &str = "settings/settings.configuration.EXP_02.yaml";

#[test]
fn settings_are_merged_and_say_where_they_are_from() {
    let folder = Folder::with(&[]);
    let mut shown = String::new();
    for binding in ["default", "EXP_01", "EXP_02"] {
        for told in [Told::File, Told::Line, Told::Nothing] {
            let settings = folder.settings(binding, &["model.alpha=0.25"]).unwrap();
            let tree = settings.tree(&Path(vec!["configuration".to_owned()]), told).unwrap();
            shown += &format!("binding={binding}: {told:?}\n{tree}\n");
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn compiled_settings_have_their_sections_and_their_name() {
    let folder = Folder::with(&[(
        GLOBAL,
        "database: \"${environment.READ_DB}\"\ntable: \"${artifacts.tables.demo_features_f}\"\nwhole: \"${.model}\"\nmodel: {alpha: 1.0}\npassword: ${secret:env/DB}\nhome: \"${env:HOME}/x\"\nno: \"${env:NOBODY,default}\"\nplain: \"$${x}\"\nbranch: \"${git.branch_slug}/${binding}/${target}\"\n",
    )]);
    let project = folder.load().unwrap();
    let flow = project.artefacts.iter().find(|one| one.what == What::Flow);
    let settings = project.settings(&Request { binding: "EXP_01", flow, ..Request::default() }).unwrap();
    let written = settings.write(&folder.path().join("compiled")).unwrap();
    assert_eq!(written.file_name().unwrap().to_str().unwrap(), settings.file_name());
    assert!(settings.file_name().starts_with("settings.branch_demox.EXP_01.training."));
    assert_eq!(std::fs::read_to_string(&written).unwrap(), settings.text());
    insta::assert_snapshot!(settings.text());
}

/// The hash is of the settings: not of who runs them, where, or when.
#[test]
fn the_same_settings_have_the_same_name() {
    let (one, other) = (Folder::with(&[]), Folder::with(&[]));
    let of = |folder: &Folder, facts: Facts, words: &[&str]| {
        settings(&folder.load_with(facts).unwrap(), "EXP_01", words).unwrap().hash()
    };
    let first = of(&one, Folder::facts(), &[]);
    let somebody = Facts { user: "bob".to_owned(), version: "9".to_owned(), ..Folder::facts() };
    assert_eq!(of(&other, somebody, &[]), first);
    assert_ne!(of(&one, Folder::facts(), &["model.alpha=2.0"]), first);
    assert_eq!(first.len(), 8);
}

#[test]
fn the_environment_is_as_branch_and_target_say() {
    let folder = Folder::with(&[]);
    let of = |branch: &str, target: Option<&str>| {
        let project = folder.load_with(Facts { branch: Some(branch.to_owned()), ..Folder::facts() }).unwrap();
        let settings =
            project.settings(&Request { binding: "EXP_01", target, ..Request::default() }).unwrap();
        settings.value()["environment"].clone()
    };
    assert_eq!(of("demoX", None), json!({"READ_DB": "warehouse"}));
    assert_eq!(of("feat", None), json!({"READ_DB": "warehouse"}));
    assert_eq!(of("demoX", Some("prod")), json!({"READ_DB": "from_target"}));
    assert_eq!(of("main", None), json!({"READ_DB": "from_target"}));
    let scratch = of("feat/a", None)["SCRATCH"].as_str().unwrap().to_owned();
    assert!(scratch.starts_with("demo_feat_a_"), "{scratch}");
}

#[test]
fn ids_are_the_branch_and_the_binding() {
    let folder = Folder::with(&[]);
    let ids = |branch: Option<&str>, commit: Option<&str>| {
        let facts =
            Facts { branch: branch.map(str::to_owned), commit: commit.map(str::to_owned), ..Folder::facts() };
        let project = folder.load_with(facts).unwrap();
        let flow = project.artefacts.iter().find(|one| one.what == What::Flow).unwrap();
        project.id(flow, "EXP_01").unwrap()
    };
    assert_eq!(ids(Some("demoX"), None), "demo.branch_demox.EXP_01.training");
    assert_eq!(ids(Some("main"), None), "demo.EXP_01.training");
    assert_eq!(ids(None, Some("0123456789")), "demo.branch_detached_0123456.EXP_01.training");
    assert_eq!(ids(None, None), "demo.branch_local_ann.EXP_01.training");
}

/// Each kind of bad input, one error each (issue 09).
#[test]
fn errors() {
    let all = [
        ("an unknown binding", Folder::with(&[]).refused("EXP_1", &[])),
        ("kinds differ", refused(FIRST, "model: linear\n", "EXP_01")),
        ("text and a number", refused(FIRST, "model: {alpha: high}\n", "EXP_01")),
        ("a mapping over a number", refused(FIRST, "model: {alpha: {x: 1}}\n", "EXP_01")),
        ("a circle", refused(GLOBAL, "a: ${configuration.b}\nb: \"x${.c}\"\nc: ${.a}\n", "EXP_01")),
        ("an unclosed name", refused(GLOBAL, "a: \"${x\"\n", "EXP_01")),
        ("an unknown name", refused(GLOBAL, "a: ${configuration.modl}\nmodel: 1\n", "EXP_01")),
        ("a name without its section", refused(GLOBAL, "a: ${model}\nmodel: 1\n", "EXP_01")),
        ("a variable that is not set", refused(GLOBAL, "a: ${env:NOBODY}\n", "EXP_01")),
        ("an unknown kind", refused(GLOBAL, "a: ${evn:HOME}\n", "EXP_01")),
        ("a file that is not there", refused(GLOBAL, "a: ${file:nowhere.txt}\n", "EXP_01")),
        ("another branch's variable", refused(GLOBAL, "a: ${environment.SCRATCH}\n", "EXP_01")),
        ("a secret in a text", refused(GLOBAL, "a: \"x ${secret:env/X}\"\n", "EXP_01")),
        ("a list in a text", refused(GLOBAL, "a: \"x ${.b}\"\nb: [1]\n", "EXP_01")),
        ("too many dots", refused(GLOBAL, "a: ${...x}\n", "EXP_01")),
        ("bad YAML", refused(GLOBAL, "a: [1\nb: 2\n", "EXP_01")),
        ("a tab", refused(GLOBAL, "a:\n\tb: 2\n", "EXP_01")),
        ("a key twice", refused(GLOBAL, "a: 1\nb: 2\na: 3\n", "EXP_01")),
        ("a list", refused(GLOBAL, "- 1\n", "EXP_01")),
        ("nothing sets it", refused(GLOBAL, "a: ???\n", "EXP_01")),
        ("a password", refused(GLOBAL, "db:\n  password: hunter2\n", "EXP_01")),
        ("a token", refused(GLOBAL, "key: ghp_0123456789abcdef0123\n", "EXP_01")),
        ("an item that is not there", refused(SECOND, "$extends: EXP_01\nfeatures-: [runtme]\n", "EXP_02")),
        ("no list", refused(SECOND, "model+: [x]\n", "EXP_02")),
        ("a list is wanted", refused(SECOND, "features+: x\n", "EXP_02")),
        ("nothing to delete", refused(SECOND, "~modl:\n", "EXP_02")),
        ("a value for a deletion", refused(SECOND, "~model: 1\n", "EXP_02")),
        ("an unknown base", refused(SECOND, "$extends: EXP_1\n", "EXP_02")),
        ("a base that is no label", refused(SECOND, "$extends: {a: 1}\n", "EXP_02")),
        ("a circle of bases", refused(FIRST, "$extends: EXP_02\n", "EXP_02")),
        ("a bad label", refused("settings/settings.configuration.a-b.yaml", "a: 1\n", "EXP_01")),
        ("a stray key", refused("settings/settings.environment.yaml", "default: {A: 1}\nB: 2\n", "EXP_01")),
        ("no key for the command line", Folder::with(&[]).refused("EXP_01", &["model.alhpa=2"])),
        ("an old key for the command line", Folder::with(&[]).refused("EXP_01", &["+model.alpha=2"])),
        ("a name schedulers refuse", refused("metaflows/my flow.py", "", "EXP_01")),
        ("two of one name", { Folder::with(&[("metaflows/demo.training.py", "")]).refused("EXP_01", &[]) }),
        (
            "a pattern that fits nothing",
            refused(
                "spinloom.yaml",
                "project: demo\nmetaflows: {paths: [\"metaflows/*.py\"], bindings: [\"EXP_09\"]}\n",
                "EXP_01",
            ),
        ),
        (
            "an override of nothing",
            refused(
                "spinloom.yaml",
                "project: demo\nmetaflows:\n  paths: [\"metaflows/*.py\"]\n  overrides: {metaflows/trainig.py: {}}\n",
                "EXP_01",
            ),
        ),
    ];
    let shown: Vec<String> = all.iter().map(|(what, text)| format!("--- {what}\n{text}")).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// Everything that is wrong is said at once.
#[test]
fn all_problems_at_once() {
    let folder =
        Folder::with(&[(GLOBAL, "a: ${env:A}\nb: ${env:B}\nc: ???\npassword: x\n"), (FIRST, "b: 1\n")]);
    insta::assert_snapshot!(folder.refused("EXP_01", &[]));
}

#[test]
fn a_schema_checks_and_fills_in() {
    let schema = json!({
        "type": "object",
        "properties": {
            "model": {"type": "object", "properties": {
                "fit_intercept": {"type": "boolean"},
                "alpha": {"type": "number", "exclusiveMinimum": 0},
                "seed": {"type": "integer", "default": 7},
            }},
            "conda": {"type": "object"},
            "target_column": {"type": "string"},
            "features": {"type": "array"},
        },
    });
    let schemas = [("configuration".to_owned(), schema)];
    let told_of = |changes: &[(&str, &str)], strict: bool| {
        let file =
            format!("project: demo\nsettings: {{schema: {{configuration: s.json}}, strict: {strict}}}\n");
        let mut changes = changes.to_vec();
        changes.push(("spinloom.yaml", &file));
        let project = Folder::with(&changes).load().unwrap();
        match project.settings(&Request { binding: "EXP_01", schemas: &schemas, ..Request::default() }) {
            Ok(settings) => settings.tree(&Path(vec!["configuration".to_owned()]), Told::File).unwrap(),
            Err(problems) => problems.iter().map(told).collect(),
        }
    };
    let bad = [(FIRST, "model:\n  fit_intercpt: false\n  alpha: -1.0\nx: 1\n")];
    let shown = [told_of(&[], true), told_of(&bad, true), told_of(&[(FIRST, "x: 1\n")], false)];
    insta::assert_snapshot!(shown.join("---\n"));
}

#[test]
fn remarks() {
    let folder = Folder::with(&[
        ("settings/settings.other.yaml", "a: 1\n"),
        ("settings/settings.configuration.IDLE.yaml", "a: 1\n"),
        ("settings/settings.configuration.EMPTY.yaml", "# nothing\n"),
    ]);
    insta::assert_snapshot!(folder.load().unwrap().warnings.join("\n"));
}

/// A list of directives, each on what is there.
#[test]
fn directives_change_what_lower_layers_set() {
    let folder = Folder::with(&[
        (GLOBAL, "a: {x: 1, y: 2}\nb: [1, 2]\nc: 1\n\"d+\": [1]\ne: {x: 1}\n"),
        (FIRST, "a!: {z: 3}\nb+: [2, 3]\n~c:\n\"d+\": [2]\ne!: text\nf+: [new]\n"),
    ]);
    let value = folder.settings("EXP_01", &["b-=[1]", "~e", "+g.h=[x, {y: 1}]"]).unwrap().value();
    assert_eq!(
        value["configuration"],
        json!({"a": {"z": 3}, "b": [2, 3], "d+": [2], "f": ["new"], "g": {"h": ["x", {"y": 1}]}})
    );
}

#[test]
fn many_bindings_are_many_settings() {
    let keys: String = (0..50).map(|i| format!("k{i}: {i}\n")).collect();
    let folder = Folder::with(&[(GLOBAL, &keys)]);
    for i in 0..20 {
        let path = folder.path().join(format!("settings/settings.configuration.B{i}.yaml"));
        std::fs::write(path, format!("k{i}: -1\n")).unwrap();
    }
    let project = folder.load().unwrap();
    for i in 0..20 {
        let found = settings(&project, &format!("B{i}"), &[]).unwrap();
        assert_eq!(found.value()["configuration"][format!("k{i}")], -1);
        assert_eq!(found.leaves().iter().filter(|(_, _, _, over)| over.is_some()).count(), 1);
    }
}
