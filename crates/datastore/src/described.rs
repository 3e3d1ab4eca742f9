//! What is said of an artifact beside its bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use spinloom_diagnostics::{Result, ResultExt as _, codes};

use crate::ENCODING;

/// A JSON text that this crate hands on as it is.
#[derive(Debug, Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// `text`, which must be JSON.
    ///
    /// # Errors
    /// `SL0901` if it is not.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let raw = RawValue::from_string(text.into());
        raw.map(Self).or_error(codes::INTERNAL, || "a description of an artifact is not JSON".into())
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Json {}

/// Of a preview, what tells that it is of one value.
#[derive(Deserialize)]
struct One<'a> {
    kind: &'a str,
    #[serde(default)]
    value: Option<Value>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    length: Option<usize>,
}

impl Json {
    /// The one number, yes or no or short text that this preview shows all of; none of any other.
    pub(crate) fn scalar(&self) -> Option<Value> {
        let one: One<'_> = serde_json::from_str(self.text()).ok()?;
        match (one.kind, one.value, one.text) {
            ("scalar", Some(value @ (Value::Number(_) | Value::Bool(_))), _) => Some(value),
            ("scalar", _, Some(text)) => Some(text.into()),
            ("text", _, Some(text)) if one.length == Some(text.chars().count()) => Some(text.into()),
            _ => None,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self)
    }
}

/// What an artifact is, as told by who saves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The Python type of the value, such as `int`.
    pub type_name: String,
    /// How the value became bytes: [`ENCODING`], or the name a custom serializer gives.
    pub encoding: String,
    /// What a custom serializer wants to know when it reads the bytes (AR-08).
    pub serializer: Option<Json>,
    /// What people are shown of it: `{"kind": …}`, see `docs/design/0005-artifacts.md`.
    pub preview: Option<Json>,
}

impl From<&str> for Described {
    fn from(type_name: &str) -> Self {
        Self { type_name: type_name.into(), encoding: ENCODING.into(), serializer: None, preview: None }
    }
}

/// What [`Described::noted`] reads.
#[derive(Deserialize)]
struct Note {
    encoding: Option<String>,
    serializer: Option<Json>,
    preview: Option<Json>,
}

impl Described {
    /// Of the Python type `type_name`, with the `encoding`, `serializer` and `preview` that the JSON object `note` has.
    ///
    /// # Errors
    /// `SL0901` if `note` is not such an object.
    pub fn noted(type_name: &str, note: &str) -> Result<Self> {
        let read = serde_json::from_str::<Note>(note);
        let note = read.or_error(codes::INTERNAL, || "a description of an artifact cannot be read".into())?;
        Ok(Self {
            type_name: type_name.into(),
            encoding: note.encoding.unwrap_or_else(|| ENCODING.into()),
            serializer: note.serializer,
            preview: note.preview,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_adds_to_the_type() {
        let plain = Described::noted("int", "{}").unwrap();
        assert_eq!(plain, Described::from("int"));
        let note = r#"{"encoding":"arrow","serializer":{"v":1},"preview":{"kind":"text"}}"#;
        let full = Described::noted("Table", note).unwrap();
        assert_eq!(full.encoding, "arrow");
        assert_eq!(full.serializer.unwrap().text(), r#"{"v":1}"#);
        assert_eq!(full.preview.unwrap().text(), r#"{"kind":"text"}"#);
    }

    #[test]
    fn a_preview_of_one_value_tells_it() {
        let of = |text: &str| Json::new(text).unwrap().scalar();
        assert_eq!(of(r#"{"kind":"scalar","type":"float","value":0.5}"#), Some(0.5.into()));
        assert_eq!(of(r#"{"kind":"scalar","type":"bool","value":true}"#), Some(true.into()));
        assert_eq!(of(r#"{"kind":"scalar","type":"float","text":"nan"}"#), Some("nan".into()));
        assert_eq!(
            of(r#"{"kind":"text","type":"str","length":4,"text":"b\u00e4um"}"#),
            Some("b\u{e4}um".into())
        );
        for other in [
            r#"{"kind":"scalar","type":"NoneType","value":null}"#,
            r#"{"kind":"text","type":"str","length":4000,"text":"its beginning"}"#,
            r#"{"kind":"text","type":"bytes","length":2,"hex":"ff00"}"#,
            r#"{"kind":"collection","type":"list","length":0,"items":[]}"#,
            "[1]",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        assert!(Described::noted("int", "{").is_err());
        assert!(Json::new("{]").is_err());
    }
}
