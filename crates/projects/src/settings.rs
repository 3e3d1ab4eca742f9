//! The settings of one binding: every layer merged, every `${…}` replaced, checked.

use std::path::Path as FsPath;

use serde_json::{Value, json};
use spinloom_configs::{self as configs, Origin, Path};
use spinloom_diagnostics::{Error, Result, codes};

use crate::interpolate::{Known, SECRET, interpolate};
use crate::layers::Source;
use crate::merge::Merge;
use crate::names::{self, DEFAULT};
use crate::overrides::{Override, SECTIONS};
use crate::project::{Artefact, Project, What};
use crate::{Data, Layers, Map, Mark, Node, emit};

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// The binding; `default` for the global settings alone.
    pub binding: &'a str,
    /// The flow the settings are for, if they are for one.
    pub flow: Option<&'a Artefact>,
    /// The target, if one is named.
    pub target: Option<&'a str>,
    /// Keys given by variables of the environment and on the command line, in order, each with what the layer is called.
    pub overrides: &'a [(String, Source, Override)],
    /// `settings.local.yaml` does not count.
    pub locked: bool,
    /// JSON schemas of sections.
    pub schemas: &'a [(String, Value)],
}

/// Settings that are settled.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The sections: `configuration`, `environment`, `artifacts`, `system`.
    pub root: Node,
    /// The layers marks are of.
    pub layers: Layers,
    /// The binding.
    pub binding: String,
    name: String,
}

impl Project {
    /// The label a user typed.
    ///
    /// # Errors
    /// `SL0803` for one there is not.
    pub fn label(&self, typed: &str) -> Result<String> {
        if typed == DEFAULT || self.bindings.contains_key(typed) {
            return Ok(typed.to_owned());
        }
        let known: Vec<&str> = self.labels().collect();
        let hint = match known.is_empty() {
            true => format!(
                "a binding is a file `{}/settings.configuration.LABEL.yaml`",
                self.file.settings.folder
            ),
            false => format!("the bindings are `{}`", known.join("`, `")),
        };
        Err(Error::new(codes::BAD_BINDING, format!("there is no binding `{typed}`"))
            .suggest(typed, known.iter().copied())
            .hint(hint))
    }

