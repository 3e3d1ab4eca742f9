//! Configs: "this is what the flow declares, and what was typed; what are the values, and where is each of them from?"
//!
//! Main types: [`Declared`], what a `Config(…)` in a flow says; [`Given`], what the command line and the environment say;
//! [`resolve`], which decides, reads files, has Python parse them, applies `--set`, and checks schemas; [`Resolved`], a value
//! and the origin of each of its leaves, which is also what is kept with the run. What is *not* here: the environment of a
//! process, which callers pass in, and Python, which is the trait [`Python`].

mod compare;
mod declared;
mod given;
mod parsed;
mod path;
mod positions;
mod resolve;
mod resolved;
mod schema;
mod set;
mod sources;
mod words;
pub mod yaml;

pub use compare::{Change, Side, compare, pair};
pub use declared::{Declared, Fallback, Schema};
pub use given::{Given, Variable};
pub use path::Path;
pub use positions::{Fault, Format, Lines};
pub use resolve::{Outcome, Python, Request, resolve};
pub use resolved::{Origin, Replaced, Resolved, Source, text};
pub use schema::{Violation, bare, fill, validate};
pub use words::{Words, take};
