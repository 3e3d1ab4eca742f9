//! `file`: a dotenv file, or a JSON file (`….json`) with an object of names and values.

use serde_json::Value;
use spinloom_diagnostics::{Error, Result};

use super::{Backend, Variable, failed, text};
use crate::source::bad;
use crate::{Environment, Source, dotenv};

pub(super) struct File;

impl Backend for File {
    fn name(&self) -> &str {
        "file"
    }

    fn check(&self, source: &Source) -> Result<()> {
        if source.id.is_empty() {
            return Err(
                bad("a `file` source names a file").hint("write its path, such as `file.secrets.env`")
            );
        }
        Ok(())
    }

    fn fetch(
        &self,
        source: &Source,
        _role: Option<&str>,
        _environment: Environment<'_>,
    ) -> Result<Vec<Variable>> {
        let content = std::fs::read_to_string(&source.id).map_err(|error| {
            let failed = failed(source, error);
            if source.id.starts_with('/') {
                return failed;
            }
            failed.hint("its path is relative to the folder the run is started in")
        })?;
        if source.id.to_ascii_lowercase().ends_with(".json") {
            return json(&content, source);
        }
        let variables = dotenv::parse(&content)
            .map_err(|line| failed(source, format!("line {line} is not `NAME=value`")))?;
        Ok(variables.into_iter().map(|(name, value)| Variable { name, value }).collect())
    }
}

fn json(content: &str, source: &Source) -> Result<Vec<Variable>> {
    // The parser's own words may quote the content.
    let Ok(Value::Object(fields)) = serde_json::from_str(content) else {
        return Err(failed(source, "it is not a JSON object of names and values"));
    };
    let one = |(name, value): (String, Value)| match text(&value) {
        Some(value) => Ok(Variable { name, value }),
        None => Err(unfit(source, &name)),
    };
    fields.into_iter().map(one).collect()
}

fn unfit(source: &Source, name: &str) -> Error {
    failed(source, format!("the value of `{name}` is neither text, a number nor a boolean"))
}
