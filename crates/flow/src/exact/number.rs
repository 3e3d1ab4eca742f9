//! Numbers as Python's `int()` and `float()` read them from text.

use serde_json::{Map, Value};

use super::{INT, from_f64};

/// Python refuses to convert longer ones.
const MAX_DIGITS: usize = 4300;

/// A whole number as `int(text)` reads it: blanks round it, a sign, leading zeros and single underscores between digits are allowed.
pub fn integer(text: &str) -> Option<Value> {
    let text = without_underscores(text.trim())?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0.into());
    }
    let text = if negative { format!("-{digits}") } else { digits.to_owned() };
    Some(match (text.parse::<i64>(), text.parse::<u64>()) {
        (Ok(n), _) => n.into(),
        (_, Ok(n)) => n.into(),
        _ => Value::Object(Map::from_iter([(INT.to_owned(), text.into())])),
    })
}

/// A float as `float(text)` reads it: blanks, underscores, `nan`, `inf` and `infinity` in any case are allowed; too large is infinite.
pub fn float(text: &str) -> Option<Value> {
    without_underscores(text.trim())?.parse().ok().map(from_f64)
}

/// Takes out underscores that stand between two digits; `None` if there are others.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    let fine = |i: usize| digit(i.checked_sub(1)) && digit(Some(i + 1));
    bytes.iter().enumerate().all(|(i, b)| *b != b'_' || fine(i)).then(|| text.replace('_', ""))
}
