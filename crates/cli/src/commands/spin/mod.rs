//! `spin`: one step once more, in this process and on this terminal, with what it started from in an earlier run.

mod named;
mod report;
mod watch;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};
use spinloom_configs::Resolved;
use spinloom_datastore::ManifestRef;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_engine::spin::{Given, Kept, Placed, place};
use spinloom_flow::{FlowName, Graph, StepName};
use spinloom_metadata::RunRecord;
use spinloom_settings::SPIN_FOLDER;

use super::launch::info;
use super::triggered;
use super::who::Who;
use crate::context::{Context, Records};
use crate::host::{SpinKeep, SpinTask};
use crate::reply::{Answer, Problems, Reply};
use crate::terminal::time::now_us;
use crate::{environments, packaging, values};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("spin train", "run `train` with the inputs it had in your latest run"),
    ("spin 58/train/3 --set alpha=0.2", "those of one task, but for one artifact"),
    ("spin train --persist", "and keep what it makes, for `inspect_spin(\".\")`"),
    ("spin train --watch", "once more each time that a file is saved"),
];

/// Run one step with the inputs of an earlier run
///
/// Runs the step's body here, on this terminal, and records nothing in the store: `breakpoint()` and `input()` work. A step
/// that has not run yet can be spun if what leads to it has.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to run: `step`, `run/step` or `run/step/task`; a flow's name may stand in front
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// Start with another value of an artifact: JSON, else text; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,

    /// A Python file whose dictionary `ARTIFACTS` has other values of artifacts
    #[arg(long, value_name = "FILE")]
    artifacts_module: Option<PathBuf>,

    /// Keep what the step makes, in `.spinloom_spin`
    #[arg(long, overrides_with = "no_persist")]
    persist: bool,

    #[arg(long, hide = true)]
    no_persist: bool,

    /// Leave all decorators of the step out
    #[arg(long, overrides_with = "no_skip_decorators")]
    skip_decorators: bool,

    #[arg(long, hide = true)]
    no_skip_decorators: bool,

    /// Run it again each time that a file of the flow's folder is saved
    #[arg(long)]
    watch: bool,

    /// If the step fails, look around where it did with Python's debugger
    #[arg(long)]
    pdb: bool,

    /// Say on standard error why this started cold, if it did (see `spinloom daemon`)
    #[arg(short, long)]
    verbose: bool,

    /// Most megabytes of log kept of each stream, with `--persist` [default: 10]
    #[arg(long, value_name = "MB")]
    max_log_size: Option<String>,

    /// Write the id of this run to a file
    #[arg(long, value_name = "FILE")]
    run_id_file: Option<PathBuf>,

    /// Write what this spin is called to a file, for programs
    #[arg(long, value_name = "FILE", hide = true)]
    runner_attribute_file: Option<PathBuf>,
}

/// Spins a step (RE-12).
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    if arguments.watch {
        return watch::run(context);
    }
    keep_configs(arguments, context)?;
    let who = Who::resolve("spin", None, context)?;
    let flow = context.flow()?;
    who.tell(flow)?;
    let graph = flow.compile()?;
    let records = context.records()?;
    let wanted = named::wanted(&arguments.pathspec, &who, &graph, context, &records)?;
    let placed = place(records.provider.as_ref(), &records.files, &graph, &wanted)?;
    let origin = placed.spec.origin_run.as_ref();
    let origin = origin.map(|run| records.provider.run(&placed.spec.flow, run)).transpose()?.flatten();
    enter(arguments, &placed, &graph, origin.as_ref(), context)?;
    if let Some(record) = &origin {
        triggered::tell(&triggered::of(record), context.flow()?)?;
    }
    let root = root(context);
    let persist =
        !arguments.no_persist && values::switch(&context.settings, "spin", "persist", arguments.persist)?;
    write_ids(arguments, &placed, persist.then_some(&root))?;
    let set = set(arguments, &placed, &graph, &records, context)?;
    let kept =
        persist.then(|| keep(&root, (&placed, &records), &graph, (arguments, &set), context)).transpose()?;
    let recorded = recorded(&placed)?;
    let task = SpinTask {
        spec: placed.spec.clone(),
        recorded: recorded.clone(),
        keep: kept.as_ref().map(|kept| log(arguments, kept, &placed, context)).transpose()?,
        request: request(arguments, set, &placed, &graph, context)?,
    };
    context.output.remark(&report::before(&placed, context.output.err));
    let started = now_us();
    let spun = match (context.flow()?.host.spin(task), &kept) {
        (Err(error), Some(_)) => {
            // Should that fail too, the first error says why.
            let _recorded = kept.map(|kept| kept.abandon(&error));
            return Err(error.into());
        }
        (spun, _) => spun?,
    };
    let duration = now_us() - started;
    if let (Some(kept), Some(record)) = (kept, &spun.record) {
        kept.finish(record, spun.result.clone())?;
    }
    let old = recorded.map(|at| records.files.manifest(&at)).transpose().ok().flatten();
    let outcome = report::Outcome {
        placed: &placed,
        persisted: persist.then_some(root.as_path()),
        changes: report::changes(old.as_ref(), &spun.result),
        failure: serde_json::from_value(spun.result["failure"].clone()).unwrap_or_default(),
        duration,
    };
    context.output.remark(&outcome.render(context.output.err));
    let failed = outcome.failure();
    Ok(Reply { failed, ..Reply::new("", outcome.data()) })
}

