//! A flow with configs, in a folder of its own, and a Python that knows three parsers, one function and one model.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use spinloom_configs::{Declared, Given, Outcome, Python, Request, Resolved, Variable, resolve};
use spinloom_diagnostics::{Error, Result};
use tempfile::TempDir;

/// A declaration, with what is not said as it is when nothing is written.
pub fn config(name: &str, more: Value) -> Declared {
    let mut all = json!({
        "name": name, "attribute": name, "default": {"kind": "none"}, "default_value": {"kind": "none"}, "required": false,
        "help": "", "parser": null, "plain": false, "schema": null, "file": "/flows/flow.py", "line": 7,
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    serde_json::from_value(all).unwrap()
}

/// Nothing but `--set`.
pub fn given(sets: &[&str]) -> Given {
    Given { sets: sets.iter().map(|text| (*text).to_owned()).collect(), ..Given::default() }
}

/// A variable that is set.
pub fn variable(name: &str, value: &str) -> Option<Variable> {
    Some(Variable { name: name.to_owned(), value: value.to_owned() })
}

/// A flow.
pub struct Flow {
    declared: Vec<Declared>,
    folder: TempDir,
    kept: Vec<Resolved>,
}

impl Flow {
    pub fn new(declared: &[Declared]) -> Self {
        Self { declared: declared.to_vec(), folder: tempfile::tempdir().unwrap(), kept: Vec::new() }
    }

    /// The same, going on with a run that had these.
    pub fn keeping(self, kept: Vec<Resolved>) -> Self {
        Self { kept, ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn resolve(&self, given: &Given) -> Result<Outcome, Vec<Error>> {
        let request = Request {
            declared: &self.declared,
            given,
            kept: &self.kept,
            fixed: true,
            cwd: self.folder.path(),
            context: &json!({}),
        };
        resolve(&request, &mut Snake)
    }

    /// Leaves and where they are from, or what is wrong.
    pub fn show(&self, given: &Given) -> String {
        let text = match self.resolve(given) {
            Err(errors) => errors
                .iter()
                .map(|error| {
                    let place = error.location().map(|at| {
                        format!(
                            "  --> {}{}\n",
                            at.file,
                            at.line.map(|line| format!(":{line}")).unwrap_or_default()
                        )
                    });
                    let causes: String =
                        error.causes().iter().map(|cause| format!("  cause: {cause}\n")).collect();
                    let hints: String = error.hints().iter().map(|hint| format!("hint: {hint}\n")).collect();
                    let (code, message) = (error.code().id(), error.message());
                    format!("error[{code}]: {message}\n{}{causes}{hints}", place.unwrap_or_default())
                })
                .collect::<String>(),
            Ok(outcome) => {
                let leaf = |one: &Resolved| {
                    let row = |(path, value): (spinloom_configs::Path, &Value)| {
                        format!(
                            "{} {path} = {}  ({})\n",
                            one.name,
                            spinloom_configs::text(value),
                            one.origin(&path).text()
                        )
                    };
                    one.leaves().into_iter().map(row).collect::<String>()
                };
                let notes: String = outcome.notes.iter().map(|note| format!("warning: {note}\n")).collect();
                outcome.configs.iter().map(leaf).collect::<String>() + &notes
            }
        };
        text.replace(&self.folder.path().display().to_string(), "[FOLDER]")
    }
}

struct Snake;

impl Python for Snake {
    fn defaults(&mut self, wanted: &[(String, &'static str)], _context: &Value) -> Result<Vec<Value>> {
        Ok(wanted.iter().map(|(name, kind)| json!({"from": format!("{kind} of {name}")})).collect())
    }

    fn parse(&mut self, texts: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
        let answer = |text: &String| match text.as_str() {
            "raise" => {
                json!({"problem": {"kind": "ValueError", "message": "boom", "line": null, "column": null}})
            }
            "raise here" => {
                json!({"problem": {"kind": "ParseError", "message": "boom", "line": 3, "column": 5}})
            }
            "x" => json!({"kind": "list"}),
            text if text.contains("= =") || text.contains("[1,\n") => {
                json!({"problem": {"kind": "DecodeError", "message": "no", "line": null, "column": null}})
            }
            text => json!({"value": {"text": text.to_uppercase()}}),
        };
        Ok(texts.iter().map(|(name, text)| (name.clone(), answer(text))).collect())
    }

    fn check(&mut self, values: &Map<String, Value>) -> Result<Map<String, Value>> {
        let answer = |value: &Value| match value.get("name") {
            Some(name) => json!({"value": {"name": name, "seed": 7}}),
            None => json!({"problems": [
                {"path": ["name"], "message": "Field required"},
                {"path": ["model", "lr"], "message": "Input should be a valid number"},
            ]}),
        };
        Ok(values.iter().map(|(name, value)| (name.clone(), answer(value))).collect())
    }
}
