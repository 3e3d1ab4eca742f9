//! Metadata and datastore of one store, open for reading. Knows no Python.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use spinloom_cards::Found;
use spinloom_cli::{matching_runs, run_query};
use spinloom_datastore::{ArtifactEntry, Datastore, Json, Payload, StorePolicy};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::{Location, Provider, RunQuery, RunRecord, TaskRecord, missing};
use spinloom_settings::Settings;

/// For who looks into the wrong store.
pub(super) const ELSEWHERE: &str = "read the store of another folder with `metadata(\"local@<folder>\")`";

/// Runs read at once while those are looked for that a query asks for.
const PAGE: usize = 500;

/// A store that exists.
pub(super) struct Reader {
    store: Datastore,
    provider: Box<dyn Provider>,
    process: u32,
}

/// A run as the Client wants it.
#[derive(Serialize)]
pub(super) struct RunShown {
    #[serde(flatten)]
    run: RunRecord,
    /// The newest task of its last step.
    end: Option<TaskRecord>,
}

impl Reader {
    /// Opens the store at `root` unless `slot` has it open already; leaves `slot` empty while there is none.
    pub(super) fn renew(slot: &mut Option<Self>, root: &Path) -> Result<()> {
        let process = std::process::id();
        if slot.as_ref().is_some_and(|reader| reader.process == process) {
            return Ok(());
        }
        // A connection must not cross a fork, not even to be closed: the parent goes on using it.
        std::mem::forget(slot.take());
        let settings = Settings::from_process()?;
        let policy = StorePolicy::from_settings(&settings)?;
        let Some(store) = Datastore::open_existing_with(root, &policy)? else { return Ok(()) };
        if let Some(provider) = Location::of_store(root, &settings.metadata()?)?.open_read()? {
            *slot = Some(Self { store, provider, process });
        }
        Ok(())
    }

    pub(super) fn provider(&self) -> &dyn Provider {
        self.provider.as_ref()
    }

    pub(super) fn store(&self) -> &Datastore {
        &self.store
    }

    /// Runs of a flow, newest first, each with its end task.
    pub(super) fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunShown>> {
        self.provider.runs(flow, query)?.into_iter().map(|run| self.shown(run)).collect()
    }

    /// As [`runs`](Self::runs): those that a line such as `status:failed dur>1h` asks for.
    pub(super) fn runs_asked(&self, flow: &FlowName, wanted: &RunQuery, line: &str) -> Result<Vec<RunShown>> {
        let (asked, provider) = (run_query(line)?, self.provider());
        let mut page = RunQuery { limit: PAGE, ..wanted.clone() };
        let mut found = Vec::new();
        loop {
            let runs = provider.runs(flow, &page)?;
            let more = runs.last().filter(|_| runs.len() == PAGE).map(|run| run.run.clone());
            found.extend(matching_runs(runs, &asked, wanted.limit.saturating_sub(found.len()), provider)?);
            if more.is_none() || (wanted.limit > 0 && found.len() >= wanted.limit) {
                return found.into_iter().map(|run| self.shown(run)).collect();
            }
            page.before = more;
        }
    }

    /// One run with its end task.
    pub(super) fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunShown>> {
        self.provider.run(flow, run)?.map(|run| self.shown(run)).transpose()
    }

    fn shown(&self, run: RunRecord) -> Result<RunShown> {
        let end = self.provider.end_task(&run.flow, &run.run)?;
        Ok(RunShown { run, end })
    }

    /// The artifacts of the attempt whose manifest is at `address`, sorted by name.
    pub(super) fn artifacts(&self, address: &str) -> Result<Vec<ArtifactEntry>> {
        self.store.artifacts(&*self.store.recent_manifest(&address.parse()?)?)
    }

    /// One artifact of the attempt whose manifest is at `address`.
    pub(super) fn artifact(&self, address: &str, name: &str) -> Result<Option<ArtifactEntry>> {
        let manifest = self.store.recent_manifest(&address.parse()?)?;
        Ok(self.store.find(&manifest, name)?.map(|(_, entry)| entry))
    }

