//! What the environment says of the terminal and of what to write to it.

use spinloom_diagnostics::Result;

use crate::environment::Environment;
use crate::parse::bad;
use crate::table;

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Where the stream is a terminal.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// For whom commands print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(crate) fn colour(env: &Environment) -> Colour {
    let forced = env.value(&table::FORCE_COLOR).is_some_and(|v| v != "0");
    if env.value(&table::NO_COLOR).is_some() {
        Colour::Never
    } else if forced {
        Colour::Always
    } else if is_dumb(env) || is_agent(env) {
        Colour::Never
    } else {
        Colour::Auto
    }
}

pub(crate) fn output(env: &Environment) -> Result<Output> {
    match env.get(&table::OUTPUT) {
        None | Some((_, "text")) => Ok(Output::Text),
        Some((_, "json")) => Ok(Output::Json),
        Some((name, value)) => Err(bad(name, value, "`text` or `json`").suggest(value, ["text", "json"])),
    }
}

pub(crate) fn is_ci(env: &Environment) -> bool {
    env.value(&table::CI).is_some_and(|v| v != "0" && !v.eq_ignore_ascii_case("false"))
}

pub(crate) fn is_agent(env: &Environment) -> bool {
    env.get(&table::AGENT).is_some()
}

pub(crate) fn is_dumb(env: &Environment) -> bool {
    env.value(&table::TERM) == Some("dumb")
}
