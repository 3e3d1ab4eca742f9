//! `inline`: the secrets stand in the source itself. For tests; whoever reads the flow's file reads them.

use serde_json::{Map, Value};
use spinloom_diagnostics::Result;

use super::{Backend, Variable, failed};
use crate::source::bad;
use crate::{Environment, Source};

pub(super) struct Inline;

impl Backend for Inline {
    fn name(&self) -> &str {
        "inline"
    }

    fn check(&self, source: &Source) -> Result<()> {
        match source.options.get("env_vars") {
            None | Some(Value::Object(_)) => Ok(()),
            Some(_) => Err(bad("the `env_vars` of an `inline` source are a dictionary")),
        }
    }

    fn fetch(
        &self,
        source: &Source,
        _role: Option<&str>,
        _environment: Environment<'_>,
    ) -> Result<Vec<Variable>> {
        let none = Map::new();
        let variables = source.options.get("env_vars").and_then(Value::as_object).unwrap_or(&none);
        let one = |(name, value): (&String, &Value)| match value.as_str() {
            Some(value) => Ok(Variable { name: name.clone(), value: value.to_owned() }),
            None => Err(failed(source, format!("the value of `{name}` is not text"))),
        };
        variables.iter().map(one).collect()
    }
}
