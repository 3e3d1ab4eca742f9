//! What the commands that look after a store have in common: which runs, how much.

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::RunStatus;
use spinloom_metadata::RunRecord;
use spinloom_upkeep::Age;

pub(super) use super::meter::Meter;

/// The states runs can be looked for by.
pub(super) const STATES: [RunStatus; 5] =
    [RunStatus::Running, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped, RunStatus::Lost];

/// The state that `--status` names.
pub(super) fn status(text: &str) -> Result<RunStatus> {
    STATES.into_iter().find(|status| status.as_str() == text).ok_or_else(|| {
        let names = STATES.map(RunStatus::as_str);
        Error::new(codes::USAGE, format!("`--status` is one of `{}`, not `{text}`", names.join("`, `")))
            .suggest(text, names)
    })
}

/// The span of time that `option` names.
pub(super) fn age(option: &str, text: &str) -> Result<Age> {
    text.parse().map_err(|what: String| Error::new(codes::USAGE, format!("`{option}`: {what}")))
}

/// `1 run`, `3 runs`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// `Training/58`.
pub(super) fn name(run: &RunRecord) -> String {
    format!("{}/{}", run.flow, run.run)
}
