//! Secrets for a task's process. Values pass through here and are kept nowhere.

use pyo3::prelude::*;
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_secrets::{Source, Variable, Wanted};

use crate::errors::raise;

/// Refuses sources (a JSON list) that no back-end could ever fetch.
#[pyfunction]
pub(crate) fn check_secrets(py: Python<'_>, sources: &str) -> PyResult<()> {
    list(sources).and_then(|sources| spinloom_secrets::check(&sources)).map_err(|e| raise(py, &e))
}

/// The variables of one source, names and values. `variable` answers the value of a variable of the environment, or None.
#[pyfunction]
pub(crate) fn fetch_secrets(
    py: Python<'_>,
    source: &str,
    role: Option<&str>,
    variable: &Bound<'_, PyAny>,
) -> PyResult<Vec<(String, String)>> {
    let found = one(source).and_then(|source| spinloom_secrets::fetch(&source, role, &ask(variable)));
    found.map(pairs).map_err(|e| raise(py, &e))
}

/// The variables a task is to have. `place` is the file and line of its `@secrets`.
#[pyfunction]
pub(crate) fn task_secrets(
    py: Python<'_>,
    sources: &str,
    role: Option<&str>,
    allow_override: bool,
    variable: &Bound<'_, PyAny>,
    place: Option<(String, u32)>,
) -> PyResult<Vec<(String, String)>> {
    let found = list(sources).and_then(|sources| {
        let wanted = Wanted { sources: &sources, role, allow_override };
        spinloom_secrets::collect(wanted, &ask(variable))
    });
    found.map(pairs).map_err(|error| {
        let error = match place {
            Some((file, line)) => error.at(file, Some(line)),
            None => error,
        };
        raise(py, &error)
    })
}

fn ask<'a>(variable: &'a Bound<'_, PyAny>) -> impl Fn(&str) -> Option<String> + 'a {
    // A value that is not text cannot be a secret of ours, nor is it worth failing for.
    |name| variable.call1((name,)).and_then(|value| value.extract()).unwrap_or_default()
}

fn pairs(variables: Vec<Variable>) -> Vec<(String, String)> {
    variables.into_iter().map(|variable| (variable.name, variable.value)).collect()
}

/// Never shows the text: it may hold secrets.
fn list(text: &str) -> Result<Vec<Value>> {
    serde_json::from_str(text)
        .map_err(|_| Error::new(codes::BAD_DECORATOR, "the sources of secrets are a list"))
}

fn one(text: &str) -> Result<Source> {
    let value = serde_json::from_str(text).or_error(codes::INTERNAL, || "a source is not JSON".to_owned())?;
    Source::parse(&value)
}
