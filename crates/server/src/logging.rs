//! What the server tells of itself, on standard error.

use tracing::Level;
use tracing_subscriber::fmt;

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// A line for people.
    Text,
    /// A line of JSON.
    Json,
}

/// From now on what happens in this process is told so. The second call does nothing.
pub fn log(how: Log) {
    let lines = fmt().with_max_level(Level::INFO).with_writer(std::io::stderr).with_ansi(false);
    // Fails if it is told already.
    let _ = match how {
        Log::Text => lines.compact().try_init(),
        Log::Json => lines.json().flatten_event(true).try_init(),
    };
}
