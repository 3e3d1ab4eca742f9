//! Running ONE task somewhere: "here is a task, give me its process".
//!
//! Main types: [`Zygotes`] (task processes forked from interpreters that have imported the flow) and
//! [`protocol`] (what is said between the engine, the zygotes and a task). What is *not* here: which task comes next
//! (see `spinloom-engine`), how an environment is built (see `spinloom-environments`), and any Python.

mod branch;
mod interpreter;
mod machine;
pub mod protocol;
mod socket;
mod spec;
mod zygote;

pub use interpreter::Interpreter;
pub use machine::resources;
pub use spec::{Frame, Input, TaskSpec};
pub use zygote::{Fitness, Launched, Manner, Speaker, ZygoteLink, Zygotes};
