//! What the parameters of a run are: from the command line, the environment, defaults (PA-01 … PA-05).
//!
//! Values are in the notation of [`exact`]: write them with [`exact::print`] when Python is to read them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, codes};

use crate::exact::{self, Kind};
use crate::graph::{DefaultKind, ParameterDoc, ParameterType};

/// Names a parameter may not have (PA-04), with dashes. They would hide options of `run`.
pub const RESERVED: [&str; 15] = [
    "params",
    "with",
    "tag",
    "namespace",
    "obj",
    "tags",
    "decospecs",
    "run-id-file",
    "max-num-splits",
    "max-workers",
    "max-log-size",
    "user-namespace",
    "run-id",
    "task-id",
    "runner-attribute-file",
];

/// Where the text of a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An option, such as `--alpha`.
    Option(String),
    /// An option that names the parameter, such as `--param alpha`, for `--param alpha=0.5`.
    Pair(String),
    /// An environment variable, such as `METAFLOW_RUN_ALPHA`.
    Environment(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Pair(name) | Self::Environment(name) => f.write_str(name),
        }
    }
}

/// The value of every parameter, by parameter name, in definition order.
///
/// `given` has the texts of command line and environment, by parameter name, precedence decided. `functions` has what the
/// deploy-time functions returned, by parameter name; one that was given need not be there.
///
/// # Errors
/// `SL0103` for the first parameter that is missing, unknown or has a bad value.
pub fn resolve(
    docs: &[ParameterDoc],
    given: &BTreeMap<String, (String, Source)>,
    functions: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    for (name, (_, source)) in given {
        if !docs.iter().any(|doc| doc.name == *name) {
            let error =
                Error::new(codes::BAD_PARAMETER, format!("there is no parameter `{name}` (from `{source}`)"));
            return Err(error.suggest(name, docs.iter().map(|d| d.name.as_str())));
        }
    }
    let value = |doc: &ParameterDoc| {
        let value = match given.get(&doc.name) {
            Some((text, source)) => from_text(doc, text, source)?,
            None => default(doc, functions)?,
        };
        Ok((doc.name.clone(), value))
    };
    docs.iter().map(value).collect()
}

/// The value a text stands for.
fn from_text(doc: &ParameterDoc, text: &str, source: &Source) -> Result<Value, Error> {
    converted(doc, text).map_err(|why| {
        let message =
            format!("parameter `{}` has the bad value `{}` (from `{source}`)", doc.name, shortened(text));
        Error::new(codes::BAD_PARAMETER, message).cause(why).hint(example(doc, source))
    })
}

fn converted(doc: &ParameterDoc, text: &str) -> Result<Value, String> {
    match doc.kind {
        ParameterType::Str => Ok(split(doc, text)),
        ParameterType::Int => exact::integer(text).ok_or_else(|| "a whole number is expected".to_owned()),
        ParameterType::Float => exact::float(text).ok_or_else(|| "a number is expected".to_owned()),
        ParameterType::Bool => boolean(text).ok_or_else(|| "`true` or `false` is expected".to_owned()),
        ParameterType::Json => exact::parse(text).map_err(|e| format!("JSON is expected: {e}")),
        ParameterType::File => Ok(text.into()),
    }
}

fn example(doc: &ParameterDoc, source: &Source) -> String {
    let value = match doc.kind {
        ParameterType::Str => "text",
        ParameterType::Int => "3",
        ParameterType::Float => "0.5",
        ParameterType::Bool => "true",
        ParameterType::Json => "'{\"key\": [1, 2]}'",
        ParameterType::File => "path/of/a/file",
    };
    match source {
        Source::Option(name) => format!("write `{name} {value}`"),
        Source::Pair(name) | Source::Environment(name) => format!("write `{name}={value}`"),
    }
}

/// The spellings Metaflow knows, in any case.
fn boolean(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Some(true.into()),
        "false" | "f" | "no" | "n" | "0" => Some(false.into()),
        _ => None,
    }
}

/// Text, or its parts if the parameter has a separator. Empty text is not split, as in Metaflow.
fn split(doc: &ParameterDoc, text: &str) -> Value {
    match doc.separator.as_deref() {
        Some(separator) if !separator.is_empty() && !text.is_empty() => {
            text.split(separator).map(Value::from).collect()
        }
        _ => text.into(),
    }
}

