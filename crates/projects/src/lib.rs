//! Projects: "a team's tables, workflows and flows, and many variants of each: what is each called, and what are its settings?"
//!
//! Main types: [`Project`], what the project file and the folder of settings say; [`Settings`], every layer of a binding merged,
//! each leaf with the file and line it is from; [`Override`], a key given on the command line. What is *not* here: git, the
//! environment of a process and Python, which callers pass in as [`Facts`] and schemas.

mod emit;
mod environment;
mod file;
mod init;
mod interpolate;
mod layers;
mod merge;
mod names;
mod overrides;
mod project;
mod settings;
mod shown;
pub mod sweep;
mod tables;
mod tree;
mod workflows;

pub use emit::yaml;
pub use file::{NAMES, ProjectFile, Target};
pub use init::{Template, template};
pub use interpolate::SECRET;
pub use layers::{Layer, Layers, Source};
pub use merge::{Entry, Merge, Operation, Patch};
pub use names::{DEFAULT, slug};
pub use overrides::{Change, Override, Presence, parse_value};
pub use project::{Artefact, Facts, Project, What, find};
pub use settings::{Request, Settings};
pub use shown::{Told, line};
pub use tables::{Column, Table};
pub use tree::{Data, MISSING, Map, Mark, Node};
pub use workflows::{Workflow, compile};

#[cfg(test)]
fn told(error: &spinloom_diagnostics::Error) -> String {
    let at = error.location().map(|at| format!("  --> {}:{:?}\n", at.file, at.line)).unwrap_or_default();
    let causes: String = error.causes().iter().map(|cause| format!("  cause: {cause}\n")).collect();
    let hints: String = error.hints().iter().map(|hint| format!("  hint: {hint}\n")).collect();
    format!("{} {}\n{at}{causes}{hints}", error.code().id(), error.message())
}
