//! The commands, one file each: arguments (whose doc comments are the help), what they mean, one call.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod daemon;
pub(crate) mod dump;
pub(crate) mod explain;
pub(crate) mod help;
mod hooks;
pub(crate) mod import;
mod launch;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod output_dot;
pub(crate) mod output_raw;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod show;
mod shown;
mod shown_record;
pub(crate) mod spin;
pub(crate) mod tag;
pub(crate) mod version;
mod who;
