//! Workflows compiled for Maestro.

use crate::support::{Folder, told};
use spinloom_projects::{What, Workflow, compile};

fn compiled(text: &str) -> String {
    let folder = Folder::with(&[
        (
            "spinloom.yaml",
            "project: demo\ntables: {paths: [\"schemas/*.tbl.yaml\"]}\nworkflows: {paths: [\"workflows/*.sch.yaml\"]}\nmetaflows: {paths: [\"metaflows/*.py\"], bindings: [\"EXP_*\"]}\n",
        ),
        ("workflows/demo.main.sch.yaml", text),
        ("workflows/etl.sch.yaml", "workflow: {jobs: [{job: {id: a, type: noop}}]}\n"),
        ("workflows/sql/publish.sql", "select 1\n"),
    ]);
    let project = folder.load().unwrap();
    let one = project.artefacts.iter().find(|one| one.what == What::Workflow && one.stem == "main").unwrap();
    let id = project.id(one, "default").unwrap();
    let result = Workflow::read(&one.path, text)
        .map_err(|error| vec![error])
        .and_then(|workflow| compile(&project, &workflow, &id, "default", None));
    match result {
        Ok(value) => format!("{value:#}\n"),
        Err(problems) => problems.iter().map(told).collect(),
    }
}

#[test]
fn a_workflow_with_everything() {
    insta::assert_snapshot!(compiled(
        r#"
workflow:
  id: main
  name: Main
  owner: ann
  run_strategy: parallel
  workflow_concurrency: 5
  tags: [nightly]
  timeout: 2h
  triggers: [{cron: "0 6 * * *"}, {expression: "@daily", timezone: Asia/Tokyo}]
  day: 20240101
  rates: [0.5, 1]
  '!month': "now().month()"
  '!count<long>(constant)': "1+9"
  jobs:
  - subworkflow: {id: etl, day: 1}
  - job: {id: train, type: metaflow, flow: training, bindings: all, params: {prediction_date: 20241006}}
  - job: {id: publish, type: sql, file: sql/publish.sql, writes: [demo_features_f], transition: [IF count > 0 THEN done, OTHERWISE each]}
  - foreach:
      id: each
      params: {date: [1, 2]}
      ranges: {hour: {from: 0, to: 24}}
      jobs:
      - while: {id: again, condition: "n < 3", params: {n: 1}, jobs: [{job: {id: work, type: shell, script: "true"}}]}
  - job: {id: done, type: noop}
  dag: {etl: [train], train: publish}
"#
    ));
    insta::assert_snapshot!(compiled(
        "workflow:\n  jobs:\n  - job: {id: one, type: metaflow, flow: training, bindings: EXP_01}\n  - job: {id: two, type: noop}\n  dag: sequential\n"
    ));
}

#[test]
fn what_is_wrong_with_workflows() {
    let all = [
        "workflow:\n  jobs:\n  - job: {id: a, type: noop, transition: [b]}\n  - job: {id: b, type: noop, transition: [a]}\n",
        "workflow:\n  run_strategy: sequental\n  triggers: []\n  x: ~\n  jobs:\n  - jb: {id: a}\n  - job: {type: noop}\n  - job: {id: a, type: nop}\n  - job: {id: a, type: noop, transition: [c]}\n  - x\n",
        "workflow:\n  jobs:\n  - job: {id: a, type: metaflow, flow: trainig}\n  - job: {id: b, type: metaflow, flow: training, bindings: [EXP_1]}\n  - job: {id: c, type: sql, file: no.sql, reads: [demo_feature_f]}\n  - subworkflow: {id: d, workflow: elt}\n  - foreach: {id: e}\n  - while: {id: f, jobs: [{job: {id: g, type: noop, transition: [IF x g]}}]}\n  dag: sequentially\n",
        "workflow:\n  dag: {a: [b]}\n",
        "jobs: []\n",
        "workflow: [\n",
    ];
    let shown: Vec<String> = all.iter().map(|text| compiled(text)).collect();
    insta::assert_snapshot!(shown.join("---\n"));
}
