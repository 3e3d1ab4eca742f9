//! Where in a config something is: keys and positions, from the outside in.

use std::fmt;

use serde_json::Value;

/// A key of a mapping, or a position in a list, as text: `model`, `0`.
///
/// Written as people type it, `model.layers[0]`, and kept as a JSON pointer, `/model/layers/0`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<String>);

impl Path {
    /// Reads `model.layers[0]`, `model.layers.0` or `model["a.b"]`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = match rest.strip_prefix('[') {
                Some(inner) => bracket(inner, &mut keys)?,
                None => {
                    let word = rest.strip_prefix('.').unwrap_or(rest);
                    let end = word.find(['.', '[']).unwrap_or(word.len());
                    if end == 0 {
                        return Err(format!("`{text}` has an empty key"));
                    }
                    keys.push(word[..end].to_owned());
                    &word[end..]
                }
            };
        }
        Ok(Self(keys))
    }

    /// Reads a JSON pointer.
    pub fn from_pointer(text: &str) -> Self {
        Self(text.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect())
    }

    /// As a JSON pointer.
    pub fn pointer(&self) -> String {
        self.0.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect()
    }

    /// This, and a key below it.
    #[must_use]
    pub fn with(&self, key: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.into());
        Self(keys)
    }

    /// What this is in, if it is in anything.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, outer)| Self(outer.to_vec()))
    }

    /// What stands there in `value`.
    pub fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, key| match value {
            Value::Object(map) => map.get(key),
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

/// What is between brackets; answers what follows them.
fn bracket<'a>(inner: &'a str, keys: &mut Vec<String>) -> Result<&'a str, String> {
    let open = || "a `[` is not closed".to_owned();
    if let Some(quote @ ('"' | '\'')) = inner.chars().next() {
        let (key, rest) = inner[1..].split_once(quote).ok_or_else(open)?;
        keys.push(key.to_owned());
        return rest.strip_prefix(']').ok_or_else(open);
    }
    let (key, rest) = inner.split_once(']').ok_or_else(open)?;
    if key.is_empty() {
        return Err("nothing is between `[` and `]`".to_owned());
    }
    keys.push(key.to_owned());
    Ok(rest)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            let simple = !key.is_empty() && key.chars().all(|c| c == '_' || c == '-' || c.is_alphanumeric());
            if key.parse::<usize>().is_ok() {
                write!(f, "[{key}]")?;
            } else if !simple {
                write!(f, "[{key:?}]")?;
            } else if i == 0 {
                f.write_str(key)?;
            } else {
                write!(f, ".{key}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written() {
        for (typed, shown, pointer) in [
            ("model.lr", "model.lr", "/model/lr"),
            ("layers[0].units", "layers[0].units", "/layers/0/units"),
            ("layers.0.units", "layers[0].units", "/layers/0/units"),
            ("a[\"b.c/d\"]", "a[\"b.c/d\"]", "/a/b.c~1d"),
        ] {
            let path = Path::parse(typed).unwrap();
            assert_eq!(path.to_string(), shown);
            assert_eq!(path.pointer(), pointer);
            assert_eq!(Path::from_pointer(pointer), path);
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["a..b", "a[0", "a[]", "a[\"x]", ".", "a."] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
