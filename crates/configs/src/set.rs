//! `--set config.key=value`: single keys, over whatever gave the value.

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes, did_you_mean};
use spinloom_flow::exact;

use crate::{Path, Replaced, Resolved};

/// Applies one `--set`. Answers a remark if the key is new and like one that is there.
///
/// # Errors
/// `SL0111` for a key that cannot be made.
pub(crate) fn apply(text: &str, all: &mut [Resolved]) -> Result<Option<String>> {
    let usage = |why: &str| {
        Error::new(codes::USAGE, format!("`--set {text}` {why}"))
            .hint("write `--set config.key=value`; the value is JSON, else text")
    };
    let (key, value) = text.split_once('=').ok_or_else(|| usage("has no value"))?;
    let path = Path::parse(key.trim()).map_err(|why| usage(&format!("cannot be understood: {why}")))?;
    let Some((name, keys)) = path.0.split_first() else { return Err(usage("names no config")) };
    let path = Path(keys.to_vec());
    if path.0.is_empty() {
        return Err(usage(&format!("names no key of `{name}`"))
            .hint(format!("a whole value is given by `--config-value {name} JSON`")));
    }
    let Some(config) = all.iter_mut().find(|one| one.name == *name) else {
        return Err(usage("cannot be done: a resumed run keeps the configs of its origin"));
    };
    let value = exact::parse(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    let pointer = path.pointer();
    let from = config.origin(&path).text();
    let before = config.value.pointer(&pointer).map(|value| Replaced { value: value.clone(), from });
    let note = put(&mut config.value, &path, value)
        .map_err(|why| Error::new(codes::BAD_CONFIG, format!("`--set {text}` cannot be done: {why}")))?;
    let below = format!("{pointer}/");
    config.lines.retain(|at, _| *at != pointer && !at.starts_with(&below));
    // Of what is changed twice, what was there in the beginning counts.
    if let Some(before) = before.filter(|_| !config.set.contains(&pointer)) {
        config.replaced.insert(pointer.clone(), before);
    }
    config.set.push(pointer);
    Ok(note.map(|like| format!("`{name}` had no key `{path}`: it is new; did you mean `{like}`?")))
}

/// Puts a value at a path, making the mappings that lead there. Answers a key that is like one that was made.
fn put(target: &mut Value, path: &Path, new: Value) -> Result<Option<String>, String> {
    let mut note = None;
    let mut at = Path::default();
    let mut target = target;
    if target.is_null() {
        *target = Value::Object(Map::new());
    }
    for (i, key) in path.0.iter().enumerate() {
        let kind = if at.0.is_empty() { "the config".to_owned() } else { format!("`{at}`") };
        target = match target {
            Value::Object(map) => {
                if !map.contains_key(key) {
                    let like = did_you_mean(key, map.keys().map(String::as_str));
                    note = note.or_else(|| like.map(|like| at.with(like).to_string()));
                    let last = i + 1 == path.0.len();
                    map.insert(key.clone(), if last { Value::Null } else { Value::Object(Map::new()) });
                }
                map.get_mut(key).ok_or("the key was lost")?
            }
            Value::Array(items) => {
                let count = items.len();
                let position =
                    key.parse::<usize>().map_err(|_| format!("{kind} is a list, and `{key}` no position"))?;
                items
                    .get_mut(position)
                    .ok_or_else(|| format!("{kind} has no item {position}, only {count}, counted from 0"))?
            }
            other => return Err(format!("{kind} is {}, which has no keys", kind_of(other))),
        };
        at = at.with(key);
    }
    *target = new;
    Ok(note)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        _ => "a value",
    }
}
