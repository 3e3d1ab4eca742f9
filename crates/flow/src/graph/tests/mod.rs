//! Flows for tests, written short.

mod compiled;
mod export;
mod lint;
mod random;

use serde_json::{Value, json};

use super::*;

/// A flow from lines `name: transition`, one step every ten lines from line 10.
///
/// `start: a b` is a split, `join(2): end` takes two arguments, `start: foreach xs a`, `start: parallel a`,
/// `start: switch c x=a 1=b` (keys are JSON, else text), `end:` has no transition, `a: !why` one that cannot be read.
/// `[start]` and `[end]` after a name mark the step.
pub(super) fn flow(text: &str) -> FlowGraph {
    let steps: Vec<Value> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .zip((10..).step_by(10))
        .map(|(line, at)| step(line, at))
        .collect();
    let document = json!({"version": 1, "name": "F", "file": "/x/flow.py", "line": 3, "steps": steps});
    serde_json::from_value(document).unwrap()
}

fn step(line: &str, at: u32) -> Value {
    let (head, next) = line.split_once(':').unwrap();
    let (start, end) = (head.contains("[start]"), head.contains("[end]"));
    let head = head.replace("[start]", "").replace("[end]", "");
    let (name, args) = match head.trim().split_once('(') {
        Some((name, args)) => (name.to_owned(), args.trim_end_matches(')').parse::<u32>().unwrap()),
        None => (head.trim().to_owned(), 1),
    };
    json!({"name": name, "file": "/x/flow.py", "line": at, "args": args, "tail": tail(next.trim(), at + 5),
        "start": start, "end": end})
}

fn tail(next: &str, line: u32) -> Value {
    if next.is_empty() {
        return json!({"kind": "none"});
    }
    if let Some(reason) = next.strip_prefix('!') {
        return json!({"kind": "invalid", "line": line, "reason": reason});
    }
    let words: Vec<&str> = next.split_whitespace().collect();
    let mut tail = json!({"kind": "next", "line": line, "targets": words});
    match words.as_slice() {
        ["foreach", var, targets @ ..] => {
            tail["foreach"] = json!(var);
            tail["targets"] = json!(targets);
        }
        ["parallel", targets @ ..] => {
            tail["num_parallel"] = json!(true);
            tail["targets"] = json!(targets);
        }
        ["switch", condition, cases @ ..] => {
            let cases: Vec<(Value, &str)> = cases.iter().map(|case| self::case(case)).collect();
            tail["condition"] = json!(condition);
            tail["targets"] = json!(cases.iter().map(|(_, to)| to).collect::<Vec<_>>());
            tail["cases"] = json!(cases);
        }
        _ => {}
    }
    tail
}

fn case(text: &str) -> (Value, &str) {
    let (key, to) = text.split_once('=').unwrap();
    (serde_json::from_str(key).unwrap_or_else(|_| key.into()), to)
}

/// A flow that passes.
pub(super) fn graph(text: &str) -> Graph {
    Graph::compile(&flow(text)).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

/// Problems of a flow, as `line: message`.
pub(super) fn problems(flow: &FlowGraph) -> Vec<String> {
    let problems = super::lint(flow);
    let compiled = Graph::compile(flow).err().unwrap_or_default();
    assert_eq!(problems, compiled, "`lint` and `compile` differ");
    problems
        .iter()
        .map(|e| {
            assert_eq!(e.code(), spinloom_diagnostics::codes::INVALID_FLOW);
            assert!(!e.hints().is_empty(), "no hint: {e}");
            let at = e.location().unwrap();
            format!("{}: {}", at.line.unwrap_or(0), e.message())
        })
        .collect()
}
