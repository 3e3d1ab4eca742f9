//! Plain values of pickles, for people: previews as a task would have made them, text, JSON.

use serde_json::{Map, Number, Value, json};

use super::peek::{Id, Node, Peeked, peek};

/// Items of a collection that a preview shows.
const ITEMS: usize = 20;
/// Characters of a text that a preview shows.
const CHARACTERS: usize = 1000;
/// How deep a preview looks.
const DEPTH: usize = 3;
/// How deep JSON is made.
const JSON_DEPTH: usize = 64;
/// Values in all that become JSON.
const JSON_VALUES: usize = 100_000;

/// A preview of what a pickle would make, as `schemas/artifact-preview.json` has it; `None` if it is no pickle or too large.
pub fn preview(stream: &[u8]) -> Option<Value> {
    let peeked = peek(stream)?;
    Some(shown(&peeked, peeked.top, DEPTH))
}

/// The text or the bytes that a pickle would make, and whether it is text; `None` if it is anything else.
pub fn text(stream: &[u8]) -> Option<(Vec<u8>, bool)> {
    let peeked = peek(stream)?;
    match peeked.nodes.get(peeked.top)? {
        Node::Text(text) => Some((text.to_vec(), true)),
        Node::Bytes(bytes, _) => Some((bytes.to_vec(), false)),
        _ => None,
    }
}

/// The JSON of what a pickle would make; `None` if JSON has no place for all of it.
pub fn json(stream: &[u8]) -> Option<Value> {
    let peeked = peek(stream)?;
    let mut room = JSON_VALUES;
    exact(&peeked, peeked.top, JSON_DEPTH, &mut room)
}

fn shown(peeked: &Peeked<'_>, id: Id, depth: usize) -> Value {
    let scalar = |kind: &str, value: Value| json!({"kind": "scalar", "type": kind, "value": value});
    match &peeked.nodes[id] {
        Node::None => scalar("NoneType", Value::Null),
        Node::Bool(value) => scalar("bool", (*value).into()),
        Node::Int(value) => match i64::try_from(*value) {
            Ok(value) => scalar("int", value.into()),
            Err(_) => json!({"kind": "scalar", "type": "int", "text": value.to_string()}),
        },
        Node::Huge => json!({"kind": "object", "type": "int"}),
        Node::Float(value) => match Number::from_f64(*value) {
            Some(value) => scalar("float", value.into()),
            None => json!({"kind": "scalar", "type": "float", "text": value.to_string().to_lowercase()}),
        },
        Node::Text(text) => {
            let text = String::from_utf8_lossy(text);
            let begins: String = text.chars().take(CHARACTERS).collect();
            json!({"kind": "text", "type": "str", "length": text.chars().count(), "text": begins})
        }
        Node::Bytes(bytes, kind) => {
            let begins = &bytes[..bytes.len().min(CHARACTERS)];
            match std::str::from_utf8(begins) {
                Ok(text) => json!({"kind": "text", "type": kind, "length": bytes.len(), "text": text}),
                Err(_) => {
                    let hex: String = begins.iter().map(|byte| format!("{byte:02x}")).collect();
                    json!({"kind": "text", "type": kind, "length": bytes.len(), "hex": hex})
                }
            }
        }
        Node::Items(kind, items) => {
            let mut value = json!({"kind": "collection", "type": kind, "length": items.len()});
            if depth > 0 {
                let items = items.iter().take(ITEMS).map(|item| shown(peeked, *item, depth - 1));
                value["items"] = items.collect();
            }
            value
        }
        Node::Dict(entries) => {
            let mut value = json!({"kind": "collection", "type": "dict", "length": entries.len()});
            if depth > 0 {
                let pair = |(key, value): &(Id, Id)| {
                    json!([shown(peeked, *key, depth - 1), shown(peeked, *value, depth - 1)])
                };
                value["entries"] = entries.iter().take(ITEMS).map(pair).collect();
            }
            value
        }
        Node::Opaque(name) => json!({"kind": "object", "type": name}),
    }
}

