//! How far a command is that takes a while.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::Context;

/// A line on standard error that says how far it is; nothing where it cannot be redrawn.
pub(crate) struct Meter(Option<ProgressBar>);

impl Meter {
    /// Shown only if standard error is a terminal and nobody asked for silence.
    pub(crate) fn new(context: &Context<'_>) -> Self {
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
    pub(crate) fn say(&self, text: impl FnOnce() -> String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text());
        }
    }

    /// Has something else written to standard error.
    pub(crate) fn beside(&self, write: impl FnOnce()) {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
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
