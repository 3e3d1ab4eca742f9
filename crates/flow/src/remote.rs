//! Steps that ask for another machine than this one: `@batch`, `@kubernetes` (DE-10, DE-11).

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};

use crate::graph::{DecoratorDoc, FlowGraph, StepDoc};

/// Decorators that say where else a step runs.
pub const REMOTE: [&str; 2] = ["batch", "kubernetes"];

/// Refuses a flow with a step that is to run elsewhere: this version runs every step here.
///
/// # Errors
/// `SL0107` at the first such step's decorator.
pub fn check(flow: &FlowGraph) -> Result<()> {
    let asked: Vec<(&StepDoc, &DecoratorDoc)> =
        flow.steps.iter().filter_map(|step| Some((step, elsewhere(step)?))).collect();
    let Some((first, decorator)) = asked.first() else { return Ok(()) };
    let name = &decorator.name;
    let message =
        format!("step `{}` has `@{name}`, and this version runs every step on this machine", first.name);
    let mut error = Error::new(codes::RUNS_ELSEWHERE, message);
    if asked.len() > 1 {
        let others: Vec<String> =
            asked[1..].iter().map(|(step, other)| format!("`{}` (`@{}`)", step.name, other.name)).collect();
        error = error.cause(format!("so have {}", others.join(", ")));
    }
    let mut names: Vec<&str> = asked.iter().map(|(_, decorator)| decorator.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let options: Vec<String> = names.iter().map(|name| format!("--without {name}")).collect();
    if !decorator.statically_defined {
        return Err(error.hint(format!("leave out `--with {name}`: the step then runs here")));
    }
    let error = error.hint(format!("to run here, without it: `{}`", options.join(" ")));
    let quote = if names.len() > 1 { "\"" } else { "" };
    let error =
        error.hint(format!("for every run: set `SPINLOOM_RUN_WITHOUT={quote}{}{quote}`", names.join(" ")));
    Err(if decorator.file.is_empty() { error } else { error.at(&decorator.file, Some(decorator.line)) })
}

/// The decorator that sends a step elsewhere, if it has one.
pub(crate) fn elsewhere(step: &StepDoc) -> Option<&DecoratorDoc> {
    step.decorators.iter().find(|decorator| REMOTE.contains(&decorator.name.as_str()))
}

/// Amounts that `@resources` asks for too; disk is Kubernetes' alone.
const AMOUNTS: [&str; 5] = ["cpu", "gpu", "memory", "disk", "shared_memory"];

/// The attributes of `decorator`, which sends `step` elsewhere, with amounts as they are asked for: of its own and those of
/// `@resources` the larger.
pub fn combined(step: &StepDoc, decorator: &DecoratorDoc) -> Map<String, Value> {
    let resources = step.decorators.iter().find(|other| other.name == "resources");
    let mut attributes = decorator.attributes.clone();
    for key in AMOUNTS.iter().filter(|key| decorator.attributes.contains_key(**key)) {
        let own = amount(decorator, key);
        let other = resources.and_then(|resources| amount(resources, key));
        let usual = match *key {
            "cpu" => Some(1.0),
            "memory" => Some(4096.0),
            _ => None,
        };
        let most = own.into_iter().chain(other).reduce(f64::max).or(usual);
        let most = most.map_or(Value::Null, |most| {
            // Whole amounts are shown as such.
            if most.fract() == 0.0 {
                format!("{most:.0}").parse().map_or(Value::Null, Value::Number)
            } else {
                most.into()
            }
        });
        attributes.insert((*key).to_owned(), most);
    }
    attributes
}

/// What a remote step asks for, as people read it: `cpu=2, memory=8000`.
pub(crate) fn asked(step: &StepDoc, decorator: &DecoratorDoc) -> String {
    let attributes = combined(step, decorator);
    let amounts =
        AMOUNTS.iter().filter_map(|key| Some((key, attributes.get(*key).filter(|v| !v.is_null())?)));
    amounts.map(|(key, amount)| format!("{key}={amount}")).collect::<Vec<_>>().join(", ")
}

fn amount(decorator: &DecoratorDoc, key: &str) -> Option<f64> {
    match decorator.attributes.get(key)? {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flow(decorators: &[Value]) -> FlowGraph {
        let step = |(i, decorators): (usize, &Value)| json!({"name": format!("s{i}"), "file": "f.py", "line": 9, "args": 1, "tail": {"kind": "none"}, "decorators": decorators});
        let steps: Vec<Value> = decorators.iter().enumerate().map(step).collect();
        serde_json::from_value(json!({"version": 1, "name": "F", "file": "f.py", "steps": steps})).unwrap()
    }

    fn kubernetes(more: &Value) -> Value {
        let mut attributes =
            json!({"cpu": "1", "memory": "4096", "disk": "10240", "gpu": null, "shared_memory": null});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "kubernetes", "attributes": attributes, "file": "f.py", "line": 4})
    }

    fn batch(more: &Value) -> Value {
        let mut attributes = json!({"cpu": null, "memory": null, "gpu": null, "shared_memory": null});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "batch", "attributes": attributes, "file": "f.py", "line": 4})
    }

    fn resources(more: &Value) -> Value {
        let mut attributes =
            json!({"cpu": 1, "memory": 4096, "disk": null, "gpu": null, "shared_memory": null});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "resources", "attributes": attributes})
    }

    /// DE-10, DE-11: the larger counts, as in Metaflow.
    #[test]
    fn amounts_are_combined() {
        let cases = [
            json!([
                resources(&json!({"cpu": 2, "memory": 8000, "gpu": 1, "disk": 99999})),
                kubernetes(&json!({"disk": 2000}))
            ]),
            json!([
                resources(&json!({"cpu": 2})),
                kubernetes(&json!({"cpu": 4.5, "memory": "100", "gpu": 2}))
            ]),
            json!([kubernetes(&json!({}))]),
            json!([resources(&json!({"memory": 100})), batch(&json!({"cpu": 3, "memory": 500}))]),
            json!([batch(&json!({}))]),
        ];
        let flow = flow(&cases);
        let told: Vec<String> = flow.steps.iter().map(|step| asked(step, elsewhere(step).unwrap())).collect();
        assert_eq!(
            told,
            [
                "cpu=2, gpu=1, memory=8000, disk=99999",
                "cpu=4.5, gpu=2, memory=4096, disk=10240",
                "cpu=1, memory=4096, disk=10240",
                "cpu=3, memory=500",
                "cpu=1, memory=4096",
            ]
        );
    }

    /// DE-10, DE-11: one error for all such steps, at the first one's decorator.
    #[test]
    fn what_cannot_run_here_is_refused() {
        let mut added = kubernetes(&json!({}));
        added["statically_defined"] = false.into();
        let here = flow(&[json!([resources(&json!({}))])]);
        assert!(check(&here).is_ok());
        let several = flow(&[json!([]), json!([kubernetes(&json!({}))]), json!([batch(&json!({}))])]);
        let errors = [check(&several).unwrap_err(), check(&flow(&[json!([added])])).unwrap_err()];
        let told: Vec<String> = errors
            .iter()
            .map(|e| format!("{:?} {e}\n  {:?}\n  {}", e.code(), e.causes(), e.hints().join(" | ")))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
