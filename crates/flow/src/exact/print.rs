//! Writing.

use serde_json::Value;

use super::{FLOAT, INT, Kind, kind};

/// Writes a value as JSON that Python's `json.loads` reads: tagged numbers as the numbers they stand for.
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match kind(value) {
        Kind::Int | Kind::Float => out.push_str(&number(value)),
        Kind::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write(out, item);
            }
            out.push(']');
        }
        Kind::Object(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write(out, item);
            }
            out.push('}');
        }
        Kind::Null | Kind::Bool(_) | Kind::Text(_) => out.push_str(&value.to_string()),
    }
}

fn number(value: &Value) -> String {
    let tagged = |tag: &str| value.get(tag).and_then(Value::as_str);
    match (tagged(INT), tagged(FLOAT)) {
        (Some(digits), _) => digits.to_owned(),
        (_, Some("nan")) => "NaN".to_owned(),
        (_, Some("inf")) => "Infinity".to_owned(),
        (_, Some("-inf")) => "-Infinity".to_owned(),
        _ => value.to_string(),
    }
}
