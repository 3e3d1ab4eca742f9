//! The native command and the project's Python: finding it, and becoming it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_settings::Settings;

/// An interpreter, and why it was chosen.
pub(crate) struct Interpreter {
    /// Its path, perhaps only a name.
    pub(crate) path: PathBuf,
    why: &'static str,
}

/// A command line for `python -m spinloom`.
pub(crate) struct Program {
    /// Which Python.
    pub(crate) interpreter: Interpreter,
    /// What follows `-m spinloom`.
    pub(crate) words: Vec<String>,
    /// The whole environment.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Program {
    /// The command line `words`, for the interpreter that is `chosen` or found.
    pub(crate) fn new(chosen: Option<&Path>, settings: &Settings, words: Vec<String>) -> Self {
        let mut environment = Settings::environment_to_hand_on();
        environment.retain(|(name, _)| name != "SPINLOOM_COMPAT");
        environment.push(("SPINLOOM_COMPAT".into(), "1".into()));
        environment.push(("SPINLOOM_LAUNCHER_VERSION".into(), env!("CARGO_PKG_VERSION").into()));
        Self { interpreter: find(chosen, settings), words, environment }
    }

    /// Makes sure that the interpreter can be started and has Spinloom.
    ///
    /// # Errors
    /// `SL0501` if not.
    pub(crate) fn check(&self) -> Result<()> {
        check(&self.interpreter)
    }

    /// What it prints on standard output, once it has ended well.
    ///
    /// # Errors
    /// `SL0501` if it cannot be started or fails; why, it has said on standard error.
    pub(crate) fn ask(&self) -> Result<Vec<u8>> {
        let output = self.command().stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        match output {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => Err(unusable(&self.interpreter).cause(output.status)),
            Err(error) => Err(unusable(&self.interpreter).cause(error)),
        }
    }

    /// Replaces this process by it. Returns only if that fails.
    pub(crate) fn exec(&self) -> Error {
        let failed = self.command().exec();
        unusable(&self.interpreter).cause(failed)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter.path);
        command.args(["-m", "spinloom"]).args(&self.words).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// `--python`, `SPINLOOM_PYTHON`, `VIRTUAL_ENV`, the nearest `.venv`, the one this command is installed with, `python3`.
fn find(chosen: Option<&Path>, settings: &Settings) -> Interpreter {
    let venv = || {
        let folders = settings.cwd().ancestors();
        folders.map(|folder| folder.join(".venv/bin/python")).find(|python| python.exists())
    };
    let sibling = || {
        let own = std::env::current_exe().ok()?;
        Some(own.parent()?.join("python")).filter(|python| python.exists())
    };
    if let Some(path) = chosen {
        Interpreter { path: path.to_owned(), why: "`--python` names it" }
    } else if let Some(path) = settings.python() {
        Interpreter { path, why: "the environment names it (`SPINLOOM_PYTHON`, `VIRTUAL_ENV`)" }
    } else if let Some(path) = venv() {
        Interpreter { path, why: "it is the nearest `.venv`" }
    } else if let Some(path) = sibling() {
        Interpreter { path, why: "`spinloom` is installed beside it" }
    } else {
        Interpreter { path: "python3".into(), why: "there is no virtual environment here" }
    }
}

/// Makes sure that the interpreter can import `spinloom`: by a look at its folder, and only in doubt by asking it.
fn check(interpreter: &Interpreter) -> Result<()> {
    if holds_spinloom(&interpreter.path) {
        return Ok(());
    }
    let ask = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('spinloom') else 3)";
    let asked = Command::new(&interpreter.path)
        .args(["-c", ask])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code() == Some(3) => {
            let python = interpreter.path.display();
            Err(Error::new(codes::ENVIRONMENT, format!("`{python}` has no `spinloom` to import"))
                .cause(format!("this Python was chosen because {}", interpreter.why))
                .hint(format!("install it there: `{python} -m pip install spinloom`"))
                .hint("or choose another Python with `--python` or `SPINLOOM_PYTHON`"))
        }
        Ok(status) => Err(unusable(interpreter).cause(status)),
        Err(error) => Err(unusable(interpreter).cause(error)),
    }
}

fn unusable(interpreter: &Interpreter) -> Error {
    Error::new(codes::ENVIRONMENT, format!("`{}` cannot be started", interpreter.path.display()))
        .cause(format!("this Python was chosen because {}", interpreter.why))
        .hint("choose another with `--python` or `SPINLOOM_PYTHON`, or activate a virtual environment")
}

/// Whether the interpreter's own `site-packages` has Spinloom, installed or linked to a checkout.
fn holds_spinloom(python: &Path) -> bool {
    let Some(prefix) = python.parent().and_then(Path::parent).filter(|_| python.exists()) else {
        return false;
    };
    let Ok(versions) = prefix.join("lib").read_dir() else { return false };
    versions.flatten().filter(|v| v.file_name().to_string_lossy().starts_with("python3")).any(|version| {
        let Ok(packages) = version.path().join("site-packages").read_dir() else { return false };
        packages.flatten().any(|p| p.file_name() == "spinloom" || p.file_name() == "_spinloom_editable.pth")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)], cwd: &Path) -> Settings {
        Settings::load(variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())), cwd).unwrap()
    }

    #[test]
    fn the_order_of_search() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        let venv = folder.path().join(".venv/bin");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir_all(&venv).unwrap();
        let none = settings(&[], &inner);
        assert_eq!(find(None, &none).path, Path::new("python3"));
        std::fs::write(venv.join("python"), "").unwrap();
        assert_eq!(find(None, &none).path, venv.join("python"));
        let active = settings(&[("VIRTUAL_ENV", "/v")], &inner);
        assert_eq!(find(None, &active).path, Path::new("/v/bin/python"));
        let named = settings(&[("VIRTUAL_ENV", "/v"), ("SPINLOOM_PYTHON", "/p")], &inner);
        assert_eq!(find(None, &named).path, Path::new("/p"));
        assert_eq!(find(Some(Path::new("/x")), &named).path, Path::new("/x"));
    }

    #[test]
    fn an_environment_that_holds_spinloom_is_not_asked() {
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join("bin/python");
        std::fs::create_dir_all(folder.path().join("bin")).unwrap();
        std::fs::write(&python, "").unwrap();
        assert!(!holds_spinloom(&python));
        std::fs::create_dir_all(folder.path().join("lib/python3.11/site-packages/spinloom")).unwrap();
        assert!(holds_spinloom(&python));
        assert!(!holds_spinloom(Path::new("python3")));
    }
}