    /// The settings of a binding.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once.
    pub fn settings(&self, request: &Request<'_>) -> Result<Settings, Vec<Error>> {
        let one = |error: Error| vec![error];
        let binding = self.label(request.binding).map_err(one)?;
        let target = self.target(request.target).map_err(one)?;
        let mut layers = self.layers.clone();
        let mut problems = Vec::new();
        let mut root = Map::new();
        root.insert("configuration".to_owned(), self.configuration(&binding, request, &mut problems));
        root.insert("environment".to_owned(), self.environment_of(target.as_deref(), &mut problems));
        let system = layers.add("system", Source::System);
        let mark = Mark { layer: system, line: 0 };
        root.insert("artifacts".to_owned(), Node::of(&self.artifacts(&binding, target.as_deref()), mark));
        root.insert("system".to_owned(), Node::of(&self.system(&binding, target.as_deref(), request), mark));
        let mut root = Node { data: Data::Map(root), mark, over: None };
        for (name, source, given) in request.overrides {
            let layer = layers.add(name, source.clone());
            let given = given.fitted(&root);
            if let Err(error) = given.check(&root) {
                problems.push(error);
                continue;
            }
            let section = given.path.0.first().cloned().unwrap_or_default();
            let mut merge = Merge::new(&layers, &section);
            if let Some(Node { data: Data::Map(map), .. }) = root.at_mut(std::slice::from_ref(&section)) {
                merge.apply(map, &given.patch(Mark { layer, line: 0 }));
            }
            problems.append(&mut merge.problems);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let branch = self.facts.branch();
        let known = Known {
            root: &self.root,
            variables: &self.facts.variables,
            environment: &self.environment,
            branch: &branch,
        };
        problems.extend(interpolate(&mut root, &layers, known));
        problems.extend(missing(&root, &layers, &binding));
        problems.extend(secrets(&root, &layers));
        if problems.is_empty() {
            problems.extend(self.check(&mut root, &mut layers, request.schemas));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let stem = request.flow.map_or("all", |flow| flow.stem.as_str());
        let place = if self.is_production() {
            "production".to_owned()
        } else {
            format!("branch_{}", names::slug(&branch))
        };
        let name = format!("settings.{place}.{binding}.{stem}");
        Ok(Settings { root, layers, binding, name })
    }

    fn configuration(&self, binding: &str, request: &Request<'_>, problems: &mut Vec<Error>) -> Node {
        let mut map = Map::new();
        let mut merge = Merge::new(&self.layers, "configuration");
        merge.apply(&mut map, &self.global);
        for label in self.chain(binding).unwrap_or_default() {
            if let Some(binding) = self.bindings.get(label) {
                merge.apply(&mut map, &binding.patch);
            }
        }
        if !request.locked {
            merge.apply(&mut map, &self.local);
        }
        problems.append(&mut merge.problems);
        Node { data: Data::Map(map), mark: Mark::default(), over: None }
    }

    fn environment_of(&self, target: Option<&str>, problems: &mut Vec<Error>) -> Node {
        let mut map = Map::new();
        let mut merge = Merge::new(&self.layers, "environment");
        let branch = self.facts.branch();
        for patch in self.environment.patches(&branch, target) {
            merge.apply(&mut map, patch);
        }
        problems.append(&mut merge.problems);
        Node { data: Data::Map(map), mark: Mark::default(), over: None }
    }

    /// Ids of what belongs to the project, as it is for this binding.
    fn artifacts(&self, binding: &str, target: Option<&str>) -> Value {
        let mut kinds = serde_json::Map::new();
        for what in What::ALL {
            let mut found = serde_json::Map::new();
            for artefact in self.artefacts.iter().filter(|one| one.what == what) {
                let label = artefact.bindings.iter().find(|label| *label == binding || *label == DEFAULT);
                let Some(label) = label else { continue };
                let id = match what {
                    What::Table => Some(self.table_path(&artefact.stem, target)),
                    _ => self.id(artefact, label).ok(),
                };
                found.extend(id.map(|id| (artefact.stem.clone(), id.into())));
            }
            kinds.insert(what.plural().to_owned(), found.into());
        }
        kinds.into()
    }

    /// Where a table is: `<catalog>/<database>/<table>`, as far as the target says.
    pub fn table_path(&self, table: &str, target: Option<&str>) -> String {
        let target = target.and_then(|name| self.file.targets.get(name));
        let parts = [
            target.and_then(|one| one.catalog.as_deref()),
            target.and_then(|one| one.database.as_deref()),
            Some(table),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// The cluster of a target.
    pub fn cluster(&self, target: Option<&str>) -> String {
        let found = target.and_then(|name| self.file.targets.get(name));
        let cluster = found.and_then(|target| target.cluster.as_deref());
        cluster.or(target).unwrap_or("local").to_owned()
    }

    fn system(&self, binding: &str, target: Option<&str>, request: &Request<'_>) -> Value {
        let facts = &self.facts;
        json!({
            "project": self.file.project,
            "binding": binding,
            "target": target,
            "cluster": self.cluster(target),
            "flow": request.flow.map(|flow| &flow.stem),
            "git": {
                "repo": facts.repository, "branch": facts.branch(), "branch_slug": names::slug(&facts.branch()),
                "commit": facts.commit, "dirty": facts.dirty,
            },
            "user": facts.user,
            "tool_version": facts.version,
        })
    }

    /// Checks sections against their schemas, and puts in what these have defaults for.
    fn check(&self, root: &mut Node, layers: &mut Layers, schemas: &[(String, Value)]) -> Vec<Error> {
        let mut problems = Vec::new();
        for (section, schema) in schemas {
            let Some(node) = root.at(std::slice::from_ref(section)) else { continue };
            let schema = if self.file.settings.strict { strict(schema) } else { schema.clone() };
            let value = concealed(&node.value());
            let name = self
                .file
                .settings
                .schemas
                .iter()
                .find(|(one, _)| one == section)
                .map_or("", |(_, name)| name);
            let violations = match configs::validate(&schema, &value) {
                Ok(violations) => violations,
                Err(why) => {
                    problems.push(
                        Error::new(codes::BAD_PROJECT, format!("`{name}` is no JSON schema")).cause(why),
                    );
                    continue;
                }
            };
            for violation in violations {
                problems.push(violated(node, layers, section, name, &violation, &schema));
            }
            let (mut value, mut filled) = (node.value(), Vec::new());
            configs::fill(&schema, &mut value, &Path::default(), &mut filled);
            if !filled.is_empty() {
                let mark = Mark { layer: layers.add("schema", Source::Schema), line: 0 };
                for pointer in filled {
                    let path = Path::from_pointer(&pointer);
                    let Some((key, outer)) = path.0.split_last() else { continue };
                    let outer = [std::slice::from_ref(section), outer].concat();
                    let new = path.of(&value).map(|value| Node::of(value, mark));
                    if let (Some(Node { data: Data::Map(map), .. }), Some(new)) = (root.at_mut(&outer), new) {
                        map.insert(key.clone(), new);
                    }
                }
            }
        }
        problems
    }
}

fn violated(
    node: &Node,
    layers: &Layers,
    section: &str,
    name: &str,
    violation: &configs::Violation,
    schema: &Value,
) -> Error {
    let path = &violation.path;
    let whole = Path([std::slice::from_ref(&section.to_owned()), path.0.as_slice()].concat());
    let unknown = violation.message == "there is no such key";
    let error = match unknown {
        true => Error::new(codes::SETTINGS_VALUE, format!("`{whole}` does not exist in the schema `{name}`")),
        false => Error::new(
            codes::SETTINGS_VALUE,
            format!("`{whole}` is not as the schema `{name}` wants it: {}", violation.message),
        ),
    };
    let mut at = path.clone();
    let mark = loop {
        if let Some(found) = node.at(&at.0) {
            break found.mark;
        }
        match at.parent() {
            Some(outer) => at = outer,
            None => break node.mark,
        }
    };
    let error = if mark == Mark::default() { error } else { layers.locate(error, mark) };
    if !unknown {
        return error;
    }
    let outer = path.parent().unwrap_or_default();
    let pointer: String = outer.0.iter().map(|key| format!("/properties/{key}")).collect();
    let known = schema.pointer(&format!("{pointer}/properties")).and_then(Value::as_object);
    let last = path.0.last().map(String::as_str).unwrap_or_default();
    let known: Vec<&str> = known.into_iter().flat_map(|map| map.keys().map(String::as_str)).collect();
    error
        .suggest(last, known)
        .hint("add the key to the schema, or set `strict: false` below `settings:` of the project file")
}

/// A schema whose objects take no other keys than they name.
fn strict(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut map: serde_json::Map<String, Value> =
                map.iter().map(|(key, value)| (key.clone(), strict(value))).collect();
            if map.get("properties").is_some_and(Value::is_object)
                && !map.contains_key("additionalProperties")
            {
                map.insert("additionalProperties".to_owned(), false.into());
            }
            map.into()
        }
        Value::Array(items) => items.iter().map(strict).collect(),
        other => other.clone(),
    }
}

/// A value in which secrets are texts, as they will be.
pub(crate) fn concealed(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(SECRET) => "***".into(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), concealed(value))).collect())
        }
        Value::Array(items) => items.iter().map(concealed).collect(),
        other => other.clone(),
    }
}

