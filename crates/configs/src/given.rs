//! What was given: on the command line, and in the environment.

use std::collections::BTreeMap;

use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};

use crate::declared::{Declared, find};

/// A variable of the environment that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Everything given for the configs of a flow. Nothing of it is judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// `--config NAME FILE`, in the order typed.
    pub files: Vec<(String, String)>,
    /// `--config-value NAME VALUE`.
    pub values: Vec<(String, String)>,
    /// `--set NAME.KEY=VALUE`.
    pub sets: Vec<String>,
    /// The variable with files: a JSON object, config name → path.
    pub file_variable: Option<Variable>,
    /// The variable with values: a JSON object, config name → value.
    pub value_variable: Option<Variable>,
}

impl Given {
    /// Whether anything is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the command line gives a config a file or a value.
    pub fn names(&self, config: &str) -> bool {
        let named = |(name, _): &(String, String)| name == config;
        self.files.iter().any(named) || self.values.iter().any(named)
    }
}

/// What is given for one config.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gift {
    /// A file; `by` says what named it.
    File { path: String, by: String },
    /// Text for the parser.
    Text { text: String, by: String },
    /// A value as it is.
    Data { value: Value, by: String },
}

/// Who names a config, for messages.
const FILE: &str = "--config";
const VALUE: &str = "--config-value";

/// What is given, by name: the command line over the environment.
///
/// # Errors
/// `SL0111` for a config that is unknown, given twice, or given both ways in one place.
pub(crate) fn gifts(given: &Given, all: &[Declared]) -> Result<BTreeMap<String, Gift>> {
    let mut found = environment(given, all)?;
    let mut typed: BTreeMap<String, Gift> = BTreeMap::new();
    let files = given
        .files
        .iter()
        .map(|(name, path)| (name, FILE, Gift::File { path: path.clone(), by: FILE.to_owned() }));
    let values = given
        .values
        .iter()
        .map(|(name, text)| (name, VALUE, Gift::Text { text: text.clone(), by: VALUE.to_owned() }));
    for (name, by, gift) in files.chain(values) {
        let config = find(all, name, by)?;
        match typed.insert(name.clone(), gift) {
            None => {}
            Some(Gift::File { .. }) if by == VALUE => return Err(both(config, FILE, VALUE)),
            Some(_) => {
                return Err(config.bare_problem(format!("is given twice by `{by}`")).hint("give it once"));
            }
        }
    }
    found.extend(typed);
    Ok(found)
}

fn both(config: &Declared, file: &str, value: &str) -> Error {
    config
        .bare_problem(format!("is given both a file (`{file}`) and a value (`{value}`)"))
        .hint("give it one of them; `--set` changes single keys")
}

fn environment(given: &Given, all: &[Declared]) -> Result<BTreeMap<String, Gift>> {
    let mut found = BTreeMap::new();
    for (name, value) in object(given.file_variable.as_ref())? {
        let Some(by) = given.file_variable.as_ref().map(|variable| variable.name.clone()) else { continue };
        let config = find(all, &name, &by)?;
        let Value::String(path) = value else {
            return Err(config.bare_problem(format!("needs the path of a file as text in `{by}`")));
        };
        found.insert(name, Gift::File { path, by });
    }
    for (name, value) in object(given.value_variable.as_ref())? {
        let Some(by) = given.value_variable.as_ref().map(|variable| variable.name.clone()) else { continue };
        let config = find(all, &name, &by)?;
        let gift = match value {
            Value::String(text) => Gift::Text { text, by: by.clone() },
            value => Gift::Data { value, by: by.clone() },
        };
        if let Some(Gift::File { by: file, .. }) = found.insert(name, gift) {
            return Err(both(config, &file, &by));
        }
    }
    Ok(found)
}

/// The pairs of a variable that is a JSON object.
fn object(variable: Option<&Variable>) -> Result<Vec<(String, Value)>> {
    let Some(Variable { name, value }) = variable else { return Ok(Vec::new()) };
    let bad = |why: String| {
        Error::new(codes::BAD_SETTING, format!("`{name}` is not a JSON object of configs"))
            .cause(why)
            .hint(format!("write `{name}='{{\"config\": …}}'`, or unset it"))
    };
    match spinloom_flow::exact::parse(value) {
        Ok(Value::Object(map)) => Ok(map.into_iter().collect()),
        Ok(_) => Err(bad("it is another JSON value".to_owned())),
        Err(error) => Err(bad(error.to_string())),
    }
}
