//! What to say when something recorded cannot be found: which part of its name is wrong, and what was perhaps meant.

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, StepName};

use crate::{Provider, RunQuery};

/// How many of the latest runs to look through for the one meant.
const RECENT: usize = 20;
/// How many tasks of a step to name.
const NAMED: usize = 3;

/// Why there is nothing at `path`: the parts of a pathspec as they were typed, from the flow to at most a task.
///
/// The error is `SL0301` and speaks of the first part that does not exist; of the last one, if all do.
///
/// # Errors
/// As every reading of `provider`.
pub fn missing(provider: &dyn Provider, path: &[&str]) -> Result<Error> {
    let flows: Vec<FlowName> = provider.flows()?.into_iter().map(|(name, _)| name).collect();
    let [typed, rest @ ..] = path else { return Ok(no_flow("", &flows)) };
    let Some(flow) = flows.iter().find(|flow| flow.as_str() == *typed) else {
        return Ok(no_flow(typed, &flows));
    };
    let [typed, rest @ ..] = rest else { return Ok(no_flow(typed, &flows)) };
    let run = match RunId::new(*typed) {
        Ok(run) if provider.run(flow, &run)?.is_some() => run,
        _ => return no_run(provider, flow, typed),
    };
    let [typed, rest @ ..] = rest else { return no_run(provider, flow, typed) };
    let step = match StepName::new(*typed) {
        Ok(step) if provider.steps(flow, &run)?.iter().any(|known| known.step == step) => step,
        _ => return no_step(provider, flow, &run, typed),
    };
    match rest.first() {
        Some(typed) => no_task(provider, flow, &run, &step, typed),
        None => no_step(provider, flow, &run, step.as_str()),
    }
}

fn no_flow(typed: &str, flows: &[FlowName]) -> Error {
    Error::new(codes::NOT_FOUND, format!("there is no flow `{typed}` in this store"))
        .suggest(typed, flows.iter().map(FlowName::as_str))
        .hint("see what there is with `spinloom list`")
}

fn no_run(provider: &dyn Provider, flow: &FlowName, typed: &str) -> Result<Error> {
    let recent = provider.runs(flow, &RunQuery { limit: RECENT, ..RunQuery::default() })?;
    let error = Error::new(codes::NOT_FOUND, format!("there is no run `{flow}/{typed}`"))
        .suggest(typed, recent.iter().map(|r| r.run.as_str()));
    Ok(match recent.first() {
        Some(newest) => error.hint(format!("the newest is `{flow}/{}`", newest.run)),
        None => error,
    })
}

fn no_step(provider: &dyn Provider, flow: &FlowName, run: &RunId, typed: &str) -> Result<Error> {
    let steps = provider.steps(flow, run)?;
    Ok(Error::new(codes::NOT_FOUND, format!("no task of a step `{typed}` in `{flow}/{run}`"))
        .suggest(typed, steps.iter().map(|s| s.step.as_str()))
        .hint(format!("see what ran with `spinloom show {flow}/{run}`")))
}

fn no_task(
    provider: &dyn Provider,
    flow: &FlowName,
    run: &RunId,
    step: &StepName,
    typed: &str,
) -> Result<Error> {
    let tasks = provider.tasks(flow, run, Some(step), None, NAMED + 1)?;
    let ids: Vec<String> = tasks.iter().take(NAMED).map(|t| format!("`{}`", t.task)).collect();
    let more = if tasks.len() > NAMED { ", …" } else { "" };
    Ok(Error::new(codes::NOT_FOUND, format!("there is no task `{flow}/{run}/{step}/{typed}`"))
        .hint(format!("tasks of `{step}`: {}{more}", ids.join(", "))))
}
