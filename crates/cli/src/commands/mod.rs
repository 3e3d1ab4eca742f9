//! The commands, one file each: arguments (whose doc comments are the help), what they mean, one call.

pub(crate) mod artifact;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod daemon;
pub(crate) mod dump;
pub(crate) mod explain;
pub(crate) mod fsck;
pub(crate) mod gc;
pub(crate) mod help;
mod hooks;
mod launch;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod output_dot;
pub(crate) mod output_raw;
pub(crate) mod resume;
pub(crate) mod retention;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod show;
mod shown;
mod shown_record;
pub(crate) mod spin;
mod store;
pub(crate) mod tag;
pub(crate) mod version;
mod who;
