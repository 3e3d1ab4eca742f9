//! What a person types to spin once more, to make a spin count, and to look at it.

use std::path::Path;

use serde_json::Value;
use spinloom_flow::graph::FlowGraph;

use super::item::{Recorded, TASK};
use crate::api::run::Command;

/// The commands of a spin, and names of `--set` that no run can be given.
pub(super) fn of(
    spun: &Recorded,
    graph: Option<&FlowGraph>,
    has_run: bool,
    folder: &Path,
) -> (Vec<Command>, Vec<String>) {
    let Recorded { run, origin, .. } = spun;
    let mut list = Vec::new();
    let mut left = Vec::new();
    let text = |key: &str| run.info.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let (Some(script), Some(from)) = (text("script").or_else(|| text("file")), origin.run.as_deref()) {
        let script = quoted(script);
        let task = origin.task.map(|task| format!("/{task}")).unwrap_or_default();
        let mut spin = format!("spinloom spin {script} {from}/{}{task}", origin.step);
        for (name, value) in &origin.set {
            spin += &format!(" --set {}", quoted(&format!("{name}={}", typed(value))));
        }
        if let Some(module) = &origin.module {
            spin += &format!(" --artifacts-module {}", quoted(module));
        }
        list.push(Command { name: "spin", text: spin + " --persist" });
        let step = if has_run { format!(" {}", origin.step) } else { String::new() };
        let mut resume = format!("spinloom resume {script}{step} --origin-run-id {from}");
        for (name, value) in &origin.set {
            let parameter = graph.and_then(|graph| graph.parameters.iter().find(|p| p.attribute == *name));
            match parameter {
                Some(parameter) => {
                    let pair = format!("{}={}", parameter.name, plain(value));
                    resume += &format!(" --param {}", quoted(&pair));
                }
                None => left.push(name.clone()),
            }
        }
        list.push(Command { name: "promote", text: resume });
    }
    let root = folder.parent().unwrap_or(Path::new(".")).display().to_string();
    let path = format!("{}/{}/{}/{TASK}", run.flow, run.run, origin.step);
    let root = Value::from(root);
    let python =
        format!("from spinloom import Task, inspect_spin\ninspect_spin({root})\ntask = Task(\"{path}\")");
    list.push(Command { name: "python", text: python });
    (list, left)
}

/// A value as `--set` reads it: JSON, else text.
fn typed(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

/// A value as a parameter is given one.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(bare) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_back_as_it_was() {
        for value in [json!(0.7), json!("text"), json!("7"), json!("true"), json!([1, "a"]), json!(null)] {
            let text = typed(&value);
            let read = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.clone()));
            assert_eq!(read, value, "{text}");
        }
    }

    #[test]
    fn a_shell_takes_a_word_as_it_is() {
        assert_eq!(quoted("alpha=0.7"), "alpha=0.7");
        assert_eq!(quoted("name=it's a $x"), r"'name=it'\''s a $x'");
        assert_eq!(quoted(""), "''");
    }
}
