//! What a flow declares.

use serde::Deserialize;
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};

/// A `Config(…)` of a flow, as Python describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Declared {
    /// What the command line calls it.
    pub name: String,
    /// What the flow calls it.
    pub attribute: String,
    /// The file to read if nothing is given.
    pub default: Fallback,
    /// The value if nothing is given: data, or text for the parser.
    pub default_value: Fallback,
    /// There must be a value.
    pub required: bool,
    /// For people.
    #[serde(default)]
    pub help: String,
    /// The parser's name; `None` for JSON.
    pub parser: Option<String>,
    /// The value is whatever the parser returns.
    pub plain: bool,
    /// What the value must be like.
    pub schema: Option<Schema>,
    /// Where it is declared.
    pub file: String,
    /// …
    pub line: u32,
}

/// A default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Fallback {
    /// There is none.
    None,
    /// A function knows it.
    Function,
    /// This.
    Value {
        /// The default.
        value: Value,
    },
}

/// What a value must be like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Schema {
    /// A JSON schema.
    Json {
        /// The schema.
        schema: Value,
        /// The dataclass it describes, if it does.
        name: Option<String>,
    },
    /// A file with a JSON schema.
    File {
        /// Its path.
        path: String,
    },
    /// A model only Python can check.
    Model {
        /// What it is called.
        name: String,
    },
}

impl Declared {
    /// An error about this config, at the line it is declared at.
    pub(crate) fn problem(&self, what: impl AsRef<str>) -> Error {
        self.bare_problem(what).at(&self.file, Some(self.line))
    }

    /// An error about what was given for it.
    pub(crate) fn bare_problem(&self, what: impl AsRef<str>) -> Error {
        Error::new(codes::BAD_CONFIG, format!("config `{}` {}", self.name, what.as_ref()))
    }
}

/// Refuses two configs of one name.
pub(crate) fn check(all: &[Declared]) -> Result<()> {
    for (i, one) in all.iter().enumerate() {
        if let Some(first) = all[..i].iter().find(|first| first.name == one.name) {
            let what = format!("is there twice, as `{}` and as `{}`", first.attribute, one.attribute);
            return Err(one.problem(what).hint("give one of them another name"));
        }
    }
    Ok(())
}

/// The declared config of a name that was given somewhere.
pub(crate) fn find<'a>(all: &'a [Declared], name: &str, whence: &str) -> Result<&'a Declared> {
    all.iter().find(|one| one.name == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        Error::new(codes::BAD_CONFIG, format!("the flow has no config `{name}` (from `{whence}`)"))
            .suggest(name, names.iter().copied())
            .hint(format!("its configs are `{}`", names.join("`, `")))
    })
}
