//! A project as it is on disk: its file, its layers of settings, and what belongs to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use indexmap::IndexMap;
use spinloom_configs::yaml::{self, Node};
use spinloom_diagnostics::{Error, Result, codes};

use crate::environment::Environment;
use crate::file::{self, ProjectFile};
use crate::layers::Source;
use crate::merge::Patch;
use crate::names::{self, DEFAULT};
use crate::{Layers, Mark};

/// What is known where a command runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The branch of git; `None` where there is no git or no branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Whether files differ from the commit.
    pub dirty: bool,
    /// Where the repository is from.
    pub repository: Option<String>,
    /// Who runs it.
    pub user: String,
    /// The version of Spinloom.
    pub version: String,
    /// The environment of the process.
    pub variables: BTreeMap<String, String>,
}

impl Facts {
    /// The branch, or what stands for it: `detached_<commit>`, `local_<user>`.
    pub fn branch(&self) -> String {
        match (&self.branch, &self.commit) {
            (Some(branch), _) => branch.clone(),
            (None, Some(commit)) => format!("detached_{}", commit.get(..7).unwrap_or(commit)),
            (None, None) => format!("local_{}", self.user),
        }
    }
}

/// What belongs to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A table.
    Table,
    /// A workflow of a scheduler.
    Workflow,
    /// A flow.
    Flow,
}

impl What {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 3] = [Self::Table, Self::Workflow, Self::Flow];

    /// What the section of the settings calls them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Table => "tables",
            Self::Workflow => "workflows",
            Self::Flow => "flows",
        }
    }
}

/// A file that belongs to the project, and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// What it is.
    pub what: What,
    /// Its path from the folder of the project.
    pub path: String,
    /// Its name.
    pub stem: String,
    /// Labels; `default` alone if it is not bound.
    pub bindings: Vec<String>,
}

/// The settings of one binding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Binding {
    pub(crate) patch: Patch,
    pub(crate) extends: Vec<String>,
    mark: Mark,
}

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// What its file says.
    pub file: ProjectFile,
    /// Layers of settings.
    pub layers: Layers,
    /// What is known here.
    pub facts: Facts,
    /// What belongs to it.
    pub artefacts: Vec<Artefact>,
    /// Remarks.
    pub warnings: Vec<String>,
    pub(crate) global: Patch,
    pub(crate) bindings: IndexMap<String, Binding>,
    pub(crate) local: Patch,
    pub(crate) environment: Environment,
}

/// The project file that counts in a folder: in it, or in the nearest one round it.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find_map(|folder| file::NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file()))
}

