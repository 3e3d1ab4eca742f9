//! What the commands that look after a store have in common: which runs, how far, how much.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::RunStatus;
use spinloom_metadata::RunRecord;
use spinloom_upkeep::Age;

use crate::context::Context;

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

/// A line on standard error that says how far it is; nothing where it cannot be redrawn.
pub(super) struct Meter(Option<ProgressBar>);

impl Meter {
    /// Shown only if standard error is a terminal and nobody asked for silence.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let wanted = context.screen.stderr && !context.screen.still && !context.output.quiet;
        Self(wanted.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }

    /// Says how far it is.
    pub(super) fn say(&self, text: impl FnOnce() -> String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text());
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
