//! All of it, in order: sources, defaults, files, parsers, `--set`, schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result};

use crate::declared::{self, Declared};
use crate::{Given, Resolved, parsed, schema, set, sources};

/// What only Python can do.
pub trait Python {
    /// Calls default functions: of each, the config and `default` or `default_value`.
    ///
    /// # Errors
    /// A function that raised.
    fn defaults(&mut self, wanted: &[(String, &'static str)], context: &Value) -> Result<Vec<Value>>;

    /// Calls the parsers of configs on texts: config → `{"value"}`, `{"kind"}` of what is no mapping, or `{"problem"}`.
    ///
    /// # Errors
    /// A parser that cannot be found.
    fn parse(&mut self, texts: &BTreeMap<String, String>) -> Result<Map<String, Value>>;

    /// Has models check values: config → `{"value"}` or `{"problems": [{"path", "message"}]}`.
    ///
    /// # Errors
    /// A model that failed in another way.
    fn check(&mut self, values: &Map<String, Value>) -> Result<Map<String, Value>>;
}

/// What is to be resolved.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The flow's configs.
    pub declared: &'a [Declared],
    /// What was given for them.
    pub given: &'a Given,
    /// Configs that keep the value they had in an earlier run.
    pub kept: &'a [Resolved],
    /// … and `--set` may not change it.
    pub fixed: bool,
    /// Where paths begin.
    pub cwd: &'a std::path::Path,
    /// What default functions are told.
    pub context: &'a Value,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// Every config, in the order of the flow.
    pub configs: Vec<Resolved>,
    /// Remarks for the user.
    pub notes: Vec<String>,
}

/// The value of every config (PA-09).
///
/// # Errors
/// `SL0111` for what is given wrongly, missing or unreadable; `SL0112` for each place where a value is not as its schema
/// wants it.
pub fn resolve(request: &Request<'_>, python: &mut dyn Python) -> Result<Outcome, Vec<Error>> {
    let one = |error: Error| vec![error];
    declared::check(request.declared).map_err(one)?;
    let is_kept = |config: &&Declared| request.kept.iter().any(|kept| kept.name == config.name);
    let wanted: Vec<&Declared> = request.declared.iter().filter(|config| !is_kept(config)).collect();
    let found = sources::find(request, &wanted, python).map_err(one)?;
    let mut fresh = parsed::parse(&wanted, found, python).map_err(one)?;
    let mut all: Vec<Resolved> = request.kept.to_vec();
    if !request.fixed {
        fresh.append(&mut all);
    }
    let mut notes = Vec::new();
    for text in &request.given.sets {
        notes.extend(set::apply(text, &mut fresh).map_err(one)?);
    }
    schema::check(request, &mut fresh, python)?;
    all.append(&mut fresh);
    let place = |one: &Resolved| request.declared.iter().position(|config| config.name == one.name);
    all.retain(|one| place(one).is_some());
    all.sort_by_key(place);
    Ok(Outcome { configs: all, notes })
}
