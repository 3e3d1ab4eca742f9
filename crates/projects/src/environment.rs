//! `settings.environment.yaml`: values by the branch of git, and by target.

use globset::Glob;
use indexmap::IndexMap;
use spinloom_configs::yaml::{Data, Entry, Node};
use spinloom_diagnostics::{Error, codes};

use crate::merge::Patch;
use crate::{Layers, Mark};

const KEYS: [&str; 3] = ["default", "branches", "targets"];

/// What a file of the environment says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Environment {
    /// On every branch.
    pub default: Patch,
    /// By pattern of the branch, in the order of the file; all that match apply.
    pub branches: Vec<(String, Patch)>,
    /// By target, applied after the branches.
    pub targets: Vec<(String, Patch)>,
}

impl Environment {
    /// What the root of a file says. A file without `default`, `branches` and `targets` holds defaults.
    pub(crate) fn read(root: &Node, layer: u16, layers: &Layers, problems: &mut Vec<Error>) -> Self {
        let Data::Map(entries) = &root.data else { return Self::default() };
        if !entries.keys().any(|key| KEYS.contains(&key.as_str())) {
            return Self { default: Patch::read(root, layer, layers, problems), ..Self::default() };
        }
        let mut bad = |line: u32, message: String, hint: &str| {
            let error = Error::new(codes::SETTINGS_FILE, message);
            let error = if hint.is_empty() { error } else { error.hint(hint) };
            problems.push(layers.locate(error, Mark { layer, line }));
        };
        for (key, entry) in entries {
            if !KEYS.contains(&key.as_str()) {
                let message = format!("`{key}` stands beside `default`, `branches` and `targets`");
                bad(entry.place.line, message, "put it below `default:`");
            }
        }
        let inner = |key: &str| -> IndexMap<String, Entry> {
            match entries.get(key).map(|entry| &entry.node.data) {
                Some(Data::Map(inner)) => inner.clone(),
                _ => IndexMap::new(),
            }
        };
        for (pattern, entry) in inner("branches") {
            if let Err(error) = Glob::new(&pattern) {
                bad(entry.place.line, format!("`{pattern}` is no pattern of branches: {}", error.kind()), "");
            }
        }
        let mut group = |key: &str| {
            let read = |(name, entry): (String, Entry)| {
                let patch = Patch::read(&entry.node, layer, layers, problems);
                (name, patch)
            };
            inner(key).into_iter().map(read).collect::<Vec<_>>()
        };
        let (branches, targets) = (group("branches"), group("targets"));
        let default = entries.get("default").map(|entry| Patch::read(&entry.node, layer, layers, problems));
        Self { default: default.unwrap_or_default(), branches, targets }
    }

    /// What applies, in order.
    pub(crate) fn patches<'a>(
        &'a self,
        branch: &'a str,
        target: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Patch> {
        let branches = self.branches.iter().filter(move |(pattern, _)| matches(pattern, branch));
        let targets = self.targets.iter().filter(move |(name, _)| Some(name.as_str()) == target);
        std::iter::once(&self.default).chain(branches.chain(targets).map(|(_, patch)| patch))
    }

    /// The branches and targets that set a key, for the message that here nothing does.
    pub(crate) fn setting(&self, key: &str) -> Vec<String> {
        let sets = |(name, patch): &(String, Patch)| {
            patch.0.iter().any(|entry| entry.key == key).then(|| format!("`{name}`"))
        };
        let branches = self.branches.iter().filter_map(sets).map(|name| format!("branch {name}"));
        branches.chain(self.targets.iter().filter_map(sets).map(|name| format!("target {name}"))).collect()
    }
}

fn matches(pattern: &str, branch: &str) -> bool {
    Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(branch))
}
