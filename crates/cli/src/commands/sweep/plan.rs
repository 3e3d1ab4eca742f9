//! What a trial is run with: its values, as words of a flow's command line.

use std::path::{Path, PathBuf};

use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::exact;
use spinloom_projects::sweep::Values;
use spinloom_projects::{Artefact, DEFAULT, Override, What};

use super::Spec;
use super::host::Described;
use crate::context::Context;
use crate::projects::{Asked, Loaded, load, several_bindings};
use crate::reply::Problems;

/// The config of a project's settings.
const SETTINGS: &str = "settings";

/// What is needed to make words of values.
pub(super) struct Plan {
    described: Described,
    project: Option<(Loaded, Artefact, String)>,
    typed: Vec<Override>,
}

impl Plan {
    /// Looks at the flow, and at the project if the flow has its settings.
    ///
    /// # Errors
    /// `SL0803` if it is not clear which binding is meant; everything that is wrong with the project.
    pub(super) fn new(described: Described, spec: &Spec, context: &Context<'_>) -> Result<Self, Problems> {
        let typed: Vec<Override> =
            spec.settings.iter().map(|word| Override::parse(word)).collect::<Result<_>>()?;
        let with_settings = described.configs.iter().any(|name| name == SETTINGS);
        let given = spec.rest.iter().any(|word| word == "--config" || word == "--config-value");
        let project = if with_settings && !given { Some(project(spec, context)?) } else { None };
        if let (None, Some(first)) = (&project, spec.settings.first()) {
            return Err(Error::new(
                codes::BAD_SWEEP,
                format!("`{first}` is a setting, and the flow has no settings"),
            )
            .hint("a config's key is set by `--set config.key=value`")
            .into());
        }
        let plan = Self { described, project, typed };
        // What no flow takes is said before anything runs.
        for axis in &spec.axes {
            plan.kind(&axis.key)?;
        }
        Ok(plan)
    }

    /// The words that run a trial.
    ///
    /// # Errors
    /// Settings that the values make invalid.
    pub(super) fn words(
        &self,
        spec: &Spec,
        trial: u64,
        values: &Values,
        run_id_file: &Path,
    ) -> Result<Vec<String>, Problems> {
        let mut words = vec!["run".to_owned()];
        let mut settings = Vec::new();
        for (key, value) in values {
            match self.kind(key)? {
                Kind::Parameter => words.extend([format!("--{key}"), text(value)]),
                Kind::Config => words.extend(["--set".to_owned(), format!("{key}={}", exact::print(value))]),
                Kind::Setting => {
                    let mut one = Override::parse(&format!("{key}={}", exact::print(value)))?;
                    one.word = format!("trial {trial}");
                    settings.push(one);
                }
            }
        }
        if let Some((loaded, flow, binding)) = &self.project {
            let (path, _) = loaded.compile(flow, binding, &self.typed, &settings)?;
            let path = loaded.project.root.join(path).display().to_string();
            words.extend(["--config".to_owned(), SETTINGS.to_owned(), path]);
        }
        words.extend(["--tag".to_owned(), format!("sweep:{}", spec.id)]);
        words.extend(["--tag".to_owned(), format!("trial:{trial}")]);
        words.extend(["--run-id-file".to_owned(), run_id_file.display().to_string()]);
        words.extend(spec.rest.iter().cloned());
        Ok(words)
    }

    fn kind(&self, key: &str) -> Result<Kind> {
        let config =
            |name: &&String| key.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']));
        if self.described.parameters.iter().any(|name| name == key) {
            return Ok(Kind::Parameter);
        }
        if self.described.configs.iter().filter(|name| *name != SETTINGS).any(|name| config(&name)) {
            return Ok(Kind::Config);
        }
        if self.project.is_some() {
            return Ok(Kind::Setting);
        }
        let known: Vec<&str> =
            self.described.parameters.iter().chain(&self.described.configs).map(String::as_str).collect();
        let error = Error::new(
            codes::BAD_SWEEP,
            format!("`{key}` is no parameter of `{}`, and no key of a config", self.described.flow),
        );
        let error = error.suggest(key.split('.').next().unwrap_or(key), known.iter().copied());
        Err(if known.is_empty() {
            error
        } else {
            error.hint(format!("it has `{}`; a config's key is `config.key`", known.join("`, `")))
        })
    }
}

enum Kind {
    Parameter,
    Config,
    Setting,
}

/// A value of a parameter, as it is typed.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| exact::print(value), str::to_owned)
}

/// The project a flow belongs to, the flow in it, and the binding.
fn project(spec: &Spec, context: &Context<'_>) -> Result<(Loaded, Artefact, String), Problems> {
    let loaded = load(&context.settings, Asked::default())?;
    let script = context.settings.cwd().join(&spec.script);
    let path = script.strip_prefix(&loaded.project.root).unwrap_or(&script).display().to_string();
    let own = loaded.all(What::Flow).find(|flow| flow.path == path).cloned();
    let flow = own.unwrap_or_else(|| Artefact {
        what: What::Flow,
        stem: PathBuf::from(&path)
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default(),
        path,
        bindings: vec![DEFAULT.to_owned()],
    });
    let named = spec.binding.as_deref().or(context.settings.binding());
    let binding = match (named, flow.bindings.as_slice()) {
        (Some(typed), _) => loaded.project.label(typed)?,
        (None, [one]) => one.clone(),
        (None, several) => return Err(several_bindings(&flow.stem, several).into()),
    };
    Ok((loaded, flow, binding))
}
