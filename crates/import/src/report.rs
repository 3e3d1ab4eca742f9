//! What became of an import.

use serde::Serialize;

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The run that is coming in, as it is called there.
    pub pathspec: String,
    /// Runs there are to look at.
    pub runs: usize,
    /// Runs that were looked at.
    pub runs_done: usize,
    /// Tasks that were looked at, of all runs.
    pub tasks: u64,
    /// Bytes of artifacts saved, of all runs.
    pub saved: u64,
}

/// A run that came in, or was there and is up to date now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// What it is called here.
    pub pathspec: String,
    /// Its state here.
    pub status: String,
    /// It is here for the first time.
    pub new: bool,
    /// Tasks that are new or changed.
    pub tasks: u64,
    /// Attempts that are new or changed.
    pub attempts: u64,
    /// Artifacts these have.
    pub artifacts: u64,
    /// Bytes of artifacts saved: each once, however many tasks have it.
    pub saved: u64,
    /// What is damaged or missing there, and so here.
    pub left_out: Vec<String>,
}

/// A run that cannot come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// What it is called there.
    pub pathspec: String,
    /// Why.
    pub reason: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What became of all runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Runs that came in or grew.
    pub runs: Vec<Imported>,
    /// Runs that were here already and have nothing new.
    pub unchanged: usize,
    /// Runs that cannot come.
    pub skipped: Vec<Skipped>,
}

impl Report {
    /// Takes down what became of a run.
    pub(crate) fn add(&mut self, run: Imported) {
        if run.new || run.tasks > 0 || !run.left_out.is_empty() {
            self.runs.push(run);
        } else {
            self.unchanged += 1;
        }
    }

    /// Whether anything asked for is not here now.
    pub fn is_partial(&self) -> bool {
        !self.skipped.is_empty() || self.runs.iter().any(|run| !run.left_out.is_empty())
    }
}
