//! The command line: "I have words the user typed, give me what they asked for, on their terminal".
//!
//! Two faces, one set of commands. [`flow_main`] is `python flow.py …` (Metaflow's surface), and also what
//! `spinloom run flow.py …` becomes once Python has imported the flow; [`native_main`] is the `spinloom` binary.
//! What Python must do for a command is [`FlowHost`]. What is *not* here: how a flow runs (see `spinloom-engine`).
//!
//! Each file of `commands` is one command: its arguments (the doc comments are its help), what they mean, and one call.

mod arguments;
mod commands;
mod configs;
mod context;
mod environments;
mod face;
mod files;
mod handover;
mod host;
mod mixed;
mod packaging;
mod paramfile;
mod projects;
mod python;
mod reply;
mod revision;
mod serving;
pub mod shared;
mod storage;
mod target;
mod terminal;
mod tree;
mod usage;
mod values;
mod warm;

pub use commands::{matching_runs, run_query};
pub use face::{flow_main, flow_main_with, native_main};
pub use host::{FlowHost, SpinKeep, SpinTask, Spun, Surface};
pub use projects::{compile_for_flow, read_yaml};
pub use serving::{Demand, LogFormat, Serve, ServeRequest, Serving};
