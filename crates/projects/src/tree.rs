//! Settings on their way: a tree of which every part knows the layer and the line it is from.

use indexmap::IndexMap;
use serde_json::Value;
use spinloom_configs::{Path, yaml};

/// Where a part of the settings is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The layer, see [`Layers`](crate::Layers).
    pub layer: u16,
    /// The line in it, from 1; 0 where there are no lines.
    pub line: u32,
}

/// A part of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// Where it is from.
    pub mark: Mark,
    /// Where the value is from that it took the place of.
    pub over: Option<Mark>,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Text, a number, a boolean, or nothing.
    Scalar(Value),
    /// Must be set by a higher layer: `???`.
    Missing,
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A mapping of settings.
pub type Map = IndexMap<String, Node>;

impl Node {
    /// A mapping of nothing.
    pub fn empty(mark: Mark) -> Self {
        Self { data: Data::Map(Map::new()), mark, over: None }
    }

    /// A value of which every part is from one place.
    pub fn of(value: &Value, mark: Mark) -> Self {
        let data = match value {
            Value::Object(map) if !is_exact(map) => {
                Data::Map(map.iter().map(|(key, value)| (key.clone(), Self::of(value, mark))).collect())
            }
            Value::Array(items) => Data::List(items.iter().map(|item| Self::of(item, mark)).collect()),
            other => Data::Scalar(other.clone()),
        };
        Self { data, mark, over: None }
    }

    /// A value of a file, as it stands there.
    pub fn read(node: &yaml::Node, layer: u16, line: u32) -> Self {
        let data = match &node.data {
            yaml::Data::Scalar { value: Value::String(text), .. } if text == MISSING => Data::Missing,
            yaml::Data::Scalar { value, .. } => Data::Scalar(value.clone()),
            yaml::Data::List(items) => {
                Data::List(items.iter().map(|item| Self::read(item, layer, item.place.line)).collect())
            }
            yaml::Data::Map(entries) => Data::Map(
                entries
                    .iter()
                    .map(|(key, entry)| (key.clone(), Self::read(&entry.node, layer, entry.place.line)))
                    .collect(),
            ),
        };
        Self { data, mark: Mark { layer, line }, over: None }
    }

    /// The value alone.
    pub fn value(&self) -> Value {
        match &self.data {
            Data::Scalar(value) => value.clone(),
            Data::Missing => MISSING.into(),
            Data::List(items) => items.iter().map(Node::value).collect(),
            Data::Map(map) => {
                Value::Object(map.iter().map(|(key, node)| (key.clone(), node.value())).collect())
            }
        }
    }

    /// What stands at a path.
    pub fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| match &node.data {
            Data::Map(map) => map.get(key),
            Data::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// What stands at a path, to be changed.
    pub fn at_mut(&mut self, path: &[String]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, key| match &mut node.data {
            Data::Map(map) => map.get_mut(key),
            Data::List(items) => items.get_mut(key.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The keys of a mapping; of anything else there are none.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let map = if let Data::Map(map) = &self.data { Some(map) } else { None };
        map.into_iter().flat_map(|map| map.keys().map(String::as_str))
    }

    /// Calls `found` with every leaf: what has nothing in it.
    pub fn leaves<'a>(&'a self, found: &mut impl FnMut(&Path, &'a Self)) {
        walk(self, &mut Path::default(), found);
    }

    /// Whether anything in it is so. Knows no paths, and is quick.
    pub fn any(&self, is_so: &impl Fn(&Self) -> bool) -> bool {
        is_so(self)
            || match &self.data {
                Data::Map(map) => map.values().any(|inner| inner.any(is_so)),
                Data::List(items) => items.iter().any(|inner| inner.any(is_so)),
                _ => false,
            }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Missing => "nothing yet",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
            Data::Scalar(Value::Null) => "nothing",
            Data::Scalar(Value::Bool(_)) => "a boolean",
            Data::Scalar(Value::String(_)) => "text",
            Data::Scalar(_) => "a number",
        }
    }
}

/// What a key that a higher layer must set has as its value.
pub const MISSING: &str = "???";

/// A number that JSON has no place for is a mapping of one marked key.
fn is_exact(map: &serde_json::Map<String, Value>) -> bool {
    map.len() == 1 && map.iter().all(|(key, value)| (key == "$int" || key == "$float") && value.is_string())
}

fn walk<'a>(node: &'a Node, path: &mut Path, found: &mut impl FnMut(&Path, &'a Node)) {
    match &node.data {
        Data::Map(map) if !map.is_empty() => {
            for (key, inner) in map {
                path.0.push(key.clone());
                walk(inner, path, found);
                path.0.pop();
            }
        }
        Data::List(items) if !items.is_empty() => {
            for (i, inner) in items.iter().enumerate() {
                path.0.push(i.to_string());
                walk(inner, path, found);
                path.0.pop();
            }
        }
        _ => found(path, node),
    }
}
