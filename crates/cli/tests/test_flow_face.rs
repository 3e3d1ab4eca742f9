//! The command line of a flow, with a host that answers as Python would but runs nothing of the user's.
//!
//! What a command *prints* goes to the streams of this process, so these tests look at exit codes and at what the host
//! was asked; screens of `python flow.py …` are snapshot-tested with a real interpreter.

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use spinloom_cli::{FlowHost, Surface, flow_main_with};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_engine::{Listener, RunOutcome, RunRequest};
use spinloom_flow::{DecoSpec, RunId, RunStatus};
use spinloom_settings::Settings;

use crate::support::Project;

struct Host {
    surface: Surface,
    status: RunStatus,
    name: &'static str,
    folder: Option<PathBuf>,
    environment: Vec<(&'static str, &'static str)>,
    /// What was asked, in order.
    asked: Vec<Value>,
}

impl Host {
    fn new() -> Self {
        Self {
            surface: Surface::Python,
            status: RunStatus::Done,
            name: "Demo",
            folder: None,
            environment: vec![("SPINLOOM_USER", "ann")],
            asked: Vec::new(),
        }
    }

    fn main(&mut self, words: &[&str]) -> u8 {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let empty = tempfile::tempdir().unwrap();
        let folder = self.folder.clone().unwrap_or_else(|| empty.path().to_owned());
        let variables = self.environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let settings = Settings::load(variables, &folder).unwrap();
        flow_main_with(settings, &words, self)
    }
}

fn step(name: &str, next: Option<&str>) -> Value {
    let tail = match next {
        Some(next) => json!({"kind": "next", "line": 5, "targets": [next]}),
        None => json!({"kind": "none"}),
    };
    json!({"name": name, "file": "/flows/flow.py", "line": 4, "args": 1, "tail": tail})
}

impl FlowHost for Host {
    fn surface(&self) -> Surface {
        self.surface
    }

    fn script(&self) -> &'static str {
        "flow.py"
    }

    fn flow_graph(&mut self) -> Result<String> {
        let parameter = |name: &str, kind: &str, default: Value, required: bool| {
            let default_kind = if default.is_null() { "none" } else { "value" };
            json!({"name": name, "attribute": name.replace('-', "_"), "type": kind, "default": default,
                "default_kind": default_kind, "required": required})
        };
        let graph = json!({
            "version": 1, "name": self.name, "file": "/flows/flow.py", "steps": [step("start", Some("end")), step("end", None)],
            "parameters": [
                parameter("alpha", "float", json!(0.5), false),
                parameter("who", "str", Value::Null, true),
                // Also an option of ours: after the command it is the parameter.
                parameter("environment", "str", json!("dev"), false),
                {"name": "made", "attribute": "made", "type": "int", "default_kind": "function"},
            ],
        });
        Ok(graph.to_string())
    }

    fn attach(&mut self, specs: &[DecoSpec]) -> Result<String> {
        if let Some(spec) = specs.iter().find(|spec| spec.name == "nosuch") {
            return Err(Error::new(codes::BAD_DECORATOR, format!("there is no decorator `{}`", spec.name)));
        }
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        self.asked.push(json!({"attach": names}));
        self.flow_graph()
    }

    fn detach(&mut self, names: &[String]) -> Result<String> {
        self.asked.push(json!({"detach": names}));
        self.flow_graph()
    }

    fn defaults(&mut self, names: &[String], _context: &Value) -> Result<Map<String, Value>> {
        self.asked.push(json!({"defaults": names}));
        Ok(names.iter().map(|name| (name.clone(), json!(7))).collect())
    }

    fn run(
        &mut self,
        request: RunRequest,
        mut values: Map<String, Value>,
        _listener: &mut dyn Listener,
    ) -> Result<RunOutcome> {
        // What `_graph_info` is made of; a resume has that of its origin.
        assert_eq!(values.remove("$graph_info").is_some(), request.resume.is_none());
        self.asked.push(json!({
            "values": values, "max_workers": request.max_workers, "max_num_splits": request.max_num_splits,
            "max_log_size": request.max_log_size, "tags": request.tags, "namespace": request.namespace,
            "package": request.package.map(|p| json!(p.contents)), "script": request.info["script"],
            "resume": request.resume.map(|r| json!({"origin": r.origin, "from": r.from, "clone_only": r.clone_only})),
        }));
        Ok(RunOutcome {
            run: RunId::new("58")?,
            status: self.status,
            tasks: 2,
            adopted: 0,
            failed: Vec::new(),
            error: None,
            duration_us: 1,
            signal: None,
            halt: None,
        })
    }

    fn dump(&mut self, request: &Value) -> Result<()> {
        self.asked.push(request.clone());
        Ok(())
    }
}

#[test]
fn run_resolves_options_and_parameters() {
    let mut host = Host::new();
    let words = ["--with", "catch", "run", "--who", "-me-", "--max-workers", "3", "--with", "retry:times=2"];
    assert_eq!(host.main(&words), 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&host.asked).unwrap());
}

/// RU-13, RU-22, PA-05: typed wins over the environment, run-level decorators come before those of the program.
#[test]
fn the_environment_fills_in() {
    let mut host = Host::new();
    host.environment.extend([
        ("METAFLOW_RUN_WHO", "env"),
        ("METAFLOW_RUN_ALPHA", "0.25"),
        ("METAFLOW_RUN_MAX_NUM_SPLITS", "7"),
        ("METAFLOW_RUN_TAG", "x y"),
        ("METAFLOW_WITH", "timeout:seconds=3"),
        ("METAFLOW_DEFAULT_DECOSPECS", "environment resources:cpu=2"),
        ("METAFLOW_PACKAGE_SUFFIXES", ".md"),
    ]);
    assert_eq!(host.main(&["run", "--alpha", "1", "--with", "retry", "--namespace", ""]), 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&host.asked).unwrap());
}

