//! The programs that resolve and install: where they are, and what comes of running one.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use spinloom_diagnostics::{Error, Result, codes};

use crate::cache::interrupted;
use crate::plan::Manager;
use crate::python::Python;

/// The signal and the exit code of a program that Ctrl-C ended.
const SIGINT: i32 = 2;
const EXIT_INTERRUPTED: i32 = 130;

/// Where the programs are.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    /// The `uv` the user chose, if any.
    pub uv: Option<PathBuf>,
    /// The `micromamba` the user chose, if any.
    pub micromamba: Option<PathBuf>,
}

/// A program that was found.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    program: PathBuf,
    /// Variables it gets beside ours.
    pub variables: Vec<(String, String)>,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub ok: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Tools {
    /// The program for environments of this kind: the one chosen, else on the path, else beside the interpreter, where
    /// the package of the same name of an index puts it.
    pub(crate) fn find(&self, manager: Manager, driver: &Python) -> Result<Tool> {
        let (chosen, name) = match manager {
            Manager::Pypi | Manager::Uv => (&self.uv, "uv"),
            Manager::Conda => (&self.micromamba, "micromamba"),
        };
        let candidates = match chosen {
            Some(chosen) => vec![chosen.clone()],
            None => vec![PathBuf::from(name), driver.executable.with_file_name(name)],
        };
        for program in candidates {
            let tool = Tool { program, variables: Vec::new() };
            if tool.run(&["--version"], "").is_ok_and(|ended| ended.ok) {
                return Ok(tool);
            }
        }
        let error = Error::new(
            codes::NO_ENVIRONMENT_TOOL,
            format!("`{name}` was not found, which makes environments of this kind"),
        );
        Err(match manager {
            Manager::Conda => error
                .hint("install micromamba and put it on the path, or name it: `SPINLOOM_MICROMAMBA=/path/to/micromamba`"),
            _ => error
                .hint(format!("install it beside the flow's Python: `{} -m pip install uv`", driver.executable.display()))
                .hint("or name the one you have: `SPINLOOM_UV=/path/to/uv`"),
        })
    }
}

impl Tool {
    /// Runs it with `input`, and waits for it.
    ///
    /// # Errors
    /// `SL0504` if it cannot be started; `SL0205` if Ctrl-C ended it.
    pub(crate) fn run(&self, words: &[&str], input: &str) -> Result<Ended> {
        self.run_in(None, words, input)
    }

    /// As [`run`](Self::run), in a folder.
    pub(crate) fn run_in(&self, folder: Option<&Path>, words: &[&str], input: &str) -> Result<Ended> {
        let missing = |error: std::io::Error| {
            Error::new(codes::NO_ENVIRONMENT_TOOL, format!("`{}` cannot be started", self.program.display()))
                .cause(error)
        };
        let mut command = Command::new(&self.program);
        command.args(words).envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let mut child =
            command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(missing)?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that ends early says why itself.
            let _ended = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(missing)?;
        if output.status.signal() == Some(SIGINT) || output.status.code() == Some(EXIT_INTERRUPTED) {
            return Err(interrupted());
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Ended { ok: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }
}
