//! What `run` and `resume` share: from options to a request, from an outcome to an answer.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use serde_json::{Map, Value, json};
use spinloom_configs::Resolved;
use spinloom_datastore::StorePolicy;
use spinloom_diagnostics::{Error, ExitCode, Result, codes};
use spinloom_engine::{Isolation, Resume, RunOutcome, RunRequest, Shared};
use spinloom_environments::Recorded;
use spinloom_flow::event::{Failure, TaskRef};
use spinloom_flow::graph::Resources;
use spinloom_flow::project::Project;
use spinloom_flow::{DecoSpec, FlowName, Graph, RunId, RunStatus, StepName, remote};

use super::who::Who;
use super::{hooks, triggered};
use crate::arguments::{FlowArgs, RunArgs};
use crate::context::{Context, Flow, Place};
use crate::reply::{Answer, Problems, Reply};
use crate::terminal::plan::Plan;
use crate::terminal::summary::Summary;
use crate::terminal::{Counting, Progress, Show, headline, listener};
use crate::{Surface, environments, packaging, revision, storage, values};

/// What `run` and `resume` were asked for, nothing left open.
#[derive(Debug)]
pub(crate) struct Options {
    with: Vec<DecoSpec>,
    without: Vec<String>,
    /// What triggered the run; empty if nothing did.
    pub(crate) triggers: Vec<Value>,
    pub(crate) who: Who,
    tags: Vec<String>,
    max_workers: usize,
    max_num_splits: u64,
    budget: Option<Resources>,
    retry_wait: bool,
    isolation: Isolation,
    max_log_size: u64,
    run_id_file: Option<PathBuf>,
    attribute_file: Option<PathBuf>,
    progress: Progress,
    policy: StorePolicy,
}

impl Options {
    /// From words, then the environment, then defaults.
    pub(crate) fn resolve(arguments: &RunArgs, command: &str, context: &Context<'_>) -> Result<Self> {
        let settings = &context.settings;
        let top = context.top.as_ref();
        honour(top, context)?;
        let given =
            |option, typed: &Option<String>| values::given(settings, command, option, typed.as_deref());
        let number = |option, typed: &Option<String>, default| {
            values::number::<u64>(settings, command, option, typed.as_deref(), default)
        };
        let max_log_size = number("max-log-size", &arguments.max_log_size, 10)? * 1024 * 1024;
        let run_id_file =
            arguments.run_id_file.clone().or_else(|| Some(given("run-id-file", &None)?.1.into()));
        Ok(Self {
            with: with(arguments, command, context)?,
            without: without(arguments, command, context),
            triggers: triggered::resolve(context)?,
            who: Who::resolve(command, arguments.namespace.as_deref(), context)?,
            tags: values::list(settings, command, "tag", &arguments.tag),
            max_workers: values::number(
                settings,
                command,
                "max-workers",
                arguments.max_workers.as_deref(),
                16,
            )?,
            max_num_splits: number("max-num-splits", &arguments.max_num_splits, 100)?,
            budget: budget(given("budget", &arguments.budget))?,
            retry_wait: values::switch(settings, command, "retry-wait", arguments.retry_wait)?,
            isolation: isolation(given("isolation", &arguments.isolation))?,
            max_log_size,
            run_id_file,
            attribute_file: arguments.runner_attribute_file.clone(),
            progress: progress(top, context),
            policy: storage::policy(context, arguments.verify)?,
        })
    }
}

impl Options {
    /// The flow with the decorators it is to have, checked; `current` knows what triggered the run (FD-05).
    pub(crate) fn apply(&self, flow: &mut Flow<'_>) -> Result<Graph, Problems> {
        self.who.tell(flow)?;
        triggered::tell(&self.triggers, flow)?;
        flow.attach(&self.with)?;
        flow.detach(&self.without)?;
        let graph = flow.compile()?;
        remote::check(graph.flow())?;
        Ok(graph)
    }
}

