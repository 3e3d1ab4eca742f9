//! The interpreter that has imported the flow, and forks a run for each trial.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::context::Context;
use crate::python::Program;

/// What the flow is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Described {
    pub(super) flow: String,
    pub(super) parameters: Vec<String>,
    pub(super) configs: Vec<String>,
    pub(super) digest: String,
}

/// What became of a trial.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ended {
    pub(super) trial: u64,
    pub(super) exit: i32,
    pub(super) run: Option<String>,
    pub(super) objective: Option<f64>,
    pub(super) why: Option<String>,
}

/// A program that talks in lines of JSON.
pub(super) struct Talk {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Talk {
    /// Starts `python -m spinloom` with words.
    ///
    /// # Errors
    /// `SL0501` if it cannot be started.
    pub(super) fn start(words: Vec<String>, context: &Context<'_>) -> Result<Self> {
        let program = Program::new(None, &context.settings, words);
        program.check()?;
        let mut command = Command::new(&program.interpreter.path);
        command.args(["-m", "spinloom"]).args(&program.words).env_clear();
        command.envs(program.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let failed = || format!("`{}` cannot be started", program.interpreter.path.display());
        let mut child = command.spawn().or_error(codes::ENVIRONMENT, failed)?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = from.ok_or_else(|| Error::new(codes::INTERNAL, "a program has no output"))?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    /// Says a line.
    ///
    /// # Errors
    /// `SL0202` if nobody hears it.
    pub(super) fn say(&mut self, what: &Value) -> Result<()> {
        let to = self.to.as_mut().ok_or_else(|| Error::new(codes::INTERNAL, "a program hears nothing"))?;
        let text = format!("{what}\n");
        to.write_all(text.as_bytes()).and_then(|()| to.flush()).or_error(codes::TASK_DIED, gone)
    }

    /// Hears a line.
    ///
    /// # Errors
    /// `SL0202` if there is none: why, the program has said on standard error.
    pub(super) fn hear(&mut self) -> Result<Value> {
        let mut line = String::new();
        let count = self.from.read_line(&mut line).or_error(codes::TASK_DIED, gone)?;
        if count == 0 {
            let status = self.child.wait().map(|status| status.to_string()).unwrap_or_default();
            return Err(Error::new(codes::TASK_DIED, gone()).cause(status));
        }
        serde_json::from_str(&line).or_error(codes::INTERNAL, || "a program cannot be understood".to_owned())
    }

    /// Hears a line of a kind.
    pub(super) fn hear_as<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let value = self.hear()?;
        serde_json::from_value(value)
            .or_error(codes::INTERNAL, || "a program cannot be understood".to_owned())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // It ends when it hears nothing more.
        self.to = None;
        let _ = self.child.wait();
    }
}

fn gone() -> String {
    "the interpreter of the sweep ended".to_owned()
}

/// Has a flow imported.
pub(super) fn host(
    script: &Path,
    objective: Option<&str>,
    context: &Context<'_>,
) -> Result<(Talk, Described)> {
    let script = script.display().to_string();
    let words = vec!["sweep-host".to_owned(), script, objective.unwrap_or_default().to_owned()];
    let mut talk = Talk::start(words, context)?;
    let described = talk.hear_as().map_err(|error| {
        Error::new(codes::FLOW_IMPORT, "the flow of the sweep cannot be imported").cause(error)
    })?;
    Ok((talk, described))
}
