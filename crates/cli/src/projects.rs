//! The project a command is about, and its settings: what git, the environment and Python know is put together here.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use serde_json::{Value, json};
use spinloom_configs::{Fault, Format, yaml};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_projects::{
    Artefact, DEFAULT, Facts, NAMES, Override, Project, Request, Settings as Compiled, Source, What, find,
};
use spinloom_settings::Settings;

use crate::python::Program;
use crate::reply::Problems;
use crate::revision;

/// Where compiled settings are, below the folder of the project.
pub(crate) const COMPILED: &str = ".spinloom/settings/compiled";

/// A project, and what is needed for its settings.
pub(crate) struct Loaded {
    /// The project.
    pub(crate) project: Project,
    /// Schemas of sections.
    schemas: Vec<(String, Value)>,
    /// Keys that variables give.
    variables: Vec<(String, Source, Override)>,
    target: Option<String>,
    locked: bool,
}

/// What is asked of settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// The target.
    pub(crate) target: Option<&'a str>,
    /// `settings.local.yaml` does not count.
    pub(crate) locked: bool,
}

/// The project of the working directory.
///
/// # Errors
/// `SL0801` if there is none; everything that is wrong with it.
pub(crate) fn load(settings: &Settings, asked: Asked<'_>) -> Result<Loaded, Problems> {
    load_from(settings.cwd(), settings, asked)
}

fn load_from(folder: &Path, settings: &Settings, asked: Asked<'_>) -> Result<Loaded, Problems> {
    let file = find(folder).ok_or_else(|| {
        Error::new(codes::NO_PROJECT, format!("there is no project in `{}` or round it", folder.display()))
            .cause(format!("looked for `{}`", NAMES.join("`, `")))
            .hint("`spinloom project init NAME` makes one here")
    })?;
    let root = file.parent().unwrap_or(folder);
    let project = Project::load(&file, facts(root, settings))?;
    let schemas = project.file.settings.schemas.iter();
    let schemas: Vec<(String, Value)> = schemas
        .map(|(section, name)| Ok((section.clone(), schema(&project, name, settings)?)))
        .collect::<Result<_>>()?;
    let variables = settings
        .project_settings()
        .map(|(name, keys, value)| {
            let given = Override::variable(name, keys, value)?;
            Ok(("environment variables".to_owned(), Source::Variable(name.to_owned()), given))
        })
        .collect::<Result<_>>()?;
    let target = asked.target.or(settings.target()).map(str::to_owned);
    let locked = asked.locked || settings.is_ci();
    Ok(Loaded { project, schemas, variables, target, locked })
}

fn facts(root: &Path, settings: &Settings) -> Facts {
    let git = revision::of(root).unwrap_or_default();
    let text = |key: &str| git[key].as_str().map(str::to_owned);
    let variables = Settings::environment_to_hand_on().into_iter();
    Facts {
        branch: text("branch"),
        commit: text("revision"),
        dirty: git["dirty"].as_bool().unwrap_or(false),
        repository: if git.is_null() { None } else { revision::origin(root) },
        user: settings.user().unwrap_or("unknown").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        variables: variables
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    }
}

