//! YAML 1.2: a text as a tree of which every key and every value knows where it is.
//!
//! The core schema, so `no` is text and `010` is ten; keys are text, and no mapping has one twice.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use saphyr::Scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::Value;
use spinloom_flow::exact;

use crate::Fault;
use crate::positions::number;

/// Most values a text may stand for: aliases of aliases could be any number.
const MOST: usize = 1_000_000;

/// Where something begins: line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// Where it begins.
    pub place: Place,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Text, a number, a boolean or nothing.
    Scalar {
        /// The value.
        value: Value,
        /// A number as it is written, if it would be printed in another way: `1.10`.
        written: Option<String>,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(IndexMap<String, Entry>),
}

/// What a key of a mapping leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The value.
    pub node: Node,
    /// Where the key begins.
    pub place: Place,
    /// The key is written in quotes.
    pub quoted: bool,
}

impl Node {
    /// The value alone.
    pub fn value(&self) -> Value {
        match &self.data {
            Data::Scalar { value, .. } => value.clone(),
            Data::List(items) => items.iter().map(Node::value).collect(),
            Data::Map(entries) => {
                Value::Object(entries.iter().map(|(key, entry)| (key.clone(), entry.node.value())).collect())
            }
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
            Data::Scalar { value, .. } => match value {
                Value::Null => "nothing",
                Value::Bool(_) => "a boolean",
                Value::String(_) => "text",
                _ => "a number",
            },
        }
    }
}

/// Reads the one document of a text; `None` if it holds nothing.
///
/// # Errors
/// Where it is not YAML, a mapping has a key twice or one that is not text, or a second document begins.
pub fn read(text: &str) -> Result<Option<Node>, Fault> {
    let mut reader = Reader { open: Vec::new(), anchors: HashMap::new(), root: None, documents: 0, size: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| fault(place(error.marker()), error.info()))?;
        reader.take(event, place(&span.start))?;
    }
    Ok(reader.root)
}

enum Open {
    List { place: Place, anchor: usize, items: Vec<Node> },
    Map { place: Place, anchor: usize, entries: IndexMap<String, Entry>, key: Option<(String, Place, bool)> },
}

struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    size: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault(place, "it holds several documents"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.wants_key() {
                    self.key(&text, style, tag.as_ref(), place)?;
                } else {
                    let node = scalar(text, style, tag.as_ref(), place)?;
                    self.put(node, anchor)?;
                }
            }
            Event::Alias(anchor) => {
                let no_anchor = || fault(place, "an alias stands where what it names is not known yet");
                let node = self.anchors.get(&anchor).cloned().ok_or_else(no_anchor)?;
                if self.wants_key() {
                    return Err(fault(place, "a key is text"));
                }
                self.size += count(&node);
                self.put(Node { place, ..node }, 0)?;
            }
            Event::SequenceStart(anchor, _) => {
                self.no_key(place)?;
                self.open.push(Open::List { place, anchor, items: Vec::new() });
            }
            Event::MappingStart(anchor, _) => {
                self.no_key(place)?;
                self.open.push(Open::Map { place, anchor, entries: IndexMap::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { place, anchor, items }) => {
                    self.put(Node { data: Data::List(items), place }, anchor)?;
                }
                Some(Open::Map { place, anchor, entries, .. }) => {
                    self.put(Node { data: Data::Map(entries), place }, anchor)?;
                }
                None => {}
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn no_key(&self, place: Place) -> Result<(), Fault> {
        if self.wants_key() { Err(fault(place, "a key is text")) } else { Ok(()) }
    }

    fn key(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Cow<'_, Tag>>,
        place: Place,
    ) -> Result<(), Fault> {
        if let Some(Open::Map { entries, key, .. }) = self.open.last_mut() {
            if let Some(first) = entries.get(text) {
                let line = first.place.line;
                return Err(fault(place, format!("the key `{text}` is there twice, first on line {line}")));
            }
            let quoted = style != ScalarStyle::Plain;
            if !quoted && (text.is_empty() || tag.is_some()) {
                return Err(fault(place, "a key is text"));
            }
            *key = Some((text.to_owned(), place, quoted));
        }
        Ok(())
    }

    /// A value is complete.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.size += 1;
        if self.size > MOST {
            return Err(fault(node.place, format!("it stands for more than {MOST} values")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some((text, place, quoted)) = key.take() {
                    entries.insert(text, Entry { node, place, quoted });
                }
            }
        }
        Ok(())
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.data {
        Data::Scalar { .. } => 0,
        Data::List(items) => items.iter().map(count).sum(),
        Data::Map(entries) => entries.values().map(|entry| count(&entry.node)).sum(),
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Cow<'_, Tag>>,
    place: Place,
) -> Result<Node, Fault> {
    let plain = (style == ScalarStyle::Plain).then(|| text.to_string());
    let scalar = Scalar::parse_from_cow_and_metadata(text, style, tag)
        .ok_or_else(|| fault(place, "a value is not as its tag says"))?;
    let is_number = matches!(scalar, Scalar::Integer(_) | Scalar::FloatingPoint(_));
    let value = match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => flag.into(),
        Scalar::Integer(number) => number.into(),
        // More digits than a float has.
        Scalar::FloatingPoint(number) => match plain.as_deref().and_then(exact::integer) {
            Some(whole) => whole,
            None => exact::from_f64(number.into_inner()),
        },
        Scalar::String(text) => Value::from(text.as_ref()),
    };
    let written = plain.filter(|text| is_number && *text != exact::print(&value));
    Ok(Node { data: Data::Scalar { value, written }, place })
}

fn place(marker: &Marker) -> Place {
    Place { line: number(marker.line()), column: number(marker.col() + 1) }
}

fn fault(place: Place, reason: impl Into<String>) -> Fault {
    Fault { line: place.line, column: place.column, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match read(text) {
            Ok(node) => node.map_or_else(|| "nothing".to_owned(), |node| exact::print(&node.value())),
            Err(fault) => format!("{}:{}: {}", fault.line, fault.column, fault.reason),
        }
    }

    #[test]
    fn values_and_what_is_none() {
        let said: Vec<String> = [
            "",
            "# only words\n",
            "no: [yes, 010, 1.10, 1e3, ~, '1', 123456789012345678901234567890, .inf]",
            "a: &x {b: 1}\nc: *x\n",
            "a: |\n  many\n  lines\nb: >\n  one\n  line\n",
            "1: one\ntrue: yes\n",
            "a: 1\nb: 2\na: 3\n",
            "a: {b: 1, b: 2}",
            "? [a]\n: 1\n",
            "? {a: 1}\n: 1\n",
            "a: 1\n---\nb: 1\n",
            "a: [1,\nb: 2",
            "a:\n\t- 1\n",
            "a: *nobody\n",
            "a: !!int x\n",
        ]
        .iter()
        .map(|text| format!("{text:?}\n  {}", told(text)))
        .collect();
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn aliases_of_aliases_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..10 {
            let items = vec![format!("*a{}", i - 1); 10].join(", ");
            text += &format!("a{i}: &a{i} [{items}]\n");
        }
        assert!(told(&text).contains("stands for more than"), "{}", told(&text));
    }

    #[test]
    fn keys_and_values_know_where_they_are() {
        let node = read("a: 1\nb:\n  'c+': 1.10\n").unwrap().unwrap();
        let Data::Map(outer) = &node.data else { panic!() };
        let Data::Map(inner) = &outer["b"].node.data else { panic!() };
        let entry = &inner["c+"];
        assert_eq!((entry.place, entry.quoted), (Place { line: 3, column: 3 }, true));
        assert_eq!(entry.node.place, Place { line: 3, column: 9 });
        assert!(matches!(&entry.node.data, Data::Scalar { written: Some(text), .. } if text == "1.10"));
    }
}
