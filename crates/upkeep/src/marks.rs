//! What recorded runs need.

use spinloom_datastore::{ContentHash, Datastore, Live, ManifestRef};
use spinloom_diagnostics::{Error, Result};
use spinloom_metadata::{Provider, RunRecord};

/// Adds what `run` needs: artifacts of all its attempts and adopted tasks, its code.
///
/// # Errors
/// `SL0403` if one of its manifests is missing or damaged, so that nobody knows what it needs.
pub(crate) fn mark(
    live: &mut Live,
    provider: &dyn Provider,
    store: &Datastore,
    run: &RunRecord,
) -> Result<()> {
    for address in provider.manifests(&run.flow, &run.run)? {
        if let Err(error) = live.add(store, &address.parse::<ManifestRef>()?) {
            // Somebody deleted the run while we looked at it.
            if provider.run(&run.flow, &run.run)?.is_none() {
                return Ok(());
            }
            return Err(unknown(run, error));
        }
    }
    if let Some(hash) = package(run) {
        live.add_chunk(hash);
    }
    Ok(())
}

/// The chunk of the run's code package, if it has one.
pub(crate) fn package(run: &RunRecord) -> Option<ContentHash> {
    run.info.get("code_package")?.get("hash")?.as_str()?.parse().ok()
}

fn unknown(run: &RunRecord, error: Error) -> Error {
    let name = format!("{}/{}", run.flow, run.run);
    let told =
        Error::new(error.code(), format!("it cannot be known what `{name}` needs, so nothing is removed"));
    let told = error.causes().iter().fold(told.cause(error.message()), Error::cause);
    told.hint(format!("see what is damaged with `spinloom fsck {name}`")).hint(format!(
        "restore what is damaged from a backup, or give the run up with `spinloom runs delete {name}`"
    ))
}