fn default(doc: &ParameterDoc, functions: &Map<String, Value>) -> Result<Value, Error> {
    match doc.default_kind {
        DefaultKind::None if doc.required => {
            let error = Error::new(codes::BAD_PARAMETER, format!("parameter `{}` must be given", doc.name));
            Err(at(doc, error.hint(format!("add `--{} …`", doc.name))))
        }
        DefaultKind::None => Ok(Value::Null),
        DefaultKind::Value => static_default(doc),
        DefaultKind::Function => match functions.get(&doc.name) {
            Some(value) => returned(doc, value),
            None => {
                let message = format!("the default function of parameter `{}` was not called", doc.name);
                Err(at(doc, Error::new(codes::INTERNAL, message)))
            }
        },
    }
}

/// A default written in the file: converted where Metaflow converts it, else as it is.
fn static_default(doc: &ParameterDoc) -> Result<Value, Error> {
    let value = match (doc.kind, exact::kind(&doc.default)) {
        (ParameterType::Str, Kind::Text(text)) => Some(split(doc, text)),
        (ParameterType::Str | ParameterType::Json, _) | (_, Kind::Null) => Some(doc.default.clone()),
        (ParameterType::Int | ParameterType::Float | ParameterType::Bool, Kind::Text(text)) => {
            converted(doc, text).ok()
        }
        (ParameterType::Int, Kind::Bool(b)) => Some(i64::from(b).into()),
        (ParameterType::Int, Kind::Float) => truncated(&doc.default),
        (ParameterType::Float, Kind::Bool(b)) => Some(exact::from_f64(f64::from(u8::from(b)))),
        (ParameterType::Bool, Kind::Int) if doc.default == 0 || doc.default == 1 => {
            Some((doc.default == 1).into())
        }
        _ => typed(doc.kind, &doc.default),
    };
    value.ok_or_else(|| {
        let shown = shortened(&exact::print(&doc.default)).into_owned();
        let message =
            format!("the default `{shown}` of parameter `{}` is not {}", doc.name, expected(doc.kind));
        at(doc, Error::new(codes::BAD_PARAMETER, message).hint("change `default=` or `type=`"))
    })
}

/// What a deploy-time function returned: of the parameter's type; a JSON parameter's may be the JSON text (PA-03).
fn returned(doc: &ParameterDoc, value: &Value) -> Result<Value, Error> {
    let value = match (doc.kind, exact::kind(value)) {
        (ParameterType::Str, Kind::Text(text)) => Ok(split(doc, text)),
        (ParameterType::Json, Kind::Text(text)) => {
            exact::parse(text).map_err(|e| format!("it is text, but not JSON: {e}"))
        }
        _ => {
            typed(doc.kind, value).ok_or_else(|| format!("it returned `{}`", shortened(&exact::print(value))))
        }
    };
    value.map_err(|why| {
        let message =
            format!("the default function of parameter `{}` must return {}", doc.name, expected(doc.kind));
        at(doc, Error::new(codes::INVALID_FLOW, message).cause(why))
    })
}

/// The value, if it is of the type; a whole number may stand for a float.
fn typed(kind: ParameterType, value: &Value) -> Option<Value> {
    match (kind, exact::kind(value)) {
        (ParameterType::Str | ParameterType::File, Kind::Text(_))
        | (ParameterType::Int, Kind::Int)
        | (ParameterType::Float, Kind::Float)
        | (ParameterType::Bool, Kind::Bool(_))
        | (ParameterType::Json, _) => Some(value.clone()),
        (ParameterType::Float, Kind::Int) => exact::float(&exact::print(value)),
        _ => None,
    }
}

/// `int(x)` of a float.
fn truncated(value: &Value) -> Option<Value> {
    exact::integer(&format!("{:.0}", value.as_f64()?.trunc()))
}

fn expected(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Str => "text",
        ParameterType::Int => "a whole number",
        ParameterType::Float => "a number",
        ParameterType::Bool => "`True` or `False`",
        ParameterType::Json => "JSON",
        ParameterType::File => "the path of a file",
    }
}

fn at(doc: &ParameterDoc, error: Error) -> Error {
    if doc.file.is_empty() { error } else { error.at(&doc.file, (doc.line > 0).then_some(doc.line)) }
}

/// Long values are cut in messages.
fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests;
