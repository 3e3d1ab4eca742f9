//! What data about a task say of its attempts, its place and its run. Pure.

use serde_json::{Map, Value};
use spinloom_flow::RunId;

use super::NewDatum;

/// What is to be written down elsewhere too.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// An attempt began in its process.
    pub(crate) began: Option<u32>,
    /// How an attempt ended.
    pub(crate) ended: Option<(u32, bool)>,
    /// An attempt has said all it will.
    pub(crate) done: Option<u32>,
    /// Foreach indices round the task.
    pub(crate) indices: Option<Vec<u64>>,
    /// The run it resumes.
    pub(crate) origin_run: Option<String>,
    /// The task it is a copy of.
    pub(crate) origin_task: Option<String>,
    /// The step the run ends with.
    pub(crate) end_step: Option<String>,
    /// What is worth knowing of a run, if the task is its first.
    pub(crate) about: Map<String, Value>,
}

/// What of the first task's data is worth knowing of its run.
const ABOUT: [&str; 6] =
    ["metaflow_version", "python_version", "runtime", "script-name", "code-package", "git-info"];

/// Reads them.
pub(crate) fn facts(data: &[NewDatum]) -> Facts {
    let mut facts = Facts::default();
    for datum in data {
        let text = text(datum);
        match datum.field_name.as_str() {
            "attempt" => facts.began = text.as_deref().and_then(|text| text.parse().ok()),
            "attempt_ok" => {
                facts.ended = Some((attempt(datum).unwrap_or(0), text.as_deref() == Some("True")));
            }
            "attempt-done" => facts.done = text.as_deref().and_then(|text| text.parse().ok()),
            "foreach-execution-path" => facts.indices = text.as_deref().and_then(indices),
            // What is not resumed says so in Python's words.
            "origin-run-id" => {
                facts.origin_run = text.filter(|run| run != "None" && RunId::new(run.as_str()).is_ok());
            }
            "origin-task-id" => facts.origin_task = text.filter(|task| task != "None"),
            "end_step" => facts.end_step = text,
            name if ABOUT.contains(&name) => {
                facts.about.insert(name.to_owned(), said(text.unwrap_or_default()));
            }
            _ => {}
        }
    }
    facts
}

/// The text of a datum, if it is text.
fn text(datum: &NewDatum) -> Option<String> {
    datum.value.as_ref().and_then(|value| serde_json::from_str(value.get()).ok())
}

/// JSON within text is told as what it is.
fn said(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(object @ Value::Object(_)) => object,
        _ => text.into(),
    }
}

/// Which attempt a datum is about.
fn attempt(datum: &NewDatum) -> Option<u32> {
    datum.tags.iter().find_map(|tag| tag.strip_prefix("attempt_id:")?.parse().ok())
}

/// The indices of `outer:0,inner:2`.
fn indices(path: &str) -> Option<Vec<u64>> {
    path.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.rsplit_once(':')?.1.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Facts {
        facts(&serde_json::from_str::<Vec<NewDatum>>(text).unwrap())
    }

    #[test]
    fn an_attempt_begins_and_ends() {
        let began = of(r#"[{"field_name": "attempt", "value": "1", "tags": ["attempt_id:1"]},
            {"field_name": "origin-run-id", "value": "None"},
            {"field_name": "foreach-execution-path", "value": "outer:0,inner:2"}]"#);
        assert_eq!((began.began, began.origin_run, began.indices), (Some(1), None, Some(vec![0, 2])));
        let ended = of(r#"[{"field_name": "attempt_ok", "value": "False", "tags": ["x", "attempt_id:1"]}]"#);
        assert_eq!(ended.ended, Some((1, false)));
        assert_eq!(of(r#"[{"field_name": "attempt-done", "value": "1"}]"#).done, Some(1));
    }

    #[test]
    fn a_copy_names_its_origin() {
        let copy = of(
            r#"[{"field_name": "origin-run-id", "value": "7"}, {"field_name": "origin-task-id", "value": "3"}]"#,
        );
        assert_eq!((copy.origin_run.as_deref(), copy.origin_task.as_deref()), (Some("7"), Some("3")));
    }

    #[test]
    fn the_first_task_tells_of_the_run() {
        let about = of(r#"[{"field_name": "script-name", "value": "flow.py"},
            {"field_name": "git-info", "value": "{\"commit_sha\": \"a\"}"}, {"field_name": "end_step", "value": "last"}]"#);
        assert_eq!(about.about["script-name"], "flow.py");
        assert_eq!(about.about["git-info"]["commit_sha"], "a");
        assert_eq!(about.end_step.as_deref(), Some("last"));
    }

    #[test]
    fn values_of_other_types_are_no_facts() {
        let odd =
            of(r#"[{"field_name": "attempt", "value": [1]}, {"field_name": "attempt-done", "value": null},
            {"field_name": "foreach-execution-path", "value": "x"}]"#);
        assert_eq!(odd, Facts::default());
    }
}
