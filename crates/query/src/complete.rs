//! Help while a query is typed.

use std::ops::Range;

use spinloom_flow::RunStatus;

use crate::parse::{Reader, STATUSES};
use crate::{Field, Op, ValueOf};

/// Where the cursor stands in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What a completion replaces, in bytes of the text.
    pub replace: Range<usize>,
    /// What has been typed of it.
    pub typed: String,
    /// What is wanted there.
    pub wanted: Wanted,
}

/// What is wanted at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A key, or a word to look for.
    Key,
    /// The name of a parameter or an artifact.
    Name(ValueOf),
    /// A value of a field.
    Value(Field),
    /// A status.
    Status,
    /// A value of a parameter or an artifact, of this name.
    ValueOf(ValueOf, String),
    /// A duration or a time: nothing to offer.
    Quantity,
}

impl Place {
    /// What the grammar itself offers here; values are known only where the runs are.
    pub fn words(&self) -> Vec<String> {
        let words: Vec<String> = match &self.wanted {
            Wanted::Key => {
                let fields = Field::ALL.into_iter().map(|field| format!("{}:", field.as_str()));
                let others = ["status:", "dur>", "dur<", "started>", "started<", "finished>", "finished<"];
                let values = ValueOf::ALL.map(ValueOf::prefix);
                fields.chain(others.into_iter().chain(values).map(str::to_owned)).collect()
            }
            Wanted::Status => STATUSES.map(RunStatus::as_str).map(str::to_owned).to_vec(),
            Wanted::Name(_) | Wanted::Value(_) | Wanted::ValueOf(..) | Wanted::Quantity => Vec::new(),
        };
        words.into_iter().filter(|word| word.starts_with(&self.typed)).collect()
    }
}

/// What could be typed at `cursor`, a place in bytes of the text.
pub fn complete(text: &str, cursor: usize) -> Place {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = text.get(..cursor).unwrap_or_default();
    let start = term_start(before);
    let mut reader = Reader { text: before, at: start };
    if before[start..].starts_with('-') {
        reader.at += 1;
    }
    let word = reader.at;
    let Some((key, op)) = reader.key() else {
        let typed = &before[word..];
        return match ValueOf::split(typed) {
            Some((of, name)) => place(word + of.prefix().len(), cursor, name, Wanted::Name(of)),
            None => place(word, cursor, typed, Wanted::Key),
        };
    };
    let value = last_value(before, reader.at);
    let typed = before[value..].trim_start_matches('"');
    place(value, cursor, typed, wanted(key, op))
}

fn place(from: usize, to: usize, typed: &str, wanted: Wanted) -> Place {
    Place { replace: from..to, typed: typed.to_owned(), wanted }
}

fn wanted(key: &str, op: Op) -> Wanted {
    if let Some(field) = Field::ALL.into_iter().find(|field| field.as_str() == key) {
        return Wanted::Value(field);
    }
    match ValueOf::split(key) {
        Some((of, name)) if op == Op::Is => Wanted::ValueOf(of, name.to_owned()),
        None if key == "status" => Wanted::Status,
        _ => Wanted::Quantity,
    }
}

/// Where the last term of a text begins: after the last space that is not in quotes.
fn term_start(before: &str) -> usize {
    split_outside_quotes(before, 0, char::is_whitespace)
}

/// Where the last value of a term begins: after the last `|` that is not in quotes.
fn last_value(before: &str, from: usize) -> usize {
    split_outside_quotes(before, from, |c| c == '|')
}

fn split_outside_quotes(text: &str, from: usize, is: impl Fn(char) -> bool) -> usize {
    let (mut quoted, mut escaped, mut start) = (false, false, from);
    for (n, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && is(c) => start = from + n + c.len_utf8(),
            _ => {}
        }
    }
    start
}