/// PA-05: what is typed, then the environment, then the file, then defaults; decorators that are left out are named.
#[test]
fn a_file_of_parameters_comes_before_defaults() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.yaml"), "alpha: 0.1\nwho: file\nenvironment: file\n").unwrap();
    let run = |words: &[&str], variables: &[(&'static str, &'static str)]| {
        let mut host = Host::new();
        host.folder = Some(folder.path().to_owned());
        host.environment.extend(variables.iter().copied());
        let exit = host.main(&[&["run"], words].concat());
        (exit, host.asked)
    };
    let (exit, asked) = run(
        &["--params", "p.yaml", "--environment", "typed", "--without", "@retry"],
        &[("METAFLOW_RUN_WHO", "env")],
    );
    assert_eq!(exit, 0);
    assert_eq!(asked[0], json!({"detach": ["retry"]}));
    let wanted = json!({"alpha": 0.1, "who": "env", "environment": "typed", "made": 7});
    assert_eq!(asked.last().unwrap()["values"], wanted);
    let (exit, asked) = run(&[], &[("SPINLOOM_RUN_PARAMS", "p.yaml"), ("SPINLOOM_RUN_WITHOUT", "a b")]);
    assert_eq!((exit, &asked[0]), (0, &json!({"detach": ["a", "b"]})));
    assert_eq!(asked.last().unwrap()["values"]["who"], "file");
    assert_eq!(run(&["--params", "absent.yaml"], &[]).0, 2);
}

/// RU-23: what cannot be honoured is a usage error; a parameter hides an option of the same name after the command.
#[test]
fn options_of_the_program() {
    let run = ["run", "--who", "x"];
    let with = |words: &[&str]| Host::new().main(&[words, &run].concat());
    assert_eq!(with(&["--datastore", "s3"]), 2);
    assert_eq!(with(&["--metadata", "service"]), 2);
    assert_eq!(with(&["--environment", "nope"]), 2);
    assert_eq!(with(&["--environment", "local", "--metadata", "local", "--no-pylint", "--quiet"]), 0);
    assert_eq!(Host::new().main(&["run", "--who", "x", "--datastore", "s3"]), 2);
    let mut host = Host::new();
    assert_eq!(host.main(&["run", "--who", "x", "--environment", "conda"]), 0);
    let asked = host.asked.last().unwrap();
    assert_eq!(asked["values"]["environment"], "conda");
}

#[test]
fn exit_codes_are_those_of_the_surface() {
    let exits = |words: &[&str]| {
        let native = Host { surface: Surface::Native, ..Host::new() };
        [Host::new(), native].map(|mut host| host.main(words))
    };
    assert_eq!(exits(&["run"]), [2, 2], "a parameter is missing");
    assert_eq!(exits(&["run", "--who", "x", "--nosuch", "1"]), [2, 2]);
    assert_eq!(exits(&["run", "--who", "x", "--alpha", "much"]), [2, 2]);
    assert_eq!(exits(&["run", "--who", "x", "--max-workers", "0"]), [2, 2]);
    assert_eq!(exits(&["run", "--who", "x", "--with", "nosuch"]), [1, 3]);
    assert_eq!(exits(&["resume", "nosuch"]), [1, 4]);
    assert_eq!(exits(&["logs", "1/start"]), [1, 4], "nothing is recorded");
    assert_eq!(exits(&["check"]), [0, 0]);
    for (status, exit) in [(RunStatus::Done, 0), (RunStatus::Failed, 1)] {
        assert_eq!(Host { status, ..Host::new() }.main(&["run", "--who", "x"]), exit);
    }
}

/// RE-01, RE-02: the origin is this user's latest run; the step to begin with is checked against the graph.
#[test]
fn resume_finds_its_origin() {
    let project = Project::recorded();
    let resume = |words: &[&str]| {
        let mut host = Host::new();
        host.folder = Some(project.path().to_owned());
        host.name = "Training";
        let exit = host.main(&[&["resume"], words].concat());
        (exit, host.asked.last().map(|asked| asked["resume"].clone()).unwrap_or_default())
    };
    assert_eq!(resume(&[]), (0, json!({"origin": "3", "from": null, "clone_only": false})));
    let (exit, asked) = resume(&["end", "--origin-run-id", "2", "--clone-only"]);
    assert_eq!((exit, asked), (0, json!({"origin": "2", "from": "end", "clone_only": true})));
    assert_eq!(resume(&["--origin-run-id", "Training/4"]).1["origin"], "4", "of another user, named");
    assert_eq!(resume(&["--namespace", "user:carl"]).0, 1, "none of ours in that namespace");
    assert_eq!(resume(&["--origin-run-id", "99"]), (1, Value::Null));
    assert_eq!(resume(&["trian"]), (1, Value::Null));
}

/// OP-17: what Python is asked to print is resolved.
#[test]
fn dump_asks_for_tasks() {
    let project = Project::recorded();
    let mut host = Host::new();
    host.folder = Some(project.path().to_owned());
    host.name = "Training";
    assert_eq!(host.main(&["dump", "1/train", "--include", "model, alpha", "--max-value-size", "10"]), 0);
    let mut asked = host.asked.pop().unwrap();
    asked["store"] = "[STORE]".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&asked).unwrap());
    assert_eq!(host.main(&["dump", "1"]), 2, "a run is no step");
}
