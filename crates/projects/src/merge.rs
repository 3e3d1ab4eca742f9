//! What a layer says, and laying it over what is there.
//!
//! Mappings are merged, key by key; anything else replaces what was there. Without directives that is associative: which
//! layers are merged first does not matter. `???` says nothing, so it is neutral.

use serde_json::Value;
use spinloom_configs::{Path, yaml};
use spinloom_diagnostics::{Error, codes};

use crate::{Data, Layers, Map, Mark, Node};

/// What one layer says of a mapping, in its order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch(pub Vec<Entry>);

/// What one layer says of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, without its directive.
    pub key: String,
    /// What is to become of it.
    pub operation: Operation,
    /// Where that is said.
    pub mark: Mark,
}

/// What is to become of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// `key: value`: a scalar or a list takes the place of another.
    Set(Node),
    /// `key: {…}`: a mapping is merged into what is there.
    Merge(Patch),
    /// `key!: …`: takes the place of anything.
    Replace(Node),
    /// `key+: [a]`: put at the end of a list, what is not in it yet.
    Append(Vec<Node>),
    /// `key-: [a]`: taken out of a list.
    Remove(Vec<Node>),
    /// `~key:`: the key is gone.
    Delete,
}

impl Patch {
    /// What a mapping of a file says.
    ///
    /// A key in quotes is a key, whatever it ends in. What cannot be understood is added to `problems`.
    pub fn read(node: &yaml::Node, layer: u16, layers: &Layers, problems: &mut Vec<Error>) -> Self {
        let yaml::Data::Map(entries) = &node.data else { return Self::default() };
        let mut found = Vec::with_capacity(entries.len());
        for (typed, entry) in entries {
            let mark = Mark { layer, line: entry.place.line };
            let (key, directive) = if entry.quoted { (typed.as_str(), None) } else { directive(typed) };
            let inner = &entry.node;
            let as_it_is = || Node::read(inner, layer, mark.line);
            let operation = match (directive, &inner.data) {
                (None, yaml::Data::Map(_)) => Operation::Merge(Self::read(inner, layer, layers, problems)),
                (None, _) => Operation::Set(as_it_is()),
                (Some('!'), _) => Operation::Replace(as_it_is()),
                (Some('~'), yaml::Data::Scalar { value, .. }) if value.is_null() => Operation::Delete,
                (Some(sign @ ('+' | '-')), yaml::Data::List(items)) => {
                    let items = items.iter().map(|item| Node::read(item, layer, item.place.line)).collect();
                    if sign == '+' { Operation::Append(items) } else { Operation::Remove(items) }
                }
                (Some(sign), _) => {
                    let (what, hint) = match sign {
                        '~' => ("takes no value", format!("write `{typed}:` to delete `{key}`")),
                        '+' => ("takes a list", format!("write `{typed}: [{}]`", "…")),
                        _ => ("takes a list", format!("write `{typed}: [{}]`", "…")),
                    };
                    let error = Error::new(codes::SETTINGS_FILE, format!("`{typed}` {what}"))
                        .hint(hint)
                        .hint(format!("a key that is really called so stands in quotes: `\"{typed}\"`"));
                    problems.push(layers.locate(error, mark));
                    continue;
                }
            };
            found.push(Entry { key: key.to_owned(), operation, mark });
        }
        Self(found)
    }

    /// What sets exactly this mapping.
    pub fn of(map: &Map) -> Self {
        let entry = |(key, node): (&String, &Node)| {
            let operation = match &node.data {
                Data::Map(inner) => Operation::Merge(Self::of(inner)),
                _ => Operation::Set(node.clone()),
            };
            Entry { key: key.clone(), operation, mark: node.mark }
        };
        Self(map.iter().map(entry).collect())
    }

    /// What sets one value, below mappings that are made where they are not there.
    pub fn at(path: &[String], operation: Operation, mark: Mark) -> Self {
        let Some((key, rest)) = path.split_first() else { return Self::default() };
        let operation =
            if rest.is_empty() { operation } else { Operation::Merge(Self::at(rest, operation, mark)) };
        Self(vec![Entry { key: key.clone(), operation, mark }])
    }
}

