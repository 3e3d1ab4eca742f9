//! `resume`: go on where an earlier run ended.

use clap::Args;
use spinloom_diagnostics::{Error, codes};
use spinloom_engine::Resume;
use spinloom_flow::{FlowName, Pathspec, RunId, StepName};
use spinloom_metadata::RunQuery;

use super::launch::{Launch, Options, said};
use crate::arguments::RunArgs;
use crate::context::{Context, newest};
use crate::reply::Answer;
use crate::{target, values};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("resume", "go on with your latest run"),
    ("resume train", "the same, but run `train` and all that follows it again"),
    ("resume --origin-run-id 58", "go on with another run"),
];

/// Go on with an earlier run of the flow
///
/// Makes a new run that adopts every task that finished well, and runs the others with the code as it is now. Parameters
/// are those of the earlier run.
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

    #[command(flatten)]
    common: RunArgs,
}

/// Goes on with a run (RE-01).
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let options = Options::resolve(&arguments.common, "resume", context)?;
    let flow = context.flow()?;
    options.tell(flow)?;
    flow.attach(&options.with)?;
    let graph = flow.compile()?;
    let from = match &arguments.step {
        Some(step) if graph.find(step).is_none() => {
            let names: Vec<String> = graph.nodes().map(|node| node.name.to_string()).collect();
            let message = format!("the flow has no step `{step}`");
            return Err(Error::new(codes::UNKNOWN_STEP, message)
                .suggest(step, names.iter().map(String::as_str))
                .hint(format!("its steps are `{}`", names.join("`, `")))
                .into());
        }
        Some(step) => Some(StepName::new(step)?),
        None => None,
    };
    let origin = origin(arguments, &options, context)?;
    said(context, &options);
    let resume = Resume { origin, from, clone_only: arguments.clone_only };
    Launch { graph, options, resume: Some(resume), values: serde_json::Map::new() }.go(context)
}

/// The run to go on with: the one given, else the latest of this user in the namespace.
fn origin(arguments: &Arguments, options: &Options, context: &Context<'_>) -> Result<RunId, Error> {
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
        return Ok(target::run(&records, &spec)?.run);
    }
    let mut tags = vec![format!("user:{}", options.user)];
    tags.extend(options.namespace.clone().filter(|namespace| *namespace != tags[0]));
    match newest(&records.provider, &flow, tags)? {
        Some(run) => Ok(run),
        None => Err(nothing(&records.provider, &flow, options)),
    }
}

fn nothing(provider: &dyn spinloom_metadata::Provider, flow: &FlowName, options: &Options) -> Error {
    let error = Error::new(codes::NOT_FOUND, format!("`{}` has no run of `{flow}` to resume", options.user));
    match provider.runs(flow, &RunQuery { limit: 1, ..RunQuery::default() }) {
        Ok(others) if !others.is_empty() => {
            error.hint(format!("others have: name one with `--origin-run-id {}`", others[0].run))
        }
        _ => error.hint("run the flow first"),
    }
}
