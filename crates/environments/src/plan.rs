//! From a flow's decorators to what is to be built, equal needs once.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::StepName;
use spinloom_flow::graph::FlowGraph;

use crate::decorators::{self, Asked, Asker};
use crate::project;
use crate::python::{Python, is_too_old};
use crate::requirement;

/// Who resolves and installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manager {
    /// Packages of a Python package index, by uv.
    Pypi,
    /// Packages of conda's channels, by micromamba.
    Conda,
    /// The project's own `pyproject.toml` and `uv.lock`, by uv.
    Uv,
}

impl Manager {
    /// Its name, as decorators and `--environment` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pypi => "pypi",
            Self::Conda => "conda",
            Self::Uv => "uv",
        }
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What `--environment` says (RU-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The interpreter that runs the flow, for every step.
    Local,
    /// What `@pypi` and `@conda` ask for. Either word means both, as in Metaflow.
    Decorated(Manager),
    /// The project's lock file, for every step.
    Uv,
}

impl Selection {
    /// The words, in the order of help.
    pub const NAMES: [&'static str; 4] = ["local", "pypi", "conda", "uv"];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "local" => Some(Self::Local),
            "pypi" => Some(Self::Decorated(Manager::Pypi)),
            "conda" => Some(Self::Decorated(Manager::Conda)),
            "uv" => Some(Self::Uv),
            _ => None,
        }
    }
}

/// One environment to be had, and the steps that need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Who makes it.
    pub manager: Manager,
    /// What it must have, one requirement each, sorted.
    pub requirements: Vec<String>,
    /// The version of Python that was asked for.
    pub python: Option<String>,
    /// The folder of the project, for [`Manager::Uv`].
    pub project: Option<PathBuf>,
    /// The steps.
    pub steps: Vec<StepName>,
    pub(crate) asker: Asker,
}

impl Need {
    /// An error about it, where its decorator is written.
    pub(crate) fn error(&self, code: spinloom_diagnostics::Code, what: &str) -> Error {
        let message = match self.manager {
            Manager::Uv => format!("the environment of the project {what}"),
            _ => format!("the packages of {} {what}", named(&self.steps)),
        };
        self.asker.locate(Error::new(code, message))
    }
}

/// `step `a``, `steps `a` and `b``.
fn named(steps: &[StepName]) -> String {
    match steps {
        [one] => format!("step `{one}`"),
        [all @ .., last] => {
            let all: Vec<String> = all.iter().map(|step| format!("`{step}`")).collect();
            format!("steps {} and `{last}`", all.join(", "))
        }
        [] => "no step".to_owned(),
    }
}

/// What is to be built for a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Environments that differ, in the order of the steps that need them.
    pub needs: Vec<Need>,
}

impl Plan {
    /// What the steps of `flow` need; with `only`, that step alone.
    ///
    /// # Errors
    /// `SL0104` for decorators that contradict each other, cannot be honoured by `selection`, or ask for a Python that
    /// cannot run Spinloom; `SL0503` if there is no project with a lock file although one is asked for.
    pub fn of(flow: &FlowGraph, selection: Selection, only: Option<&StepName>) -> Result<Self> {
        let mut plan = Self::default();
        let steps = || flow.steps.iter().filter(|step| only.is_none_or(|only| step.name == only.as_str()));
        if !matches!(selection, Selection::Decorated(_)) {
            for step in steps() {
                if let Some(asker) = decorators::first(flow, step) {
                    return Err(not_honoured(&step.name, &asker));
                }
            }
        }
        match selection {
            Selection::Local => {}
            Selection::Decorated(_) => {
                for step in steps() {
                    if let Some(asked) = decorators::of(flow, step)? {
                        plan.add(need(asked, StepName::new(&step.name)?)?);
                    }
                }
            }
            Selection::Uv => {
                let folder = project::find(Path::new(&flow.file))?;
                plan.needs.push(Need {
                    manager: Manager::Uv,
                    requirements: Vec::new(),
                    python: None,
                    asker: Asker {
                        name: "--environment=uv".to_owned(),
                        file: folder.join("pyproject.toml").display().to_string(),
                        line: 1,
                    },
                    project: Some(folder),
                    steps: steps().map(|step| StepName::new(&step.name)).collect::<Result<_>>()?,
                });
            }
        }
        Ok(plan)
    }

    fn add(&mut self, need: Need) {
        let same = |other: &&mut Need| {
            (other.manager, &other.requirements, &other.python)
                == (need.manager, &need.requirements, &need.python)
        };
        match self.needs.iter_mut().find(same) {
            Some(other) => other.steps.extend(need.steps),
            None => self.needs.push(need),
        }
    }
}

fn need(asked: Asked, step: StepName) -> Result<Need> {
    let Asked { manager, packages, python, asker } = asked;
    if let Some(version) = python.as_deref().filter(|version| is_too_old(version)) {
        let what = format!(
            "`{}` of step `{step}` asks for Python {version}, but tasks need 3.11 or newer",
            asker.name
        );
        let error = Error::new(codes::BAD_DECORATOR, what);
        return Err(asker.locate(error.hint("ask for `python=\"3.11\"` or newer, as text")));
    }
    let form = if manager == Manager::Conda { requirement::conda } else { requirement::pypi };
    let mut requirements: Vec<String> = packages.iter().map(|(name, version)| form(name, version)).collect();
    requirements.sort();
    let steps = vec![step];
    Ok(Need { manager, requirements, python, project: None, steps, asker })
}

fn not_honoured(step: &str, asker: &Asker) -> Error {
    let manager = if asker.name.starts_with("@conda") { Manager::Conda } else { Manager::Pypi };
    let what = format!("step `{step}` has `{}`, which needs `--environment={manager}`", asker.name);
    asker.locate(Error::new(codes::BAD_DECORATOR, what)).hint(format!(
        "add `--environment={manager}`, before the command or after it, or set `SPINLOOM_ENVIRONMENT={manager}`"
    ))
}

/// What decides which packages are in the environment, and so when what was resolved once still holds.
#[derive(Debug, Serialize)]
struct Question<'a> {
    version: u32,
    manager: Manager,
    requirements: &'a [String],
    python: &'a str,
    platform: &'a str,
}

impl Need {
    /// The version of Python it is resolved for.
    pub(crate) fn version<'a>(&'a self, driver: &'a Python) -> &'a str {
        self.python.as_deref().unwrap_or(driver.minor())
    }

    /// What its specification is called: equal for equal requirements, version of Python and platform.
    pub fn specification(&self, driver: &Python) -> String {
        let (python, platform) = (self.version(driver), driver.platform.as_str());
        let (manager, requirements) = (self.manager, self.requirements.as_slice());
        crate::lock::name(&Question { version: 1, manager, requirements, python, platform })
    }
}