/// Keys that a higher layer had to set.
fn missing(root: &Node, layers: &Layers, binding: &str) -> Vec<Error> {
    let mut problems = Vec::new();
    if !root.any(&|node| node.data == Data::Missing) {
        return problems;
    }
    root.leaves(&mut |path, node| {
        if node.data == Data::Missing {
            let error =
                Error::new(codes::SETTINGS_VALUE, format!("`{path}` must be set, and nothing sets it"));
            let layer = match binding {
                DEFAULT => "the settings".to_owned(),
                label => format!("the settings of the binding `{label}`"),
            };
            problems
                .push(layers.locate(error, node.mark).hint(format!("set it in {layer}, or give `{path}=…`")));
        }
    });
    problems
}

/// What begins like a token of a well-known kind.
const TOKENS: [&str; 8] = ["AKIA", "ASIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "sk-ant-", "-----BEGIN"];
/// Keys whose values are secrets, or the ends of such keys.
const SECRET_KEYS: [&str; 9] = [
    "password",
    "passwd",
    "api_key",
    "apikey",
    "secret_key",
    "private_key",
    "access_key",
    "client_secret",
    "auth_token",
];

/// Values that look like secrets: these are named, not written down.
fn secrets(root: &Node, layers: &Layers) -> Vec<Error> {
    let mut problems = Vec::new();
    for section in SECTIONS {
        let Some(node) = root.at(&[section.to_owned()]) else { continue };
        node.leaves(&mut |path, leaf| {
            let Data::Scalar(Value::String(text)) = &leaf.data else { return };
            let key = path.0.last().map(|key| key.to_lowercase()).unwrap_or_default();
            let token = text.len() >= 16 && TOKENS.iter().any(|start| text.starts_with(start));
            let named = !text.is_empty()
                && SECRET_KEYS.iter().any(|end| key == *end || key.ends_with(&format!("_{end}")));
            if (token || named) && !path.0.iter().any(|key| key == SECRET) {
                let error =
                    Error::new(codes::SECRET_IN_SETTINGS, format!("`{section}.{path}` looks like a secret"));
                let name = path.0.last().map(|key| key.to_uppercase()).unwrap_or_default();
                problems.push(
                    layers
                        .locate(error, leaf.mark)
                        .hint(format!("name where it is kept: `${{secret:env/{name}}}`")),
                );
            }
        });
    }
    problems
}

impl Settings {
    /// The value, secrets named and not resolved.
    pub fn value(&self) -> Value {
        self.root.value()
    }

    /// Eight digits that stand for these settings; who runs them, and with which version, is no part of them.
    pub fn hash(&self) -> String {
        let mut value = self.value();
        if let Some(system) = value.get_mut("system").and_then(Value::as_object_mut) {
            system.shift_remove("user");
            system.shift_remove("tool_version");
        }
        names::short(&canonical(&value))
    }

    /// The name of their file: branch, binding, flow and hash.
    pub fn file_name(&self) -> String {
        format!("{}.{}.yaml", self.name, self.hash())
    }

    /// Their file.
    pub fn text(&self) -> String {
        let system = self.root.at(&["system".to_owned()]).map(Node::value).unwrap_or_default();
        let project = system["project"].as_str().unwrap_or_default().to_owned();
        format!(
            "# Settings of `{project}`, binding `{}`: written by Spinloom, changed by nobody.\n{}",
            self.binding,
            emit::yaml(&self.value())
        )
    }

    /// Every leaf below a path, where it is from, and what it took the place of.
    pub fn leaves(&self) -> Vec<(Path, Value, Origin, Option<Origin>)> {
        let mut found = Vec::new();
        self.root.leaves(&mut |path, node| {
            let over = node.over.map(|mark| self.layers.origin(mark));
            found.push((path.clone(), node.value(), self.layers.origin(node.mark), over));
        });
        found
    }

    /// Writes their file into `folder`, unless it is there.
    ///
    /// # Errors
    /// `SL0401` if it cannot be written.
    pub fn write(&self, folder: &FsPath) -> Result<std::path::PathBuf> {
        let path = folder.join(self.file_name());
        let text = self.text();
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(path);
        }
        let failed = |error: std::io::Error| {
            Error::new(codes::STORE_IO, format!("`{}` cannot be written", path.display())).cause(error)
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let part = folder.join(format!(".{}.{}", self.file_name(), std::process::id()));
        std::fs::write(&part, text).map_err(failed)?;
        std::fs::rename(&part, &path).map_err(failed)?;
        Ok(path)
    }
}

/// JSON with its keys sorted.
fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut pairs: Vec<(String, Value)> =
                    map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(pairs.into_iter().collect())
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    spinloom_flow::exact::print(&sorted(value))
}

