//! The listeners of a run: one for each `--progress`.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spinloom_engine::Listener;
use spinloom_flow::RunEvent;

use super::time::now_us;
use super::view::View;
use super::{Lines, columns_of_stderr};

/// Writes lines as events come.
pub(crate) struct LineListener<W: Write> {
    lines: Lines,
    out: W,
}

impl<W: Write> LineListener<W> {
    /// Writes what `lines` makes of events to `out`.
    pub(crate) fn new(lines: Lines, out: W) -> Self {
        Self { lines, out }
    }
}

impl<W: Write + Send> Listener for LineListener<W> {
    fn event(&mut self, event: &RunEvent) {
        let lines = match &mut self.lines {
            Lines::Plain(plain) => plain.event(event),
            Lines::Metaflow(metaflow) => metaflow.event(event),
            Lines::Json => vec![super::json::line(event)],
        };
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        // A reader that went away must not stop the run.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// Redraws a block below lines that scroll away.
pub(crate) struct Live {
    view: View,
    bar: ProgressBar,
    waiting: Vec<String>,
    flushed: Instant,
}

impl Live {
    /// Draws on standard error.
    pub(crate) fn new(view: View) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self { view, bar, waiting: Vec::new(), flushed: Instant::now() }
    }

    fn flush(&mut self) {
        if !self.waiting.is_empty() {
            let text: String = self.waiting.drain(..).map(|line| line + "\n").collect();
            self.bar.suspend(|| {
                let _ = std::io::stderr().write_all(text.as_bytes());
            });
        }
        self.bar.set_message(self.view.block(now_us(), columns_of_stderr()).join("\n"));
        self.flushed = Instant::now();
    }
}

impl Listener for Live {
    fn event(&mut self, event: &RunEvent) {
        self.waiting.extend(self.view.event(event, columns_of_stderr()));
        if let RunEvent::RunFinished { .. } = event {
            self.flush();
            self.bar.finish_and_clear();
        } else if self.flushed.elapsed() > Duration::from_millis(100) {
            self.flush();
        }
    }

    fn tick(&mut self) {
        self.flush();
    }

    fn wants_ticks(&self) -> bool {
        true
    }
}

impl Drop for Live {
    /// A run that ends with an error says no `RunFinished`.
    fn drop(&mut self) {
        if !self.bar.is_finished() {
            self.flush();
            self.bar.finish_and_clear();
        }
    }
}

/// Passes events on, and counts what the summary needs.
pub(crate) struct Counting<'a> {
    /// Attempts tried again.
    pub(crate) retried: u64,
    inner: &'a mut dyn Listener,
}

impl<'a> Counting<'a> {
    /// Counts on the way to `inner`.
    pub(crate) fn new(inner: &'a mut dyn Listener) -> Self {
        Self { retried: 0, inner }
    }
}

impl Listener for Counting<'_> {
    fn event(&mut self, event: &RunEvent) {
        if let RunEvent::AttemptFinished { retrying: true, .. } = event {
            self.retried += 1;
        }
        self.inner.event(event);
    }

    fn tick(&mut self) {
        self.inner.tick();
    }

    fn wants_ticks(&self) -> bool {
        self.inner.wants_ticks()
    }
}
