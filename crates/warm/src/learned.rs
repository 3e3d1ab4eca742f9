//! What a supervisor has learned of its project: which modules its flows import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::environment::matters;
use crate::protocol::Report;

/// What is known of a project, kept on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Learned {
    /// Modules to be loaded ahead, in the order of their import.
    pub(crate) modules: Vec<String>,
    /// Modules that must not be, and why.
    pub(crate) dropped: BTreeMap<String, String>,
    /// The folders of the standard library and of packages.
    pub(crate) roots: Vec<PathBuf>,
    /// Spinloom's own folder.
    pub(crate) own: PathBuf,
    /// Variables that flows set themselves before they import what looks them up.
    pub(crate) changed: Vec<String>,
}

impl Learned {
    /// What was known before, if anything can be read.
    pub(crate) fn read(file: &Path) -> Self {
        std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Keeps it. Losing it costs one cold start, so a failure is none.
    pub(crate) fn write(&self, file: &Path) {
        let next = file.with_extension("new");
        let text = serde_json::to_vec(self).unwrap_or_default();
        let _kept = std::fs::write(&next, text).and_then(|()| std::fs::rename(&next, file));
    }

    /// Adds what a process had loaded. Whether anything is new.
    pub(crate) fn add(&mut self, report: &Report) -> bool {
        let before = self.clone();
        if !report.roots.is_empty() {
            self.roots.clone_from(&report.roots);
            self.own.clone_from(&report.own);
        }
        let new = report.modules.iter().filter(|(name, origin)| self.wanted(name, origin));
        let new: Vec<String> = new.map(|(name, _)| name.clone()).collect();
        self.modules.extend(new);
        // Only a process that began with nothing can tell what the flow set, as against what libraries set.
        let changed = report.changed.iter().filter(|name| matters(name)).cloned();
        if report.whole {
            self.changed = changed.collect();
        } else {
            self.changed.extend(changed);
        }
        *self != before
    }

    /// Never loads a module ahead again, nor what is in it.
    pub(crate) fn drop_module(&mut self, module: &str, why: &str) {
        let inside = format!("{module}.");
        self.modules.retain(|name| name != module && !name.starts_with(&inside));
        self.dropped.insert(module.to_owned(), why.to_owned());
    }

    /// A module that is not known yet, and comes from the standard library, a package, or Spinloom.
    fn wanted(&self, name: &str, origin: &str) -> bool {
        let is_or_in = |whole: &str| {
            name.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // What stands for Metaflow here depends on the environment, and ends of the program on how it was started.
        let never = [
            "__main__",
            "__mp_main__",
            "metaflow",
            "_spinloom_compat",
            "sitecustomize",
            "usercustomize",
            "spinloom.warm",
        ];
        if never.into_iter().any(is_or_in) || self.dropped.keys().any(|dropped| is_or_in(dropped)) {
            return false;
        }
        if self.modules.iter().any(|known| known == name) {
            return false;
        }
        let installed = || self.roots.iter().any(|root| Path::new(origin).starts_with(root));
        let ours = || is_or_in("spinloom") && Path::new(origin).starts_with(&self.own);
        origin == "built-in" || origin == "frozen" || installed() || ours()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(modules: &[(&str, &str)]) -> Report {
        Report {
            modules: modules
                .iter()
                .map(|(name, origin)| ((*name).to_owned(), (*origin).to_owned()))
                .collect(),
            roots: vec!["/v/lib/python3.11/site-packages".into(), "/usr/lib/python3.11".into()],
            own: "/checkout/python/spinloom".into(),
            changed: vec!["OMP_NUM_THREADS".into(), "FOO".into()],
            whole: true,
        }
    }

    #[test]
    fn the_projects_own_files_are_never_learned() {
        let mut learned = Learned::default();
        let grew = learned.add(&report(&[
            ("json", "/usr/lib/python3.11/json/__init__.py"),
            ("sys", "built-in"),
            ("pandas", "/v/lib/python3.11/site-packages/pandas/__init__.py"),
            ("helper", "/project/helper.py"),
            ("editable", "/project/src/editable/__init__.py"),
            ("spinloom.flow", "/checkout/python/spinloom/flow.py"),
            ("metaflow.plugins", "spinloom.compat.metaflow"),
            ("__main__", "/project/flow.py"),
        ]));
        assert!(grew);
        assert_eq!(learned.modules, ["json", "sys", "pandas", "spinloom.flow"]);
        assert_eq!(learned.changed, ["OMP_NUM_THREADS"], "only what imports look up");
        assert!(!learned.add(&report(&[("sys", "built-in")])));
    }

    #[test]
    fn what_was_dropped_stays_dropped_with_all_that_is_in_it() {
        let mut learned = Learned::default();
        let polars = [("polars", "built-in"), ("polars.io", "built-in"), ("polarslike", "built-in")];
        learned.add(&report(&polars));
        learned.drop_module("polars", "it starts 4 threads");
        assert!(!learned.add(&report(&polars)));
        assert_eq!(learned.modules, ["polarslike"]);
    }

    #[test]
    fn it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("learned.json");
        assert_eq!(Learned::read(&file), Learned::default());
        let mut learned = Learned::default();
        learned.add(&report(&[("sys", "built-in")]));
        learned.write(&file);
        assert_eq!(Learned::read(&file), learned);
    }
}
