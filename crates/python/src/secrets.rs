//! Secrets for a task's process. Values pass through here and are kept nowhere.

use std::sync::Arc;

use pyo3::prelude::*;
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_secrets::{Backend, Environment, Source, Variable, Wanted, backends};

use crate::errors::{from_python, raise};

/// The names of the back-ends that are not an extension's.
#[pyfunction]
pub(crate) fn secret_types() -> Vec<String> {
    backends().iter().map(|backend| backend.name().to_owned()).collect()
}

/// Refuses sources (a JSON list) that no back-end could ever fetch. `extension` answers the back-end of a name, a
/// `spinloom.secret_sources.Provider`, or None.
#[pyfunction]
pub(crate) fn check_secrets(py: Python<'_>, sources: &str, extension: &Bound<'_, PyAny>) -> PyResult<()> {
    list(sources)
        .and_then(|sources| spinloom_secrets::check(&sources, &others(extension)))
        .map_err(|e| raise(py, &e))
}

/// The variables of one source, names and values. `variable` answers the value of a variable of the environment, or None.
#[pyfunction]
pub(crate) fn fetch_secrets(
    py: Python<'_>,
    source: &str,
    role: Option<&str>,
    variable: &Bound<'_, PyAny>,
    extension: &Bound<'_, PyAny>,
) -> PyResult<Vec<(String, String)>> {
    let found =
        one(source, extension).and_then(|source| spinloom_secrets::fetch(&source, role, &ask(variable)));
    found.map(pairs).map_err(|e| raise(py, &e))
}

/// The variables a task is to have. `place` is the file and line of its `@secrets`.
#[pyfunction]
#[pyo3(signature = (sources, role, allow_override, variable, extension, place))]
pub(crate) fn task_secrets(
    sources: &str,
    role: Option<&str>,
    allow_override: bool,
    variable: &Bound<'_, PyAny>,
    extension: &Bound<'_, PyAny>,
    place: Option<(String, u32)>,
) -> PyResult<Vec<(String, String)>> {
    let found = list(sources).and_then(|sources| {
        let wanted = Wanted { sources: &sources, role, allow_override };
        spinloom_secrets::collect(wanted, &ask(variable), &others(extension))
    });
    found.map(pairs).map_err(|error| {
        let error = match place {
            Some((file, line)) => error.at(file, Some(line)),
            None => error,
        };
        raise(variable.py(), &error)
    })
}

/// A back-end that a package has, behind a `spinloom.secret_sources.Provider`.
struct Extension {
    name: String,
    provider: Py<PyAny>,
}

impl Extension {
    fn options(source: &Source) -> Result<String> {
        serde_json::to_string(&source.options).or_error(codes::INTERNAL, || "cannot write options".to_owned())
    }
}

impl Backend for Extension {
    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self, source: &Source) -> Result<()> {
        let options = Self::options(source)?;
        Python::attach(|py| {
            let said = self.provider.bind(py).call_method1("check", (&source.id, options));
            said.map(|_| ()).map_err(|e| from_python(py, &e, "a source of secrets cannot be checked"))
        })
    }

    fn fetch(
        &self,
        source: &Source,
        role: Option<&str>,
        _environment: Environment<'_>,
    ) -> Result<Vec<Variable>> {
        let options = Self::options(source)?;
        Python::attach(|py| {
            let found = self.provider.bind(py).call_method1("fetch", (&source.id, options, role));
            let found: Vec<(String, String)> = found
                .and_then(|found| found.extract())
                .map_err(|e| from_python(py, &e, "secrets cannot be fetched"))?;
            Ok(found.into_iter().map(|(name, value)| Variable { name, value }).collect())
        })
    }
}

fn others<'a>(extension: &'a Bound<'_, PyAny>) -> impl Fn(&str) -> Result<Option<Arc<dyn Backend>>> + 'a {
    |name| {
        let found = extension
            .call1((name,))
            .map_err(|e| from_python(extension.py(), &e, "an extension cannot be looked for"))?;
        if found.is_none() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Extension { name: name.to_owned(), provider: found.unbind() })))
    }
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

fn one(text: &str, extension: &Bound<'_, PyAny>) -> Result<Source> {
    let value = serde_json::from_str(text).or_error(codes::INTERNAL, || "a source is not JSON".to_owned())?;
    Source::parse(&value, &others(extension))
}
