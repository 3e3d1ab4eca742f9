//! `--with` (RU-13): a decorator as text, such as `retry` or `environment:vars={"A": "b"}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, codes};

use crate::exact;

/// A decorator to add to every step that lacks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecoSpec {
    /// Its name, or its import path.
    pub name: String,
    /// Attributes given, in the notation of [`exact`]. Of two with the same name the last counts.
    pub attributes: Map<String, Value>,
}

impl DecoSpec {
    /// Reads `name` or `name:attribute=value,attribute=value`.
    ///
    /// A value is read as JSON, else as a number, else it is text. A comma that is not followed by `attribute=`, or is inside
    /// brackets or quotes of a JSON value, belongs to the value.
    ///
    /// # Errors
    /// `SL0104` if the text has no name, or an attribute has no value.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why: &str| {
            Error::new(codes::BAD_DECORATOR, format!("`{text}` does not name a decorator"))
                .cause(why)
                .hint("write `retry`, or `retry:times=3,minutes_between_retries=0`")
        };
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        if name.is_empty() {
            return Err(bad("the name is missing"));
        }
        if !name.split('.').all(is_identifier) {
            let bare = name.strip_prefix('@').filter(|n| n.split('.').all(is_identifier));
            let error = bad(&format!("`{name}` is not a name"));
            return Err(bare
                .into_iter()
                .fold(error, |e, bare| e.hint(format!("leave out the `@`: `--with {bare}`"))));
        }
        let mut attributes = Map::new();
        for pair in pairs(rest) {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(bad(&format!("the attribute `{}` has no value", pair.trim())));
            };
            let key = key.trim();
            if !is_identifier(key) {
                return Err(bad(&format!("`{key}` is not the name of an attribute")));
            }
            let value = value.trim();
            if value.is_empty() {
                return Err(bad(&format!("the attribute `{key}` has no value")));
            }
            attributes.insert(key.to_owned(), read(value));
        }
        Ok(Self { name: name.to_owned(), attributes })
    }
}

impl std::str::FromStr for DecoSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

fn read(value: &str) -> Value {
    exact::parse(value)
        .ok()
        .or_else(|| exact::integer(value))
        .or_else(|| exact::float(value))
        .unwrap_or_else(|| value.into())
}

/// Cuts `a=1,b=2` into `a=1` and `b=2`.
fn pairs(text: &str) -> Vec<&str> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let end = pair_end(rest);
        pairs.push(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    pairs
}

/// Where the first pair ends: at the first comma outside JSON brackets and quotes that an attribute follows.
fn pair_end(text: &str) -> usize {
    let value = text.find('=').map_or(0, |i| i + 1);
    let after_json = value + json_length(&text[value..]);
    let commas = |from: usize| text[from..].match_indices(',').map(move |(i, _)| from + i);
    commas(after_json).find(|&comma| starts_pair(&text[comma + 1..])).unwrap_or(text.len())
}

fn starts_pair(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| is_identifier(key.trim()))
}

/// How long the bracketed or quoted text at the start of a value is; 0 if there is none, or it is not closed.
fn json_length(value: &str) -> usize {
    let blank = value.len() - value.trim_start().len();
    if !value[blank..].starts_with(['{', '[', '"']) {
        return 0;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (i, c) in value.char_indices().skip(blank) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !quoted {
            return i + c.len_utf8();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str) -> (String, Value) {
        let spec: DecoSpec = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        (spec.name, Value::Object(spec.attributes))
    }

    /// RU-13: what Metaflow makes of the same texts, except where it takes a brace for text.
    #[test]
    fn names_and_attributes() {
        for (text, name, attributes) in [
            ("retry", "retry", json!({})),
            ("retry:", "retry", json!({})),
            (
                "retry:times=3,minutes_between_retries=0",
                "retry",
                json!({"times": 3, "minutes_between_retries": 0}),
            ),
            ("resources: cpu = 2 , memory=1e3", "resources", json!({"cpu": 2, "memory": 1000.0})),
            ("resources:cpu=1_000", "resources", json!({"cpu": 1000})),
            ("resources:cpu=007", "resources", json!({"cpu": 7})),
            ("resources:cpu=true", "resources", json!({"cpu": true})),
            ("resources:cpu=True", "resources", json!({"cpu": "True"})),
            ("resources:cpu=null", "resources", json!({"cpu": null})),
            ("resources:cpu=inf", "resources", json!({"cpu": {"$float": "inf"}})),
            ("resources:cpu=[1,2", "resources", json!({"cpu": "[1,2"})),
            ("resources:cpu=[1,2,memory=3", "resources", json!({"cpu": "[1,2", "memory": 3})),
            ("resources:cpu=x,,memory=2", "resources", json!({"cpu": "x,", "memory": 2})),
            ("retry:times=1,times=2", "retry", json!({"times": 2})),
            ("catch:var=a=b", "catch", json!({"var": "a=b"})),
            ("catch:var=x:y", "catch", json!({"var": "x:y"})),
            ("kubernetes:labels=a,b", "kubernetes", json!({"labels": "a,b"})),
            ("kubernetes:image=repo/x:1,cpu=2", "kubernetes", json!({"image": "repo/x:1", "cpu": 2})),
            ("my.module.deco:attr=1", "my.module.deco", json!({"attr": 1})),
        ] {
            assert_eq!(parsed(text), (name.to_owned(), attributes), "{text}");
        }
    }

    #[test]
    fn commas_inside_json_belong_to_the_value() {
        let (_, attributes) = parsed(r#"environment:vars={"A":"b, c=d","D":["}",{"e":"\"],f=1"}]},x=2"#);
        assert_eq!(attributes, json!({"vars": {"A": "b, c=d", "D": ["}", {"e": "\"],f=1"}]}, "x": 2}));
        assert_eq!(parsed("d:a=\"x,y=1\",b=é,c=2").1, json!({"a": "x,y=1", "b": "é", "c": 2}));
    }

    #[test]
    fn what_is_no_decorator_is_refused() {
        for (text, cause) in [
            ("", "the name is missing"),
            (":x=1", "the name is missing"),
            ("a b", "`a b` is not a name"),
            ("a..b", "`a..b` is not a name"),
            ("@retry", "`@retry` is not a name"),
            ("retry:times", "the attribute `times` has no value"),
            ("retry:times=", "the attribute `times` has no value"),
            ("retry:1x=2", "`1x` is not the name of an attribute"),
            ("retry:=2", "`` is not the name of an attribute"),
        ] {
            let error = DecoSpec::parse(text).unwrap_err();
            assert_eq!(error.code(), codes::BAD_DECORATOR);
            assert_eq!(error.causes(), [cause], "{text}");
            assert!(error.message().contains(text));
        }
        assert!(
            DecoSpec::parse("@retry")
                .unwrap_err()
                .hints()
                .contains(&"leave out the `@`: `--with retry`".to_owned())
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z@:=,{}\\[\\]\"\\\\ é1.]{0,30}") {
            let _ = DecoSpec::parse(&text);
        }

        #[test]
        fn json_values_survive(value in "[a-z,={}\\[\\]\"\\\\ é]{0,20}") {
            let json = json!({"k": value, "l": [value]});
            let spec = DecoSpec::parse(&format!("d:a={json},b=1")).unwrap();
            proptest::prop_assert_eq!(Value::Object(spec.attributes), json!({"a": json, "b": 1}));
        }
    }
}
