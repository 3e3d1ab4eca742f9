//! The listeners of a run: one for each `--progress`.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spinloom_engine::Listener;
use spinloom_flow::RunEvent;

use super::progress::Pulse;
use super::time::now_us;
use super::view::View;
use super::{Lines, columns_of_stderr};

/// Writes lines as events come.
pub(crate) struct LineListener<W: Write> {
    lines: Lines,
    out: W,
    /// When to say what is at work.
    pulse: Pulse,
    /// What is about to be written; kept for its memory.
    text: String,
}

impl<W: Write> LineListener<W> {
    /// Writes what `lines` makes of events to `out`, and when `pulse` says so what is at work.
    pub(crate) fn new(lines: Lines, pulse: Pulse, out: W) -> Self {
        Self { lines, out, pulse, text: String::new() }
    }

    fn write(&mut self) {
        // A reader that went away must not stop the run.
        let _ = self.out.write_all(self.text.as_bytes()).and_then(|()| self.out.flush());
        self.text.clear();
    }
}

impl<W: Write + Send> Listener for LineListener<W> {
    fn event(&mut self, event: &RunEvent) {
        match &mut self.lines {
            Lines::Plain(plain) => plain.event(event, &mut self.text),
            Lines::Metaflow(metaflow) => metaflow.event(event, &mut self.text),
            Lines::Json => self.text = super::json::line(event) + "\n",
        }
        self.write();
    }

    fn tick(&mut self) {
        let now = now_us();
        if !self.pulse.is_due(now) {
            return;
        }
        match &self.lines {
            Lines::Plain(plain) => plain.progress(now, &mut self.text),
            Lines::Metaflow(metaflow) => metaflow.progress(now, &mut self.text),
            Lines::Json => return,
        }
        self.write();
    }

    fn wants_ticks(&self) -> bool {
        true
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