impl Project {
    /// Every file that sets a key of `configuration` for a binding, or of `environment`, lowest first: the layer, the place, and
    /// what it says there.
    pub fn setting(&self, path: &Path, binding: &str) -> Vec<(String, String, Value)> {
        let Some((section, keys)) = path.0.split_first() else { return Vec::new() };
        let branch = self.facts.branch();
        let patches: Vec<&crate::Patch> = match section.as_str() {
            "configuration" => {
                let chain = self.chain(binding).unwrap_or_default();
                let bound =
                    chain.into_iter().filter_map(|label| self.bindings.get(label)).map(|one| &one.patch);
                std::iter::once(&self.global).chain(bound).chain([&self.local]).collect()
            }
            "environment" => self.environment.patches(&branch, self.file.target.as_deref()).collect(),
            _ => Vec::new(),
        };
        patches
            .into_iter()
            .filter_map(|patch| {
                let entry = patch.find(keys)?;
                let layer = self.layers.get(entry.mark)?.name.clone();
                Some((layer, self.layers.text(entry.mark), entry.operation.value()))
            })
            .collect()
    }

    /// Keys of bindings that are new and like one of the global settings: slips of the fingers, where no schema says so.
    pub fn likely_slips(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.file.settings.schemas.iter().any(|(section, _)| section == "configuration") {
            return found;
        }
        for (label, binding) in &self.bindings {
            slips(&binding.patch, &self.global, &mut Path::default(), &mut |path, like| {
                found.push(format!("`{path}` is new in `{label}`; did you mean `{like}`?"));
            });
        }
        found
    }
}

fn slips(above: &crate::Patch, below: &crate::Patch, path: &mut Path, found: &mut dyn FnMut(&Path, &str)) {
    for entry in &above.0 {
        path.0.push(entry.key.clone());
        let same = below.0.iter().find(|one| one.key == entry.key);
        match (same.map(|one| &one.operation), &entry.operation) {
            (Some(crate::Operation::Merge(below)), crate::Operation::Merge(above)) => {
                slips(above, below, path, found)
            }
            (Some(_), _) => {}
            (None, _) => {
                let others = below.0.iter().map(|one| one.key.as_str());
                let free: Vec<&str> =
                    others.filter(|key| !above.0.iter().any(|one| one.key == *key)).collect();
                if let Some(like) = spinloom_diagnostics::did_you_mean(&entry.key, free) {
                    found(path, like);
                }
            }
        }
        path.0.pop();
    }
}
