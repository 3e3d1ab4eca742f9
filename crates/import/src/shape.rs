//! The flow graph of a run, from what it says of itself or from what its tasks did.

use std::collections::BTreeMap;

use spinloom_flow::{FlowGraph, FlowName};
use spinloom_metaflow::ObjectRef;
use spinloom_metaflow::graph::{Seen, of_graph_info, of_tasks};

use crate::attempts::Row;
use crate::task_ids::PARAMETERS;

/// The graph of a run whose `_graph_info` is `info`, if it has one; `parameters` are the artifacts of `_parameters`.
pub(crate) fn graph(
    flow: &FlowName,
    info: Option<&[u8]>,
    parameters: &[ObjectRef],
    rows: &[Row],
) -> FlowGraph {
    let kinds: BTreeMap<String, String> =
        parameters.iter().map(|object| (object.name.clone(), object.type_name.clone())).collect();
    info.and_then(|info| of_graph_info(flow.as_str(), info, &kinds)).unwrap_or_else(|| seen(flow, rows))
}

fn seen(flow: &FlowName, rows: &[Row]) -> FlowGraph {
    let mut steps: Vec<(String, Seen)> = Vec::new();
    let mut depths: BTreeMap<String, usize> = BTreeMap::new();
    let mut ways: Vec<(String, String)> = Vec::new();
    for row in rows.iter().filter(|row| row.step.as_str() != PARAMETERS) {
        let name = row.step.as_str();
        depths.insert(name.to_owned(), row.indices.len());
        let place = steps.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            steps.push((name.to_owned(), Seen::default()));
            steps.len() - 1
        });
        let (_, step) = &mut steps[place];
        for to in row.went.iter().flat_map(|went| &went.steps) {
            if !step.next.contains(to) {
                step.next.push(to.clone());
                ways.push((name.to_owned(), to.clone()));
            }
        }
        if let Some(went) = &row.went {
            step.foreach = step.foreach.take().or_else(|| went.foreach.clone());
        }
    }
    for (name, step) in &mut steps {
        let from: Vec<&str> =
            ways.iter().filter(|(_, to)| to == name).map(|(from, _)| from.as_str()).collect();
        let depth = |step: &str| depths.get(step).copied().unwrap_or(0);
        step.joins = from.iter().any(|from| depth(from) > depth(name))
            || from.iter().filter(|f| *f != name).count() > 1;
    }
    of_tasks(flow.as_str(), &steps)
}
