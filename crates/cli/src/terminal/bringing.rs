//! How far an import is: one line on the terminal, redrawn.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spinloom_import::Progress;

use super::time::bytes;

/// The line.
pub(crate) struct Bringing(Option<ProgressBar>);

impl Bringing {
    /// A line, if there is a terminal to show it on.
    pub(crate) fn new(terminal: bool) -> Self {
        if !terminal {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(Some(bar))
    }

    /// Shows how far it is.
    pub(crate) fn show(&mut self, progress: &Progress) {
        let Some(bar) = &self.0 else { return };
        let Progress { pathspec, runs, runs_done, tasks, saved } = progress;
        bar.set_message(format!(
            "{runs_done} of {runs} runs · {tasks} tasks · {} · {pathspec}",
            bytes(*saved)
        ));
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
