//! Which runs would come, and which cannot.

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_metadata::{Provider, RunRecord};
use spinloom_metaflow::{RunHead, Store};

use crate::Request;

/// The key of a run's `info` that says where it was imported from.
pub(crate) const IMPORTED_FROM: &str = "imported_from";
/// Ids of local runs of Metaflow's are microseconds since the Unix epoch; no counter gets here.
const FIRST_TIME: i64 = 1_000_000_000_000_000;

/// A run of the request.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its flow there.
    pub flow: FlowName,
    /// Its flow here.
    pub into: FlowName,
    /// Its id, there and here.
    pub run: RunId,
    /// What the metadata say of it.
    pub head: Option<RunHead>,
    /// How it stands here.
    pub standing: Standing,
}

/// How a run stands here.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It is not here.
    New,
    /// It came before, and may have grown since.
    Begun(Box<RunRecord>),
    /// It came before, and was over: only its tags may have changed.
    Complete(Box<RunRecord>),
    /// Another run has its name.
    Taken,
}

impl Planned {
    /// What it is called there.
    pub fn pathspec(&self) -> String {
        format!("{}/{}", self.flow, self.run)
    }
}

/// The runs that `request` asks for, flow by flow, oldest first. `provider` knows those that are here, if any are.
///
/// # Errors
/// `SL0301` if there is no such flow or run; as reading `source` and `provider`.
pub fn plan(source: &Store, provider: Option<&dyn Provider>, request: &Request) -> Result<Vec<Planned>> {
    let mut planned = Vec::new();
    for flow in flows(source, request)? {
        let into = request.as_flow.clone().unwrap_or_else(|| flow.clone());
        for run in runs(source, &flow, request)? {
            let head = source
                .head(&flow, &run)
                .or_else(|e| if e.code() == codes::STORE_CORRUPT { Ok(None) } else { Err(e) })?;
            let made = made_at(&run, head.as_ref());
            if request.since.is_some_and(|since| made.is_some_and(|made| made < since)) {
                continue;
            }
            let recorded = provider.map(|provider| provider.run(&into, &run)).transpose()?.flatten();
            let standing =
                recorded.map_or(Standing::New, |record| standing(record, &flow, &run, head.as_ref()));
            planned.push(Planned { flow: flow.clone(), into: into.clone(), run, head, standing });
        }
    }
    Ok(planned)
}

fn flows(source: &Store, request: &Request) -> Result<Vec<FlowName>> {
    let flows = source.flows()?;
    match &request.flow {
        None => Ok(flows),
        Some(flow) if flows.contains(flow) => Ok(vec![flow.clone()]),
        Some(flow) => {
            Err(Error::new(codes::NOT_FOUND, format!("there is no flow `{flow}` in `{}`", request.from))
                .suggest(flow.as_str(), flows.iter().map(FlowName::as_str)))
        }
    }
}

fn runs(source: &Store, flow: &FlowName, request: &Request) -> Result<Vec<RunId>> {
    let all = source.runs(flow)?;
    if request.runs.is_empty() {
        return Ok(all);
    }
    match request.runs.iter().find(|run| !all.contains(run)) {
        // Of a store of many flows a run may be of any.
        Some(run) if request.flow.is_some() => {
            let message = format!("there is no run `{flow}/{run}` in `{}`", request.from);
            Err(Error::new(codes::NOT_FOUND, message).suggest(run.as_str(), all.iter().map(RunId::as_str)))
        }
        _ => Ok(all.into_iter().filter(|run| request.runs.contains(run)).collect()),
    }
}

/// When a run was made, if that is known without looking at its tasks.
pub(crate) fn made_at(run: &RunId, head: Option<&RunHead>) -> Option<i64> {
    let by_name = || run.as_str().parse::<i64>().ok().filter(|at| (FIRST_TIME..10 * FIRST_TIME).contains(at));
    head.and_then(|head| head.created_at).or_else(by_name)
}

fn standing(record: RunRecord, flow: &FlowName, run: &RunId, head: Option<&RunHead>) -> Standing {
    let Some(Value::Object(from)) = record.info.get(IMPORTED_FROM) else { return Standing::Taken };
    let text = |key: &str| from.get(key).and_then(Value::as_str);
    let same = text("kind") == Some("metaflow")
        && text("flow") == Some(flow.as_str())
        && text("run") == Some(run.as_str());
    // A store may have moved; but runs of two stores that were made at two times are two runs.
    let made = made_at(run, head).is_none_or(|made| made == record.created_at);
    match (same && made, is_complete(from) && record.status == RunStatus::Done) {
        (false, _) => Standing::Taken,
        (true, true) => Standing::Complete(Box::new(record)),
        (true, false) => Standing::Begun(Box::new(record)),
    }
}

fn is_complete(from: &Map<String, Value>) -> bool {
    from.get("complete") == Some(&Value::Bool(true)) && from.get("left_out") == Some(&Value::from(0))
}
