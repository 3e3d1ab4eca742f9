//! Warm Python: "I have a command line for Python, give me a process that has loaded its libraries already".
//!
//! Three processes. The *launcher* is the user's command: [`launcher::ask`] hands the command line, the environment and the
//! terminal over. The *supervisor* ([`serve`]) is small, has no Python, one for each [`Spot`], and decides whether it can
//! serve. The *warm interpreter* is its child: it has imported what the project's flows import, computes nothing, and forks
//! one process for each command line. What is *not* here: Python (see the crate `python` and `spinloom.warm`), and what the
//! command line is for. Why it is so: `docs/design/0004-warm-spin.md`.

mod child;
mod desk;
mod environment;
mod fingerprint;
mod interpreter;
mod learned;
mod memory;
mod requests;
mod supervisor;

pub mod launcher;
pub mod protocol;
pub mod spot;
pub mod system;

pub use child::Child;
pub use protocol::Figures;
pub use spot::Spot;
pub use supervisor::serve;
