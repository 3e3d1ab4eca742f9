//! Secrets: "here is a source, give me its variables" (DE-07).
//!
//! Main types: [`Source`], what a user wrote; [`Backend`], one kind of place that secrets are kept in; [`collect`], all that a
//! task gets. A back-end for another place is one more file in `backends/` and one more line in its table, or one of
//! [`Others`], which callers have. What is *not* here: the environment of a process, which callers pass in, and any place to write a secret to. No error tells a value.

mod backends;
mod collect;
mod dotenv;
mod source;

pub use backends::{Backend, Others, Variable, backends, no_others};
pub use collect::{Wanted, check, collect, fetch};
pub use source::Source;

/// The environment that back-ends and checks look at: the value of a variable, by name.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
