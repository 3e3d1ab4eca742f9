//! Running ONE task somewhere: "here is a task, give me its process".
//!
//! Main types: [`Zygote`] (task processes forked from an interpreter that has imported the flow) and
//! [`protocol`] (what is said between the engine, the zygote and a task). What is *not* here: which task comes next
//! (see `spinloom-engine`) and any Python.

mod machine;
pub mod protocol;
mod spec;
mod zygote;

pub use machine::resources;
pub use spec::{Frame, Input, TaskSpec};
pub use zygote::{Launched, Zygote, ZygoteLink};
