//! What a user writes: `type.id`, or a dictionary.

use std::sync::Arc;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes, did_you_mean};

use crate::backends::{Backend, Others, backends};

/// What Metaflow has and this version does not: a flow that names one deserves to be told so.
const NOT_YET: [&str; 3] = ["aws-secrets-manager", "gcp-secret-manager", "az-key-vault"];
const KEYS: [&str; 4] = ["type", "id", "options", "role"];

/// One source of secrets.
#[derive(Clone)]
pub struct Source {
    /// Where the secrets are.
    pub backend: Arc<dyn Backend>,
    /// Which of them; what it means is the back-end's.
    pub id: String,
    /// More about it. May hold secrets.
    pub options: Map<String, Value>,
    /// Who fetches them, instead of the decorator's role.
    pub role: Option<String>,
}

impl Source {
    /// Reads a source. `others` are back-ends beside ours.
    ///
    /// # Errors
    /// As `others`; `SL0104` if it is neither form, or names a back-end there is not. The message shows type and id, never options.
    pub fn parse(value: &Value, others: Others<'_>) -> Result<Self> {
        let source = match value {
            Value::String(text) => Self::from_text(text, others)?,
            Value::Object(fields) => Self::from_fields(fields, others)?,
            _ => return Err(bad("a source of secrets is `type.id` or a dictionary with `type` and `id`")),
        };
        source.backend.check(&source)?;
        Ok(source)
    }

    fn from_text(text: &str, others: Others<'_>) -> Result<Self> {
        let Some((kind, id)) = text.split_once('.') else {
            return Err(bad(format!("the source `{text}` does not say which back-end it is of"))
                .hint(format!("write `type.id`, such as `env.{text}`")));
        };
        Ok(Self { backend: find(kind, others)?, id: id.to_owned(), options: Map::new(), role: None })
    }

    fn from_fields(fields: &Map<String, Value>, others: Others<'_>) -> Result<Self> {
        if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let error = bad(format!("a source of secrets has no key `{key}`")).suggest(key, KEYS);
            return Err(error.hint(format!("its keys are `{}`", KEYS.join("`, `"))));
        }
        let text = |key: &str| match fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(bad(format!("the `{key}` of a source of secrets is text"))),
        };
        let Some(kind) = text("type")? else {
            return Err(bad("a source of secrets needs a `type`").hint(existing()));
        };
        let options = match fields.get("options") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(options)) => options.clone(),
            Some(_) => return Err(bad("the `options` of a source of secrets are a dictionary")),
        };
        Ok(Self {
            backend: find(&kind, others)?,
            id: text("id")?.unwrap_or_default(),
            options,
            role: text("role")?,
        })
    }

    /// The source as messages call it.
    pub fn name(&self) -> String {
        if self.id.is_empty() {
            return self.backend.name().to_owned();
        }
        format!("{}.{}", self.backend.name(), self.id)
    }
}

/// Names only: options may be secret.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

fn find(kind: &str, others: Others<'_>) -> Result<Arc<dyn Backend>> {
    let ours = backends();
    if let Some(found) = ours.iter().find(|backend| backend.name() == kind) {
        return Ok(Arc::clone(found));
    }
    if let Some(found) = others(kind)? {
        return Ok(found);
    }
    if NOT_YET.contains(&kind) {
        let message = format!("secrets of `{kind}` are not in this version of Spinloom");
        return Err(bad(message).hint(existing()));
    }
    let names = ours.iter().map(|backend| backend.name());
    let error = bad(format!("there is no back-end `{kind}` for secrets"));
    let error = match did_you_mean(kind, names) {
        Some(best) => error.hint(format!("did you mean `{best}`?")),
        None => error,
    };
    Err(error.hint(existing()))
}

fn existing() -> String {
    let ours = backends();
    let names: Vec<&str> = ours.iter().map(|backend| backend.name()).collect();
    format!("secrets can come from `{}`", names.join("`, `"))
}

pub(crate) fn bad(message: impl Into<String>) -> Error {
    Error::new(codes::BAD_DECORATOR, message)
}
