//! Parameters and constants of a run.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use spinloom_datastore::{Datastore, Manifest, ManifestRef, is_pickle, pickle};
use spinloom_diagnostics::Result;
use spinloom_flow::TaskId;
use spinloom_flow::graph::{DefaultKind, FlowGraph, ParameterDoc};
use utoipa::ToSchema;

use crate::api::artifacts::{Artifact, of_manifest};
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// What a run was given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunParameters)]
pub(super) struct Parameters {
    /// In the order of the flow.
    parameters: Vec<Parameter>,
    /// Class constants of the flow, by name.
    constants: Vec<Artifact>,
    /// The words of the command line, without what may be secret.
    command: Vec<String>,
    /// Parameters that a resume was given anew.
    changed: Vec<String>,
}

/// A parameter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunParameter)]
pub(super) struct Parameter {
    /// What the command line calls it.
    name: String,
    /// What the flow calls it.
    attribute: String,
    /// The type of its value.
    #[schema(value_type = String, example = "int")]
    #[serde(rename = "type")]
    kind: spinloom_flow::graph::ParameterType,
    /// What it is for.
    help: String,
    /// It must be given.
    required: bool,
    /// Its default, if that is a plain value.
    #[schema(value_type = serde_json::Value)]
    default: Value,
    /// Whether it has its default; null if that is not known, as when a function makes the default.
    is_default: Option<bool>,
    /// Its value; null until the run has stored it.
    value: Option<Artifact>,
}

/// Parameters of a run
///
/// Parameters with their values and defaults, and constants of the flow.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/parameters",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path)),
    responses(
        (status = 200, body = Parameters),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn parameters(State(app): State<App>, words: Words) -> Result<Json<Parameters>, Problem> {
    let (flow, run) = words.run()?;
    let read = move |provider: &dyn spinloom_metadata::Provider| -> Result<_> {
        let record = place::run(provider, &flow, &run)?;
        let graph = provider.graph(&flow, &run)?;
        Ok((record, graph, provider.task(&flow, &run, TaskId(0))?))
    };
    let (record, graph, task) = app.readers.read(read).await?;
    // A run of another system has no such description.
    let docs = graph.and_then(|text| FlowGraph::from_json(&text).ok()).map(|flow| flow.parameters);
    let words = |key: &str| -> Vec<String> {
        record.info.get(key).and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default()
    };
    let (command, changed) = (words("argv"), words("changed_parameters"));
    let shared = app.clone();
    let read = app.workers.answer(move |_| {
        let Some(address) = task.and_then(|task| task.manifest) else {
            let parameters = docs.unwrap_or_default().into_iter().map(|doc| described(doc, None, None));
            return Ok((parameters.collect(), Vec::new()));
        };
        let store = shared.files.store()?;
        values(&store, &address, docs.unwrap_or_default())
    });
    let (parameters, constants) = read.await?;
    Ok(Json(Parameters { parameters, constants, command, changed }))
}

fn values(
    store: &Datastore,
    address: &str,
    docs: Vec<ParameterDoc>,
) -> Result<(Vec<Parameter>, Vec<Artifact>)> {
    let manifest = store.manifest(&address.parse::<ManifestRef>()?)?;
    let mut known = of_manifest(store, Some(address), false)?;
    let parameters = docs.into_iter().map(|doc| {
        let at = known.iter().position(|artifact| artifact.name == doc.attribute);
        let value = at.map(|at| known.remove(at));
        let is_default = is_default(store, &manifest, &doc);
        described(doc, value, is_default)
    });
    Ok((parameters.collect(), known))
}

fn described(doc: ParameterDoc, value: Option<Artifact>, is_default: Option<bool>) -> Parameter {
    Parameter {
        name: doc.name,
        attribute: doc.attribute,
        kind: doc.kind,
        help: doc.help,
        required: doc.required,
        default: doc.default,
        is_default,
        value,
    }
}

fn is_default(store: &Datastore, manifest: &Manifest, doc: &ParameterDoc) -> Option<bool> {
    let default = match doc.default_kind {
        DefaultKind::Value => &doc.default,
        DefaultKind::None => &Value::Null,
        DefaultKind::Function => return None,
    };
    let (_, entry) = store.find(manifest, &doc.attribute).ok()??;
    if !is_pickle(&entry.encoding) {
        return None;
    }
    let payload = store.payload(manifest, &entry).ok()?;
    let value = pickle::json(&payload.stream)?;
    // 1 and 1.0 are one value to Python.
    Some(value == *default || (value.is_number() && value.as_f64() == default.as_f64()))
}
