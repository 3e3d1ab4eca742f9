//! YAML that every reader of YAML, 1.1 or 1.2, reads as the same value.

use serde_json::Value;
use spinloom_flow::exact::{self, Kind};

/// Words that one version of YAML or another takes for more than text.
const WORDS: [&str; 11] = ["true", "false", "yes", "no", "on", "off", "null", "none", "nan", "inf", "y"];

/// A value as a document.
pub fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match exact::kind(value) {
        Kind::Object(map) if !map.is_empty() => mapping(map, 0, &mut out),
        Kind::List(items) if !items.is_empty() => list(items, 0, &mut out),
        _ => {
            out.push_str(&scalar(value));
            out.push('\n');
        }
    }
    out
}

fn mapping(map: &serde_json::Map<String, Value>, depth: usize, out: &mut String) {
    for (key, value) in map {
        indent(depth, out);
        out.push_str(&key_text(key));
        out.push(':');
        after(value, depth, out);
    }
}

/// What follows a key.
fn after(value: &Value, depth: usize, out: &mut String) {
    match exact::kind(value) {
        Kind::Object(map) if !map.is_empty() => {
            out.push('\n');
            mapping(map, depth + 1, out);
        }
        Kind::List(items) if !items.is_empty() => {
            out.push('\n');
            list(items, depth, out);
        }
        _ => {
            out.push(' ');
            out.push_str(&scalar(value));
            out.push('\n');
        }
    }
}

fn list(items: &[Value], depth: usize, out: &mut String) {
    for item in items {
        indent(depth, out);
        out.push('-');
        match exact::kind(item) {
            // The first key stands beside the dash.
            Kind::Object(map) if !map.is_empty() => {
                let mut inner = String::new();
                mapping(map, depth + 1, &mut inner);
                out.push(' ');
                out.push_str(inner.trim_start_matches(' '));
            }
            Kind::List(inner) if !inner.is_empty() => {
                let mut text = String::new();
                list(inner, depth + 1, &mut text);
                out.push(' ');
                out.push_str(text.trim_start_matches(' '));
            }
            _ => {
                out.push(' ');
                out.push_str(&scalar(item));
                out.push('\n');
            }
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// A key, in quotes unless it is a word.
pub fn key_text(key: &str) -> String {
    let word = key.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && key.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    if word && !is_special(key) { key.to_owned() } else { quoted(key) }
}

/// A scalar, or a collection of nothing.
pub fn scalar(value: &Value) -> String {
    match exact::kind(value) {
        Kind::Text(text) if is_plain(text) => text.to_owned(),
        Kind::Text(text) => quoted(text),
        Kind::Float => float(&exact::print(value)),
        _ => exact::print(value),
    }
}

fn float(text: &str) -> String {
    match text {
        "NaN" => return ".nan".to_owned(),
        "Infinity" => return ".inf".to_owned(),
        "-Infinity" => return "-.inf".to_owned(),
        _ => {}
    }
    // Older readers take a number with an exponent for one only with a point and a sign in it.
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else { return text.to_owned() };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn is_special(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || lower == "n"
}

/// Whether a text reads as itself without quotes.
fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    if !text.chars().all(inner) || text.ends_with(['-', '.']) || is_special(text) {
        return false;
    }
    // A version of three numbers is nothing but text.
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) || is_version(text)
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() >= 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written() {
        let value = json!({
            "a": {"b": [1, {"c": "no", "d": []}, [true, [1.5]]], "scikit-learn": "1.4.0", "v": "1.10"},
            "empty": {}, "none": null, "small": 1e-7, "large": 1e30, "text": "a: b\n# c", "date": "2024-01-02", "path": "s3://x",
            "yes": "Yes", "x.y": "metricA",
        });
        insta::assert_snapshot!(yaml(&value));
    }
}
