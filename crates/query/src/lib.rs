//! "Which runs?", in one line: `tag:prod status:failed user:ann dur>1h param.lr<0.1 artifact.auc>0.9`. The same for the command line, Python and the server.
//!
//! [`Query`] is what such a line says: [`str::parse`] reads it, `Display` writes it, [`Query::matches`] asks it of one run,
//! [`complete()`] helps while it is typed. Pure: what time it is comes with [`Clock`]. How a million runs are asked at once is in
//! `spinloom-index`.

mod complete;
mod matches;
mod parse;
mod pattern;
mod print;
mod query;
mod time;

pub use complete::{Place, Wanted, complete};
pub use matches::{Clock, Facts, Scalar};
pub use parse::Invalid;
pub use pattern::Pattern;
pub use query::{Field, Filter, Op, Query, Term, TimeField, ValueOf, ValueTest};
pub use time::{Moment, Precision};
