//! What a pickle says, without doing what it says: nothing is imported and nothing is called.
//!
//! Only what Metaflow wrote about its own tasks is read this way. An object of a class is its class's name, what the class
//! was called with, and its state. Values of the user's are never looked at.

mod machine;

use serde_json::{Map, Number, Value as Json};

/// A value of a [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(u32);

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that is longer.
    LongInt,
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, a tuple or a set.
    Items(Vec<Id>),
    /// A dictionary.
    Dict(Vec<(Id, Id)>),
    /// A class or a function, `module.name`.
    Global(String),
    /// What calling `class` with `arguments` gives, then set to `state`.
    Object {
        /// The class.
        class: Id,
        /// What it is called with.
        arguments: Id,
        /// What `__setstate__` gets.
        state: Option<Id>,
    },
}

/// The values of one pickle.
#[derive(Debug, Clone)]
pub struct Pickle {
    nodes: Vec<Node>,
    root: Id,
}

/// No JSON made of a pickle has more values: text that refers to itself again and again could make any number.
const MOST: usize = 1 << 20;
/// Nor is it deeper.
const DEEPEST: usize = 64;

impl Pickle {
    /// Reads a pickle of protocol 0 to 5. `None` if it is not whole, or does what only Python could understand.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        machine::run(bytes)
    }

    /// The value itself.
    pub fn root(&self) -> &Node {
        self.node(self.root)
    }

    /// A value inside of it.
    pub fn node(&self, id: Id) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::None)
    }

    /// The items of a list, tuple or set.
    pub fn items<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        let ids: &[Id] = if let Node::Items(ids) = node { ids } else { &[] };
        ids.iter().map(|id| self.node(*id))
    }

    /// What a dictionary has under `key`; of an object, what its state has.
    pub fn get<'a>(&'a self, node: &'a Node, key: &str) -> Option<&'a Node> {
        match node {
            Node::Dict(entries) => entries.iter().rev().find_map(|(name, value)| {
                (self.text(self.node(*name)) == Some(key)).then(|| self.node(*value))
            }),
            Node::Object { state: Some(state), .. } => match self.node(*state) {
                // `(dict, slots)`, as objects with `__slots__` have it.
                Node::Items(both) => both.iter().find_map(|part| self.get(self.node(*part), key)),
                state @ Node::Dict(_) => self.get(state, key),
                _ => None,
            },
            _ => None,
        }
    }

    /// A text.
    pub fn text<'a>(&self, node: &'a Node) -> Option<&'a str> {
        if let Node::Text(text) = node { Some(text) } else { None }
    }

    /// The value as JSON: what JSON has no word for is text that says what it is. `None` if that would be too much.
    pub fn json(&self) -> Option<Json> {
        let mut left = MOST;
        self.to_json(self.root(), 0, &mut left)
    }

    fn to_json(&self, node: &Node, depth: usize, left: &mut usize) -> Option<Json> {
        *left = left.checked_sub(1).filter(|_| depth < DEEPEST)?;
        let each = |ids: &[Id], left: &mut usize| -> Option<Json> {
            ids.iter().map(|id| self.to_json(self.node(*id), depth + 1, left)).collect()
        };
        Some(match node {
            Node::None => Json::Null,
            Node::Bool(truth) => Json::Bool(*truth),
            Node::Int(number) => Json::from(*number),
            Node::LongInt => Json::from("a long number"),
            Node::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            Node::Text(text) => Json::from(text.as_str()),
            Node::Bytes(bytes) => Json::from(String::from_utf8_lossy(bytes)),
            Node::Items(ids) => each(ids, left)?,
            Node::Global(name) => Json::from(name.as_str()),
            Node::Object { class, .. } => self.to_json(self.node(*class), depth + 1, left)?,
            Node::Dict(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    let key = match self.to_json(self.node(*key), depth + 1, left)? {
                        Json::String(text) => text,
                        other => other.to_string(),
                    };
                    map.insert(key, self.to_json(self.node(*value), depth + 1, left)?);
                }
                Json::Object(map)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pickle.dumps({"a": [1, -2, 2.5, None, True], "b": ("x", b"y")}, protocol)`
    const SAME: [&[u8]; 3] = [
        b"(dp0\nVa\np1\n(lp2\nI1\naI-2\naF2.5\naNaI01\nasVb\np3\n(Vx\np4\nc_codecs\nencode\np5\n(Vy\np6\nVlatin1\np7\ntp8\nRp9\ntp10\ns.",
        b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01]q\x02(K\x01J\xfe\xff\xff\xffG@\x04\x00\x00\x00\x00\x00\x00N\x88eX\x01\x00\x00\x00bq\x03X\x01\x00\x00\x00xq\x04U\x01y\x86q\x05u.",
        b"\x80\x04\x95-\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94]\x94(K\x01J\xfe\xff\xff\xffG@\x04\x00\x00\x00\x00\x00\x00N\x88e\x8c\x01b\x94\x8c\x01x\x94C\x01y\x94\x86\x94u.",
    ];

    #[test]
    fn old_and_new_protocols_say_the_same() {
        for bytes in SAME {
            let pickle = Pickle::read(bytes).unwrap();
            let list = pickle.get(pickle.root(), "a").unwrap();
            let found: Vec<&Node> = pickle.items(list).collect();
            let wanted = [Node::Int(1), Node::Int(-2), Node::Float(2.5), Node::None, Node::Bool(true)];
            assert_eq!(found, wanted.iter().collect::<Vec<_>>());
            let pair = pickle.get(pickle.root(), "b").unwrap();
            assert_eq!(pickle.items(pair).next().and_then(|x| pickle.text(x)), Some("x"));
        }
        let json = Pickle::read(SAME[2]).unwrap().json().unwrap();
        assert_eq!(json.to_string(), r#"{"a":[1,-2,2.5,null,true],"b":["x","y"]}"#);
    }

    #[test]
    fn an_object_is_told_and_not_made() {
        // `os.system("x")`, and an instance of `m.C` with a state.
        let call = Pickle::read(b"cos\nsystem\n(Vx\ntR.").unwrap();
        let Node::Object { class, arguments, state: None } = call.root() else { panic!("{call:?}") };
        assert_eq!(call.node(*class), &Node::Global("os.system".into()));
        assert_eq!(call.items(call.node(*arguments)).next(), Some(&Node::Text("x".into())));
        let object = Pickle::read(b"\x80\x04\x8c\x01m\x8c\x01C\x93)\x81}\x8c\x01kK\x07sb.").unwrap();
        assert_eq!(object.get(object.root(), "k"), Some(&Node::Int(7)));
    }

    #[test]
    fn what_is_shared_is_read_once_and_not_unfolded_without_end() {
        // Thirty lists, each of which has the one before it twice.
        let mut bytes = b"\x80\x04]\x94".to_vec();
        for _ in 0..30 {
            bytes.extend_from_slice(b"]\x94(h\x00h\x00e0");
            let last = bytes.len();
            bytes.truncate(last - 1);
            bytes.extend_from_slice(b"q\x00");
        }
        bytes.push(b'.');
        let pickle = Pickle::read(&bytes).unwrap();
        assert!(pickle.json().is_none());
    }

    #[test]
    fn what_is_cut_or_nonsense_is_refused() {
        for length in 0..SAME[2].len() {
            assert!(Pickle::read(&SAME[2][..length]).is_none(), "{length}");
        }
        for bad in [&b"."[..], b"a.", b"\x80\x09N.", b"h\x05.", b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffx."] {
            assert!(Pickle::read(bad).is_none(), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fall_over(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Some(pickle) = Pickle::read(&bytes) {
                pickle.json();
            }
        }
    }
}
