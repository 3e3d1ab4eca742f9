//! From what a source says to a value: JSON here, everything else by the parser, which is Python's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::exact;

use crate::declared::Declared;
use crate::positions::{Fault, Format};
use crate::sources::Said;
use crate::{Python, Resolved, Source};

/// The values, in the order of the configs.
pub(crate) fn parse(
    configs: &[&Declared],
    found: Vec<(Said, Source)>,
    python: &mut dyn Python,
) -> Result<Vec<Resolved>> {
    let found: Vec<(Said, Source)> =
        configs.iter().zip(found).map(|(config, (said, source))| (as_text(config, said), source)).collect();
    let texts: BTreeMap<String, String> = configs
        .iter()
        .zip(&found)
        .filter_map(|(config, (said, _))| match said {
            Said::Text(text) if config.parser.is_some() => Some((config.name.clone(), text.clone())),
            _ => None,
        })
        .collect();
    let mut parsed = if texts.is_empty() { Map::new() } else { python.parse(&texts)? };
    configs
        .iter()
        .zip(found)
        .map(|(config, (said, source))| {
            let value = match &said {
                Said::Nothing => Value::Null,
                Said::Data(value) => of_kind(config, value.clone(), &source)?,
                Said::Text(text) if config.parser.is_none() && config.plain => Value::String(text.clone()),
                Said::Text(text) if config.parser.is_none() => {
                    let value = exact::parse(text).map_err(|error| {
                        let fault = fault(error.line, error.column, error.reason);
                        not_parsed(config, &source, "JSON", Some(&fault), None)
                    })?;
                    of_kind(config, value, &source)?
                }
                Said::Text(text) => {
                    let answer = parsed.remove(&config.name).unwrap_or_default();
                    by_python(config, &source, text, answer)?
                }
            };
            Ok(Resolved {
                name: config.name.clone(),
                attribute: config.attribute.clone(),
                lines: lines(config, &source, &said),
                value,
                source,
                set: Vec::new(),
                replaced: BTreeMap::new(),
                filled: Vec::new(),
            })
        })
        .collect()
}

/// A parser takes text only, and a plain config without one is its text: data becomes JSON for them.
fn as_text(config: &Declared, said: Said) -> Said {
    match said {
        Said::Data(value) if config.parser.is_some() || config.plain => Said::Text(exact::print(&value)),
        said => said,
    }
}

fn fault(line: usize, column: usize, reason: String) -> Fault {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Fault { line: number(line), column: number(column), reason }
}

/// Where the keys of a file are. A file whose positions cannot be found is a file all the same.
fn lines(config: &Declared, source: &Source, said: &Said) -> BTreeMap<String, u32> {
    let (Source::File { path, .. }, Said::Text(text)) = (source, said) else { return BTreeMap::new() };
    let format = Format::guess(config.parser.as_deref(), path);
    let lines = format.and_then(|format| format.lines(text).ok()).unwrap_or_default();
    lines.into_iter().map(|(path, line)| (path.pointer(), line)).collect()
}

/// What Python's parser made of a text.
fn by_python(config: &Declared, source: &Source, text: &str, answer: Value) -> Result<Value> {
    let Value::Object(mut answer) = answer else {
        return Err(Error::new(codes::INTERNAL, format!("config `{}` was not parsed", config.name)));
    };
    if let Some(value) = answer.remove("value") {
        return Ok(value);
    }
    if let Some(kind) = answer.get("kind").and_then(Value::as_str) {
        return Err(no_mapping(config, source, &format!("its parser returned a `{kind}`")));
    }
    let problem = answer.remove("problem").unwrap_or_default();
    let number = |key: &str| problem.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let word = |key: &str| problem.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let told = number("line").map(|line| Fault {
        line,
        column: number("column").unwrap_or(0),
        reason: word("message"),
    });
    // Where the parser does not say where it stopped, one that knows the format does.
    let file = if let Source::File { path, .. } = source { path.as_str() } else { "" };
    let format = Format::guess(config.parser.as_deref(), file);
    let looked = || format.and_then(|format| format.lines(text).err());
    let found = told.or_else(|| looked().map(|fault| Fault { reason: word("message"), ..fault }));
    let name = match format {
        Some(Format::Toml) => "TOML",
        Some(Format::Yaml) => "YAML",
        Some(Format::Json) => "JSON",
        None => "",
    };
    let kind = word("kind");
    let raised = if kind.is_empty() { word("message") } else { format!("{kind}: {}", word("message")) };
    let error = not_parsed(config, source, name, found.as_ref(), Some(&raised));
    let parser = config.parser.as_deref().unwrap_or_default();
    Err(error.hint(format!("its parser is `{parser}`")))
}

fn not_parsed(
    config: &Declared,
    source: &Source,
    format: &str,
    fault: Option<&Fault>,
    raised: Option<&str>,
) -> Error {
    let what = if format.is_empty() { "cannot be parsed".to_owned() } else { format!("is not {format}") };
    let column = |fault: &Fault| match fault.column {
        0 => format!("line {}", fault.line),
        column => format!("line {}, column {column}", fault.line),
    };
    let place = match source {
        Source::File { path, .. } => format!("`{path}`"),
        Source::CommandLine => "`--config-value`".to_owned(),
        Source::Environment { variable } => format!("`{variable}`"),
        Source::Default { .. } | Source::Nothing => "its `default_value`".to_owned(),
    };
    let at = fault.map(|fault| format!(", {}", column(fault))).unwrap_or_default();
    let error = config.bare_problem(format!("{what} ({place}{at})"));
    let error = match (raised, fault) {
        (Some(raised), _) => error.cause(raised),
        (None, Some(fault)) => error.cause(&fault.reason),
        (None, None) => error,
    };
    located(error, config, source, fault.map(|fault| fault.line))
}

/// At the file the value is from, or at the flow's line where that gives it.
fn located(error: Error, config: &Declared, source: &Source, line: Option<u32>) -> Error {
    match source {
        Source::File { path, .. } => error.at(path, line),
        Source::Default { .. } => error.at(&config.file, Some(config.line)),
        _ => error,
    }
}

/// Data that needs no parser: a mapping, unless the config is plain.
fn of_kind(config: &Declared, value: Value, source: &Source) -> Result<Value> {
    if config.plain || value.is_object() || value.is_null() {
        return Ok(value);
    }
    let kind = match value {
        Value::Array(_) => "a list",
        Value::String(_) => "text",
        Value::Bool(_) => "a boolean",
        _ => "a number",
    };
    Err(no_mapping(config, source, &format!("it is {kind}")))
}

fn no_mapping(config: &Declared, source: &Source, why: &str) -> Error {
    let error = config.bare_problem(format!("is no mapping of keys and values: {why}"));
    located(error, config, source, None).hint("with `plain=True` a config may be anything")
}
