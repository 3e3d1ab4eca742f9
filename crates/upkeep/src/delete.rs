//! Forgetting runs.

use std::collections::{BTreeMap, BTreeSet};

use spinloom_datastore::{Datastore, Live};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::{Provider, RunQuery, RunRecord};

use crate::marks::mark;
use crate::scope::running;

/// What became of a run that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Bytes of pack and logs that were freed at once. Those of large artifacts are, by the next collection.
    pub freed: u64,
    /// Runs that took artifacts of it over: until they are gone too, its pack and logs stay.
    pub kept_for: BTreeSet<RunId>,
}

/// Which runs took artifacts of which other runs over, by flow. It remembers, so that deleting many runs reads each of the others once.
#[derive(Debug, Default)]
pub struct Heirs {
    flows: BTreeMap<FlowName, Kin>,
}

#[derive(Debug, Default)]
struct Kin {
    /// What each run that resumed another needs: packs of these runs; `None` if that cannot be known.
    needs: BTreeMap<RunId, Option<BTreeSet<RunId>>>,
}

impl Heirs {
    /// The runs that took artifacts of `run` over. One that is damaged may have, and counts.
    ///
    /// # Errors
    /// Those of `provider` and of asking for locks.
    pub fn of(
        &mut self,
        provider: &dyn Provider,
        store: &Datastore,
        flow: &FlowName,
        run: &RunId,
    ) -> Result<BTreeSet<RunId>> {
        let kin = self.flows.entry(flow.clone()).or_default();
        let all = provider.runs(flow, &RunQuery::default())?;
        // Only a resume takes over what another run saved, and what it took over another may take over from it.
        let resumed: BTreeMap<&RunId, &RunRecord> =
            all.iter().filter(|run| run.origin.is_some()).map(|run| (&run.run, run)).collect();
        kin.needs.retain(|known, _| resumed.contains_key(known));
        let mut heirs = BTreeSet::new();
        for (id, record) in resumed {
            if id == run {
                continue;
            }
            let needs = match kin.needs.get(id) {
                Some(known) => known.clone(),
                None => {
                    let needs = needs(provider, store, record);
                    if !running(store, record)? {
                        kin.needs.insert(id.clone(), needs.clone());
                    }
                    needs
                }
            };
            if needs.is_none_or(|needs| needs.contains(run)) {
                heirs.insert(id.clone());
            }
        }
        Ok(heirs)
    }
}

/// The runs whose packs `record` needs; `None` if that cannot be known.
fn needs(provider: &dyn Provider, store: &Datastore, record: &RunRecord) -> Option<BTreeSet<RunId>> {
    let mut live = Live::default();
    mark(&mut live, provider, store, record).ok()?;
    Some(live.packs().map(|(_, run)| run.clone()).collect())
}

/// Whether a run can be deleted.
///
/// # Errors
/// `SL0311` if it is running or a running run resumes it.
pub fn deletable(provider: &dyn Provider, store: &Datastore, run: &RunRecord) -> Result<()> {
    let (flow, id) = (&run.flow, &run.run);
    if running(store, run)? {
        return Err(refused(format!("`{flow}/{id}` is running, so it cannot be deleted")));
    }
    for heir in provider.runs(flow, &RunQuery::default())? {
        if heir.origin.as_ref() == Some(id) && running(store, &heir)? {
            let heir = heir.run;
            return Err(refused(format!(
                "`{flow}/{heir}` is running and resumes `{flow}/{id}`, which cannot be deleted"
            )));
        }
    }
    Ok(())
}

fn refused(what: String) -> Error {
    Error::new(codes::CANNOT_DELETE, what).hint("wait until it is over, or stop it")
}

/// Forgets a run: it is not listed, shown or resumed any more, and what it alone used is free, now or by the next collection. Cut short
/// at any instant, the run is either as before, or gone; what is left over of it is garbage like any other.
///
/// # Errors
/// `SL0311` if it is running or a running run resumes it; `SL0301` if there is no such run (any more).
pub fn delete(
    provider: &mut dyn Provider,
    store: &Datastore,
    run: &RunRecord,
    heirs: &mut Heirs,
) -> Result<Deleted> {
    deletable(provider, store, run)?;
    let (flow, id) = (&run.flow, &run.run);
    // Held to the end, so that nobody takes the run over meanwhile.
    let Some(_lock) = store.lock_driver(flow, id)? else {
        return Err(refused(format!("`{flow}/{id}` is running, so it cannot be deleted")));
    };
    if !provider.delete_run(flow, id)? {
        return Err(Error::new(codes::NOT_FOUND, format!("there is no run `{flow}/{id}`")));
    }
    // Asked once nobody can resume it any more.
    let kept_for = heirs.of(provider, store, flow, id)?;
    if !kept_for.is_empty() {
        return Ok(Deleted { freed: 0, kept_for });
    }
    // Its pack there would keep its artifacts for ever.
    if let Some(location) = run.info.get("datastore").and_then(|at| at.as_str()) {
        store.remove_run_at(location, flow, id)?;
    }
    let freed = store.remove_run(flow, id)?;
    Ok(Deleted { freed, kept_for })
}
