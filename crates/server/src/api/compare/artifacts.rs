//! Parameters and artifacts of runs, by their hashes: nothing is loaded.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use spinloom_compare::{Row, rows};
use spinloom_datastore::{Datastore, ManifestRef};
use spinloom_diagnostics::Result;
use utoipa::ToSchema;

use super::Section;
use super::sides::Side;
use crate::api::artifacts::{Artifact, is_private, of_manifest};
use crate::work::Gone;

/// The pseudo-step that holds parameters.
const PARAMETERS: &str = "_parameters";
/// Tasks of a step whose artifacts are compared.
const TASKS: usize = 50;
/// Rows with previews.
const PREVIEWS: usize = 500;

/// A parameter or a constant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedParameter)]
pub(super) struct ParameterRow {
    /// Its name.
    name: String,
    /// What it is in each run.
    values: Vec<Option<Artifact>>,
}

/// An artifact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedArtifact)]
pub(super) struct ArtifactRow {
    /// The step.
    step: String,
    /// Foreach indices, outermost first.
    indices: Vec<u64>,
    /// Its name.
    name: String,
    /// What it is in each run.
    values: Vec<Option<Artifact>>,
}

/// Compares parameters and constants.
pub(super) fn parameters(store: &Datastore, sides: &[Side], all: bool) -> Section<ParameterRow> {
    let of = |side: &Side| {
        let task = side.tasks.iter().find(|task| task.step.as_str() == PARAMETERS);
        // A store that is gone or damaged has nothing to compare.
        let found = of_manifest(store, task.and_then(|task| task.manifest.as_deref()), false);
        found.unwrap_or_default().into_iter().map(|one| (one.name.clone(), one)).collect::<BTreeMap<_, _>>()
    };
    let found = rows(&sides.iter().map(of).collect::<Vec<_>>());
    let row = |row: Row<String, Artifact>| {
        (row.differs_by(|one| one.hash.clone()), ParameterRow { name: row.key, values: row.values })
    };
    Section::new(found.into_iter().map(row), all)
}

/// Step, foreach indices, name.
type Key = (String, Vec<u64>, String);

/// Compares what tasks saved.
pub(super) fn artifacts(
    store: &Datastore,
    sides: &[Side],
    all: bool,
    gone: &Gone,
) -> Result<Section<ArtifactRow>> {
    let mut partial = false;
    let mut found = Vec::new();
    for side in sides {
        found.push(saved(store, side, gone, &mut partial)?);
    }
    let mut left = PREVIEWS;
    let row = |row: Row<Key, (String, Artifact)>| {
        let differs = row.differs_by(|(_, one)| one.hash.clone());
        let preview = differs && left > 0;
        left -= usize::from(preview);
        let value = |value: Option<(String, Artifact)>| {
            let (address, artifact) = value?;
            Some(if preview { previewed(store, &address, artifact) } else { artifact })
        };
        let (step, indices, name) = row.key;
        (differs, ArtifactRow { step, indices, name, values: row.values.into_iter().map(value).collect() })
    };
    let section = Section::new(rows(&found).into_iter().map(row), all);
    Ok(Section { partial, ..section })
}

/// The artifacts of a run, with where each is; of steps with many tasks those of the first.
fn saved(
    store: &Datastore,
    side: &Side,
    gone: &Gone,
    partial: &mut bool,
) -> Result<BTreeMap<Key, (String, Artifact)>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut saved = BTreeMap::new();
    for task in &side.tasks {
        gone.check()?;
        let step = task.step.as_str();
        let (Some(address), false) = (&task.manifest, step == PARAMETERS) else { continue };
        let count = counts.entry(step).or_default();
        *count += 1;
        if *count > TASKS {
            *partial = true;
            continue;
        }
        // What cannot be read does not hide the rest; `fsck` tells of it.
        let Ok(manifest) = address.parse::<ManifestRef>().and_then(|at| store.manifest(&at)) else {
            continue;
        };
        for entry in manifest.artifacts.iter().filter(|entry| !is_private(entry)) {
            let key = (step.to_owned(), task.indices.clone(), entry.name.to_string());
            saved.insert(key, (address.clone(), Artifact::plain(entry)));
        }
    }
    Ok(saved)
}

fn previewed(store: &Datastore, address: &str, artifact: Artifact) -> Artifact {
    let read = || {
        let manifest = store.recent_manifest(&address.parse().ok()?).ok()?;
        let entry = manifest.artifacts.iter().find(|entry| entry.name.as_str() == artifact.name)?;
        Some(Artifact::read(store, &manifest, entry))
    };
    read().unwrap_or(artifact)
}
