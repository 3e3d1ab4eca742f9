//! What a new project begins with.

/// A file of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its path from the folder of the project.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

/// The files of a new project of a name, which runs as it is.
pub fn template(project: &str) -> Vec<Template> {
    [
        ("spinloom.yaml", PROJECT),
        ("settings/settings.configuration.yaml", GLOBAL),
        ("settings/settings.configuration.EXP_01.yaml", FIRST),
        ("settings/settings.configuration.EXP_02.yaml", SECOND),
        ("settings/settings.environment.yaml", ENVIRONMENT),
        ("schemas/predictions_f.tbl.yaml", TABLE),
        ("workflows/main.sch.yaml", WORKFLOW),
        ("metaflows/training.py", FLOW),
        (".gitignore", ".spinloom/\nsettings/settings.local.yaml\n__pycache__/\n"),
    ]
    .into_iter()
    .map(|(path, text)| Template { path, text: text.replace("@project@", project) })
    .collect()
}

const PROJECT: &str = r#"version: 1
project: @project@
production_branch: main
targets:
  sandbox: {cluster: sandbox, catalog: local, database: @project@_dev}
  prod: {cluster: prod, catalog: local, database: @project@}
target: sandbox
tables: {paths: ["schemas/*.tbl.yaml"]}
workflows: {paths: ["workflows/*.sch.yaml"]}
metaflows:
  paths: ["metaflows/*.py"]
  # One of these settings each: `spinloom flow run training --all` runs both.
  bindings: ["EXP_*"]
"#;

const GLOBAL: &str = "\
# What all bindings have in common. A binding's file is merged into this one.
model:
  slope: 2.0
  intercept: 1.0
features: [runtime, content_type]
";

const FIRST: &str = "model: {slope: 3.0}\n";

const SECOND: &str = "model: {intercept: 5.0}\nfeatures+: [director]\n";

const ENVIRONMENT: &str = "\
default:
  TARGET_DATABASE: @project@_dev
branches:
  main: {TARGET_DATABASE: \"@project@\"}
";

const TABLE: &str = "\
table: predictions_f
description: what the model predicts
columns:
- {name: title_id, type: bigint, nullable: false, comment: key}
- {name: prediction, type: double}
partition_by: [dateint]
primary_key: [title_id]
";

const WORKFLOW: &str = "\
workflow:
  id: main
  triggers: [{cron: \"0 6 * * *\", timezone: UTC}]
  jobs:
  - job: {id: begin, type: noop}
  - job: {id: train, type: metaflow, flow: training, bindings: all}
  dag: sequential
";

const FLOW: &str = r#""""Predicts by the settings of the binding it is run under."""

from spinloom import FlowSpec, Parameter, ProjectSettings, step


class Training(FlowSpec, ProjectSettings):
    x = Parameter("x", default=2.0, help="What to predict for")

    @step
    def start(self):
        self.show_settings(exclude_patterns=["artifact*", "system*"])
        self.next(self.end)

    @step
    def end(self):
        model = self.settings.configuration.model
        self.prediction = model.slope * self.x + model.intercept
        print(f"{self.settings.system.binding}: {self.prediction}")


if __name__ == "__main__":
    Training()
"#;
