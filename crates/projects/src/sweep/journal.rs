//! What is kept of a sweep: one line for each thing that happened, never changed, so that a sweep that was killed goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use super::Values;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Record {
    /// The sweep began: everything it is.
    Began {
        /// What was asked for.
        spec: Value,
    },
    /// A trial was given its values.
    Planned {
        /// Its number.
        trial: u64,
        /// What it is run with.
        values: Values,
    },
    /// A trial came to its end.
    Ended {
        /// Its number.
        trial: u64,
        /// How.
        state: State,
        /// The run.
        run: Option<String>,
        /// What the objective came to.
        objective: Option<f64>,
        /// Why it failed.
        why: Option<String>,
        /// Milliseconds.
        took_ms: u64,
    },
    /// Another process went on.
    Resumed {
        /// Its code is another than the sweep began with.
        changed: bool,
    },
}

/// How a trial stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has its values.
    Planned,
    /// It came to a good end.
    Done,
    /// It did not.
    Failed,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// Its number, from 0; nobody else has it, ever.
    pub trial: u64,
    /// What it is run with.
    pub values: Values,
    /// How it stands.
    pub state: State,
    /// The run.
    pub run: Option<String>,
    /// What the objective came to.
    pub objective: Option<f64>,
    /// Why it failed.
    pub why: Option<String>,
    /// Milliseconds.
    pub took_ms: u64,
}

/// The journal of one sweep, and what it comes to.
#[derive(Debug)]
pub struct Journal {
    /// What was asked for.
    pub spec: Value,
    /// The trials, by number.
    pub trials: BTreeMap<u64, Trial>,
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    /// Begins one.
    ///
    /// # Errors
    /// `SL0401` if it cannot be written.
    pub fn begin(path: &Path, spec: Value) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).or_error(codes::STORE_IO, || failed(path))?;
        }
        let file = OpenOptions::new().create_new(true).append(true).open(path);
        let file = file.or_error(codes::STORE_IO, || failed(path))?;
        lock(&file, path)?;
        let mut journal =
            Self { spec: Value::Null, trials: BTreeMap::new(), path: path.to_owned(), file: Some(file) };
        journal.note(Record::Began { spec })?;
        Ok(journal)
    }

    /// Reads one, to be looked at.
    ///
    /// # Errors
    /// `SL0401` if it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).or_error(codes::STORE_IO, || failed(path))?;
        let mut journal =
            Self { spec: Value::Null, trials: BTreeMap::new(), path: path.to_owned(), file: None };
        // The last line may be half of one: its process was killed while it wrote.
        for record in text.lines().filter_map(|line| serde_json::from_str::<Record>(line).ok()) {
            journal.take(record);
        }
        Ok(journal)
    }

    /// Reads one, to go on with it.
    ///
    /// # Errors
    /// `SL0822` if another process is at it, `SL0401` if it cannot be read or written.
    pub fn resume(path: &Path, changed: bool) -> Result<Self> {
        let mut file =
            OpenOptions::new().append(true).open(path).or_error(codes::STORE_IO, || failed(path))?;
        lock(&file, path)?;
        let mut journal = Self::read(path)?;
        // Half a line stays half a line.
        let ends = std::fs::read(path).is_ok_and(|bytes| bytes.last().is_none_or(|last| *last == b'\n'));
        if !ends {
            file.write_all(b"\n").or_error(codes::STORE_IO, || failed(path))?;
        }
        journal.file = Some(file);
        journal.note(Record::Resumed { changed })?;
        Ok(journal)
    }

    /// Notes what happened. It is on disk when this returns.
    ///
    /// # Errors
    /// `SL0401` if it cannot be written.
    pub fn note(&mut self, record: Record) -> Result<()> {
        let path = &self.path;
        let mut line = serde_json::to_vec(&record).or_error(codes::INTERNAL, || failed(path))?;
        line.push(b'\n');
        let file = self.file.as_mut().ok_or_else(|| Error::new(codes::INTERNAL, failed(path)))?;
        file.write_all(&line).or_error(codes::STORE_IO, || failed(path))?;
        self.take(record);
        Ok(())
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Began { spec } => self.spec = spec,
            Record::Planned { trial, values } => {
                let state = State::Planned;
                let one = Trial { trial, values, state, run: None, objective: None, why: None, took_ms: 0 };
                self.trials.entry(trial).or_insert(one);
            }
            Record::Ended { trial, state, run, objective, why, took_ms } => {
                if let Some(one) = self.trials.get_mut(&trial) {
                    let values = std::mem::take(&mut one.values);
                    *one = Trial { trial, values, state, run, objective, why, took_ms };
                }
            }
            Record::Resumed { .. } => {}
        }
    }

    /// The best trial, of those that have an objective.
    pub fn best(&self, maximize: bool) -> Option<&Trial> {
        let worth = |trial: &&Trial| trial.objective.map(|value| if maximize { -value } else { value });
        let with =
            self.trials.values().filter(|trial| trial.state == State::Done && trial.objective.is_some());
        with.min_by(|a, b| worth(a).unwrap_or(f64::MAX).total_cmp(&worth(b).unwrap_or(f64::MAX)))
    }
}

fn failed(path: &Path) -> String {
    format!("the journal `{}` of a sweep cannot be read or written", path.display())
}

/// One process drives a sweep.
fn lock(file: &File, path: &Path) -> Result<()> {
    file.try_lock().map_err(|error| {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Error::new(codes::CANNOT_RESUME_SWEEP, format!("another process is at the sweep `{name}`"))
            .cause(error)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ended(trial: u64, objective: f64) -> Record {
        Record::Ended {
            trial,
            state: State::Done,
            run: Some("1".into()),
            objective: Some(objective),
            why: None,
            took_ms: 3,
        }
    }

    #[test]
    fn what_was_noted_is_there_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweeps/s.jsonl");
        let mut journal = Journal::begin(&path, json!({"flow": "f.py"})).unwrap();
        for trial in 0..3 {
            journal.note(Record::Planned { trial, values: vec![("a".into(), trial.into())] }).unwrap();
        }
        journal.note(ended(1, 0.5)).unwrap();
        assert_eq!(Journal::resume(&path, false).unwrap_err().code(), codes::CANNOT_RESUME_SWEEP);
        drop(journal);
        // Killed in the middle of a line.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"event\": \"ended\", \"tri").unwrap();
        let mut journal = Journal::resume(&path, false).unwrap();
        assert_eq!(journal.spec, json!({"flow": "f.py"}));
        journal.note(ended(0, 0.25)).unwrap();
        drop(journal);
        let journal = Journal::read(&path).unwrap();
        let states: Vec<State> = journal.trials.values().map(|trial| trial.state).collect();
        assert_eq!(states, [State::Done, State::Done, State::Planned]);
        assert_eq!(journal.trials[&1].values, [("a".to_owned(), 1.into())]);
        assert_eq!((journal.best(false).unwrap().trial, journal.best(true).unwrap().trial), (0, 1));
    }
}
