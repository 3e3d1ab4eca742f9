//! JSON as Python's `json` module has it, with no number lost.
//!
//! Python writes and reads whole numbers of any length, and `NaN`, `Infinity` and `-Infinity`; `serde_json::Value` has no place
//! for them. Here such a number is a *tagged value*, an object of one key:
//!
//! * `{"$int": "123456789012345678901234567890"}`: a whole number outside `i64` and `u64`, in decimal;
//! * `{"$float": "nan"}`, `{"$float": "inf"}`, `{"$float": "-inf"}`: a float JSON has no number for;
//! * `{"$object": {…}}`: the object within, whose only key is one of these three, is meant as it stands.
//!
//! [`parse`] makes them, [`print()`] writes them as the plain numbers they stand for, so only Rust ever sees a tag: Python gets and
//! gives text for `json.loads` and `json.dumps`.

mod number;
mod parse;
mod print;

use serde_json::{Map, Value};

pub use number::{float, integer};
pub use parse::{JsonError, parse};
pub use print::print;

const INT: &str = "$int";
const FLOAT: &str = "$float";
const OBJECT: &str = "$object";

/// What a value is, its tag read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, small or large.
    Int,
    /// A float, JSON's or not.
    Float,
    /// Text.
    Text(&'a str),
    /// A list.
    List(&'a [Value]),
    /// An object, without its tag if it had one.
    Object(&'a Map<String, Value>),
}

/// What `value` is.
pub fn kind(value: &Value) -> Kind<'_> {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(b) => Kind::Bool(*b),
        Value::Number(n) if n.is_f64() => Kind::Float,
        Value::Number(_) => Kind::Int,
        Value::String(text) => Kind::Text(text),
        Value::Array(items) => Kind::List(items),
        Value::Object(map) => match tag(map) {
            Some((INT, Value::String(_))) => Kind::Int,
            Some((FLOAT, Value::String(_))) => Kind::Float,
            Some((OBJECT, Value::Object(inner))) => Kind::Object(inner),
            _ => Kind::Object(map),
        },
    }
}

/// A float as a value, tagged if JSON has no number for it.
pub fn from_f64(number: f64) -> Value {
    let tagged = |text: &str| Value::Object(Map::from_iter([(FLOAT.to_owned(), text.into())]));
    match serde_json::Number::from_f64(number) {
        Some(n) => Value::Number(n),
        None if number.is_nan() => tagged("nan"),
        None if number > 0.0 => tagged("inf"),
        None => tagged("-inf"),
    }
}

/// The only key of a map and its value, if the key is a tag.
fn tag(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = map.iter();
    match (entries.next(), entries.next()) {
        (Some((key, value)), None) if [INT, FLOAT, OBJECT].contains(&key.as_str()) => Some((key, value)),
        _ => None,
    }
}

/// An object, wrapped if it would be taken for a tagged value.
fn object(map: Map<String, Value>) -> Value {
    if tag(&map).is_some() {
        Value::Object(Map::from_iter([(OBJECT.to_owned(), Value::Object(map))]))
    } else {
        Value::Object(map)
    }
}

#[cfg(test)]
mod tests;