impl Patch {
    /// What is said of a path, if anything is.
    pub fn find(&self, path: &[String]) -> Option<&Entry> {
        let (key, rest) = path.split_first()?;
        let entry = self.0.iter().rev().find(|entry| entry.key == *key)?;
        match (&entry.operation, rest.is_empty()) {
            (_, true) => Some(entry),
            (Operation::Merge(inner), false) => inner.find(rest),
            // A list or a replaced mapping says of what is in it what it says of itself.
            (Operation::Set(node) | Operation::Replace(node), false) => node.at(rest).map(|_| entry),
            _ => None,
        }
    }
}

impl Operation {
    /// What it says, as a value.
    pub fn value(&self) -> Value {
        let list = |items: &[Node]| Value::Array(items.iter().map(Node::value).collect());
        match self {
            Self::Set(node) | Self::Replace(node) => node.value(),
            Self::Merge(patch) => {
                Value::Object(patch.0.iter().map(|one| (one.key.clone(), one.operation.value())).collect())
            }
            Self::Append(items) | Self::Remove(items) => list(items),
            Self::Delete => Value::Null,
        }
    }
}

/// A key without its directive, and the directive.
fn directive(typed: &str) -> (&str, Option<char>) {
    if let Some(key) = typed.strip_prefix('~').filter(|key| !key.is_empty()) {
        return (key, Some('~'));
    }
    let ending = typed.chars().last().filter(|last| ['+', '-', '!'].contains(last) && typed.len() > 1);
    match ending {
        Some(sign) => (typed[..typed.len() - 1].trim_end(), Some(sign)),
        None => (typed, None),
    }
}

/// Lays layers over each other.
pub struct Merge<'a> {
    /// Names of the layers, for messages.
    pub layers: &'a Layers,
    /// What went wrong.
    pub problems: Vec<Error>,
    path: Path,
}

impl<'a> Merge<'a> {
    /// Nothing went wrong yet. `section` is what paths in messages begin with.
    pub fn new(layers: &'a Layers, section: &str) -> Self {
        Self { layers, problems: Vec::new(), path: Path(vec![section.to_owned()]) }
    }

    /// Lays a patch over a mapping.
    pub fn apply(&mut self, map: &mut Map, patch: &Patch) {
        for entry in &patch.0 {
            self.path.0.push(entry.key.clone());
            self.entry(map, entry);
            self.path.0.pop();
        }
    }

    fn entry(&mut self, map: &mut Map, entry: &Entry) {
        let below = map.get_mut(&entry.key);
        match (&entry.operation, below) {
            (Operation::Delete, None) => self.nothing(entry, map, "delete"),
            (Operation::Delete, Some(_)) => {
                map.shift_remove(&entry.key);
            }
            (Operation::Replace(node), Some(below)) => replace(below, node),
            (Operation::Replace(node) | Operation::Set(node), None) => {
                map.insert(entry.key.clone(), node.clone());
            }
            // `???` is a remark, not a value.
            (Operation::Set(Node { data: Data::Missing, .. }), Some(_)) => {}
            (Operation::Set(node), Some(below)) => {
                if differ(below, node) {
                    let below = below.clone();
                    self.clash(entry, &below, node.kind());
                } else {
                    replace(below, node);
                }
            }
            (Operation::Merge(patch), below) => {
                let is_new = below.as_ref().is_none_or(|below| below.data == Data::Missing);
                if is_new {
                    map.insert(entry.key.clone(), Node::empty(entry.mark));
                }
                match map.get_mut(&entry.key).map(|node| (node.mark, &mut node.data)) {
                    Some((_, Data::Map(inner))) => self.apply(inner, patch),
                    _ => {
                        let below = map.get(&entry.key).cloned();
                        if let Some(below) = below {
                            self.clash(entry, &below, "a mapping");
                        }
                    }
                }
            }
            (Operation::Append(items), below) => self.append(map_list(below), items, entry, map),
            (Operation::Remove(items), below) => self.remove(map_list(below), items, entry, map),
        }
    }

