//! What a pathspec of `spin` names (RE-12): `step`, `run/step`, `run/step/task`, each with the flow's name in front or not.

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_engine::spin::Wanted;
use spinloom_flow::graph::Graph;
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::missing;

use crate::commands::launch::step;
use crate::commands::who::Who;
use crate::context::{Context, Records, newest};

/// Reads it. Without a run it is the newest one of the namespace.
pub(super) fn wanted(
    text: &str,
    who: &Who,
    graph: &Graph,
    context: &Context<'_>,
    records: &Records,
) -> Result<Wanted> {
    let flow = FlowName::new(&graph.flow().name)?;
    let mut parts: Vec<&str> = text.split('/').collect();
    if is_named(&parts, &flow) && graph.find(flow.as_str()).is_none() {
        parts.remove(0);
    }
    let (run, name, task) = match parts.as_slice() {
        [step] => (None, *step, None),
        [run, step] => (Some(*run), *step, None),
        [run, step, task] => (Some(*run), *step, Some(task.parse::<TaskId>()?)),
        _ => return Err(malformed(text)),
    };
    if name.is_empty() {
        return Err(malformed(text));
    }
    let Some(name) = step(graph, Some(name))? else { return Err(malformed(text)) };
    let index = graph.find(name.as_str()).ok_or_else(|| malformed(text))?;
    let run = run_of(run, &flow, who.namespace.as_deref(), context, records)?;
    let (user, namespace) = (who.user.clone(), who.namespace.clone());
    Ok(Wanted { flow, run, step: index, task, user, namespace })
}

fn is_named(parts: &[&str], flow: &FlowName) -> bool {
    parts.len() > 1 && parts[0] == flow.as_str()
}

/// The run alone, before anything is known of the flow but its name.
pub(super) fn run(
    text: &str,
    flow: &FlowName,
    namespace: Option<&str>,
    context: &Context<'_>,
    records: &Records,
) -> Result<RunId> {
    let mut parts: Vec<&str> = text.split('/').collect();
    if is_named(&parts, flow) {
        parts.remove(0);
    }
    let run = if parts.len() > 1 { parts.first().copied() } else { None };
    run_of(run, flow, namespace, context, records)
}

fn malformed(text: &str) -> Error {
    Error::new(codes::BAD_PATHSPEC, format!("`{text}` names no step"))
        .hint("write `step`, `run/step` or `run/step/task`")
}

fn run_of(
    text: Option<&str>,
    flow: &FlowName,
    namespace: Option<&str>,
    context: &Context<'_>,
    records: &Records,
) -> Result<RunId> {
    if let Some(text) = text.filter(|text| *text != "latest") {
        let run = RunId::new(text)?;
        return match records.provider.run(flow, &run)? {
            Some(record) => Ok(record.run),
            None => Err(missing(records.provider.as_ref(), &[flow.as_str(), text])?),
        };
    }
    let tags = namespace.map(str::to_owned).into_iter().collect();
    newest(records.provider.as_ref(), flow, tags)?.ok_or_else(|| {
        let place = match namespace {
            Some(namespace) => format!(" in the namespace `{namespace}`"),
            None => String::new(),
        };
        let run = context.commands.flow("run", "--until <step>");
        Error::new(codes::NOT_FOUND, format!("flow `{flow}` has no run{place} to take inputs from"))
            .hint(format!("run it first, as far as the step before: `{run}`"))
    })
}
