//! A copy of the environment, as far as settings may look at it.

use std::collections::BTreeMap;
use std::fmt;

use crate::table::{Setting, table};

/// The prefixes under which a command's options are looked up, ours first (RU-22).
const PREFIXES: [&str; 2] = ["SPINLOOM_", "METAFLOW_"];

/// Variables by name. Holds those that settings may need and no other.
#[derive(Clone)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    pub(crate) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().filter(|(name, _)| concerns_us(name)).collect())
    }

    /// Variables that set `setting`, strongest first. Empty ones do not.
    pub(crate) fn all(&self, setting: &Setting) -> impl Iterator<Item = (&str, &str)> {
        setting
            .env
            .iter()
            .flat_map(|pattern| self.0.iter().filter(move |(name, _)| matches(pattern, name)))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, value)| !value.is_empty())
    }

    /// The variable that sets `setting`, and its value.
    pub(crate) fn get(&self, setting: &Setting) -> Option<(&str, &str)> {
        self.all(setting).next()
    }

    /// The value of `setting`.
    pub(crate) fn value(&self, setting: &Setting) -> Option<&str> {
        self.get(setting).map(|(_, value)| value)
    }

    /// A variable whose name ends in `rest`, after one of our prefixes. An empty value is a value.
    pub(crate) fn prefixed(&self, rest: &str) -> Option<(String, String)> {
        PREFIXES.iter().find_map(|prefix| {
            let (name, value) = self.0.get_key_value(&format!("{prefix}{rest}"))?;
            Some((name.clone(), value.clone()))
        })
    }
}

/// Names only: values may be secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn concerns_us(name: &str) -> bool {
    PREFIXES.iter().any(|p| name.starts_with(p))
        || table().iter().flat_map(|s| s.env).any(|pattern| matches(pattern, name))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
