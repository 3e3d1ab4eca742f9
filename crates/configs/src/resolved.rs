//! A value that is settled, and where each leaf of it is from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Path;

/// Where the value as a whole is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A file.
    File {
        /// As it was named.
        path: String,
        /// What named it: `--config`, a variable, `default`.
        by: String,
    },
    /// `--config-value`.
    CommandLine,
    /// A variable of the environment.
    Environment {
        /// Its name.
        variable: String,
    },
    /// `default_value` in the flow.
    Default {
        /// The flow's file.
        file: String,
        /// The line of the `Config(…)`.
        line: u32,
    },
    /// Nothing gave it a value.
    Nothing,
}

/// Where one leaf is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A file.
    File {
        /// As it was named.
        path: String,
        /// The line, if the format is one whose lines are known.
        line: Option<u32>,
    },
    /// The command line: the option.
    CommandLine {
        /// `--set` or `--config-value`.
        option: String,
    },
    /// A variable of the environment.
    Environment {
        /// Its name.
        variable: String,
    },
    /// The flow.
    Default {
        /// The flow's file.
        file: String,
        /// The line of the `Config(…)`.
        line: u32,
    },
    /// A default of the schema.
    Schema,
    /// Nothing.
    Nothing,
}

impl Origin {
    /// In a few words: `my.json:3`, `--set`, `$METAFLOW_FLOW_CONFIG_VALUE`.
    pub fn text(&self) -> String {
        match self {
            Self::File { path, line: Some(line) } => format!("{path}:{line}"),
            Self::File { path, line: None } => path.clone(),
            Self::CommandLine { option } => option.clone(),
            Self::Environment { variable } => format!("${variable}"),
            Self::Default { file, line } => {
                let name = file.rsplit('/').next().unwrap_or(file);
                format!("default, {name}:{line}")
            }
            Self::Schema => "default of the schema".to_owned(),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}

/// A value that another one took the place of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    /// It.
    pub value: Value,
    /// Where it was from, in a few words.
    pub from: String,
}

/// A config that has its value. This is also what is kept with a run, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    /// What the command line calls it.
    pub name: String,
    /// What the flow calls it.
    pub attribute: String,
    /// The value; what JSON has no place for is tagged, `{"$python": {"pickle", "text"}}`.
    pub value: Value,
    /// Where it is from as a whole.
    pub source: Source,
    /// Lines in the source's file, by JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, u32>,
    /// What `--set` changed, as JSON pointers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// What stood there before, where anything did, by JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, Replaced>,
    /// What the schema's defaults filled in, as JSON pointers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<String>,
}

impl Resolved {
    /// Where what stands at `path` is from.
    pub fn origin(&self, path: &Path) -> Origin {
        let pointer = path.pointer();
        let within = |list: &[String]| {
            list.iter().any(|outer| pointer == *outer || pointer.starts_with(&format!("{outer}/")))
        };
        if within(&self.set) {
            return Origin::CommandLine { option: "--set".to_owned() };
        }
        if within(&self.filled) {
            return Origin::Schema;
        }
        match &self.source {
            Source::File { path: file, .. } => Origin::File { path: file.clone(), line: self.line(path) },
            Source::CommandLine => Origin::CommandLine { option: "--config-value".to_owned() },
            Source::Environment { variable } => Origin::Environment { variable: variable.clone() },
            Source::Default { file, line } => Origin::Default { file: file.clone(), line: *line },
            Source::Nothing => Origin::Nothing,
        }
    }

    /// The line of what stands at `path`, or of the nearest thing round it whose line is known.
    fn line(&self, path: &Path) -> Option<u32> {
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some(line) = self.lines.get(&path.pointer()) {
                return Some(*line);
            }
            at = path.parent();
        }
        None
    }

    /// Every leaf: what has nothing in it.
    pub fn leaves(&self) -> Vec<(Path, &Value)> {
        let mut found = Vec::new();
        leaves(&self.value, Path::default(), &mut found);
        found
    }

    /// The records of a run, as they are kept: by name.
    pub fn record(all: &[Self]) -> Value {
        let pair = |one: &Self| (one.name.clone(), serde_json::to_value(one).unwrap_or_default());
        Value::Object(all.iter().map(pair).collect::<Map<_, _>>())
    }

    /// The reverse: what is kept of a run, and can be read.
    pub fn recorded(record: &Value) -> Vec<Self> {
        let entries = record.as_object().into_iter().flatten();
        entries.filter_map(|(_, one)| serde_json::from_value(one.clone()).ok()).collect()
    }
}

fn leaves<'a>(value: &'a Value, path: Path, found: &mut Vec<(Path, &'a Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() && !is_tagged(map) => {
            map.iter().for_each(|(key, value)| leaves(value, path.with(key), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(i, value)| leaves(value, path.with(i.to_string()), found));
        }
        _ => found.push((path, value)),
    }
}

/// The mark of a value only Python knows.
pub(crate) const PYTHON: &str = "$python";

fn is_tagged(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| [PYTHON, "$int", "$float"].contains(&key.as_str()))
}

/// A leaf as people read it.
pub fn text(value: &Value) -> String {
    match value.get(PYTHON).and_then(|held| held.get("text")).and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => spinloom_flow::exact::print(value),
    }
}
