//! Another interpreter than the driver's, for the tasks of steps that have an environment of their own.

use serde::{Deserialize, Serialize};

/// How an interpreter is started: the run's own command, but for this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// What people call the environment it is of.
    pub name: String,
    /// The program.
    pub path: String,
    /// Variables of its environment that are other than the driver's.
    pub set: Vec<(String, String)>,
    /// Variables it does not have.
    pub unset: Vec<String>,
}