fn exact(peeked: &Peeked<'_>, id: Id, depth: usize, room: &mut usize) -> Option<Value> {
    *room = room.checked_sub(1)?;
    let inner = depth.checked_sub(1)?;
    Some(match &peeked.nodes[id] {
        Node::None => Value::Null,
        Node::Bool(value) => (*value).into(),
        Node::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => return None,
        },
        Node::Float(value) => Number::from_f64(*value)?.into(),
        Node::Text(text) => std::str::from_utf8(text).ok()?.into(),
        Node::Items("list" | "tuple", items) => {
            Value::Array(items.iter().map(|item| exact(peeked, *item, inner, room)).collect::<Option<_>>()?)
        }
        Node::Dict(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let Node::Text(key) = &peeked.nodes[*key] else { return None };
                map.insert(std::str::from_utf8(key).ok()?.to_owned(), exact(peeked, *value, inner, room)?);
            }
            Value::Object(map)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pickle.dumps({"a": [1, -2.5, None, True], "b": (b"\xff", "é"), "c": {1}}, 5)`
    const PLAIN: &[u8] = b"\x80\x05\x95\x39\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94]\x94(K\x01G\xc0\x04\0\0\0\0\0\0N\x88e\x8c\x01b\x94C\x01\xff\x94\x8c\x02\xc3\xa9\x94\x86\x94\x8c\x01c\x94\x8f\x94(K\x01\x90u.";

    #[test]
    fn plain_values_are_shown() {
        let value = preview(PLAIN).unwrap();
        assert_eq!((&value["kind"], &value["length"]), (&json!("collection"), &json!(3)));
        assert_eq!(
            value["entries"][0][1]["items"][1],
            json!({"kind": "scalar", "type": "float", "value": -2.5})
        );
        assert_eq!(value["entries"][1][1]["items"][0]["hex"], "ff");
        assert_eq!(value["entries"][2][1]["type"], "set");
        assert_eq!(json(PLAIN), None, "a set is not JSON");
    }

    #[test]
    fn plain_values_become_json() {
        // pickle.dumps({"a": [1, -300, 2**40]}, 2)
        let stream = b"\x80\x02}q\0X\x01\0\0\0aq\x01]q\x02(K\x01J\xd4\xfe\xff\xff\x8a\x06\0\0\0\0\0\x01es.";
        assert_eq!(json(stream), Some(json!({"a": [1, -300, 1_u64 << 40]})));
    }

    #[test]
    fn what_would_call_something_is_only_named() {
        // os.system("id") as a reduce
        let stream = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.";
        assert_eq!(preview(stream), Some(json!({"kind": "object", "type": "posix.system"})));
        assert_eq!(
            preview(b"cos\nsystem\n(S'id'\ntR."),
            Some(json!({"kind": "object", "type": "os.system"}))
        );
        assert_eq!(text(stream), None);
    }

    #[test]
    fn text_is_text() {
        assert_eq!(text(b"\x80\x04\x8c\x03abc\x94."), Some((b"abc".to_vec(), true)));
        assert_eq!(text(b"\x80\x04C\x02\xff\0\x94."), Some((vec![255, 0], false)));
    }

    #[test]
    fn a_list_that_holds_itself_ends() {
        let value = preview(b"\x80\x02]q\0h\0a.").unwrap();
        assert_eq!(value["items"][0]["items"][0]["length"], 1);
        assert_eq!(json(b"\x80\x02]q\0h\0a."), None);
    }

    #[test]
    fn what_is_no_pickle_is_none() {
        for stream in
            [&b""[..], b".", b"\x80\x04", b"(.", b"\x80\x04h\x07.", b"X\xff\xff\xff\xffabc.", b"\xff."]
        {
            assert_eq!(preview(stream), None, "{stream:?}");
        }
    }
}