/// `--budget`: what is written, or what this machine has.
fn budget(given: Option<(String, String)>) -> Result<Option<Resources>> {
    match given {
        None => Ok(None),
        Some((_, text)) if text.trim() == "auto" => Ok(Some(spinloom_compute::resources())),
        Some((source, text)) => text.parse().map(Some).map_err(|e: Error| {
            Error::new(e.code(), format!("`{source}`: {}", e.message())).hint(e.hints().join("; "))
        }),
    }
}

fn isolation(given: Option<(String, String)>) -> Result<Isolation> {
    let Some((source, text)) = given else { return Ok(Isolation::Auto) };
    match text.trim() {
        "auto" => Ok(Isolation::Auto),
        "fork" => Ok(Isolation::Fork),
        "spawn" => Ok(Isolation::Spawn),
        other => {
            let what = format!("`{source}` is `auto`, `fork` or `spawn`, not `{other}`");
            Err(Error::new(codes::USAGE, what).suggest(other, ["auto", "fork", "spawn"]))
        }
    }
}

/// Decorators to add, the ones that win first (RU-13): of the command, before the command, of the environment.
fn with(arguments: &RunArgs, command: &str, context: &Context<'_>) -> Result<Vec<DecoSpec>> {
    let settings = &context.settings;
    let mut texts = values::list(settings, command, "with", &arguments.with);
    texts.extend(values::list(settings, "", "with", &context.top_with));
    texts.extend(settings.default_decospecs().iter().cloned());
    texts.iter().map(|text| DecoSpec::from_str(text)).collect()
}

/// Names of decorators to leave out; an `@` in front is what people write.
fn without(arguments: &RunArgs, command: &str, context: &Context<'_>) -> Vec<String> {
    let names = values::list(&context.settings, command, "without", &arguments.without);
    names.iter().map(|name| name.trim_start_matches('@').to_owned()).collect()
}

/// Refuses what cannot be honoured yet (RU-23).
fn honour(top: Option<&FlowArgs>, context: &Context<'_>) -> Result<()> {
    let Some(top) = top else { return Ok(()) };
    let choices = [
        ("event-logger", &top.event_logger, &["nullSidecarLogger"][..]),
        ("monitor", &top.monitor, &["nullSidecarMonitor"][..]),
    ];
    for (option, typed, available) in choices {
        let given = values::given(&context.settings, "", option, typed.as_deref());
        if let Some((source, value)) = given.filter(|(_, value)| !available.contains(&value.as_str())) {
            let message =
                format!("`{source}` cannot be `{value}`: only `{}` is available", available.join("`, `"));
            return Err(Error::new(codes::USAGE, message));
        }
    }
    Ok(())
}

fn progress(top: Option<&FlowArgs>, context: &Context<'_>) -> Progress {
    let metaflow = context.surface == Surface::Python;
    match top.and_then(|top| top.progress) {
        _ if top.is_some_and(|top| top.jsonl) => Progress::Json,
        Some(Progress::Auto) | None => match context.screen.progress(metaflow) {
            // Metaflow's own `--quiet` keeps these lines: scripts read them (RU-10).
            Progress::Metaflow => Progress::Metaflow,
            _ if context.output.quiet => Progress::None,
            fitting => fitting,
        },
        Some(chosen) => chosen,
    }
}

/// The words before a run, where scripts may expect Metaflow's.
pub(crate) fn said(context: &Context<'_>, options: &Options) {
    let project =
        options.who.project.as_ref().map(|p| format!("Project: {}, Branch: {}\n", p.name, p.branch));
    if options.progress == Progress::Metaflow {
        let flow = context.flow.as_ref().map(|flow| flow.doc.name.as_str()).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        context.output.remark(&format!(
            "Spinloom {version} executing {flow} for user:{}\nValidating your flow...\n    The graph looks good!\n{}",
            options.who.user,
            project.unwrap_or_default()
        ));
    }
}

