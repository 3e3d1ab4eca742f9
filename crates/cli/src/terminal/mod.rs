//! What people see: colours, times, errors, and one listener for each `--progress`.

mod block;
pub(crate) mod error;
mod failure;
mod json;
mod listeners;
mod metaflow;
mod model;
pub(crate) mod paint;
mod plain;
pub(crate) mod summary;
pub(crate) mod time;
mod view;

#[cfg(test)]
mod tests;

use std::io::IsTerminal as _;

use jiff::tz::TimeZone;
use spinloom_engine::{Listener, Silent};

pub(crate) use failure::{Failed, block as failure_block, headline};
pub(crate) use listeners::Counting;
use listeners::{LineListener, Live};
use metaflow::Metaflow;
use paint::Paint;
use plain::Plain;
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

/// The listener for `progress`. `plan` is the steps of the graph; `data_only` keeps words off standard output.
pub(crate) fn listener(
    progress: Progress,
    plan: Vec<String>,
    paint: Paint,
    data_only: bool,
) -> Box<dyn Listener> {
    match progress {
        Progress::None => Box::new(Silent),
        Progress::Live => Box::new(Live::new(View::new(plan, paint))),
        Progress::Json => Box::new(LineListener::new(Lines::Json, std::io::stdout())),
        Progress::Metaflow if !data_only => {
            let lines = Lines::Metaflow(Metaflow::new(TimeZone::system()));
            Box::new(LineListener::new(lines, std::io::stdout()))
        }
        Progress::Metaflow => {
            let lines = Lines::Metaflow(Metaflow::new(TimeZone::system()));
            Box::new(LineListener::new(lines, std::io::stderr()))
        }
        Progress::Auto | Progress::Plain => {
            Box::new(LineListener::new(Lines::Plain(Plain::default()), std::io::stderr()))
        }
    }
}
