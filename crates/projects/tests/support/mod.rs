//! A project in a folder of its own.

use std::path::Path;

use spinloom_diagnostics::Error;
use spinloom_projects::{Facts, Override, Project, Request, Settings, Source};
use tempfile::TempDir;

pub struct Folder(TempDir);

/// The seed of every test: one flow, two bindings.
pub const FILES: &[(&str, &str)] = &[
    (
        "spinloom.yaml",
        "project: demo\nproduction_branch: main\ntargets:\n  sandbox: {cluster: sandbox, catalog: prodhive, database: demo_db}\n  prod: {cluster: prod}\ntarget: sandbox\ntables: {paths: [\"schemas/*.tbl.yaml\"]}\nmetaflows: {paths: [\"metaflows/*.py\"], bindings: [\"EXP_*\"]}\n",
    ),
    (
        "settings/settings.configuration.yaml",
        "model:\n  fit_intercept: true\n  alpha: 1.0\nconda:\n  numpy: 1.22.4\n  \"scikit-learn\": 1.4.0\n",
    ),
    (
        "settings/settings.configuration.EXP_01.yaml",
        "target_column: metricA\nfeatures:\n  - runtime\n  - content_type\n",
    ),
    (
        "settings/settings.configuration.EXP_02.yaml",
        "$extends: EXP_01\nmodel:\n  alpha: 0.5\nfeatures+: [director]\nfeatures-: [runtime]\n",
    ),
    (
        "settings/settings.environment.yaml",
        "default:\n  READ_DB: warehouse\nbranches:\n  main: {READ_DB: production}\n  \"feat/*\": {SCRATCH: \"demo_${git.branch_slug}\"}\ntargets:\n  prod: {READ_DB: from_target}\n",
    ),
    ("metaflows/training.py", ""),
    ("schemas/demo_features_f.tbl.yaml", ""),
];

impl Folder {
    /// [`FILES`], and others in their place or beside them. An empty text removes one.
    pub fn with(changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in FILES.iter().chain(changes) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn facts() -> Facts {
        Facts {
            branch: Some("demoX".to_owned()),
            commit: Some("0123456789abcdef".to_owned()),
            user: "ann".to_owned(),
            version: "0.1.0".to_owned(),
            variables: [("HOME".to_owned(), "/home/ann".to_owned())].into(),
            ..Facts::default()
        }
    }

    pub fn load(&self) -> Result<Project, Vec<Error>> {
        self.load_with(Self::facts())
    }

    pub fn load_with(&self, facts: Facts) -> Result<Project, Vec<Error>> {
        Project::load(&self.path().join("spinloom.yaml"), facts)
    }

    /// The settings of a binding, with words of the command line.
    pub fn settings(&self, binding: &str, words: &[&str]) -> Result<Settings, Vec<Error>> {
        let project = self.load()?;
        settings(&project, binding, words)
    }

    /// What goes wrong with them.
    pub fn refused(&self, binding: &str, words: &[&str]) -> String {
        match self.settings(binding, words) {
            Ok(settings) => format!("no problem:\n{}", settings.text()),
            Err(problems) => problems.iter().map(told).collect(),
        }
    }
}

pub fn settings(project: &Project, binding: &str, words: &[&str]) -> Result<Settings, Vec<Error>> {
    let overrides: Vec<_> = words
        .iter()
        .map(|word| {
            let given = Override::parse(word).map_err(|error| vec![error])?;
            Ok(("command line".to_owned(), Source::Argument((*word).to_owned()), given))
        })
        .collect::<Result<_, Vec<Error>>>()?;
    project.settings(&Request { binding, overrides: &overrides, ..Request::default() })
}

pub fn told(error: &Error) -> String {
    let line = |line: Option<u32>| line.map(|line| format!(":{line}")).unwrap_or_default();
    let at = error.location().map(|at| format!("  --> {}{}\n", at.file, line(at.line))).unwrap_or_default();
    let causes: String = error.causes().iter().map(|cause| format!("  cause: {cause}\n")).collect();
    let hints: String = error.hints().iter().map(|hint| format!("  hint: {hint}\n")).collect();
    format!("error[{}]: {}\n{at}{causes}{hints}", error.code().id(), error.message())
}
