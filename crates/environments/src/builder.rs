//! From a plan to environments: resolves what was never resolved, builds what is not there.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use spinloom_diagnostics::{Result, codes};

use crate::cache::{Cache, Held};
use crate::lock::{Lock, Recorded, VERSION};
use crate::plan::{Manager, Need, Plan};
use crate::python::{Python, is_too_old};
use crate::tool::{Tool, Tools};
use crate::{bridge, conda, pip, project, uv};

/// How far it is.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A specification is being resolved.
    Resolving(&'a Need),
    /// An environment is being built, or another process that builds it is waited for.
    Building(&'a Need),
    /// It is there: its name, how many packages it has, and how long that took.
    Built(&'a Need, &'a str, usize, Duration),
}

/// Builds environments.
pub struct Builder<'a> {
    /// Where they are kept.
    pub cache: &'a Cache,
    /// Who builds them.
    pub tools: &'a Tools,
    /// The interpreter that runs the flow.
    pub driver: &'a Python,
    /// What an earlier run used, for the needs that have not changed since.
    pub recorded: &'a [Recorded],
    /// Resolve and build anew, whatever is in the cache.
    pub rebuild: bool,
    /// The user has told uv where packages come from.
    pub uv_is_configured: bool,
}

/// An environment to run steps in.
#[derive(Debug)]
pub struct Environment {
    /// What a run keeps of it.
    pub recorded: Recorded,
    /// The environment itself, in use as long as this lives.
    pub held: Held,
}

impl Environment {
    /// What people call it.
    pub fn name(&self) -> String {
        format!("environment {}", short(&self.recorded.id))
    }
}

/// The beginning of a name, which is enough for people.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// What decides whether one environment can stand for another.
#[derive(Debug, Serialize)]
struct Content<'a> {
    manager: Manager,
    lock: &'a str,
    interpreter: &'a str,
    platform: &'a str,
}

impl Builder<'_> {
    /// Every environment of a plan, one after the other: each tool works on many packages at once itself.
    ///
    /// # Errors
    /// `SL0503` if packages cannot be resolved or installed; `SL0504` without the tool for it; `SL0205` after Ctrl-C.
    pub fn build(&self, plan: &Plan, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Environment>> {
        plan.needs.iter().map(|need| self.one(need, progress)).collect()
    }

    fn one(&self, need: &Need, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Environment> {
        let began = Instant::now();
        let mut tool = None;
        let specification = need.specification(self.driver);
        let lock = self.lock(need, &specification, &mut tool, progress)?;
        let id = self.id(need, &lock);
        if self.rebuild {
            self.cache.remove(&id)?;
        }
        let mut built = false;
        let held = match self.cache.hold(&id)? {
            Some(held) => held,
            None => {
                progress(Progress::Building(need));
                let mut make = |prefix: &Path| {
                    built = true;
                    let tool = self.tool(need, &mut tool)?;
                    self.make(tool, need, &lock, prefix)
                };
                self.cache.hold_or_make(&id, &lock, &mut make)?
            }
        };
        if built {
            progress(Progress::Built(need, short(&id), lock.packages().len(), began.elapsed()));
        }
        let recorded = Recorded { id, steps: need.steps.clone(), specification, lock };
        Ok(Environment { recorded, held })
    }

    /// What the environment is called: equal for equal content.
    fn id(&self, need: &Need, lock: &Lock) -> String {
        let base = self.driver.base.display().to_string();
        let asked = need.python.as_deref();
        // Built from the interpreter itself, it is of no use to another of the same version elsewhere.
        let interpreter = asked.map_or_else(|| format!("{base} {}", self.driver.version), str::to_owned);
        crate::lock::name(&Content {
            manager: need.manager,
            lock: &lock.text,
            interpreter: &interpreter,
            platform: &self.driver.platform,
        })
    }

    /// What the need comes to: as an earlier run had it, as it was resolved once, or resolved now.
    fn lock(
        &self,
        need: &Need,
        specification: &str,
        tool: &mut Option<Tool>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Lock> {
        if let Some(folder) = &need.project {
            let (name, requirements) = project::read(folder)?;
            return Ok(Lock { requirements, ..self.locked(need, name) });
        }
        let earlier = self.recorded.iter().find(|one| one.specification == specification);
        let known = earlier.map(|one| one.lock.clone()).or_else(|| self.cache.resolved(specification));
        if let Some(lock) = known.filter(|_| !self.rebuild) {
            return Ok(lock);
        }
        progress(Progress::Resolving(need));
        let tool = self.tool(need, tool)?;
        let text = match need.manager {
            Manager::Conda => conda::resolve(tool, need, self.driver)?,
            Manager::Pypi | Manager::Uv => uv::resolve(tool, need, self.driver)?,
        };
        let lock = self.locked(need, text);
        self.cache.remember(specification, &lock)?;
        Ok(lock)
    }

    fn locked(&self, need: &Need, text: String) -> Lock {
        Lock {
            version: VERSION,
            manager: need.manager,
            requirements: need.requirements.clone(),
            python: need.version(self.driver).to_owned(),
            platform: self.driver.platform.clone(),
            text,
        }
    }

    fn tool<'t>(&self, need: &Need, tool: &'t mut Option<Tool>) -> Result<&'t Tool> {
        let found = match tool.take() {
            Some(found) => found,
            None => {
                let mut found =
                    self.tools.find(need.manager, self.driver).map_err(|error| need.asker.locate(error))?;
                if need.manager != Manager::Conda && !self.uv_is_configured {
                    found.variables = pip::variables(&self.driver.executable);
                }
                found
            }
        };
        Ok(tool.insert(found))
    }

    fn make(&self, tool: &Tool, need: &Need, lock: &Lock, prefix: &Path) -> Result<()> {
        match (need.manager, &need.project) {
            (Manager::Conda, _) => conda::build(tool, need, &lock.text, prefix)?,
            (_, Some(project)) => uv::sync(tool, need, self.driver, project, prefix)?,
            (_, None) => uv::build(tool, need, self.driver, &lock.text, prefix)?,
        }
        if let Some(version) = version_of(prefix).filter(|version| is_too_old(version)) {
            let error = need.error(
                codes::DEPENDENCIES,
                &format!("came with Python {version}, but tasks need 3.11 or newer"),
            );
            return Err(error.hint("ask for a newer one, such as `python=\"3.11\"`"));
        }
        bridge::prepare(prefix)
    }
}

/// The version of an environment's Python, as its `pyvenv.cfg` has it.
fn version_of(prefix: &Path) -> Option<String> {
    let text = std::fs::read_to_string(prefix.join("pyvenv.cfg")).ok()?;
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        ["version_info", "version"].contains(&key.trim()).then(|| value.trim().to_owned())
    };
    text.lines().find_map(value)
}