/// A schema: a JSON schema in a file of JSON or YAML, or what Python makes of `module:Class`.
fn schema(project: &Project, name: &str, settings: &Settings) -> Result<Value> {
    let at = |error: Error| error.at(&project.file.file, None);
    let is_file = [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    if !is_file {
        if !name.contains(':') {
            return Err(at(Error::new(codes::BAD_PROJECT, format!("`{name}` is no schema")).hint(
                "name a file of JSON or YAML, or a dataclass or pydantic model as `package.module:Class`",
            )));
        }
        let request = json!({"root": project.root, "schema": name}).to_string();
        let program = Program::new(None, settings, vec!["project-schema".to_owned(), request]);
        program.check()?;
        let unreadable = || format!("the schema `{name}` cannot be read");
        let said =
            program.ask().map_err(|error| at(Error::new(codes::BAD_PROJECT, unreadable()).cause(error)))?;
        return serde_json::from_slice(&said).or_error(codes::INTERNAL, unreadable);
    }
    let text = std::fs::read_to_string(project.root.join(name)).map_err(|error| {
        at(Error::new(codes::BAD_PROJECT, format!("the schema `{name}` cannot be read")).cause(error))
    })?;
    let format = if name.ends_with(".json") { Format::Json } else { Format::Yaml };
    let wrong = |line: u32, why: String| {
        Error::new(codes::BAD_PROJECT, format!("the schema `{name}` cannot be read"))
            .cause(why)
            .at(name, Some(line))
    };
    format.lines(&text).map_err(|fault| wrong(fault.line, fault.reason))?;
    let root = yaml::read(&text).map_err(|fault| wrong(fault.line, fault.reason))?;
    Ok(root.map(|root| root.value()).unwrap_or_default())
}

impl Loaded {
    /// The settings of a binding, with keys that were typed.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn settings(
        &self,
        binding: &str,
        flow: Option<&Artefact>,
        typed: &[Override],
    ) -> Result<Compiled, Problems> {
        self.settings_with(binding, flow, typed, &[])
    }

    /// The same with the keys of a trial over them.
    pub(crate) fn settings_with(
        &self,
        binding: &str,
        flow: Option<&Artefact>,
        typed: &[Override],
        trial: &[Override],
    ) -> Result<Compiled, Problems> {
        let layer = |name: &str, given: &Override| {
            (name.to_owned(), Source::Argument(given.word.clone()), given.clone())
        };
        let mut overrides = self.variables.clone();
        overrides.extend(typed.iter().map(|given| layer("command line", given)));
        overrides.extend(trial.iter().map(|given| layer("trial", given)));
        let request = Request {
            binding,
            flow,
            target: self.target.as_deref(),
            overrides: &overrides,
            locked: self.locked,
            schemas: &self.schemas,
        };
        Ok(self.project.settings(&request)?)
    }

    /// The target.
    pub(crate) fn target(&self) -> Result<Option<String>> {
        self.project.target(self.target.as_deref())
    }

    /// The labels that patterns fit; every binding for no pattern, or `default` where there is none.
    pub(crate) fn labels(&self, patterns: &[String]) -> Result<Vec<String>> {
        let all: Vec<String> = self.project.labels().map(str::to_owned).collect();
        if patterns.is_empty() {
            return Ok(if all.is_empty() { vec![DEFAULT.to_owned()] } else { all });
        }
        let mut found = Vec::new();
        for pattern in patterns {
            let fits = GlobBuilder::new(pattern).build().ok().map(|glob| glob.compile_matcher());
            let mut fitting: Vec<String> = all
                .iter()
                .filter(|label| fits.as_ref().is_some_and(|fits| fits.is_match(label)))
                .cloned()
                .collect();
            if fitting.is_empty() {
                fitting.push(self.project.label(pattern)?);
            }
            found.extend(fitting.into_iter().filter(|label| !found.contains(label)).collect::<Vec<_>>());
        }
        Ok(found)
    }

    /// What is called so: a name, or a path.
    pub(crate) fn artefact(&self, what: What, typed: &str) -> Result<&Artefact> {
        let all: Vec<&Artefact> = self.all(what).collect();
        let typed_path = typed.trim_start_matches("./");
        all.iter().find(|one| one.stem == typed || one.path == typed_path).copied().ok_or_else(|| {
            let kind = what.plural().trim_end_matches('s');
            let known: Vec<&str> = all.iter().map(|one| one.stem.as_str()).collect();
            let error = Error::new(codes::NOT_FOUND, format!("the project has no {kind} `{typed}`"));
            let error = error.suggest(typed, known.iter().copied());
            if known.is_empty() {
                error
            } else {
                error.hint(format!("its {} are `{}`", what.plural(), known.join("`, `")))
            }
        })
    }

    /// All of a kind.
    pub(crate) fn all(&self, what: What) -> impl Iterator<Item = &Artefact> {
        self.project.artefacts.iter().filter(move |one| one.what == what)
    }

    /// Writes the settings of a flow where its command line finds them; answers the path from the folder of the project.
    pub(crate) fn compile(
        &self,
        flow: &Artefact,
        binding: &str,
        typed: &[Override],
        trial: &[Override],
    ) -> Result<(PathBuf, Compiled), Problems> {
        let settings = self.settings_with(binding, Some(flow), typed, trial)?;
        let folder = self.project.root.join(COMPILED);
        ignore(&self.project.root);
        let path = settings.write(&folder)?;
        let relative = path.strip_prefix(&self.project.root).unwrap_or(&path).to_owned();
        Ok((relative, settings))
    }
}

/// Keeps what is written out of git.
fn ignore(root: &Path) {
    let folder = root.join(".spinloom");
    let file = folder.join(".gitignore");
    if !file.exists() && std::fs::create_dir_all(&folder).is_ok() {
        // Not being able to write it harms nobody.
        let _ = std::fs::write(file, "*\n");
    }
}

/// Compiles the settings for a flow that is started by itself: the file of them. `None` if it belongs to no project.
///
/// # Errors
/// `SL0803` if it is bound to several and none is named; everything that is wrong with the settings.
pub fn compile_for_flow(script: &Path) -> Result<Option<PathBuf>, Vec<Error>> {
    let settings = Settings::from_process().map_err(|error| vec![error])?;
    let script = settings.cwd().join(script);
    let folder = script.parent().unwrap_or(&script);
    if find(folder).is_none() {
        return Ok(None);
    }
    let loaded = load_from(folder, &settings, Asked::default()).map_err(|problems| problems.0)?;
    let path = script.strip_prefix(&loaded.project.root).ok().map(|path| path.to_string_lossy().into_owned());
    let own = path.as_deref().and_then(|path| loaded.all(What::Flow).find(|flow| flow.path == path).cloned());
    let labels: Vec<String> = match &own {
        Some(flow) => flow.bindings.clone(),
        None => vec![DEFAULT.to_owned()],
    };
    let binding = match (settings.binding(), labels.as_slice()) {
        (Some(typed), _) => loaded.project.label(typed).map_err(|error| vec![error])?,
        (None, [one]) => one.clone(),
        (None, several) => {
            let name = own.as_ref().map_or("", |flow| &flow.stem);
            return Err(vec![several_bindings(name, several).hint("or set `SPINLOOM_BINDING`")]);
        }
    };
    let flow = own.unwrap_or_else(|| Artefact {
        what: What::Flow,
        path: path.unwrap_or_default(),
        stem: script.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        bindings: labels,
    });
    let (path, _) = loaded.compile(&flow, &binding, &[], &[]).map_err(|problems| problems.0)?;
    Ok(Some(loaded.project.root.join(path)))
}

/// The value in a text of YAML 1.2.
///
/// # Errors
/// Where it is none.
pub fn read_yaml(text: &str) -> Result<Value, Fault> {
    Ok(yaml::read(text)?.map(|node| node.value()).unwrap_or_default())
}

/// Which binding is meant was not said.
pub(crate) fn several_bindings(flow: &str, labels: &[String]) -> Error {
    let first = labels.first().map(String::as_str).unwrap_or_default();
    Error::new(codes::BAD_BINDING, format!("`{flow}` is bound to several, and which is meant is not said"))
        .hint(format!("its bindings are `{}`", labels.join("`, `")))
        .hint(format!("write `spinloom flow run {flow} --binding {first}`, or `--all` for every one"))
}