/// Where the values of parameters that runs are found by are in the `info` of a run.
pub(crate) const PARAMETERS: &str = "parameters";
/// A longer text is nothing to find a run by.
const MAX_TEXT: usize = 200;

/// The values that are a number, yes or no, or a short text.
fn scalars(values: &Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let is_scalar = |value: &Value| match value {
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => text.len() <= MAX_TEXT,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    // A name with a `$` is no parameter's.
    let found = values.iter().filter(move |(name, value)| !name.starts_with('$') && is_scalar(value));
    found.map(|(name, value)| (name.clone(), value.clone()))
}

/// A run about to start.
pub(crate) struct Launch {
    pub(crate) graph: Graph,
    pub(crate) options: Options,
    pub(crate) until: Option<StepName>,
    pub(crate) resume: Option<Resumed>,
    pub(crate) values: Map<String, Value>,
}

/// What is resumed, and as which run.
pub(crate) struct Resumed {
    pub(crate) resume: Resume,
    pub(crate) run_id: Option<RunId>,
    pub(crate) shared: Option<Shared>,
    /// Names of the parameters given anew.
    pub(crate) changed: Vec<String>,
    /// The environments of the run that is resumed.
    pub(crate) environments: Vec<Recorded>,
    /// The values of its parameters that runs are found by.
    pub(crate) parameters: Map<String, Value>,
}

/// A step a command line names.
pub(crate) fn step(graph: &Graph, typed: Option<&str>) -> Result<Option<StepName>> {
    let Some(step) = typed else { return Ok(None) };
    if graph.find(step).is_some() {
        return StepName::new(step).map(Some);
    }
    let names: Vec<&str> = graph.nodes().map(|node| node.name.as_str()).collect();
    Err(Error::new(codes::UNKNOWN_STEP, format!("the flow has no step `{step}`"))
        .suggest(step, names.iter().copied())
        .hint(format!("its steps are `{}`", names.join("`, `"))))
}

impl Launch {
    /// Runs, shows it, and says how it went.
    pub(crate) fn go(self, context: &mut Context<'_>) -> Answer {
        let show = Show {
            plan: Plan::of(&self.graph),
            paint: context.output.err,
            data_only: context.output.json,
            every: context.settings.progress_interval(),
            ui: context.settings.ui_url().map(str::to_owned),
        };
        let progress = self.options.progress;
        let name = FlowName::new(&self.graph.flow().name)?;
        let doc = self.graph.flow().clone();
        let earlier = self.resume.as_ref().map(|resumed| resumed.environments.as_slice());
        // Until the run is over, nobody removes them.
        let environments = environments::prepare(context, &doc, None, earlier.unwrap_or_default())?;
        let mut parameters =
            self.resume.as_ref().map(|resumed| resumed.parameters.clone()).unwrap_or_default();
        parameters.extend(scalars(&self.values));
        let mut request = self.options.request(self.graph, self.until, self.resume, context)?;
        request.info.extend(environments.info().map(|info| (environments::INFO.to_owned(), info)));
        if !parameters.is_empty() {
            request.info.insert(PARAMETERS.to_owned(), Value::Object(parameters));
        }
        request.environments = environments.for_engine();
        let mut inner = listener(progress, show);
        let mut counting = Counting::new(inner.as_mut());
        let outcome = context.flow()?.host.run(request, self.values, &mut counting)?;
        let retried = counting.retried;
        drop(inner);
        let mut reply = finish(&name, &outcome, retried, progress, context);
        let hooks = hooks::call(&doc, &outcome, context)?;
        if !hooks.is_empty() {
            reply.warnings.extend(hooks.iter().filter_map(hooks::Called::warning));
            reply.data["exit_hooks"] = hooks.iter().map(hooks::Called::data).collect();
        }
        Ok(reply)
    }
}

impl Options {
    fn request(
        self,
        graph: Graph,
        until: Option<StepName>,
        resumed: Option<Resumed>,
        context: &mut Context<'_>,
    ) -> Result<RunRequest> {
        let mut info = info(context, graph.flow().file.as_str())?;
        if let Some(changed) =
            resumed.as_ref().map(|resumed| &resumed.changed).filter(|names| !names.is_empty())
        {
            info.insert("changed_parameters".to_owned(), json!(changed));
        }
        let (resume, run_id, shared) = match resumed {
            Some(Resumed { resume, run_id, shared, .. }) => (Some(resume), run_id, shared),
            None => (None, None, None),
        };
        let python =
            info.get("python").and_then(Value::as_str).map(|version| format!("python_version:{version}"));
        let mut system_tags = vec![
            format!("user:{}", self.who.user),
            format!("runtime:{}", context.settings.runtime()),
            format!("spinloom_version:{}", env!("CARGO_PKG_VERSION")),
            format!("metaflow_version:{}", spinloom_flow::METAFLOW_VERSION),
        ];
        system_tags.extend(python);
        system_tags.extend(self.who.project.iter().flat_map(Project::tags));
        system_tags.extend(context.settings.production_token().map(|token| format!("production:{token}")));
        if let Some(location) = &self.policy.remote {
            info.insert("datastore".to_owned(), json!(location));
        }
        if !self.triggers.is_empty() {
            info.insert("trigger".to_owned(), self.triggers.into());
        }
        let package = packaging::request(context)?;
        let Place { metadata, store } = context.place()?.clone();
        Ok(RunRequest {
            graph_json: context.flow()?.json.clone(),
            graph,
            metadata,
            store,
            policy: self.policy,
            run_id,
            user: self.who.user,
            namespace: self.who.namespace,
            tags: self.tags,
            system_tags,
            resume,
            until,
            shared,
            max_workers: self.max_workers,
            max_num_splits: self.max_num_splits,
            budget: self.budget,
            retry_wait: self.retry_wait,
            isolation: self.isolation,
            environments: Vec::new(),
            max_log_size: self.max_log_size,
            resource_interval: context.settings.resource_interval(),
            run_id_file: self.run_id_file,
            attribute_file: self.attribute_file,
            info,
            package,
        })
    }
}

/// Everything else worth keeping with a run.
pub(crate) fn info(context: &mut Context<'_>, file: &str) -> Result<Map<String, Value>> {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    let folder = Path::new(file).parent().filter(|folder| folder.is_dir());
    let script = context.flow()?.host.script().to_owned();
    let configs = context.flow()?.configs.as_ref().map(|configs| Resolved::record(&configs.resolved));
    let values = [
        ("spinloom", Some(json!(env!("CARGO_PKG_VERSION")))),
        ("python", context.flow()?.host.python_version().map(Value::from)),
        ("script", Some(script.into())),
        ("file", Some(file.into())),
        ("argv", Some(json!(discreet(&context.argv)))),
        ("cwd", Some(context.settings.cwd().display().to_string().into())),
        ("host", host.map(Value::from)),
        ("pid", Some(std::process::id().into())),
        ("git", folder.and_then(revision::of)),
        ("configs", configs),
    ];
    Ok(values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

/// The words typed, without what a source of `--with secrets:…` may hold (DE-07), nor the password of a database.
fn discreet(argv: &[String]) -> Vec<String> {
    let hide = |word: &String| match word.find("secrets:") {
        _ if word.contains("postgres") && word.contains("://") => without_password(word),
        Some(at) if word.contains('{') && ["", "--with="].contains(&word[..at].trim()) => {
            format!("{}secrets:…", &word[..at])
        }
        _ => word.clone(),
    };
    argv.iter().map(hide).collect()
}

/// A word with the address of a database, without what may be secret in it.
fn without_password(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let rest = match rest.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    let rest = match rest.split_once("password=") {
        Some((before, after)) => {
            format!("{before}password=…{}", after.find('&').map_or("", |end| &after[end..]))
        }
        None => rest,
    };
    format!("{scheme}://{rest}")
}

fn finish(
    flow: &FlowName,
    outcome: &RunOutcome,
    retried: u64,
    progress: Progress,
    context: &Context<'_>,
) -> Reply {
    let summary =
        Summary { flow, outcome, retried, commands: &context.commands, cwd: context.settings.cwd() };
    let failed = failure(flow, outcome, &summary);
    let remark = match progress {
        Progress::Metaflow if outcome.status == RunStatus::Done => String::new(),
        Progress::Metaflow => {
            metaflow(&summary) + &summary.render(context.screen.columns, context.output.err)
        }
        Progress::None if outcome.status == RunStatus::Done => String::new(),
        _ => format!("\n{}", summary.render(context.screen.columns, context.output.err)),
    };
    let output = crate::reply::Output { quiet: false, ..context.output };
    if let Some(error) = &outcome.error {
        output.remark(&crate::terminal::error::render(error, output.err));
    }
    output.remark(&remark);
    let mut data = json!({
        "flow": flow, "run": outcome.run, "pathspec": format!("{flow}/{}", outcome.run), "status": outcome.status,
        "tasks": outcome.tasks, "cloned": outcome.adopted, "failed": outcome.failed.len(), "retried": retried,
        "run_duration_ms": outcome.duration_us / 1000,
    });
    if let (Some(halt), Some(data)) = (&outcome.halt, data.as_object_mut()) {
        data.insert("halt".to_owned(), json!(halt));
    }
    Reply { failed, ..Reply::new("", data) }
}

/// How Metaflow names a failed step on standard error.
fn metaflow(summary: &Summary<'_>) -> String {
    match summary.outcome.failed.first() {
        Some((task, _, _)) => {
            format!("    Step failure:\n    Step {} (task-id {}) failed.\n\n", task.step, task.task)
        }
        None => String::new(),
    }
}

/// Exit code and structured error (dx § 4.4) of a run that did not end well.
fn failure(flow: &FlowName, outcome: &RunOutcome, summary: &Summary<'_>) -> Option<(ExitCode, Value)> {
    let commands: Vec<String> = summary.next().into_iter().map(|(_, command)| command).collect();
    let stopped = match outcome.signal {
        Some(15) => Some((ExitCode::Terminated, codes::TERMINATED)),
        Some(_) => Some((ExitCode::Interrupted, codes::INTERRUPTED)),
        None => None,
    };
    if let Some((exit, code)) = stopped {
        let message = format!(
            "the run was {}",
            if exit == ExitCode::Terminated { "terminated" } else { "interrupted" }
        );
        return Some((exit, json!({"code": code.id(), "message": message, "commands": commands})));
    }
    if outcome.status == RunStatus::Done || outcome.halt.is_some() {
        return None;
    }
    if let Some((task, attempt, why)) = outcome.failed.first() {
        let place = format!("{flow}/{}/{}/{}", outcome.run, task.step, task.task);
        return Some((ExitCode::UserCode, structured(task, *attempt, why, &place, &commands)));
    }
    match &outcome.error {
        Some(error) => Some((error.exit(), json!(error))),
        None => {
            let how = if outcome.status == RunStatus::Stopped { "was stopped" } else { "failed" };
            Some((ExitCode::UserCode, json!({"message": format!("the run {how}"), "commands": commands})))
        }
    }
}

/// A task that failed, for programs (dx § 4.4).
pub(crate) fn structured(
    task: &TaskRef,
    attempt: u32,
    why: &Failure,
    pathspec: &str,
    commands: &[String],
) -> Value {
    let code =
        if why.signal.is_some() || why.exit_code.is_some() { codes::TASK_DIED } else { codes::STEP_FAILED };
    json!({
        "code": code.id(), "type": why.kind, "message": why.message, "headline": headline(why),
        "step": task.step, "task": task.task.to_string(), "pathspec": pathspec, "attempt": attempt,
        "file": why.file, "line": why.line, "function": why.function, "source_line": why.source,
        "signal": why.signal, "exit_code": why.exit_code, "traceback": why.traceback, "commands": commands,
    })
}
