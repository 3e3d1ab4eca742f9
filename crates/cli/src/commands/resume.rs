//! `resume`: go on where an earlier run ended.

use clap::Args;
use serde_json::{Map, Value};
use spinloom_configs::Resolved;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_engine::{Resume, Shared};
use spinloom_flow::graph as flow_graph;
use spinloom_flow::{FlowName, Pathspec, RunId, RunStatus, TaskId};
use spinloom_metadata::{RunQuery, RunRecord};

use super::launch::{Launch, Options, PARAMETERS, Resumed, said, step};
use super::triggered;
use super::who::Who;
use crate::arguments::RunArgs;
use crate::context::{Context, Flow, Records};
use crate::reply::{Answer, Problems};
use crate::{environments, target, values};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("resume", "go on with your latest run"),
    ("resume train", "the same, but run `train` and all that follows it again"),
    ("resume --origin-run-id 58", "go on with another run"),
    ("resume train --param alpha=0.2", "run `train` and all that follows it with another parameter"),
];

/// Go on with an earlier run of the flow
///
/// Makes a new run that adopts every task that finished well, and runs the others with the code as it is now. Parameters
/// are those of the earlier run; if some are changed, every step runs again, or STEP and all that follows it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run this step again even if it finished, and all that follows it
    #[arg(value_name = "STEP")]
    step: Option<String>,

    /// The run to go on with, instead of your latest
    #[arg(long, value_name = "RUN")]
    origin_run_id: Option<String>,

    /// Adopt finished tasks and run nothing
    #[arg(long)]
    clone_only: bool,

    /// Change a parameter; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,

    /// The id of the new run, instead of the next number
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,

    /// Many processes may ask for the same `--run-id`: one leads, the others wait for it and end as it does
    #[arg(long, requires = "run_id")]
    reentrant: bool,

    /// What this process is called among those of a reentrant resume
    #[arg(long, value_name = "ID", requires = "reentrant")]
    resume_identifier: Option<String>,

    #[command(flatten)]
    common: RunArgs,
}

/// Goes on with a run (RE-01).
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    keep_configs(arguments, context)?;
    let mut options = Options::resolve(&arguments.common, "resume", context)?;
    let flow = context.flow()?;
    let graph = options.apply(flow)?;
    let from = step(&graph, arguments.step.as_deref())?;
    let until = step(&graph, arguments.common.until.as_deref())?;
    let run_id = arguments.run_id.as_deref().map(RunId::new).transpose()?;
    let itself = run_id.as_ref().filter(|_| arguments.reentrant);
    let asker = Asker { user: &options.who.user, namespace: options.who.namespace.as_deref() };
    let origin = origin(arguments, itself, asker, context)?;
    if options.triggers.is_empty() {
        options.triggers = triggered::of(&origin.record);
        triggered::tell(&options.triggers, context.flow()?)?;
    }
    let new_configs = has_new_configs(context.flow()?, &origin.record);
    let values = parameter_values(arguments, &origin, &options, new_configs, context)?;
    let changed: Vec<String> = values.keys().cloned().collect();
    let new_parameters = new_configs || !changed.is_empty();
    let mut given = values;
    if new_parameters {
        given.insert("$graph_info".to_owned(), flow_graph::graph_info(&graph));
    }
    said(context, &options);
    let environments = environments::recorded(&origin.record.info);
    let parameters = match origin.record.info.get(PARAMETERS) {
        Some(Value::Object(values)) => values.clone(),
        _ => Map::new(),
    };
    let resume = Resume { origin: origin.record.run, from, clone_only: arguments.clone_only, new_parameters };
    let shared =
        arguments.reentrant.then(|| Shared { identifier: identifier(arguments), origin_named: origin.named });
    let resumed = Some(Resumed { resume, run_id, shared, changed, environments, parameters });
    Launch { graph, options, until, resume: resumed, values: given }.go(context)
}

/// Settles the flow's configs, before anything else needs them: they are those of the run to go on with.
fn keep_configs(arguments: &Arguments, context: &mut Context<'_>) -> Result<(), Problems> {
    if !context.flow()?.waits() {
        return Ok(());
    }
    let settings = context.settings.clone();
    let namespace = Who::namespace("resume", arguments.common.namespace.as_deref(), context);
    let run_id = arguments.run_id.as_deref().map(RunId::new).transpose()?;
    let itself = run_id.as_ref().filter(|_| arguments.reentrant);
    let asker = Asker { user: settings.user()?, namespace: namespace.as_deref() };
    let origin = origin(arguments, itself, asker, context)?;
    let kept = Resolved::recorded(origin.record.info.get("configs").unwrap_or(&Value::Null));
    context.flow()?.configure(&kept, true, &settings)
}

