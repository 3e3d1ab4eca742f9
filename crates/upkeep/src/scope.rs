//! Runs of all flows, and which of them are at work.

use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunStatus};
use spinloom_metadata::{Provider, RunQuery, RunRecord};

/// Which runs are meant. What is not said does not count.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// With all of these tags, user or system.
    pub tags: Vec<String>,
    /// In one of these states.
    pub status: Vec<RunStatus>,
    /// Begun before this time, microseconds since the Unix epoch.
    pub before: Option<i64>,
    /// But not the newest so many of each flow, counted among those that fit, of whatever age.
    pub keep_last: usize,
}

impl Filter {
    /// Whether a run fits; [`keep_last`](Self::keep_last) aside.
    pub fn fits(&self, run: &RunRecord) -> bool {
        self.fits_at_any_age(run) && self.is_old(run)
    }

    /// The same, whenever it began.
    pub(crate) fn fits_at_any_age(&self, run: &RunRecord) -> bool {
        let has = |tag: &String| run.tags.contains(tag) || run.system_tags.contains(tag);
        self.flow.as_ref().is_none_or(|flow| *flow == run.flow)
            && self.tags.iter().all(has)
            && (self.status.is_empty() || self.status.contains(&run.status))
    }

    fn is_old(&self, run: &RunRecord) -> bool {
        self.before.is_none_or(|before| run.created_at < before)
    }

    /// The runs that fit, newest first within each flow.
    ///
    /// # Errors
    /// As every reading of `provider`.
    pub fn runs(&self, provider: &dyn Provider) -> Result<Vec<RunRecord>> {
        let mut found = Vec::new();
        for flow in flows(provider)?.iter().filter(|flow| self.flow.as_ref().is_none_or(|f| f == *flow)) {
            let all = provider.runs(flow, &RunQuery { tags: self.tags.clone(), ..RunQuery::default() })?;
            let fit = all.into_iter().filter(|run| self.fits_at_any_age(run)).skip(self.keep_last);
            found.extend(fit.filter(|run| self.is_old(run)));
        }
        Ok(found)
    }
}

/// All flows.
pub(crate) fn flows(provider: &dyn Provider) -> Result<Vec<FlowName>> {
    Ok(provider.flows()?.into_iter().map(|(flow, _)| flow).collect())
}

/// Whether a run is at work: its driver was heard of, or holds the run's lock.
///
/// # Errors
/// `SL0401` if the lock cannot be asked.
pub fn running(store: &Datastore, run: &RunRecord) -> Result<bool> {
    match run.status {
        RunStatus::Running => Ok(true),
        // A driver that was stopped, or a machine that slept: silent, and yet alive.
        RunStatus::Lost => store.is_driven(&run.flow, &run.run),
        _ => Ok(false),
    }
}
