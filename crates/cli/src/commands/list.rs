//! `list`: runs of a flow, newest first.

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::FlowName;
use spinloom_metadata::{RunQuery, RunRecord};

use super::asked;
use super::shown::{mark, record, table};
use super::store::status;
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::terminal::time::{duration, minute};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("list", "the latest runs"),
    ("list --status failed --limit 5", "what went wrong lately"),
    ("list --query 'tag:prod dur>1h -status:done'", "what was asked for in one line"),
];

/// List runs, newest first
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The flow; of every flow if it is left out
    #[arg(value_name = "FLOW")]
    flow: Option<String>,

    /// Most runs to list of each flow; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// Only runs with this tag; may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Only runs of this state: `running`, `done`, `failed`, `stopped` or `lost`
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,

    /// Only runs such as `tag:prod status:failed user:ann dur>1h param.lr<0.1`
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,

    /// The namespace to look into, instead of yours; empty for all
    #[arg(long, value_name = "TAG")]
    namespace: Option<String>,
}

/// Lists runs.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let status = arguments.status.as_deref().map(status).transpose()?;
    let asked = arguments.query.as_deref().map(asked::run_query).transpose()?;
    let records = context.records()?;
    let flows = flows(arguments, context, &records)?;
    let namespace = context.namespace(arguments.namespace.as_deref());
    let tags: Vec<String> = arguments.tag.iter().cloned().chain(namespace.clone()).collect();
    // What is asked for may be far down the list.
    let limit = if asked.is_some() { 0 } else { arguments.limit };
    let query = RunQuery { tags, status, limit, ..RunQuery::default() };
    let mut runs = Vec::new();
    for flow in &flows {
        let listed = records.provider.runs(flow, &query)?;
        runs.extend(match &asked {
            Some(asked) => asked::matching_runs(listed, asked, arguments.limit, records.provider.as_ref())?,
            None => listed,
        });
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.created_at));
    let data: Vec<Value> = runs.iter().map(record).collect();
    let mut text = lines(&runs, context);
    if runs.is_empty() {
        text = match namespace {
            Some(namespace) => {
                format!("no such runs in namespace `{namespace}`; `--namespace=` looks everywhere\n")
            }
            None => "no such runs\n".to_owned(),
        };
    }
    Ok(Reply::new(text, json!({"runs": data})))
}

fn flows(arguments: &Arguments, context: &Context<'_>, records: &Records) -> Result<Vec<FlowName>, Error> {
    let all: Vec<FlowName> = records.provider.flows()?.into_iter().map(|(name, _)| name).collect();
    let wanted = match &arguments.flow {
        // `list runs` reads naturally on the Python face, where the flow is known.
        Some(word) if word != "runs" || context.flow.is_none() => Some(FlowName::new(word)?),
        _ => context.flow_name()?,
    };
    match wanted {
        None => Ok(all),
        Some(flow) if all.contains(&flow) || arguments.flow.is_none() => Ok(vec![flow]),
        Some(flow) => Err(Error::new(codes::NOT_FOUND, format!("there is no flow `{flow}` in this store"))
            .suggest(flow.as_str(), all.iter().map(FlowName::as_str))),
    }
}

fn lines(runs: &[RunRecord], context: &Context<'_>) -> String {
    let zone = TimeZone::system();
    let paint = context.output.out;
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let took = run.finished_at.map(|end| duration(end - run.created_at)).unwrap_or_default();
            let origin = run.origin.as_ref().map(|o| format!("resumes {o}")).unwrap_or_default();
            let notes: Vec<String> =
                [origin, run.tags.join(" ")].into_iter().filter(|n| !n.is_empty()).collect();
            vec![
                format!("{} {}/{}", mark(run.status, paint), run.flow, run.run),
                run.status.to_string(),
                took,
                minute(run.created_at, &zone),
                run.user.clone(),
                paint.dim(&notes.join(" · ")),
            ]
        })
        .collect();
    table(&rows)
}
