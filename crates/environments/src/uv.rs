//! Environments by uv: a lock from requirements, an environment from a lock, or from a project.

use std::path::Path;

use spinloom_diagnostics::{Error, Result, codes};

use crate::plan::Need;
use crate::python::Python;
use crate::tool::{Ended, Tool};

/// The interpreter to ask uv for: the version somebody asked for, else the one that runs the flow.
pub(crate) fn interpreter(need: &Need, driver: &Python) -> String {
    need.python.clone().unwrap_or_else(|| driver.base.display().to_string())
}

/// Exact versions of all packages, with the hashes of their files.
pub(crate) fn resolve(uv: &Tool, need: &Need, driver: &Python) -> Result<String> {
    let python = interpreter(need, driver);
    if need.requirements.is_empty() {
        return Ok(String::new());
    }
    let words = [
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--generate-hashes",
        "--python",
        &python,
        "-",
    ];
    let ended = uv.run(&words, &(need.requirements.join("\n") + "\n"))?;
    if ended.ok { Ok(ended.stdout) } else { Err(failed(need, "cannot be resolved", &ended)) }
}

/// An environment with what a lock says.
pub(crate) fn build(uv: &Tool, need: &Need, driver: &Python, lock: &str, prefix: &Path) -> Result<()> {
    let (python, folder) = (interpreter(need, driver), prefix.display().to_string());
    let words = ["venv", "--quiet", "--no-project", "--python", &python, &folder];
    let ended = uv.run(&words, "")?;
    if !ended.ok {
        return Err(failed(need, "cannot be installed", &ended));
    }
    if lock.is_empty() {
        return Ok(());
    }
    let words = ["pip", "sync", "--quiet", "--python", &folder, "-"];
    let ended = uv.run(&words, lock)?;
    if ended.ok { Ok(()) } else { Err(failed(need, "cannot be installed", &ended)) }
}

/// The environment of a project, as its lock file says.
pub(crate) fn sync(uv: &Tool, need: &Need, driver: &Python, project: &Path, prefix: &Path) -> Result<()> {
    let mut uv = uv.clone();
    uv.variables.push(("UV_PROJECT_ENVIRONMENT".to_owned(), prefix.display().to_string()));
    let python = interpreter(need, driver);
    // The interpreter of the flow, if the project allows it; else what uv finds.
    let sync = |words: &[&str]| uv.run_in(Some(project), words, "");
    let ended = sync(&["sync", "--quiet", "--frozen", "--python", &python])?;
    if ended.ok {
        return Ok(());
    }
    let again = sync(&["sync", "--quiet", "--frozen"])?;
    if again.ok { Ok(()) } else { Err(failed(need, "cannot be installed", &again)) }
}

/// What uv says of it is the cause: it names the packages.
fn failed(need: &Need, what: &str, ended: &Ended) -> Error {
    let said = ended.stderr.trim().trim_start_matches("error:").trim();
    let error = need.error(codes::DEPENDENCIES, what).cause(said);
    let offline = said.contains("offline") || said.contains("network was disabled");
    match (offline, need.python.is_some() && said.contains("No interpreter found")) {
        (true, _) => error.hint("allow uv to use the network once; what it builds is kept"),
        (_, true) => error.hint("install that Python, or allow uv to: `uv python install`"),
        _ => error,
    }
}
