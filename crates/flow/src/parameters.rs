//! What the parameters of a run are: from the command line, the environment, defaults (PA-01 … PA-05).
//!
//! Values are in the notation of [`exact`]: write them with [`exact::print`] when Python is to read them.

mod limits;
mod moment;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, codes};

use crate::exact::{self, Kind};
use crate::graph::{DefaultKind, ParameterDoc, ParameterType};

pub(crate) use limits::declared;
pub use limits::{range, text};

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

/// A value as it was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// Text: what is typed, or in the environment.
    Text(String),
    /// A value of a file, in the notation of [`exact`].
    Value(Value),
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An option, such as `--alpha`.
    Option(String),
    /// An option that names the parameter, such as `--param alpha`, for `--param alpha=0.5`.
    Pair(String),
    /// An environment variable, such as `METAFLOW_RUN_ALPHA`.
    Environment(String),
    /// A file of parameters, and the line of it.
    File(String, Option<u32>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Pair(name) | Self::Environment(name) | Self::File(name, _) => {
                f.write_str(name)
            }
        }
    }
}

impl Source {
    /// `error`, at the line of the file the value is in, if it is in one.
    pub fn place(&self, error: Error) -> Error {
        match self {
            Self::File(file, line) => error.at(file, *line),
            _ => error,
        }
    }
}

/// What was given, by parameter name.
pub type Given = BTreeMap<String, (Written, Source)>;

/// The value of every parameter, by parameter name, in definition order.
///
/// `given` has what command line, environment and files say, precedence decided. `functions` has what the deploy-time
/// functions returned, by parameter name; one that was given need not be there.
///
/// # Errors
/// `SL0103` for the first parameter that is missing, unknown or has a bad value.
pub fn resolve(
    docs: &[ParameterDoc],
    given: &Given,
    functions: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    for (name, (_, source)) in given {
        if !docs.iter().any(|doc| doc.name == *name) {
            let error =
                Error::new(codes::BAD_PARAMETER, format!("there is no parameter `{name}` (from `{source}`)"));
            return Err(source.place(error.suggest(name, docs.iter().map(|d| d.name.as_str()))));
        }
    }
    let value = |doc: &ParameterDoc| {
        let value = match given.get(&doc.name) {
            Some((written, source)) => from_written(doc, written, source)?,
            None => default(doc, functions)?,
        };
        Ok((doc.name.clone(), value))
    };
    docs.iter().map(value).collect()
}

/// The value that was given.
fn from_written(doc: &ParameterDoc, written: &Written, source: &Source) -> Result<Value, Error> {
    let value = match written {
        Written::Text(text) => converted(doc, doc.kind, text),
        Written::Value(value) => from_value(doc, value),
    };
    let problem = |why: String| {
        let shown = match written {
            Written::Text(text) => shortened(text).into_owned(),
            Written::Value(value) => limits::text(value),
        };
        let message = format!("parameter `{}` has the bad value `{shown}` (from `{source}`)", doc.name);
        (Error::new(codes::BAD_PARAMETER, message).cause(why), shown)
    };
    let value = value.map_err(|why| {
        let (error, shown) = problem(why);
        source.place(advise(doc, error, &shown, source))
    })?;
    limits::check(doc, &value).map_err(|why| {
        let (error, shown) = problem(why);
        source.place(suggest(doc, error, &shown))
    })?;
    Ok(value)
}

/// The choice that was meant, if there are choices; else an example.
fn advise(doc: &ParameterDoc, error: Error, shown: &str, source: &Source) -> Error {
    if doc.choices.is_empty() { error.hint(example(doc, source)) } else { suggest(doc, error, shown) }
}

fn suggest(doc: &ParameterDoc, error: Error, shown: &str) -> Error {
    let names: Vec<String> = doc.choices.iter().map(limits::text).collect();
    error.suggest(shown, names.iter().map(String::as_str))
}

/// The value a text stands for.
fn converted(doc: &ParameterDoc, kind: ParameterType, text: &str) -> Result<Value, String> {
    let or = |value: Option<Value>| value.ok_or_else(|| format!("{} is expected", expected(kind)));
    match kind {
        ParameterType::Str => Ok(split(doc, text)),
        ParameterType::Int => or(exact::integer(text)),
        ParameterType::Float => or(exact::float(text)),
        ParameterType::Bool => boolean(text).ok_or_else(|| "`true` or `false` is expected".to_owned()),
        ParameterType::Json | ParameterType::Model => {
            exact::parse(text).map_err(|e| format!("JSON is expected: {e}"))
        }
        ParameterType::File | ParameterType::Path => Ok(text.into()),
        ParameterType::Datetime => or(moment::datetime(text).map(Value::from)),
        ParameterType::Date => or(moment::date(text).map(Value::from)),
        ParameterType::Enum => {
            member(doc, text).ok_or_else(|| format!("one of {} is expected", limits::choices(doc)))
        }
        ParameterType::List => list(doc, text),
    }
}

/// The member of an enum that a text names, by its name or its value.
fn member(doc: &ParameterDoc, text: &str) -> Option<Value> {
    let text = text.trim();
    doc.choices.iter().find(|name| *name == text).or_else(|| doc.synonyms.get(text)).cloned()
}

