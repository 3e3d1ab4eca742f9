//! Where secrets are kept.

mod env;
mod file;
mod inline;

use std::sync::Arc;

use spinloom_diagnostics::{Error, Result, codes};

use crate::{Environment, Source};

/// A variable to be set. Has no `Debug`: its value is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One kind of place that secrets are kept in.
pub trait Backend: Send + Sync {
    /// Its name, as sources have it.
    fn name(&self) -> &str;

    /// Refuses a source that could never be fetched.
    ///
    /// # Errors
    /// `SL0104`, without the source's options.
    fn check(&self, source: &Source) -> Result<()>;

    /// The variables of a source, as `role` if the place knows roles.
    ///
    /// # Errors
    /// `SL0502` if they cannot be had. No message tells a value.
    fn fetch(
        &self,
        source: &Source,
        role: Option<&str>,
        environment: Environment<'_>,
    ) -> Result<Vec<Variable>>;

    /// Whether it hands over variables of the environment itself, which are then set already.
    fn is_environment(&self) -> bool {
        false
    }
}

/// Every back-end of ours.
pub fn backends() -> [Arc<dyn Backend>; 3] {
    [Arc::new(inline::Inline), Arc::new(file::File), Arc::new(env::Env)]
}

/// Back-ends that are not ours: the one of a name, asked only if we have none.
pub type Others<'a> = &'a dyn Fn(&str) -> Result<Option<Arc<dyn Backend>>>;

/// There are no [`Others`].
///
/// # Errors
/// Never.
pub fn no_others(_name: &str) -> Result<Option<Arc<dyn Backend>>> {
    Ok(None)
}

/// The secrets of `source` cannot be had.
pub(crate) fn failed(source: &Source, why: impl std::fmt::Display) -> Error {
    Error::new(codes::SECRETS, format!("the secrets of `{}` cannot be fetched", source.name())).cause(why)
}

/// The value of a variable from JSON: text, numbers and booleans have one.
pub(crate) fn text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
