//! The project file, `spinloom.yaml`: what belongs to the project, and what of it is bound.

use indexmap::IndexMap;
use spinloom_configs::yaml::{self, Data, Entry, Node};
use spinloom_diagnostics::{Error, Result, codes};

/// Names a project file may have, the first that is there counts.
pub const NAMES: [&str; 4] = ["spinloom.yaml", "spinloom.yml", "metaboost.yaml", "metaboost.yml"];

/// What the project file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectFile {
    /// Its name, such as `spinloom.yaml`.
    pub file: String,
    /// The project.
    pub project: String,
    /// The branch whose artefacts are named without a branch.
    pub production_branch: Option<String>,
    /// Where things land, by name.
    pub targets: IndexMap<String, Target>,
    /// The target that is used if none is named.
    pub target: Option<String>,
    /// Tables, workflows and flows.
    pub kinds: [Kind; 3],
    /// Where settings are.
    pub settings: SettingsRules,
    /// The environment of every flow's command line: options before the command.
    pub options: Vec<String>,
}

/// Where things land.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The scheduler's cluster.
    pub cluster: Option<String>,
    /// The catalog of tables.
    pub catalog: Option<String>,
    /// The database of tables.
    pub database: Option<String>,
}

/// One kind of artefact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kind {
    /// Patterns of files.
    pub paths: Vec<String>,
    /// Patterns of labels; none means that it is not bound.
    pub bindings: Vec<String>,
    /// The line the patterns of labels are on.
    pub line: u32,
    /// Files that are bound in another way: patterns of labels by path.
    pub overrides: Vec<(String, Vec<String>)>,
}

/// Where settings are, and what they must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsRules {
    /// The folder.
    pub folder: String,
    /// Schemas by section: the path of a JSON schema, or `module:Class`.
    pub schemas: Vec<(String, String)>,
    /// Keys a schema does not know are errors.
    pub strict: bool,
}

impl Default for SettingsRules {
    fn default() -> Self {
        Self { folder: "settings".to_owned(), schemas: Vec::new(), strict: true }
    }
}

impl ProjectFile {
    /// Reads the text of a project file.
    ///
    /// # Errors
    /// `SL0802`, for each thing that is wrong.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Error>> {
        let mut reader = Reader { file, problems: Vec::new() };
        let root = yaml::read(text).map_err(|fault| {
            vec![
                problem(format!("`{file}` is not YAML (line {}, column {})", fault.line, fault.column))
                    .cause(fault.reason)
                    .at(file, Some(fault.line)),
            ]
        })?;
        let found = match root {
            Some(Node { data: Data::Map(entries), .. }) => reader.root(&entries),
            _ => {
                reader.bad(1, "a project file is a mapping that begins with `project:`".to_owned());
                Self::default()
            }
        };
        if reader.problems.is_empty() { Ok(found) } else { Err(reader.problems) }
    }
}

type Entries = IndexMap<String, Entry>;

struct Reader<'a> {
    file: &'a str,
    problems: Vec<Error>,
}

fn problem(message: String) -> Error {
    Error::new(codes::BAD_PROJECT, message)
}

const ROOT: [&str; 10] = [
    "version",
    "project",
    "production_branch",
    "targets",
    "target",
    "tables",
    "workflows",
    "metaflows",
    "flows",
    "settings",
];

