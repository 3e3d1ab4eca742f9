//! Single keys, given on the command line or in variables: `key=value`, `+key=value`, `~key`, `key+=[a]`.

use serde_json::Value;
use spinloom_configs::{Path, yaml};
use spinloom_diagnostics::{Error, Result, codes};

use crate::merge::{Operation, Patch};
use crate::{Mark, Node};

/// One key that is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The word it was given as.
    pub word: String,
    /// The key, its section first.
    pub path: Path,
    /// What is to become of it.
    pub change: Change,
    /// Whether the key must be there (`k=v`), must not be (`+k=v`), or either (`++k=v`).
    pub presence: Presence,
    /// Upper and lower case of its keys do not count: it is the name of a variable.
    pub loose: bool,
}

/// What is to become of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It gets a value.
    Set(Value),
    /// Items are put at the end of its list.
    Append(Vec<Value>),
    /// Items are taken out of its list.
    Remove(Vec<Value>),
    /// It is deleted.
    Delete,
}

/// What must be true of a key before it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Present,
    /// It is not.
    Absent,
    /// Either.
    Any,
}

/// The sections a key may be given in.
pub const SECTIONS: [&str; 2] = ["configuration", "environment"];

impl Override {
    /// Whether a word looks like one: `key=value`, with a key that may be one.
    pub fn is_one(word: &str) -> bool {
        if word.starts_with('-') {
            return false;
        }
        let key =
            word.split('=').next().unwrap_or_default().trim_start_matches('+').trim_end_matches(['+', '-']);
        let fits = |c: char| c.is_alphanumeric() || "_.-[]\"'~".contains(c);
        word.contains('=') && !key.is_empty() && key.chars().all(fits) || word.starts_with('~')
    }

    /// Reads a word. A key whose first part is no section is one of `configuration`.
    ///
    /// # Errors
    /// `SL0001` for a word that cannot be understood.
    pub fn parse(word: &str) -> Result<Self> {
        let usage = |why: String| {
            Error::new(codes::USAGE, format!("`{word}` {why}"))
                .hint("write `key=value`, `+key=value` for a new key, `~key` to delete one; values are YAML")
        };
        if let Some(key) = word.strip_prefix('~') {
            let path = path(key).map_err(usage)?;
            return Ok(Self {
                word: word.to_owned(),
                path,
                change: Change::Delete,
                presence: Presence::Present,
                loose: false,
            });
        }
        let (key, text) = word.split_once('=').ok_or_else(|| usage("has no value".to_owned()))?;
        let (presence, key) = match (key.strip_prefix("++"), key.strip_prefix('+')) {
            (Some(key), _) => (Presence::Any, key),
            (None, Some(key)) => (Presence::Absent, key),
            (None, None) => (Presence::Present, key),
        };
        let (sign, key) = match (key.strip_suffix('+'), key.strip_suffix('-')) {
            (Some(key), _) => (Some('+'), key),
            (_, Some(key)) => (Some('-'), key),
            _ => (None, key),
        };
        let path = path(key).map_err(usage)?;
        let value = parse_value(text).map_err(|why| usage(format!("has a value that is not YAML: {why}")))?;
        let change = match (sign, value) {
            (None, value) => Change::Set(value),
            (Some(sign), value) => {
                let items = if let Value::Array(items) = value { items } else { vec![value] };
                if sign == '+' { Change::Append(items) } else { Change::Remove(items) }
            }
        };
        Ok(Self { word: word.to_owned(), path, change, presence, loose: false })
    }

    /// What a variable such as `SPINLOOM__CONFIGURATION__MODEL__LR` gives; `keys` is what follows its beginning.
    ///
    /// # Errors
    /// `SL0001` for a value that cannot be understood.
    pub fn variable(name: &str, keys: &str, text: &str) -> Result<Self> {
        let usage =
            |why: String| Error::new(codes::USAGE, format!("`{name}` {why}")).hint("its value is YAML");
        let value = parse_value(text).map_err(|why| usage(format!("has a value that is not YAML: {why}")))?;
        let path =
            path(&keys.split("__").map(str::to_lowercase).collect::<Vec<_>>().join(".")).map_err(usage)?;
        let change = Change::Set(value);
        Ok(Self { word: name.to_owned(), path, change, presence: Presence::Present, loose: true })
    }