    /// What people are shown of one artifact of the attempt whose manifest is at `address`.
    pub(super) fn preview(&self, address: &str, name: &str) -> Result<Option<Json>> {
        let entry = self.artifact(address, name)?;
        entry.map_or(Ok(None), |entry| self.store.preview(&entry))
    }

    /// The bytes of one artifact of the attempt whose manifest is at `address`.
    pub(super) fn payload(&self, address: &str, name: &str) -> Result<Option<Payload>> {
        let manifest = self.store.recent_manifest(&address.parse()?)?;
        match self.store.find(&manifest, name)? {
            Some((_, entry)) => self.store.payload(&manifest, &entry).map(Some),
            None => Ok(None),
        }
    }

    /// What may help who asked for something that is not there.
    pub(super) fn hints(&self, path: &[&str]) -> Result<Vec<String>> {
        if let [flow, run, step, task, name] = path
            && let Some(names) = self.artifact_names(flow, run, step, task)?
        {
            let error = Error::new(codes::NOT_FOUND, "no such artifact");
            return Ok(error.suggest(name, names.iter().map(String::as_str)).hints().to_vec());
        }
        let mut error = missing(self.provider.as_ref(), &path[..path.len().min(4)])?;
        let flows = self.provider.flows()?;
        if !flows.iter().any(|(flow, _)| path.first() == Some(&flow.as_str())) {
            error = error.hint(format!("the store is `{}`", self.store.root().display())).hint(ELSEWHERE);
        }
        Ok(error.hints().to_vec())
    }

    fn artifact_names(&self, flow: &str, run: &str, step: &str, task: &str) -> Result<Option<Vec<String>>> {
        let (Ok(flow), Ok(run), Ok(task)) = (FlowName::new(flow), RunId::new(run), task.parse()) else {
            return Ok(None);
        };
        let found = self.provider.task(&flow, &run, TaskId(task))?;
        let Some(record) = found.filter(|found| found.step.as_str() == step) else { return Ok(None) };
        let Some(address) = record.manifest else { return Ok(Some(Vec::new())) };
        Ok(Some(self.artifacts(&address)?.into_iter().map(|entry| entry.name.to_string()).collect()))
    }

    /// The cards of a task's attempt; with `html` only those of that hash, as a whole.
    pub(super) fn cards(
        &self,
        (flow, run): (&FlowName, &RunId),
        task: TaskId,
        attempt: Option<u32>,
        html: Option<&str>,
    ) -> Result<Vec<Value>> {
        let Some(record) = self.provider.task(flow, run, task)? else { return Ok(Vec::new()) };
        let found = spinloom_cards::of_task(self.provider(), &self.store, (flow, run), &record, attempt)?;
        let wanted = found.into_iter().filter(|one| html.is_none_or(|hash| hash == one.card.note.hash));
        wanted.map(|one| self.card_shown(flow, &one, html.is_some())).collect()
    }

    fn card_shown(&self, flow: &FlowName, found: &Found, whole: bool) -> Result<Value> {
        let Found { card, made_in, step, task, .. } = found;
        let mut shown = json!({
            "type": card.note.kind, "id": card.note.id, "hash": card.note.hash, "at": card.note.at,
            "failed": card.note.failed, "live": card.is_live(), "path": card.path(&self.store),
            "step": step, "task": task, "run": made_in, "attempt": card.attempt,
        });
        if whole {
            let document = self.store.card_document(flow, made_in, card)?;
            shown["html"] = spinloom_cards::page(&document)?.into();
            shown["document"] = String::from_utf8_lossy(&document.json).into_owned().into();
        }
        Ok(shown)
    }

    /// The code package of a run, if one was kept.
    pub(super) fn code_package(&self, flow: &FlowName, run: &RunId) -> Result<Option<Vec<u8>>> {
        let Some(record) = self.provider.run(flow, run)? else { return Ok(None) };
        self.store.package_of(&record.info)
    }
}