impl Reader<'_> {
    fn bad(&mut self, line: u32, message: String) {
        self.problems.push(problem(message).at(self.file, Some(line)));
    }

    fn known(&mut self, entries: &Entries, known: &[&str], what: &str) {
        for (key, entry) in entries {
            if !known.contains(&key.as_str()) {
                let error = problem(format!("{what} has no field `{key}`"))
                    .suggest(key, known.iter().copied())
                    .hint(format!("its fields are `{}`", known.join("`, `")));
                self.problems.push(error.at(self.file, Some(entry.place.line)));
            }
        }
    }

    fn root(&mut self, entries: &Entries) -> ProjectFile {
        self.known(entries, &ROOT, "a project file");
        let mut found = ProjectFile { file: self.file.to_owned(), ..ProjectFile::default() };
        match entries.get("project") {
            None => self.bad(1, "the project has no name".to_owned()),
            Some(entry) => {
                found.project = self.text(entry, "project").unwrap_or_default();
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                let name = &found.project;
                if name.is_empty() || name.len() > 128 || !name.chars().all(fits) {
                    let error = problem(format!("`{name}` cannot be the name of a project"));
                    let error = error.hint("lower-case letters, digits and `_`, as for `@project`");
                    self.problems.push(error.at(self.file, Some(entry.place.line)));
                }
            }
        }
        if let Some(entry) = entries.get("version")
            && entry.node.value() != 1
        {
            self.bad(entry.place.line, "the version of a project file is `1`".to_owned());
        }
        found.production_branch =
            entries.get("production_branch").and_then(|entry| self.text(entry, "production_branch"));
        self.targets(entries, &mut found);
        let flows = if entries.contains_key("metaflows") { "metaflows" } else { "flows" };
        if let (Some(_), Some(second)) = (entries.get("metaflows"), entries.get("flows")) {
            self.bad(second.place.line, "`metaflows` and `flows` mean the same: keep one of them".to_owned());
        }
        let names = ["tables", "workflows", flows];
        found.kinds = names.map(|name| self.kind(entries.get(name), name));
        if let Some(options) = self.inner(entries.get(flows)).and_then(|inner| inner.get("options").cloned())
        {
            found.options = self.texts(&options, "options");
        }
        found.settings = self.settings(entries.get("settings"));
        found
    }

    fn targets(&mut self, entries: &Entries, found: &mut ProjectFile) {
        for (name, entry) in self.inner(entries.get("targets")).unwrap_or_default() {
            let inner = self.inner(Some(&entry)).unwrap_or_default();
            self.known(&inner, &["cluster", "catalog", "database"], &format!("the target `{name}`"));
            let mut get = |key: &str| inner.get(key).and_then(|entry| self.text(entry, key));
            let target =
                Target { cluster: get("cluster"), catalog: get("catalog"), database: get("database") };
            found.targets.insert(name, target);
        }
        let Some(entry) = entries.get("target") else { return };
        found.target = self.text(entry, "target");
        if let Some(name) = found.target.as_ref().filter(|name| !found.targets.contains_key(*name)) {
            let error = problem(format!("there is no target `{name}`"));
            let error = error.suggest(name, found.targets.keys().map(String::as_str));
            self.problems.push(error.at(self.file, Some(entry.place.line)));
        }
    }

    fn kind(&mut self, entry: Option<&Entry>, name: &str) -> Kind {
        let Some(inner) = self.inner(entry) else { return Kind::default() };
        let flows = ["metaflows", "flows"].contains(&name);
        let known: &[&str] = if flows {
            &["paths", "bindings", "overrides", "options"]
        } else {
            &["paths", "bindings", "overrides"]
        };
        self.known(&inner, known, &format!("`{name}`"));
        let mut texts = |key: &str| inner.get(key).map(|entry| self.texts(entry, key)).unwrap_or_default();
        let (paths, bindings) = (texts("paths"), texts("bindings"));
        let line = inner.get("bindings").map_or(0, |entry| entry.place.line);
        let mut overrides = Vec::new();
        for (path, entry) in self.inner(inner.get("overrides")).unwrap_or_default() {
            let fields = self.inner(Some(&entry)).unwrap_or_default();
            self.known(&fields, &["bindings"], &format!("the override of `{path}`"));
            let bindings = fields.get("bindings").map(|entry| self.texts(entry, "bindings"));
            overrides.push((path, bindings.unwrap_or_default()));
        }
        Kind { paths, bindings, line, overrides }
    }

    fn settings(&mut self, entry: Option<&Entry>) -> SettingsRules {
        let mut rules = SettingsRules::default();
        let Some(inner) = self.inner(entry) else { return rules };
        self.known(&inner, &["dir", "schema", "strict"], "`settings`");
        if let Some(folder) = inner.get("dir").and_then(|entry| self.text(entry, "dir")) {
            rules.folder = folder.trim_end_matches('/').to_owned();
        }
        for (section, entry) in self.inner(inner.get("schema")).unwrap_or_default() {
            if !["configuration", "environment"].contains(&section.as_str()) {
                self.bad(entry.place.line, format!("`{section}` is no section that has a schema"));
            }
            rules.schemas.extend(self.text(&entry, "schema").map(|schema| (section, schema)));
        }
        match inner.get("strict").map(|entry| (entry.node.value(), entry.place.line)) {
            None => {}
            Some((serde_json::Value::Bool(strict), _)) => rules.strict = strict,
            Some((_, line)) => self.bad(line, "`strict` is `true` or `false`".to_owned()),
        }
        rules
    }

    fn inner(&mut self, entry: Option<&Entry>) -> Option<Entries> {
        let entry = entry?;
        match &entry.node.data {
            Data::Map(inner) => Some(inner.clone()),
            Data::Scalar { value: serde_json::Value::Null, .. } => None,
            _ => {
                let kind = entry.node.kind();
                self.bad(entry.place.line, format!("this is a mapping, not {kind}"));
                None
            }
        }
    }

    fn text(&mut self, entry: &Entry, name: &str) -> Option<String> {
        match &entry.node.data {
            Data::Scalar { value: serde_json::Value::String(text), .. } => Some(text.clone()),
            _ => {
                let kind = entry.node.kind();
                self.bad(entry.place.line, format!("`{name}` is text, not {kind}"));
                None
            }
        }
    }

    fn texts(&mut self, entry: &Entry, name: &str) -> Vec<String> {
        let items = match &entry.node.data {
            Data::List(items) => items.iter().map(Node::value).collect(),
            Data::Scalar { value: serde_json::Value::Null, .. } => Vec::new(),
            _ => vec![serde_json::Value::Null],
        };
        let texts: Vec<String> = items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        if texts.len() != items.len() {
            self.bad(entry.place.line, format!("`{name}` is a list of texts"));
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match ProjectFile::read("spinloom.yaml", text) {
            Ok(found) => format!("{found:#?}"),
            Err(problems) => problems.iter().map(crate::told).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn what_it_says() {
        insta::assert_snapshot!(told(
            "version: 1\nproject: demo\nproduction_branch: main\ntargets:\n  sandbox: {cluster: sandbox, catalog: prodhive, database: demo_db}\ntarget: sandbox\ntables: {paths: [\"schemas/*.tbl.yaml\"]}\nmetaflows:\n  paths: [\"metaflows/*.py\"]\n  bindings: [\"EXP_*\"]\n  options: [--no-pylint]\n  overrides:\n    metaflows/report.py: {bindings: []}\nsettings:\n  dir: conf/\n  schema: {configuration: schema.json}\n  strict: false\n"
        ));
    }

    #[test]
    fn everything_that_is_wrong() {
        insta::assert_snapshot!(told(
            "version: 2\nproject: De-mo\nprodution_branch: main\ntarget: sandbx\ntargets:\n  sandbox: {clustr: x}\nmetaflows:\n  path: [x]\n  bindings: EXP_*\nflows: {}\ntables: [x]\nsettings:\n  strict: maybe\n  schema: {system: x}\n"
        ));
        insta::assert_snapshot!(told("- 1\n"));
        insta::assert_snapshot!(told("project: [demo\ntarget: x\n"));
        insta::assert_snapshot!(told("{}"));
    }
}