/// Settles the flow's configs, before anything else needs them: those not given are those of the run spun from.
fn keep_configs(arguments: &Arguments, context: &mut Context<'_>) -> Result<(), Problems> {
    if !context.flow()?.waits() {
        return Ok(());
    }
    let settings = context.settings.clone();
    let records = context.records()?;
    let flow = FlowName::new(&context.flow()?.doc.name)?;
    let namespace = Who::namespace("spin", None, context);
    let run = named::run(&arguments.pathspec, &flow, namespace.as_deref(), context, &records)?;
    let record = records.provider.run(&flow, &run)?;
    let kept = record.and_then(|record| record.info.get("configs").cloned()).unwrap_or_default();
    let mut kept = Resolved::recorded(&kept);
    let flow = context.flow()?;
    kept.retain(|one| !flow.configs.as_ref().is_some_and(|configs| configs.gives(&one.name)));
    flow.configure(&kept, false, &settings)
}

/// A step that has an environment runs in the interpreter of that, which carries on with this very command.
fn enter(
    arguments: &Arguments,
    placed: &Placed,
    graph: &Graph,
    origin: Option<&RunRecord>,
    context: &mut Context<'_>,
) -> Result<()> {
    if context.flow()?.host.entered() || skips(arguments, context)? {
        return Ok(());
    }
    let earlier = origin.map(|run| environments::recorded(&run.info)).unwrap_or_default();
    let doc = graph.flow().clone();
    let prepared = environments::prepare(context, &doc, Some(&placed.spec.step), &earlier)?;
    match prepared.only() {
        Some(interpreter) => Err(context.flow()?.host.enter(interpreter)),
        None => Ok(()),
    }
}

/// The store of spins: beside that of runs.
fn root(context: &Context<'_>) -> PathBuf {
    context.root().parent().unwrap_or(Path::new(".")).join(SPIN_FOLDER)
}

fn recorded(placed: &Placed) -> Result<Option<ManifestRef>> {
    let text = placed.recorded.as_ref().and_then(|record| record.manifest.as_deref());
    text.map(str::parse).transpose()
}

/// Says what this spin is called, to who asked; what is not kept in a store has no task to be looked at.
fn write_ids(arguments: &Arguments, placed: &Placed, kept: Option<&PathBuf>) -> Result<()> {
    let spec = &placed.spec;
    let write = |file: &Path, text: String| {
        std::fs::write(file, text).or_error(codes::STORE_IO, || format!("cannot write `{}`", file.display()))
    };
    if let Some(file) = &arguments.run_id_file {
        write(file, spec.run.to_string())?;
    }
    let Some(file) = &arguments.runner_attribute_file else { return Ok(()) };
    let attributes = json!({
        "flow_name": spec.flow, "run_id": spec.run, "step_name": spec.step,
        "task_id": kept.map(|_| spec.task.to_string()),
        "metadata": kept.map(|root| format!("spin@{}", root.display())),
    });
    write(file, format!("{attributes}\n"))
}

fn keep(
    root: &Path,
    (placed, records): (&Placed, &Records),
    graph: &Graph,
    (arguments, set): (&Arguments, &Map<String, Value>),
    context: &mut Context<'_>,
) -> Result<Kept> {
    let info = info(context, graph.flow().file.as_str())?;
    let json = context.flow()?.json.clone();
    let module = arguments.artifacts_module.as_ref().map(|file| file.display().to_string());
    let given = Given { set: set.clone(), module, package: packaging::request(context).unwrap_or_default() };
    Kept::begin(root, placed, &records.files, json, info, given)
}

