//! What every provider keeps to. Pure.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, Result as Told, codes};
use spinloom_flow::graph::FLOW_GRAPH_VERSION;
use spinloom_flow::{FlowGraph, FlowName, RunId};

use super::{Facts, Given, Id, METAFLOW, NewArtifact, Refusal, Tags};
use crate::{NewRun, tags as rules};

/// The step whose only task has the parameters.
pub(crate) const PARAMETERS: &str = "_parameters";
/// The step a run ends with, unless it says another.
pub(crate) const END: &str = "end";
/// A run whose maker is not told was made by nobody.
const NOBODY: &str = "unknown";

/// The number an id is, if it is written as the provider writes those it gives.
pub(crate) fn given(id: &str) -> Option<i64> {
    id.parse::<i64>().ok().filter(|number| *number >= 0 && number.to_string() == id)
}

/// Whether a client would take an id for a number that the provider gave.
fn looks_given(id: &str) -> bool {
    let digits = id.strip_prefix(['-', '+']).unwrap_or(id);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '_')
}

/// The id of a run that a client chose, if it may be.
pub(crate) fn chosen_run(id: &str) -> Result<RunId, Refusal> {
    if looks_given(id) {
        let message = format!("`{id}` is no id to choose: numbers are given to runs by this service");
        return Err(Refusal::Bad(message));
    }
    RunId::new(id).map_err(|e| Refusal::Bad(e.message().to_owned()))
}

/// Whether a client may choose an id for a task.
pub(crate) fn chosen_task(id: &str) -> Result<(), Refusal> {
    if looks_given(id) || given(id).is_some() {
        let message = format!("`{id}` is no id to choose: numbers are given to tasks by this service");
        return Err(Refusal::Bad(message));
    }
    Ok(())
}

/// Tags that would fail are refused before their run is made.
pub(crate) fn check_tags(given: &Given) -> Result<(), Refusal> {
    let system: BTreeSet<String> = given.system_tags.iter().cloned().collect();
    rules::changed(&BTreeSet::new(), &system, &given.tags, &[])
        .map(drop)
        .map_err(|e| Refusal::Bad(e.message().to_owned()))
}

/// The run of a client, as one of our own. Nothing is known of its graph yet.
pub(crate) fn new_run(flow: FlowName, id: Option<RunId>, given: &Given, at: i64) -> Told<NewRun> {
    let graph = FlowGraph {
        version: FLOW_GRAPH_VERSION,
        name: flow.to_string(),
        file: String::new(),
        doc: String::new(),
        line: 0,
        steps: Vec::new(),
        parameters: Vec::new(),
        constants: Vec::new(),
        decorators: Vec::new(),
    };
    let info = Map::from_iter([(METAFLOW.to_owned(), json!({"recorded_by": "metadata service"}))]);
    Ok(NewRun {
        flow,
        id,
        user: given.user_name.clone().unwrap_or_else(|| NOBODY.to_owned()),
        tags: given.tags.clone(),
        system_tags: given.system_tags.clone(),
        origin: None,
        graph: graph.to_json()?,
        info,
        at,
    })
}

/// Adds what the first task tells of its run.
pub(crate) fn add_facts(metaflow: &mut Value, facts: &Facts) {
    for (key, value) in &facts.about {
        metaflow[key.replace('-', "_")] = value.clone();
    }
}

/// Adds where the run's data is, as one of its artifacts tells.
pub(crate) fn add_place(metaflow: &mut Value, artifact: &NewArtifact) {
    let root = artifact.location.as_deref().map(|at| at.strip_prefix(":root:").unwrap_or(at));
    metaflow["datastore"] = json!({"type": artifact.ds_type, "root": root});
}

/// The id of a task as a client knows it.
pub(crate) fn task_id(number: u64, name: Option<String>) -> Id {
    name.map_or(Id::Number(number), |name| Id::Text(name.into()))
}

/// A list of tags as it is told.
pub(crate) fn tags(tags: &[String]) -> Told<Tags> {
    Ok(to_raw_value(tags).map_err(corrupt)?.into())
}

/// A list of tags, as JSON, as it is told.
pub(crate) fn tags_of(text: String) -> Told<Tags> {
    Ok(RawValue::from_string(text).map_err(corrupt)?.into())
}

/// No row of a client's was ever written so.
pub(crate) fn corrupt(what: impl Display) -> Error {
    Error::new(codes::STORE_CORRUPT, "the metadata holds a value that was never written").cause(what)
}
