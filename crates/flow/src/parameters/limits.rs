//! What values a parameter may have beyond its type: choices and ranges.

use std::cmp::Ordering;

use serde_json::Value;

use super::{expected, moment, shortened, typed};
use crate::exact::{self, Kind};
use crate::graph::{DefaultKind, ParameterDoc, ParameterType};

/// Refuses a value that is none of the choices, or out of range: says what is expected. Of a list, each item is looked at.
pub(super) fn check(doc: &ParameterDoc, value: &Value) -> Result<(), String> {
    match exact::kind(value) {
        Kind::Null => Ok(()),
        Kind::List(items) if doc.kind == ParameterType::List || doc.separator.is_some() => items
            .iter()
            .try_for_each(|item| one(doc, item).map_err(|why| format!("`{}` is in it: {why}", text(item)))),
        _ => one(doc, value),
    }
}

fn one(doc: &ParameterDoc, value: &Value) -> Result<(), String> {
    if !doc.choices.is_empty() && !doc.choices.iter().any(|choice| same(doc, choice, value)) {
        return Err(format!("one of {} is expected", choices(doc)));
    }
    let below = !doc.min.is_null() && !in_order(doc, &doc.min, value);
    let above = !doc.max.is_null() && !in_order(doc, value, &doc.max);
    if !below && !above {
        return Ok(());
    }
    let bound = if doc.min.is_null() { &doc.max } else { &doc.min };
    if item_kind(doc) == ParameterType::Datetime
        && moment::has_offset(&text(bound)) != moment::has_offset(&text(value))
    {
        let with = if moment::has_offset(&text(bound)) { "an" } else { "no" };
        return Err(format!("a time with {with} offset from UTC is expected, as the range has it"));
    }
    Err(format!("a value {} is expected", range(doc).unwrap_or_default()))
}

/// The choices, as a list for people.
pub(super) fn choices(doc: &ParameterDoc) -> String {
    let names: Vec<String> = doc.choices.iter().map(|choice| format!("`{}`", text(choice))).collect();
    names.join(", ")
}

/// The range in words: `from 1 to 10`, `of at least 1`; none if any value will do.
pub fn range(doc: &ParameterDoc) -> Option<String> {
    match (&doc.min, &doc.max) {
        (Value::Null, Value::Null) => None,
        (min, Value::Null) => Some(format!("of at least {}", text(min))),
        (Value::Null, max) => Some(format!("of at most {}", text(max))),
        (min, max) => Some(format!("from {} to {}", text(min), text(max))),
    }
}

/// A value as it is typed: text without its quotes.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text).into_owned(),
        other => shortened(&exact::print(other)).into_owned(),
    }
}

/// What a declaration of choices, range and default cannot mean: a message and what to do.
pub(crate) fn declared(doc: &ParameterDoc) -> Option<(String, &'static str)> {
    let name = &doc.name;
    let kind = item_kind(doc);
    let (ranged, chosen) = (range(doc).is_some(), !doc.choices.is_empty());
    let ordered = [ParameterType::Int, ParameterType::Float, ParameterType::Datetime, ParameterType::Date];
    if ranged && !ordered.contains(&kind) {
        let what = format!("parameter `{name}` has a range, but {} has no order", expected(kind));
        return Some((what, "`min=` and `max=` are for numbers, dates and times"));
    }
    if chosen && [ParameterType::File, ParameterType::Model].contains(&kind) {
        let what = format!("parameter `{name}` has `choices`, which {} cannot have", expected(kind));
        return Some((what, "remove `choices=`"));
    }
    let wrong = doc.choices.iter().chain([&doc.min, &doc.max].into_iter().filter(|bound| !bound.is_null()));
    if let Some(wrong) = wrong.into_iter().find(|value| typed(doc, kind, value).is_none()) {
        let what = format!("parameter `{name}` allows `{}`, which is not {}", text(wrong), expected(kind));
        return Some((what, "give `choices=`, `min=` and `max=` values of the parameter's type"));
    }
    if !doc.min.is_null() && !doc.max.is_null() && !in_order(doc, &doc.min, &doc.max) {
        let what =
            format!("parameter `{name}` has a range with nothing in it: {}", range(doc).unwrap_or_default());
        return Some((what, "`min=` is at most `max=`"));
    }
    let default = (doc.default_kind == DefaultKind::Value).then(|| check(doc, &super::as_written(doc)));
    let why = default?.err()?;
    let what = format!("the default `{}` of parameter `{name}` is not allowed: {why}", text(&doc.default));
    Some((what, "change `default=`, or what is allowed"))
}

/// The type of what choices and ranges are about.
fn item_kind(doc: &ParameterDoc) -> ParameterType {
    if doc.kind == ParameterType::List { doc.item.unwrap_or(ParameterType::Json) } else { doc.kind }
}

fn same(doc: &ParameterDoc, choice: &Value, value: &Value) -> bool {
    choice == value || compare(item_kind(doc), choice, value) == Some(Ordering::Equal)
}

fn in_order(doc: &ParameterDoc, low: &Value, high: &Value) -> bool {
    matches!(compare(item_kind(doc), low, high), Some(Ordering::Less | Ordering::Equal))
}

fn compare(kind: ParameterType, one: &Value, other: &Value) -> Option<Ordering> {
    match kind {
        ParameterType::Datetime | ParameterType::Date => moment::compare(one.as_str()?, other.as_str()?),
        ParameterType::Int | ParameterType::Float => numbers(&exact::print(one), &exact::print(other)),
        _ => None,
    }
}

fn numbers(one: &str, other: &str) -> Option<Ordering> {
    match (one.parse::<i128>(), other.parse::<i128>()) {
        (Ok(one), Ok(other)) => Some(one.cmp(&other)),
        _ => one.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?),
    }
}
