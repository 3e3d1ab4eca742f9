//! All that a task gets: of every source, checked against each other and against the environment.

use std::collections::HashMap;

use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};

use crate::{Environment, Others, Source, Variable};

/// Names that would change how tasks work.
const OURS: [&str; 2] = ["METAFLOW_", "SPINLOOM_"];

/// What a step asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Its sources, as JSON.
    pub sources: &'a [Value],
    /// Who fetches, for sources that name nobody.
    pub role: Option<&'a str>,
    /// Whether secrets may take the place of variables that are set.
    pub allow_override: bool,
}

/// Refuses sources that could never be fetched. Fetches nothing.
///
/// # Errors
/// `SL0104`, for the first of them.
pub fn check(sources: &[Value], others: Others<'_>) -> Result<()> {
    sources.iter().try_for_each(|source| Source::parse(source, others).map(|_| ()))
}

/// The variables of one source; names that no variable can have are refused.
///
/// # Errors
/// `SL0104` for a source that could never be fetched, `SL0502` for one that cannot be fetched now.
pub fn fetch(source: &Source, role: Option<&str>, environment: Environment<'_>) -> Result<Vec<Variable>> {
    let found = source.backend.fetch(source, source.role.as_deref().or(role), environment)?;
    for variable in &found {
        allowed(source, &variable.name)?;
        if variable.value.contains('\0') {
            return Err(refused(source, &variable.name, "has a value with a zero byte"));
        }
    }
    Ok(found)
}

/// The variables a task is to have, in the order of the sources.
///
/// # Errors
/// As [`fetch`]; `SL0502` for a name that two sources have, or that is set already and may not be overridden.
pub fn collect(
    wanted: Wanted<'_>,
    environment: Environment<'_>,
    others: Others<'_>,
) -> Result<Vec<Variable>> {
    let sources =
        wanted.sources.iter().map(|source| Source::parse(source, others)).collect::<Result<Vec<_>>>()?;
    let mut all: Vec<Variable> = Vec::new();
    let mut from: HashMap<String, usize> = HashMap::new();
    for (i, source) in sources.iter().enumerate() {
        for variable in fetch(source, wanted.role, environment)? {
            if let Some(first) = from.insert(variable.name.clone(), i) {
                let what = format!("is in `{}` too", sources[first].name());
                return Err(refused(source, &variable.name, &what).hint("take it from one of them only"));
            }
            taken(source, &variable, wanted.allow_override, environment)?;
            all.push(variable);
        }
    }
    Ok(all)
}

fn allowed(source: &Source, name: &str) -> Result<()> {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c == '_' || c.is_ascii_alphabetic());
    if !starts || !chars.all(|c| c == '_' || c.is_ascii_alphanumeric()) {
        return Err(refused(source, name, "is not a name for a variable")
            .hint("names consist of letters, digits and `_`, and do not begin with a digit"));
    }
    match OURS.iter().find(|prefix| name.starts_with(**prefix)) {
        Some(prefix) => {
            Err(refused(source, name, &format!("begins with `{prefix}`, which a secret may not")))
        }
        None => Ok(()),
    }
}

fn taken(
    source: &Source,
    variable: &Variable,
    allow_override: bool,
    environment: Environment<'_>,
) -> Result<()> {
    let Some(value) = environment(&variable.name).filter(|_| !allow_override) else { return Ok(()) };
    if source.backend.is_environment() && value == variable.value {
        return Ok(());
    }
    Err(refused(source, &variable.name, "is set in the environment already")
        .hint("unset it, or write `allow_override=True`"))
}

fn refused(source: &Source, name: &str, why: &str) -> Error {
    Error::new(codes::SECRETS, format!("the secret `{name}` of `{}` {why}", source.name()))
}
