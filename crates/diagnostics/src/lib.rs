//! What went wrong, where, why and what to do about it: the one error type of Spinloom.
//!
//! Main type: [`Error`]. Library crates return it and never print; only the command line, the server and the
//! Python module turn it into text, JSON or an exception. What is *not* here: any noun of the domain.

mod code;
mod error;
mod exit;
mod suggest;

pub use code::{Code, all_codes, codes};
pub use error::{Error, Location, Result, ResultExt};
pub use exit::ExitCode;
pub use suggest::did_you_mean;
