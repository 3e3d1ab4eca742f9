//! Values of settings from text.

use std::time::Duration;

use spinloom_diagnostics::{Error, Result, codes};

use crate::environment::Environment;
use crate::table::Setting;

/// A variable has a value that means nothing.
pub(crate) fn bad(name: &str, value: &str, wanted: &str) -> Error {
    Error::new(codes::BAD_SETTING, format!("`{name}` is `{value}`, but must be {wanted}"))
        .hint(format!("change it, or unset `{name}`"))
}

/// A number of bytes, such as `512M`; the letters are powers of 1024.
pub(crate) fn bytes(env: &Environment, setting: &Setting) -> Result<Option<u64>> {
    let Some((name, value)) = env.get(setting) else { return Ok(None) };
    let text = value.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    match number.zip(shift).and_then(|(n, s)| n.checked_mul(1 << s)) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(bad(name, value, "a number of bytes, such as `512M`")),
    }
}

/// A number of seconds, such as `300` or `0.5`.
pub(crate) fn seconds(env: &Environment, setting: &Setting) -> Result<Option<Duration>> {
    let Some((name, value)) = env.get(setting) else { return Ok(None) };
    let seconds = value.trim().parse::<f64>().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.map(Some).ok_or_else(|| bad(name, value, "a number of seconds, such as `300`"))
}

/// A whole number, such as `7`.
pub(crate) fn whole(env: &Environment, setting: &Setting) -> Result<Option<u32>> {
    let Some((name, value)) = env.get(setting) else { return Ok(None) };
    value.trim().parse().map(Some).map_err(|_| bad(name, value, "a whole number, such as `7`"))
}

/// A switch: `1` or `0`.
pub(crate) fn switch(env: &Environment, setting: &Setting) -> Result<Option<bool>> {
    match env.get(setting) {
        None => Ok(None),
        Some((_, "1" | "true")) => Ok(Some(true)),
        Some((_, "0" | "false")) => Ok(Some(false)),
        Some((name, value)) => Err(bad(name, value, "`1` or `0`")),
    }
}

/// Items between commas, without the space round them.
pub(crate) fn comma_list(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned)
}
