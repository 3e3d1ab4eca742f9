//! What people see: colours, times, errors, and one listener for each `--progress`.

mod block;
pub(crate) mod bringing;
pub(crate) mod error;
mod failure;
mod json;
mod listeners;
mod metaflow;
mod model;
pub(crate) mod paint;
mod plain;
pub(crate) mod plan;
mod progress;
pub(crate) mod summary;
pub(crate) mod time;
mod view;

#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;
use std::time::Duration;

use jiff::tz::TimeZone;
use spinloom_engine::{Listener, Silent};

pub(crate) use failure::{Failed, block as failure_block, headline};
pub(crate) use listeners::Counting;
use listeners::{LineListener, Live};
use metaflow::Metaflow;
use paint::Paint;
use plain::Plain;
use plan::Plan;
use progress::Pulse;
use view::View;

/// How a run is shown while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Progress {
    /// What fits the terminal.
    Auto,
    /// A display that is redrawn, on standard error.
    Live,
    /// A line for each event, on standard error.
    Plain,
    /// Lines as Metaflow prints them, on standard output.
    Metaflow,
    /// A JSON object for each event, on standard output.
    Json,
    /// Nothing.
    None,
}

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Standard output is a terminal.
    pub(crate) stdout: bool,
    /// Standard error is a terminal.
    pub(crate) stderr: bool,
    /// Columns of standard error; 80 where it has none.
    pub(crate) columns: usize,
    /// The environment asks for no redrawing: CI, an agent, a dumb terminal.
    pub(crate) still: bool,
}

impl Screen {
    /// Looks at the process's own streams.
    /// `columns` is what the environment says of the width.
    pub(crate) fn of_process(still: bool, columns: Option<usize>) -> Self {
        Self {
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            columns: columns.unwrap_or_else(columns_of_stderr),
            still,
        }
    }

    /// What `--progress auto` means here. `metaflow` says whether scripts may expect Metaflow's lines.
    pub(crate) fn progress(&self, metaflow: bool) -> Progress {
        if metaflow && !self.stdout {
            Progress::Metaflow
        } else if self.stderr && self.columns >= 60 && !self.still {
            Progress::Live
        } else {
            Progress::Plain
        }
    }
}

fn columns_of_stderr() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// What makes lines of events.
#[derive(Debug)]
pub(crate) enum Lines {
    /// See [`Plain`].
    Plain(Plain),
    /// See [`Metaflow`].
    Metaflow(Metaflow),
    /// One object an event.
    Json,
}

/// A run about to be shown.
#[derive(Debug)]
pub(crate) struct Show {
    /// What the flow is.
    pub(crate) plan: Plan,
    /// Colour of standard error.
    pub(crate) paint: Paint,
    /// Keep words off standard output.
    pub(crate) data_only: bool,
    /// How often to say what is at work where nothing is redrawn; zero for never.
    pub(crate) every: Duration,
    /// Where the UI is.
    pub(crate) ui: Option<String>,
}

/// The listener for `progress`.
pub(crate) fn listener(progress: Progress, show: Show) -> Box<dyn Listener> {
    let pulse = Pulse::new(i64::try_from(show.every.as_micros()).unwrap_or(i64::MAX), time::now_us());
    let lines = match progress {
        Progress::None => return Box::new(Silent),
        Progress::Live => return Box::new(Live::new(View::new(show.plan, show.paint))),
        Progress::Json => Lines::Json,
        Progress::Metaflow => Lines::Metaflow(Metaflow::new(show.plan, TimeZone::system(), show.ui)),
        Progress::Auto | Progress::Plain => Lines::Plain(Plain::new(show.plan)),
    };
    match lines {
        Lines::Plain(_) => Box::new(LineListener::new(lines, pulse, std::io::stderr())),
        Lines::Metaflow(_) if show.data_only => Box::new(LineListener::new(lines, pulse, std::io::stderr())),
        _ => Box::new(LineListener::new(lines, pulse, std::io::stdout())),
    }
}