impl Project {
    /// Reads the project of a file.
    ///
    /// # Errors
    /// Everything that is wrong with its file, its settings and its names, at once.
    pub fn load(path: &Path, facts: Facts) -> Result<Self, Vec<Error>> {
        let root = path.parent().unwrap_or(Path::new(".")).to_owned();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![Error::new(codes::BAD_PROJECT, format!("`{name}` cannot be read")).cause(error)]
        })?;
        let file = ProjectFile::read(&name, &text)?;
        let mut project = Self {
            root,
            file,
            layers: Layers::default(),
            facts,
            artefacts: Vec::new(),
            warnings: Vec::new(),
            global: Patch::default(),
            bindings: IndexMap::new(),
            local: Patch::default(),
            environment: Environment::default(),
        };
        let mut problems = Vec::new();
        project.read_settings(&mut problems);
        project.find_artefacts(&mut problems);
        project.check_names(&mut problems);
        if problems.is_empty() { Ok(project) } else { Err(problems) }
    }

    /// The labels of bindings, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.bindings.keys().map(String::as_str)
    }

    /// A target, by the name given, else as the project file says.
    ///
    /// # Errors
    /// `SL0802` for one there is not.
    pub fn target(&self, given: Option<&str>) -> Result<Option<String>> {
        let known = &self.file.targets;
        let production = self.is_production().then_some("prod").filter(|name| known.contains_key(*name));
        let name = given.or(production).or(self.file.target.as_deref());
        match name {
            Some(name) if !known.contains_key(name) => {
                Err(Error::new(codes::BAD_PROJECT, format!("there is no target `{name}`"))
                    .suggest(name, known.keys().map(String::as_str))
                    .hint(format!("add it below `targets:` of `{}`", self.file.file)))
            }
            Some(name) => Ok(Some(name.to_owned())),
            None => Ok(known.keys().next().cloned()),
        }
    }

    /// Whether this is the branch of production.
    pub fn is_production(&self) -> bool {
        self.facts.branch.is_some() && self.facts.branch == self.file.production_branch
    }

    /// The id of an artefact under a binding. Of a table that is its path.
    ///
    /// # Errors
    /// `SL0806` for one that schedulers would refuse.
    pub fn id(&self, artefact: &Artefact, binding: &str) -> Result<String> {
        let slug = names::slug(&self.facts.branch());
        let slug = (!self.is_production()).then_some(slug.as_str());
        names::id(&self.file.project, slug, binding, &artefact.stem, &artefact.path)
    }

    fn read_settings(&mut self, problems: &mut Vec<Error>) {
        let folder = self.root.join(&self.file.settings.folder);
        let mut found: Vec<String> = folder
            .read_dir()
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| {
                name.starts_with("settings.") && (name.ends_with(".yaml") || name.ends_with(".yml"))
            })
            .collect();
        found.sort();
        let files = read_all(&folder, &found);
        for (name, text) in found.iter().zip(files) {
            let stem = name.trim_end_matches(".yml").trim_end_matches(".yaml");
            let path = format!("{}/{name}", self.file.settings.folder);
            let root = match text.map_err(|error| error.to_string()).and_then(|text| {
                text.map_err(|fault| {
                    problems.push(
                        Error::new(
                            codes::SETTINGS_FILE,
                            format!("`{path}` is not YAML (line {}, column {})", fault.line, fault.column),
                        )
                        .cause(fault.reason)
                        .at(&path, Some(fault.line)),
                    );
                    String::new()
                })
            }) {
                Ok(root) => root,
                Err(why) => {
                    if !why.is_empty() {
                        problems.push(
                            Error::new(codes::SETTINGS_FILE, format!("`{path}` cannot be read")).cause(why),
                        );
                    }
                    continue;
                }
            };
            let Some(root) = root else {
                self.keep(stem, &path, None, problems);
                continue;
            };
            if !matches!(root.data, yaml::Data::Map(_)) {
                let message = format!("`{path}` holds {}, not keys and values", root.kind());
                problems.push(Error::new(codes::SETTINGS_FILE, message).at(&path, Some(root.place.line)));
                continue;
            }
            self.keep(stem, &path, Some(root), problems);
        }
        self.check_extends(problems);
    }

    /// A file of settings takes its place.
    fn keep(&mut self, stem: &str, path: &str, root: Option<Node>, problems: &mut Vec<Error>) {
        let source = Source::File(path.to_owned());
        let mut patch = |layers: &mut Layers, name: &str| {
            let layer = layers.add(name, source.clone());
            let patch = root.as_ref().map(|root| Patch::read(root, layer, layers, problems));
            (layer, patch.unwrap_or_default())
        };
        match stem {
            "settings.configuration" => self.global = patch(&mut self.layers, "global").1,
            "settings.local" => self.local = patch(&mut self.layers, "local").1,
            "settings.environment" => {
                let layer = self.layers.add("environment", source);
                if let Some(root) = root {
                    self.environment = Environment::read(&root, layer, &self.layers, problems);
                }
            }
            _ => {
                let Some(label) = stem.strip_prefix("settings.configuration.") else {
                    self.warnings.push(format!("`{path}` is no file of settings: it is not read"));
                    return;
                };
                if !names::is_label(label) {
                    let error =
                        Error::new(codes::BAD_BINDING, format!("`{label}` cannot be the label of a binding"));
                    problems.push(
                        error
                            .at(path, None)
                            .hint("a letter, then letters, digits and `_`; `default` is taken"),
                    );
                    return;
                }
                let (layer, mut patch) = patch(&mut self.layers, label);
                let mark = Mark { layer, line: 1 };
                let extends = extends(&mut patch, &self.layers, problems);
                self.bindings.insert(label.to_owned(), Binding { patch, extends, mark });
            }
        }
    }

    fn check_extends(&self, problems: &mut Vec<Error>) {
        let mut circular: Vec<String> = Vec::new();
        for (label, binding) in &self.bindings {
            for base in &binding.extends {
                if !self.bindings.contains_key(base) {
                    let error = Error::new(
                        codes::BAD_BINDING,
                        format!("`{label}` extends `{base}`, which is no binding"),
                    );
                    let error = error.suggest(base, self.labels());
                    problems.push(self.layers.locate(error, binding.mark));
                }
            }
            // A circle is one problem, wherever one enters it.
            if let Err(circle) = self.chain(label)
                && !circular.contains(label)
            {
                let names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
                let error = Error::new(codes::BAD_BINDING, format!("{} is a circle", names.join(" → ")));
                problems.push(self.layers.locate(error, binding.mark));
                circular.extend(circle);
            }
        }
    }

    /// What a binding is made of, lowest first, itself last.
    ///
    /// # Errors
    /// The labels of the circle.
    pub(crate) fn chain(&self, label: &str) -> Result<Vec<&str>, Vec<String>> {
        let mut found = Vec::new();
        self.follow(label, &mut Vec::new(), &mut found)?;
        Ok(found)
    }

    fn follow<'a>(
        &'a self,
        label: &str,
        on: &mut Vec<String>,
        found: &mut Vec<&'a str>,
    ) -> Result<(), Vec<String>> {
        let Some((label, binding)) = self.bindings.get_key_value(label) else { return Ok(()) };
        if on.contains(label) {
            let from = on.iter().position(|one| one == label).unwrap_or(0);
            return Err(on[from..].iter().chain([label]).cloned().collect());
        }
        on.push(label.clone());
        for base in &binding.extends {
            self.follow(base, on, found)?;
        }
        on.pop();
        if !found.contains(&label.as_str()) {
            found.push(label);
        }
        Ok(())
    }

    fn find_artefacts(&mut self, problems: &mut Vec<Error>) {
        for (what, kind) in What::ALL.into_iter().zip(self.file.kinds.clone()) {
            let mut seen: Vec<String> = Vec::new();
            for pattern in &kind.paths {
                match files(&self.root, pattern) {
                    Ok(found) if found.is_empty() => {
                        self.warnings.push(format!("`{pattern}` in `{}` fits no file", self.file.file));
                    }
                    Ok(found) => {
                        seen.extend(found.into_iter().filter(|path| !seen.contains(path)).collect::<Vec<_>>())
                    }
                    Err(why) => problems.push(
                        Error::new(codes::BAD_PROJECT, format!("`{pattern}` is no pattern of files"))
                            .cause(why)
                            .at(&self.file.file, None),
                    ),
                }
            }
            for path in seen {
                let patterns =
                    kind.overrides.iter().find(|(one, _)| *one == path).map(|(_, bindings)| bindings);
                let bindings = self.bound(patterns.unwrap_or(&kind.bindings), kind.line, problems);
                let stem = names::stem(&path, &self.file.project);
                self.artefacts.push(Artefact { what, path, stem, bindings });
            }
            for (path, _) in &kind.overrides {
                if !self.artefacts.iter().any(|one| one.path == *path) {
                    let error = Error::new(
                        codes::BAD_PROJECT,
                        format!("`overrides` names `{path}`, which is no file of `{}`", what.plural()),
                    );
                    let known: Vec<&str> = self.artefacts.iter().map(|one| one.path.as_str()).collect();
                    problems.push(error.suggest(path, known).at(&self.file.file, None));
                }
            }
        }
        let used =
            |label: &&str| self.artefacts.iter().any(|one| one.bindings.iter().any(|bound| bound == label));
        let idle: Vec<String> = self.labels().filter(|label| !used(label)).map(str::to_owned).collect();
        if !self.artefacts.is_empty() {
            self.warnings.extend(idle.iter().map(|label| format!("nothing is bound to `{label}`")));
        }
    }

    /// The labels that patterns fit; `default` for no pattern.
    fn bound(&self, patterns: &[String], line: u32, problems: &mut Vec<Error>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for pattern in patterns {
            let fits = GlobBuilder::new(pattern).build().map(|glob| glob.compile_matcher());
            let labels: Vec<&str> =
                self.labels().filter(|label| fits.as_ref().is_ok_and(|fits| fits.is_match(label))).collect();
            if labels.is_empty() {
                let known: Vec<&str> = self.labels().collect();
                let error =
                    Error::new(codes::BAD_BINDING, format!("the pattern `{pattern}` fits no binding"))
                        .suggest(pattern, known.iter().copied())
                        .hint(match known.is_empty() {
                            true => format!(
                                "there is no `{}/settings.configuration.LABEL.yaml`",
                                self.file.settings.folder
                            ),
                            false => format!("there are `{}`", known.join("`, `")),
                        })
                        .at(&self.file.file, (line > 0).then_some(line));
                if !problems.contains(&error) {
                    problems.push(error);
                }
            }
            found.extend(
                labels
                    .into_iter()
                    .map(str::to_owned)
                    .filter(|label| !found.contains(label))
                    .collect::<Vec<_>>(),
            );
        }
        if patterns.is_empty() { vec![DEFAULT.to_owned()] } else { found }
    }

    fn check_names(&self, problems: &mut Vec<Error>) {
        let mut ids: IndexMap<(bool, String), &str> = IndexMap::new();
        for artefact in &self.artefacts {
            // Once for each: its other ids are wrong in the same way.
            let before = problems.len();
            for binding in &artefact.bindings {
                if problems.len() > before {
                    break;
                }
                match self.id(artefact, binding) {
                    Ok(id) => {
                        let other = ids.insert((artefact.what == What::Table, id.clone()), &artefact.path);
                        if let Some(other) = other {
                            let error = Error::new(
                                codes::BAD_ARTEFACT,
                                format!("`{other}` and `{}` both become `{id}`", artefact.path),
                            );
                            problems.push(error.at(&artefact.path, None).hint("rename one of the files"));
                        }
                    }
                    Err(error) => problems.push(error),
                }
            }
        }
    }
}