/// A list: a JSON list, or its items separated by commas.
fn list(doc: &ParameterDoc, text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('[') {
        let value = exact::parse(text).map_err(|e| format!("a JSON list is expected: {e}"))?;
        return from_value(doc, &value);
    }
    let kind = doc.item.unwrap_or(ParameterType::Str);
    let separator = doc.separator.as_deref().unwrap_or(",");
    let whole = ParameterDoc { separator: None, ..doc.clone() };
    let parts = text.split(separator).map(str::trim).enumerate();
    let item = |(i, part)| {
        converted(&whole, kind, part).map_err(|why| format!("{why} for item {} of the list", i + 1))
    };
    if text.trim().is_empty() { Ok(Value::Array(Vec::new())) } else { parts.map(item).collect() }
}

/// A value of a file: of the parameter's type, or the text of such a value.
fn from_value(doc: &ParameterDoc, value: &Value) -> Result<Value, String> {
    match (doc.kind, exact::kind(value)) {
        (ParameterType::Json | ParameterType::Model, _) => Ok(value.clone()),
        (ParameterType::Str, Kind::List(items))
            if doc.separator.is_some() && items.iter().all(Value::is_string) =>
        {
            Ok(value.clone())
        }
        (ParameterType::List, Kind::List(items)) => {
            let kind = doc.item.unwrap_or(ParameterType::Json);
            let item = |(i, item): (usize, &Value)| {
                let text = item.as_str().filter(|_| kind != ParameterType::Json);
                let read = match text {
                    Some(text) => converted(&ParameterDoc { separator: None, ..doc.clone() }, kind, text),
                    None => typed(doc, kind, item).ok_or_else(|| format!("{} is expected", expected(kind))),
                };
                read.map_err(|why| format!("{why} for item {} of the list", i + 1))
            };
            items.iter().enumerate().map(item).collect()
        }
        (_, Kind::Text(text)) => converted(doc, doc.kind, text),
        _ => typed(doc, doc.kind, value).ok_or_else(|| match doc.kind {
            ParameterType::Str => "text is expected, in quotes".to_owned(),
            kind => format!("{} is expected", expected(kind)),
        }),
    }
}

fn example(doc: &ParameterDoc, source: &Source) -> String {
    let value = match doc.kind {
        ParameterType::Str => "text",
        ParameterType::Int => "3",
        ParameterType::Float => "0.5",
        ParameterType::Bool => "true",
        ParameterType::Json | ParameterType::Model => "'{\"key\": [1, 2]}'",
        ParameterType::File | ParameterType::Path => "path/of/a/file",
        ParameterType::Datetime => "2026-03-01T12:00",
        ParameterType::Date => "2026-03-01",
        ParameterType::Enum => "NAME",
        ParameterType::List => "a,b",
    };
    match source {
        Source::Option(name) => format!("write `{name} {value}`"),
        Source::Pair(name) | Source::Environment(name) => format!("write `{name}={value}`"),
        Source::File(..) => format!("write a value such as `{value}`"),
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
            converted(doc, doc.kind, text).ok()
        }
        (ParameterType::Int, Kind::Bool(b)) => Some(i64::from(b).into()),
        (ParameterType::Int, Kind::Float) => truncated(&doc.default),
        (ParameterType::Float, Kind::Bool(b)) => Some(exact::from_f64(f64::from(u8::from(b)))),
        (ParameterType::Bool, Kind::Int) if doc.default == 0 || doc.default == 1 => {
            Some((doc.default == 1).into())
        }
        _ => typed(doc, doc.kind, &doc.default),
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
        _ => typed(doc, doc.kind, value)
            .ok_or_else(|| format!("it returned `{}`", shortened(&exact::print(value)))),
    };
    let value = value.and_then(|value| limits::check(doc, &value).map(|()| value));
    value.map_err(|why| {
        let message =
            format!("the default function of parameter `{}` must return {}", doc.name, expected(doc.kind));
        at(doc, Error::new(codes::INVALID_FLOW, message).cause(why))
    })
}

/// The value, if it is of the type `kind`; a whole number may stand for a float.
fn typed(doc: &ParameterDoc, kind: ParameterType, value: &Value) -> Option<Value> {
    match (kind, exact::kind(value)) {
        (ParameterType::Str | ParameterType::File | ParameterType::Path, Kind::Text(_))
        | (ParameterType::Int, Kind::Int)
        | (ParameterType::Float, Kind::Float)
        | (ParameterType::Bool, Kind::Bool(_))
        | (ParameterType::Json | ParameterType::Model, _) => Some(value.clone()),
        (ParameterType::Float, Kind::Int) => exact::float(&exact::print(value)),
        (ParameterType::Datetime, Kind::Text(text)) => moment::datetime(text).map(Value::from),
        (ParameterType::Date, Kind::Text(text)) => moment::date(text).map(Value::from),
        (ParameterType::Enum, _) => member(doc, &limits::text(value)),
        (ParameterType::List, Kind::List(items)) => {
            let kind = doc.item.unwrap_or(ParameterType::Json);
            items.iter().map(|item| typed(doc, kind, item)).collect()
        }
        _ => None,
    }
}

/// The default as a run would have it, or as it is written if that cannot be.
fn as_written(doc: &ParameterDoc) -> Value {
    static_default(doc).unwrap_or_else(|_| doc.default.clone())
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
        ParameterType::Datetime => "a date and time such as `2026-03-01T12:00`",
        ParameterType::Date => "a date such as `2026-03-01`",
        ParameterType::Path => "a path",
        ParameterType::Enum => "a name of the enum",
        ParameterType::List => "a list",
        ParameterType::Model => "an object",
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
