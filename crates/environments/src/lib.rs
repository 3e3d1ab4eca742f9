//! Environments of steps: "here is what steps need installed, give me interpreters that have it".
//!
//! Main types: [`Plan`] (what the decorators of a flow ask for, equal needs once), [`Cache`] (environments that were
//! built, shared by all projects of a user) and [`Builder`] (from a plan to environments, by `uv` or `micromamba`).
//! What is *not* here: resolving and installing itself, which those tools do as the user has set them up, and starting
//! an interpreter (see `spinloom-compute`).

mod bridge;
mod builder;
mod cache;
mod conda;
mod decorators;
mod files;
mod lock;
mod pip;
mod plan;
mod project;
mod python;
mod requirement;
mod tool;
mod uv;

pub use bridge::{BRIDGE, bridge};
pub use builder::{Builder, Environment, Progress};
pub use cache::{Cache, Cached, Held, Removal};
pub use lock::{Lock, Recorded};
pub use plan::{Manager, Need, Plan, Selection};
pub use python::Python;
pub use tool::Tools;