    fn append(&mut self, found: Found, items: &[Node], entry: &Entry, map: &mut Map) {
        match found {
            Found::Other => self.no_list(entry, map),
            Found::Nothing => {
                let data = Data::List(items.to_vec());
                map.insert(entry.key.clone(), Node { data, mark: entry.mark, over: None });
            }
            Found::List => {
                let Some(Node { data: Data::List(list), .. }) = map.get_mut(&entry.key) else { return };
                for item in items {
                    let value = item.value();
                    if !list.iter().any(|one| one.value() == value) {
                        list.push(item.clone());
                    }
                }
            }
        }
    }

    fn remove(&mut self, found: Found, items: &[Node], entry: &Entry, map: &mut Map) {
        match found {
            Found::Other => self.no_list(entry, map),
            Found::Nothing => self.nothing(entry, map, "take something out of"),
            Found::List => {
                let Some(Node { data: Data::List(list), .. }) = map.get_mut(&entry.key) else { return };
                for item in items {
                    let value = item.value();
                    let before = list.len();
                    list.retain(|one| one.value() != value);
                    if list.len() == before {
                        let shown = spinloom_configs::text(&value);
                        let error = self.error(format!("`{}` has no item `{shown}` to take out", self.path));
                        let texts: Vec<String> =
                            list.iter().map(|one| spinloom_configs::text(&one.value())).collect();
                        let error = error.suggest(&shown, texts.iter().map(String::as_str));
                        self.problems.push(self.layers.locate(error, item.mark));
                    }
                }
            }
        }
    }

    fn error(&self, message: String) -> Error {
        Error::new(codes::SETTINGS_MERGE, message)
    }

    fn clash(&mut self, entry: &Entry, below: &Node, above: &str) {
        let error = self
            .error(format!(
                "`{}` is {above} here and {} in `{}`",
                self.path,
                below.kind(),
                self.layers.text(below.mark)
            ))
            .hint(format!("to replace it whatever it was, write `{}!:`", entry.key));
        self.problems.push(self.layers.locate(error, entry.mark));
    }

    fn no_list(&mut self, entry: &Entry, map: &Map) {
        let Some(below) = map.get(&entry.key) else { return };
        let place = self.layers.text(below.mark);
        let error = self.error(format!("`{}` is no list but {} in `{place}`", self.path, below.kind()));
        let error = error.hint("`+` and `-` after a key are about lists only");
        self.problems.push(self.layers.locate(error, entry.mark));
    }

    fn nothing(&mut self, entry: &Entry, map: &Map, verb: &str) {
        let error = self
            .error(format!("there is no `{}` to {verb}", self.path))
            .suggest(&entry.key, map.keys().map(String::as_str))
            .hint("directives change what lower layers set");
        self.problems.push(self.layers.locate(error, entry.mark));
    }
}

/// Whether two values are of kinds that do not take each other's place. Nothing, and what is still to be replaced, fits any but a
/// mapping.
fn differ(below: &Node, above: &Node) -> bool {
    let open = |node: &Node| match &node.data {
        Data::Missing | Data::Scalar(Value::Null) => true,
        Data::Scalar(Value::String(text)) => text.contains("${"),
        _ => false,
    };
    match (&below.data, &above.data) {
        (Data::Map(_), _) => true,
        _ if open(below) || open(above) => false,
        _ => below.kind() != above.kind(),
    }
}

/// Puts `node` in the place of `below`, and notes that there was something, if there was.
fn replace(below: &mut Node, node: &Node) {
    let was = (below.data != Data::Missing).then_some(below.mark);
    let over = node.over.or(was);
    *below = Node { over, ..node.clone() };
}

enum Found {
    Nothing,
    List,
    Other,
}

fn map_list(below: Option<&mut Node>) -> Found {
    match below.map(|node| &node.data) {
        None | Some(Data::Missing) => Found::Nothing,
        Some(Data::List(_)) => Found::List,
        Some(_) => Found::Other,
    }
}
