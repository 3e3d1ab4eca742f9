//! From a flow's decorators to what is to be built (DE-12, DE-13, DE-15, FD-10).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use spinloom_environments::{Manager, Plan, Python, Selection};
use spinloom_flow::FlowGraph;

fn decorator(name: &str, attributes: Value, line: u32) -> Value {
    json!({"name": name, "attributes": attributes, "file": "flow.py", "line": line})
}

fn flow(base: Vec<Value>, steps: &[(&str, Vec<Value>)]) -> FlowGraph {
    let steps: Vec<Value> = steps
        .iter()
        .map(|(name, decorators)| {
            json!({"name": name, "file": "flow.py", "line": 9, "args": 1, "tail": {"kind": "none"}, "decorators": decorators})
        })
        .collect();
    let document = json!({"version": 1, "name": "F", "file": "flow.py", "steps": steps, "decorators": base});
    serde_json::from_value(document).unwrap()
}

fn pypi(packages: Value) -> Value {
    decorator("pypi", json!({"packages": packages, "python": null, "disabled": null}), 3)
}

/// Manager, requirements, interpreter and steps of each environment.
type Planned = (Manager, Vec<String>, Option<String>, Vec<String>);

fn planned(flow: &FlowGraph) -> Vec<Planned> {
    let plan = Plan::of(flow, Selection::named("pypi").unwrap(), None).unwrap();
    let steps = |need: &spinloom_environments::Need| need.steps.iter().map(ToString::to_string).collect();
    plan.needs
        .iter()
        .map(|need| (need.manager, need.requirements.clone(), need.python.clone(), steps(need)))
        .collect()
}

fn refused(flow: &FlowGraph, selection: &str) -> String {
    let error = Plan::of(flow, Selection::named(selection).unwrap(), None).unwrap_err();
    let at = error.location().map(|at| format!("{}:{}", at.file, at.line.unwrap_or(0))).unwrap_or_default();
    format!("{} {at} {error}", error.code().id())
}

#[test]
fn a_step_adds_to_the_base_and_wins() {
    let base = decorator("pypi_base", json!({"packages": {"a": "1", "b": "1"}, "python": "3.12"}), 1);
    let flow = flow(vec![base], &[("start", vec![pypi(json!({"b": "2", "c": ""}))]), ("end", vec![])]);
    let words = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        planned(&flow),
        [
            (Manager::Pypi, words(&["a==1", "b==2", "c"]), Some("3.12".into()), words(&["start"])),
            (Manager::Pypi, words(&["a==1", "b==1"]), Some("3.12".into()), words(&["end"])),
        ]
    );
}

#[test]
fn equal_needs_are_one_environment() {
    let flow = flow(
        vec![],
        &[
            ("start", vec![pypi(json!({"a": "1", "b": ""}))]),
            ("train", vec![pypi(json!({"b": "", "a": "1"}))]),
            ("end", vec![]),
        ],
    );
    let plan = planned(&flow);
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0].3, ["start", "train"]);
}

#[test]
fn what_is_disabled_asks_for_nothing() {
    let base = || decorator("pypi_base", json!({"packages": {"a": "1"}}), 1);
    let off = || decorator("pypi", json!({"packages": {"b": "1"}, "disabled": true}), 3);
    assert_eq!(planned(&flow(vec![base()], &[("start", vec![off()])])), []);
    let base_off = decorator("pypi_base", json!({"packages": {"a": "1"}, "disabled": true}), 1);
    assert_eq!(planned(&flow(vec![base_off.clone()], &[("start", vec![])])), []);
    let on = decorator("pypi", json!({"packages": {"b": "1"}, "disabled": false}), 3);
    assert_eq!(planned(&flow(vec![base_off], &[("start", vec![on])])).len(), 1);
}

#[test]
fn libraries_are_packages() {
    let conda = decorator("conda", json!({"libraries": {"a": "1", "b": "1"}, "packages": {"b": "2"}}), 3);
    let flow = flow(vec![], &[("start", vec![conda])]);
    assert_eq!(planned(&flow)[0].1, ["a==1", "b==2"]);
}

#[test]
fn a_step_of_one_kind_leaves_the_base_of_the_other_alone() {
    let base = decorator("conda_base", json!({"packages": {"x": "1"}}), 1);
    let flow = flow(vec![base], &[("start", vec![pypi(json!({"a": "1"}))]), ("end", vec![])]);
    let kinds: Vec<Manager> = planned(&flow).iter().map(|one| one.0).collect();
    assert_eq!(kinds, [Manager::Pypi, Manager::Conda]);
}

#[test]
fn what_cannot_be_honoured_is_refused_where_it_is_written() {
    let conda = || decorator("conda", json!({"packages": {"x": "1"}}), 4);
    let one = |decorators| flow(vec![], &[("start", decorators)]);
    let old = decorator("pypi", json!({"packages": {}, "python": "3.9"}), 3);
    let number = decorator("pypi", json!({"packages": {"a": ["1"]}}), 3);
    let all = [
        refused(&one(vec![pypi(json!({"a": "1"}))]), "local"),
        refused(&one(vec![conda()]), "uv"),
        refused(&one(vec![pypi(json!({"a": "1"})), conda()]), "pypi"),
        refused(&one(vec![old]), "pypi"),
        refused(&one(vec![number]), "conda"),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_specification_is_named_by_requirements_python_and_platform() {
    let driver = |version: &str, platform: &str| Python {
        executable: "/v/bin/python".into(),
        base: "/usr/bin/python3".into(),
        version: version.into(),
        platform: platform.into(),
        package: "/p/spinloom".into(),
        compat: None,
    };
    let name = |packages: Value, driver: &Python| {
        let flow = flow(vec![], &[("start", vec![pypi(packages)])]);
        let plan = Plan::of(&flow, Selection::named("pypi").unwrap(), None).unwrap();
        plan.needs[0].specification(driver)
    };
    let here = driver("3.11.7", "linux");
    let first = name(json!({"a": "1", "b": "2"}), &here);
    assert_eq!(first, name(json!({"b": "2", "a": "1"}), &here));
    assert_eq!(first, name(json!({"a": "1", "b": "2"}), &driver("3.11.9", "linux")));
    assert_ne!(first, name(json!({"a": "1", "b": "3"}), &here));
    assert_ne!(first, name(json!({"a": "1", "b": "2"}), &driver("3.12.0", "linux")));
    assert_ne!(first, name(json!({"a": "1", "b": "2"}), &driver("3.11.7", "darwin")));
}