/// Reads and parses files, half of them on another thread: parsing is what takes time.
#[allow(clippy::type_complexity, reason = "named once, used once")]
fn read_all(
    folder: &Path,
    names: &[String],
) -> Vec<Result<Result<Option<Node>, spinloom_configs::Fault>, std::io::Error>> {
    let read = |names: &[String]| -> Vec<_> {
        names
            .iter()
            .map(|name| std::fs::read_to_string(folder.join(name)).map(|text| yaml::read(&text)))
            .collect()
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if names.len() < 8 || workers < 2 {
        return read(names);
    }
    let share = names.len().div_ceil(workers);
    std::thread::scope(|scope| {
        let threads: Vec<_> = names.chunks(share).map(|names| scope.spawn(move || read(names))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// Takes `$extends` out of what a binding says.
fn extends(patch: &mut Patch, layers: &Layers, problems: &mut Vec<Error>) -> Vec<String> {
    let Some(at) = patch.0.iter().position(|entry| entry.key == "$extends") else { return Vec::new() };
    let entry = patch.0.remove(at);
    let value =
        if let crate::merge::Operation::Set(node) = &entry.operation { node.value() } else { true.into() };
    let items = if let serde_json::Value::Array(items) = value { items } else { vec![value] };
    let names: Vec<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
    if names.len() != items.len() {
        let error =
            Error::new(codes::SETTINGS_FILE, "`$extends` is the label of a binding, or a list of them");
        problems.push(layers.locate(error, entry.mark));
    }
    names
}

/// The files below a folder that a pattern fits, sorted. Hidden folders are left out.
fn files(root: &Path, pattern: &str) -> Result<Vec<String>, String> {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| error.kind().to_string())?;
    let matcher = glob.compile_matcher();
    let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
    let parts: Vec<&str> = fixed.collect();
    if parts.len() == pattern.split('/').count() {
        return Ok(if root.join(pattern).is_file() { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (start, mut found) = (parts.join("/"), Vec::new());
    walk(root, &start, &mut |path| {
        if matcher.is_match(path) {
            found.push(path.to_owned());
        }
    });
    found.sort();
    Ok(found)
}

fn walk(root: &Path, below: &str, found: &mut dyn FnMut(&str)) {
    let entries = root.join(below).read_dir().into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "__pycache__" {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(root, &path, found);
        } else {
            found(&path);
        }
    }
}