/// Whether the flow has a config that the run to go on with did not have: its value is to be kept beside the others.
fn has_new_configs(flow: &Flow<'_>, origin: &RunRecord) -> bool {
    let kept = Resolved::recorded(origin.info.get("configs").unwrap_or(&Value::Null));
    let declared = flow.configs.iter().flat_map(|configs| &configs.declared);
    declared.into_iter().any(|config| !kept.iter().any(|one| one.name == config.name))
}

/// Whose runs are looked for.
#[derive(Clone, Copy)]
struct Asker<'a> {
    user: &'a str,
    namespace: Option<&'a str>,
}

fn identifier(arguments: &Arguments) -> String {
    arguments.resume_identifier.clone().unwrap_or_else(|| format!("process {}", std::process::id()))
}

/// The run to go on with.
struct OriginRun {
    record: RunRecord,
    /// The command line or the environment named it.
    named: bool,
}

/// The run to go on with: the one given, else the latest of this user in the namespace.
fn origin(
    arguments: &Arguments,
    itself: Option<&RunId>,
    asker: Asker<'_>,
    context: &Context<'_>,
) -> Result<OriginRun> {
    let flow =
        context.flow_name()?.ok_or_else(|| Error::new(codes::INTERNAL, "there is no flow to resume"))?;
    let given =
        values::given(&context.settings, "resume", "origin-run-id", arguments.origin_run_id.as_deref());
    let records = context.records()?;
    if let Some((_, text)) = given {
        let spec: Pathspec = match text.strip_prefix(&format!("{flow}/")) {
            Some(run) => format!("{flow}/{run}").parse()?,
            None => format!("{flow}/{text}").parse()?,
        };
        return Ok(OriginRun { record: target::run(&records, &spec)?, named: true });
    }
    let mut tags = vec![format!("user:{}", asker.user)];
    tags.extend(asker.namespace.map(str::to_owned).filter(|namespace| *namespace != tags[0]));
    // Of a reentrant resume the run itself may be there already.
    let latest = records.provider.runs(&flow, &RunQuery { tags, limit: 2, ..RunQuery::default() })?;
    let Some(record) = latest.into_iter().find(|record| Some(&record.run) != itself) else {
        return Err(nothing(&records, &flow, asker));
    };
    if record.status == RunStatus::Running && records.files.is_driven(&flow, &record.run)? {
        let run = format!("{flow}/{}", record.run);
        return Err(Error::new(codes::CANNOT_RESUME, format!("your latest run `{run}` is still running"))
            .hint("wait for it, or stop it")
            .hint(format!(
                "to adopt what it has finished so far, name it: `--origin-run-id {}`",
                record.run
            )));
    }
    Ok(OriginRun { record, named: false })
}

fn nothing(records: &Records, flow: &FlowName, asker: Asker<'_>) -> Error {
    let error = Error::new(codes::NOT_FOUND, format!("`{}` has no run of `{flow}` to resume", asker.user));
    match records.provider.runs(flow, &RunQuery { limit: 1, ..RunQuery::default() }) {
        Ok(others) if !others.is_empty() => {
            error.hint(format!("others have: name one with `--origin-run-id {}`", others[0].run))
        }
        _ => error.hint("run the flow first"),
    }
}

/// The parameters of the new run that are not just the origin's: those given, and those the flow did not have then.
fn parameter_values(
    arguments: &Arguments,
    origin: &OriginRun,
    options: &Options,
    new_configs: bool,
    context: &mut Context<'_>,
) -> Result<Map<String, Value>> {
    if arguments.param.is_empty() && !new_configs {
        return Ok(Map::new());
    }
    let typed = values::pairs("param", &arguments.param)?;
    let records = context.records()?;
    let had = parameters(&records, &origin.record)?;
    let cwd = context.settings.cwd().to_owned();
    values::again(context.flow()?, &typed, &had, &options.who.user, &cwd)
}

/// Names of what the parameters task of a run holds; none if it was not kept, which the engine will tell.
fn parameters(records: &Records, run: &RunRecord) -> Result<Vec<String>> {
    let task = records.provider.task(&run.flow, &run.run, TaskId(0))?;
    let Some(text) = task.and_then(|task| task.manifest) else { return Ok(Vec::new()) };
    let manifest = records.files.manifest(&text.parse()?)?;
    Ok(manifest.artifacts.iter().map(|artifact| artifact.name.to_string()).collect())
}
