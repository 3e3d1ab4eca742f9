//! From what a user typed to something recorded: `58/train`, `Flow/58/train/3`, `Flow/latest`.

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, Pathspec, RunId};
use spinloom_metadata::{Provider, RunRecord, TaskRecord, missing};

use crate::context::{Context, Records, newest};

/// Reads a pathspec. With a flow, its name may be left out; without one too, if the store has only one flow.
pub(crate) fn parse(text: &str, context: &Context<'_>, records: &Records) -> Result<Pathspec> {
    let own = context.flow_name()?;
    let flows: Vec<FlowName> = records.provider.flows()?.into_iter().map(|(name, _)| name).collect();
    let first = text.split('/').next().unwrap_or_default();
    let named =
        own.as_ref().is_some_and(|own| own.as_str() == first) || flows.iter().any(|f| f.as_str() == first);
    let mut spec: Pathspec = match own.or_else(|| only(&flows)) {
        Some(flow) if !named && begins_with_run(records.provider.as_ref(), &flow, first)? => {
            format!("{flow}/{text}").parse()?
        }
        _ if first.starts_with(|c: char| c.is_ascii_digit()) => return Err(nameless(text, &flows)),
        _ => text.parse()?,
    };
    if !flows.contains(&spec.flow) {
        return Err(missing(records.provider.as_ref(), &[spec.flow.as_str()])?);
    }
    if spec.run.as_ref().is_some_and(|run| run.as_str() == "latest") {
        let tags: Vec<String> = context.namespace(None).into_iter().collect();
        let none =
            || Error::new(codes::NOT_FOUND, format!("there is no run of `{}` in your namespace", spec.flow));
        spec.run = Some(newest(records.provider.as_ref(), &spec.flow, tags)?.ok_or_else(none)?);
    }
    Ok(spec)
}

/// A run whose flow could be any.
fn nameless(text: &str, flows: &[FlowName]) -> Error {
    let error = Error::new(codes::BAD_PATHSPEC, format!("`{text}` names no flow, and the store has several"));
    match flows.first() {
        Some(flow) => error.hint(format!("name it too, such as `{flow}/{text}`")),
        None => error,
    }
}

fn only(flows: &[FlowName]) -> Option<FlowName> {
    if let [flow] = flows { Some(flow.clone()) } else { None }
}

/// A word that is a run of the flow, or looks like one.
fn begins_with_run(provider: &dyn Provider, flow: &FlowName, word: &str) -> Result<bool> {
    if word == "latest" || word.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(true);
    }
    match RunId::new(word) {
        Ok(run) => Ok(provider.run(flow, &run)?.is_some()),
        Err(_) => Ok(false),
    }
}

/// The run of a pathspec, which must have one.
pub(crate) fn run(records: &Records, spec: &Pathspec) -> Result<RunRecord> {
    let Some(run) = &spec.run else {
        return Err(Error::new(codes::BAD_PATHSPEC, format!("`{spec}` names no run")).hint(format!(
            "write `{}/<run>`; `spinloom list {}` shows which there are",
            spec.flow, spec.flow
        )));
    };
    match records.provider.run(&spec.flow, run)? {
        Some(record) => Ok(record),
        None => Err(missing(records.provider.as_ref(), &[spec.flow.as_str(), run.as_str()])?),
    }
}

/// The tasks a pathspec of a run, step or task names, in order of id; at least one.
pub(crate) fn tasks(records: &Records, spec: &Pathspec) -> Result<Vec<TaskRecord>> {
    let record = run(records, spec)?;
    let (flow, run) = (&record.flow, &record.run);
    if let Some(id) = spec.task {
        let found = records.provider.task(flow, run, id)?;
        let found = found.filter(|task| spec.step.as_ref().is_none_or(|step| *step == task.step));
        return match found {
            Some(task) => Ok(vec![task]),
            None => Err(nothing_at(records, spec)?),
        };
    }
    let tasks = records.provider.tasks(flow, run, spec.step.as_ref(), None, 0)?;
    if tasks.is_empty() { Err(nothing_at(records, spec)?) } else { Ok(tasks) }
}

/// What is wrong with a pathspec that names no task.
fn nothing_at(records: &Records, spec: &Pathspec) -> Result<Error> {
    if spec.step.is_none() {
        return Ok(Error::new(codes::NOT_FOUND, format!("`{spec}` has no tasks yet")));
    }
    missing(records.provider.as_ref(), &spec.to_string().split('/').collect::<Vec<_>>())
}
