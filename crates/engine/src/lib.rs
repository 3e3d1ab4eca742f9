//! Running a FLOW: "here is a flow graph, give me its run".
//!
//! Main types: [`Scheduler`] (a pure state machine: events in, commands out) and [`Prepared`] (a run that exists and is
//! driven by feeding it). Spin and resume are plans for the same machine, not second engines. What is *not* here: the
//! terminal, Python, and how one task gets its process (see `spinloom-compute`).

mod attempt;
mod clock;
mod dispatcher;
mod listener;
mod memory;
mod output;
mod package;
mod recorder;
mod request;
mod resume;
mod sampler;
pub mod scheduler;
pub mod spin;
mod start;
mod takeover;
mod turn;

pub use clock::now;
pub use listener::{Listener, Silent};
pub use request::{Halt, Isolation, PackageRequest, Resume, RunOutcome, RunRequest, Shared, StepEnvironment};
pub use scheduler::Scheduler;
pub use start::{Parameters, Prepared, prepare};
pub use turn::{Lead, Turn, take_turn};
