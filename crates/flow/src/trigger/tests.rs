use serde_json::json;

use super::*;

fn flow(decorator: &str, attributes: Value) -> FlowGraph {
    let flow = json!({
        "version": 1, "name": "F", "file": "flow.py", "steps": [],
        "parameters": [{"name": "alpha", "attribute": "a", "type": "str"}],
        "decorators": [{"name": decorator, "attributes": attributes, "file": "flow.py", "line": 3}],
    });
    serde_json::from_value(flow).unwrap()
}

fn told(decorator: &str, attributes: &Value) -> String {
    let flow = flow(decorator, attributes.clone());
    match check(&flow).as_slice() {
        [] => starts(&flow).join(", "),
        [error] => format!("{error} | {}", error.hints().join(" | ")),
        several => format!("{several:?}"),
    }
}

/// FD-03: every form of `@trigger`, and what is none.
#[test]
fn events_have_many_forms() {
    let forms = [
        json!({"event": "a"}),
        json!({"event": null, "events": ["a", {"name": "b"}], "options": {"x": 1}}),
        json!({"event": {"name": "a", "parameters": {"alpha": "field"}}}),
        json!({"event": {"name": "a", "parameters": ["alpha"]}}),
        json!({"event": {"name": "a", "parameters": [["alpha", "field"]]}}),
        json!({"event": {"$function": "m:f"}}),
        json!({"event": {"name": {"$function": "m:f"}, "parameters": {"$function": "m:g"}}}),
        json!({"events": {"$function": "m:f"}}),
        json!({}),
        json!({"event": "a", "events": ["b"]}),
        json!({"events": "a"}),
        json!({"events": ["a", "a"]}),
        json!({"event": ["a"]}),
        json!({"event": 5}),
        json!({"event": ""}),
        json!({"event": {"nme": "a"}}),
        json!({"event": {"parameters": []}}),
        json!({"event": {"name": "a", "parameters": ["alpha", ["alpha"]]}}),
        json!({"event": {"name": "a", "parameters": ["alpha", "alpha"]}}),
        json!({"event": {"name": "a", "parameters": {"alpah": "x"}}}),
        json!({"event": {"name": "a", "parameters": 3}}),
        json!({"event": "a", "options": 3}),
    ];
    let said: Vec<String> =
        forms.iter().map(|form| format!("{form}\n    {}", told("trigger", form))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

/// FD-04: every form of `@trigger_on_finish`, and what is none.
#[test]
fn flows_have_many_forms() {
    let forms = [
        json!({"flow": "Up"}),
        json!({"flows": ["Up", "project.user.ann.Up", "project.prod.Up"]}),
        json!({"flow": {"name": "Up", "project": "p", "project_branch": "b"}}),
        json!({"flow": {"name": "Up", "project_branch": "b"}}),
        json!({"flow": {"$function": "m:f"}}),
        json!({"flow": {"name": {"$function": "m:f"}, "project": "p"}}),
        json!({}),
        json!({"flow": "A", "flows": ["B"]}),
        json!({"flow": "a.b"}),
        json!({"flow": "a..B"}),
        json!({"flow": 5}),
        json!({"flows": "A"}),
        json!({"flow": {"name": "a", "projct": "x"}}),
        json!({"flow": {"name": "a", "project": 3}}),
    ];
    let said: Vec<String> =
        forms.iter().map(|form| format!("{form}\n    {}", told("trigger_on_finish", form))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

/// FD-02.
#[test]
fn schedules_in_words() {
    let forms = [
        json!({"daily": true}),
        json!({"daily": true, "hourly": true}),
        json!({"daily": true, "weekly": true, "timezone": "Europe/Helsinki"}),
        json!({"daily": true, "cron": "0 10 * * ? *"}),
    ];
    let said: Vec<String> = forms.iter().map(|form| told("schedule", form)).collect();
    assert_eq!(said, ["every day", "every hour", "every week (Europe/Helsinki)", "at `0 10 * * ? *`"]);
}