fn log(arguments: &Arguments, kept: &Kept, placed: &Placed, context: &Context<'_>) -> Result<SpinKeep> {
    let spec = &placed.spec;
    let megabytes: u64 =
        values::number(&context.settings, "spin", "max-log-size", arguments.max_log_size.as_deref(), 10)?;
    Ok(SpinKeep {
        store: kept.store().clone(),
        base: kept.base().clone(),
        log: kept.store().log_writer(&spec.flow, &spec.run, spec.task, spec.attempt),
        max_log_size: megabytes * 1024 * 1024,
    })
}

/// The other values that were given.
fn set(
    arguments: &Arguments,
    placed: &Placed,
    graph: &Graph,
    records: &Records,
    context: &Context<'_>,
) -> Result<Map<String, Value>> {
    let mut set = Map::new();
    for pair in &arguments.set {
        let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Error::new(codes::USAGE, format!("`--set {pair}` names no artifact and its value"))
                .hint("write `--set name=value`; the value is JSON, else text"));
        };
        warn_of_new(name, placed, graph, records, context)?;
        set.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
    }
    Ok(set)
}

/// What Python must know of the command line.
fn request(
    arguments: &Arguments,
    set: Map<String, Value>,
    placed: &Placed,
    graph: &Graph,
    context: &Context<'_>,
) -> Result<Value> {
    let decorators = honoured(arguments, &placed.spec.step, graph, context)?;
    let module = arguments.artifacts_module.as_ref().map(|file| context.settings.cwd().join(file));
    Ok(json!({
        "decorators": decorators, "artifacts_module": module, "set": set, "post_mortem": arguments.pdb,
        "data_apart": context.output.json,
    }))
}

/// A name that no input has may be meant so, or mistyped.
fn warn_of_new(
    name: &str,
    placed: &Placed,
    graph: &Graph,
    records: &Records,
    context: &Context<'_>,
) -> Result<()> {
    let mut known: Vec<String> = graph.flow().parameters.iter().map(|p| p.attribute.clone()).collect();
    let inputs = placed.spec.inputs.iter().map(|input| &input.manifest);
    for at in inputs.chain(&placed.spec.base) {
        let manifest = records.files.recent_manifest(at)?;
        known.extend(manifest.artifacts.iter().map(|entry| entry.name.to_string()));
    }
    if !known.iter().any(|other| other == name) {
        let known = known.iter().map(String::as_str).filter(|name| !name.starts_with('_'));
        let note = Error::new(codes::NOT_FOUND, String::new()).suggest(name, known);
        let hint = note.hints().first().map(|hint| format!("; {hint}")).unwrap_or_default();
        let text = format!("no input has an artifact `{name}`: it is new{hint}");
        context.output.remark(&format!("{}: {text}\n", context.output.err.warn("warning")));
    }
    Ok(())
}

/// The decorators of the step to be honoured; the user hears of the others (RE-15).
fn honoured(
    arguments: &Arguments,
    step: &StepName,
    graph: &Graph,
    context: &Context<'_>,
) -> Result<Vec<String>> {
    if skips(arguments, context)? {
        return Ok(Vec::new());
    }
    let allowed = context.settings.spin_decorators();
    let Some(index) = graph.find(step.as_str()) else { return Ok(Vec::new()) };
    // What users write themselves belongs to the step's code, as it were.
    let (honoured, ignored): (Vec<_>, Vec<_>) = graph
        .step(index)
        .decorators
        .iter()
        .partition(|decorator| decorator.custom || allowed.contains(&decorator.name));
    if !ignored.is_empty() {
        let verb = if ignored.len() == 1 { "does" } else { "do" };
        let list = ignored.iter().map(|one| one.short()).collect::<Vec<_>>().join("`, `@");
        context.output.remark(&format!("note: `@{list}` {verb} nothing in a spin\n"));
    }
    Ok(honoured.into_iter().map(|one| one.name.clone()).collect())
}

fn skips(arguments: &Arguments, context: &Context<'_>) -> Result<bool> {
    Ok(!arguments.no_skip_decorators
        && values::switch(&context.settings, "spin", "skip-decorators", arguments.skip_decorators)?)
}
