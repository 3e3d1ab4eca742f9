//! Who may ask what: the guard every request passes.
//!
//! At a loopback address everybody on the machine may; elsewhere a token is demanded, or a proxy says who somebody is. Browsers are
//! a way in from outside even at a loopback address, so what other sites have them send is refused, and so is a name that somebody
//! else has made point here.

mod audit;
mod guard;
mod headers;
mod limits;
mod origin;
mod tokens;

pub(crate) use guard::{Guard, guard};
pub(crate) use headers::headers;
pub use tokens::{Auth, Tokens};
