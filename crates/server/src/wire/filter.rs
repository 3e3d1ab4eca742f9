//! One filter of a list: `field:op=value`, or `_tags:any=a,b`. Pure.

use std::cmp::Ordering;

use serde_json::{Map, Value};

/// One condition on a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter {
    field: String,
    op: Op,
    /// Any of them will do.
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    StartsWith,
    EndsWith,
    Like,
    Is,
    AnyTag,
    AllTags,
    TagLikeAny,
    TagLikeAll,
}

const TAGS: &str = "_tags";

impl Filter {
    /// Reads one. The error is for the client's user.
    pub(super) fn of(key: &str, value: &str) -> Result<Self, String> {
        let (field, op) = key.rsplit_once(':').unwrap_or((key, if key == TAGS { "all" } else { "eq" }));
        let op = match (field == TAGS, op) {
            (true, "any") => Op::AnyTag,
            (true, "all") => Op::AllTags,
            (true, "likeany") => Op::TagLikeAny,
            (true, "likeall") => Op::TagLikeAll,
            (false, "eq") => Op::Equal,
            (false, "ne") => Op::NotEqual,
            (false, "lt") => Op::Less,
            (false, "le") => Op::LessOrEqual,
            (false, "gt") => Op::Greater,
            (false, "ge") => Op::GreaterOrEqual,
            (false, "co") => Op::Contains,
            (false, "sw") => Op::StartsWith,
            (false, "ew") => Op::EndsWith,
            (false, "li") => Op::Like,
            (false, "is") => Op::Is,
            _ => return Err(format!("`{key}` is no filter: `{op}` compares nothing")),
        };
        if field.is_empty() || (field.starts_with('_') && field != TAGS) {
            return Err(format!("`{key}` is no parameter of a list"));
        }
        let values = value.split(',').map(str::to_owned).collect();
        Ok(Self { field: field.to_owned(), op, values })
    }

    /// Whether a document of these fields fits. A field that documents do not have fits nothing.
    pub(super) fn fits(&self, fields: &Map<String, Value>) -> bool {
        if self.field == TAGS {
            return self.fits_tags(fields);
        }
        let Some(found) = fields.get(&self.field) else { return false };
        let text = text(found);
        let any = |fits: &dyn Fn(&str, &str) -> bool| {
            text.as_deref().is_some_and(|text| self.values.iter().any(|value| fits(text, value)))
        };
        match self.op {
            Op::Equal => any(&|text, value| text == value),
            Op::NotEqual => !any(&|text, value| text == value),
            Op::Less => any(&|text, value| compared(text, value).is_lt()),
            Op::LessOrEqual => any(&|text, value| compared(text, value).is_le()),
            Op::Greater => any(&|text, value| compared(text, value).is_gt()),
            Op::GreaterOrEqual => any(&|text, value| compared(text, value).is_ge()),
            Op::Contains => any(&contains),
            Op::StartsWith => any(&|text, value| lower(text).starts_with(&lower(value))),
            Op::EndsWith => any(&|text, value| lower(text).ends_with(&lower(value))),
            Op::Like => any(&|text, value| like(&lower(text), &lower(value))),
            Op::Is => self.values.iter().any(|value| match lower(value).as_str() {
                "null" => found.is_null(),
                value => text.as_deref().is_some_and(|text| lower(text) == value),
            }),
            Op::AnyTag | Op::AllTags | Op::TagLikeAny | Op::TagLikeAll => false,
        }
    }

    fn fits_tags(&self, fields: &Map<String, Value>) -> bool {
        let lists = ["tags", "system_tags"].into_iter().filter_map(|key| fields.get(key)?.as_array());
        let tags: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
        let has = |value: &String| tags.iter().any(|tag| tag == value);
        let has_like = |value: &String| tags.iter().any(|tag| contains(tag, value));
        match self.op {
            Op::AnyTag => self.values.iter().any(has),
            Op::TagLikeAny => self.values.iter().any(has_like),
            Op::TagLikeAll => self.values.iter().all(has_like),
            _ => self.values.iter().all(has),
        }
    }
}

/// A value as text; nothing for `null`.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn contains(text: &str, part: &str) -> bool {
    lower(text).contains(&lower(part))
}

/// Numbers by their size, all else by the alphabet.
fn compared(left: &str, right: &str) -> Ordering {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    }
}

/// `LIKE` of SQL: `%` is any text, `_` one character.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Where the last `%` was, and how much of the text it covers so far.
    let mut open: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('%') => {
                open = Some((of, at));
                of += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => (at, of) = (at + 1, of + 1),
            _ => {
                let Some((percent, covered)) = open else { return false };
                open = Some((percent, covered + 1));
                (at, of) = (covered + 1, percent + 1);
            }
        }
    }
    pattern[of..].iter().all(|c| *c == '%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fits(key: &str, value: &str) -> bool {
        let document = json!({
            "run_number": 12, "user_name": "Ann", "last_heartbeat_ts": null, "step_name": "train",
            "tags": ["prod", "team:red"], "system_tags": ["user:ann"],
        });
        Filter::of(key, value).unwrap().fits(document.as_object().unwrap())
    }

    #[test]
    fn fields_are_compared() {
        let right = [
            ("user_name", "Ann"),
            ("user_name:eq", "bob,Ann"),
            ("user_name:ne", "bob"),
            ("run_number:lt", "100"),
            ("run_number:le", "12"),
            ("run_number:gt", "9"),
            ("run_number:ge", "12"),
            ("step_name:co", "RAI"),
            ("step_name:sw", "tr"),
            ("step_name:ew", "in"),
            ("step_name:li", "t%n"),
            ("step_name:li", "tr_in"),
            ("last_heartbeat_ts:is", "null"),
            ("run_number:is", "12"),
        ];
        for (key, value) in right {
            assert!(fits(key, value), "{key}={value}");
        }
        let wrong = [
            ("user_name", "ann"),
            ("user_name:ne", "Ann"),
            ("run_number:gt", "100"),
            ("step_name:li", "t%x"),
            ("step_name:li", "rain"),
            ("user_name:is", "null"),
            ("last_heartbeat_ts:gt", "0"),
            ("nothing:eq", "1"),
            ("nothing:ne", "1"),
        ];
        for (key, value) in wrong {
            assert!(!fits(key, value), "{key}={value}");
        }
    }

    #[test]
    fn tags_are_of_users_and_of_the_system() {
        for (key, value) in [
            ("_tags:any", "x,prod"),
            ("_tags:all", "prod,user:ann"),
            ("_tags", "prod"),
            ("_tags:likeany", "x,RED"),
            ("_tags:likeall", "team,ann"),
        ] {
            assert!(fits(key, value), "{key}={value}");
        }
        for (key, value) in [("_tags:any", "x"), ("_tags:all", "prod,x"), ("_tags:likeall", "team,x")] {
            assert!(!fits(key, value), "{key}={value}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for key in ["user:near", "_tags:eq", "_order", ":eq", "_x:eq"] {
            assert!(Filter::of(key, "1").is_err(), "{key}");
        }
    }
}