    /// The same with its keys as they are written in the settings.
    pub(crate) fn fitted(&self, root: &Node) -> Self {
        let mut fitted = self.clone();
        if self.loose {
            let mut at = Some(root);
            for key in &mut fitted.path.0 {
                let found = at.and_then(|node| {
                    node.keys().find(|one| one.eq_ignore_ascii_case(key)).map(str::to_owned)
                });
                if let Some(found) = found {
                    *key = found;
                }
                at = at.and_then(|node| node.at(std::slice::from_ref(key)));
            }
        }
        fitted
    }

    /// Checks that the key is, or is not, among what lower layers set.
    ///
    /// # Errors
    /// `SL0804`.
    pub(crate) fn check(&self, root: &Node) -> Result<()> {
        let found = root.at(&self.path.0).is_some();
        let error = |message: String| Error::new(codes::SETTINGS_VALUE, message);
        match (self.presence, found) {
            (Presence::Present, false) => {
                let error = error(format!("`{}` names `{}`, which does not exist", self.word, self.path));
                let known = root.at(&self.path.0[..self.path.0.len() - 1]);
                let last = self.path.0.last().map(String::as_str).unwrap_or_default();
                let error = match known {
                    Some(parent) => error.suggest(last, parent.keys()),
                    None => {
                        error.suggest(&self.path.to_string(), every_path(root).iter().map(String::as_str))
                    }
                };
                Err(error.hint(format!("to add a new key write `+{}`", self.word)))
            }
            (Presence::Absent, true) => {
                Err(error(format!("`{}` adds `{}`, which exists", self.word, self.path))
                    .hint(format!("to change it write `{}`", self.word.trim_start_matches('+'))))
            }
            _ => Ok(()),
        }
    }

    /// What it does to the settings of a section: the patch starts below the section.
    pub(crate) fn patch(&self, mark: Mark) -> Patch {
        let list = |items: &[Value]| items.iter().map(|item| Node::of(item, mark)).collect();
        let operation = match &self.change {
            Change::Set(value @ Value::Object(_)) => match Node::of(value, mark).data {
                crate::Data::Map(map) => Operation::Merge(Patch::of(&map)),
                data => Operation::Set(Node { data, mark, over: None }),
            },
            Change::Set(value) => Operation::Set(Node::of(value, mark)),
            Change::Append(items) => Operation::Append(list(items)),
            Change::Remove(items) => Operation::Remove(list(items)),
            Change::Delete => Operation::Delete,
        };
        Patch::at(&self.path.0[1..], operation, mark)
    }
}

fn every_path(root: &Node) -> Vec<String> {
    let mut all = Vec::new();
    root.leaves(&mut |path, _| all.push(path.to_string()));
    all
}

/// A key, its section first.
fn path(key: &str) -> Result<Path, String> {
    let path = Path::parse(key.trim()).map_err(|why| format!("cannot be understood: {why}"))?;
    let Some(first) = path.0.first() else { return Err("names no key".to_owned()) };
    let path = match SECTIONS.contains(&first.as_str()) {
        true => path,
        false => Path(std::iter::once("configuration".to_owned()).chain(path.0).collect()),
    };
    if path.0.len() < 2 { Err("names a whole section".to_owned()) } else { Ok(path) }
}

/// A value as it is typed: YAML on one line.
pub fn parse_value(text: &str) -> Result<Value, String> {
    match yaml::read(text) {
        Ok(None) => Ok(Value::String(String::new())),
        Ok(Some(node)) => Ok(node.value()),
        Err(fault) => Err(fault.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read() {
        let shown: Vec<String> = [
            "model.lr=0.1",
            "+model.new=true",
            "++model.new=a",
            "~model.lr",
            "features+=director",
            "features-=[a, b]",
            "environment.READ_DB=x",
            "features=[a,b]",
            "name=\"1.10\"",
            "empty=",
            "a[\"x.y\"].z={b: 1}",
            "=1",
            "configuration=1",
            "a..b=1",
            "a=[1",
            "a",
        ]
        .iter()
        .map(|word| match Override::parse(word) {
            Ok(found) => format!("{word}: {} {:?} {:?}", found.path, found.presence, found.change),
            Err(error) => crate::told(&error),
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn words_that_are_none() {
        for word in ["--x=1", "-x", "training", "a b=1", "=1"] {
            assert!(!Override::is_one(word), "{word}");
        }
        for word in ["a=1", "+a.b=1", "~a", "a+=1", "a[0]=x=y"] {
            assert!(Override::is_one(word), "{word}");
        }
    }
}
