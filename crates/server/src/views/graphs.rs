//! Flow graphs of runs that Metaflow's client recorded: it saves them as an artifact, `_graph_info`, in its own datastore.
//!
//! That store may be slow, elsewhere, or gone. So it is read by a thread of its own; who asks waits a moment for it, and does without
//! otherwise. Nothing fails for it. A graph is known by its hash, so runs of an unchanged flow share one.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::FlowName;
use spinloom_metadata::service::{METAFLOW, Scope};
use spinloom_metadata::{Provider, RunRecord};
use spinloom_metaflow::{Fetched, Sha, Store, graph};
use spinloom_objects::{Location, Options};

use super::shape::PARAMETERS;

/// The artifact that describes a flow.
const GRAPH_INFO: &str = "_graph_info";
/// Who asks for a graph waits so long for it.
const PATIENCE: Duration = Duration::from_millis(250);
/// A store that could not be read is asked again after this time.
const AGAIN: Duration = Duration::from_secs(60);
/// Graphs that are kept.
const ROOM: usize = 1000;

/// Which graph, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    flow: FlowName,
    root: String,
    sha: Sha,
}

/// What is known of a graph.
enum Found {
    /// It is being looked for.
    Asked,
    /// Its document, as one of our own.
    Graph(Arc<str>),
    /// There is none, or it could not be read, then.
    None(Instant),
}

#[derive(Default)]
struct Known {
    graphs: Mutex<HashMap<Key, Found>>,
    came: Condvar,
}

/// Graphs in stores of Metaflow's.
pub(crate) struct Graphs {
    known: Arc<Known>,
    jobs: Sender<Key>,
}

impl Graphs {
    /// Starts the thread that reads them. It ends when this is dropped.
    ///
    /// # Errors
    /// `SL0901` if no thread can be started.
    pub(crate) fn start(options: Options) -> Result<Self> {
        let (jobs, waiting) = channel();
        let known = Arc::new(Known::default());
        let shared = known.clone();
        thread::Builder::new()
            .name("metaflow-graphs".to_owned())
            .spawn(move || work(&shared, &options, &waiting))
            .or_error(codes::INTERNAL, || "a thread cannot be started".to_owned())?;
        Ok(Self { known, jobs })
    }

    /// The graph of a run that was recorded without one, and what to ask [`has_come`](Self::has_come) with if it is not there yet.
    pub(super) fn of(&self, provider: &dyn Provider, record: &RunRecord) -> (Option<Arc<str>>, Option<Key>) {
        // That nothing can be found out is no reason to show nothing.
        let Some(key) = key(provider, record).ok().flatten() else { return (None, None) };
        let until = Instant::now() + PATIENCE;
        let mut graphs = self.lock();
        if graphs.len() >= ROOM {
            graphs.retain(|_, found| matches!(found, Found::Asked));
        }
        loop {
            match graphs.get(&key) {
                Some(Found::Graph(text)) => return (Some(text.clone()), None),
                Some(Found::None(at)) if at.elapsed() < AGAIN => return (None, Some(key)),
                Some(Found::Asked) => {}
                Some(Found::None(_)) | None => {
                    graphs.insert(key.clone(), Found::Asked);
                    if self.jobs.send(key.clone()).is_err() {
                        return (None, None);
                    }
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return (None, Some(key));
            }
            graphs = self.known.came.wait_timeout(graphs, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether a graph is there now, or is worth asking for again.
    pub(super) fn has_come(&self, key: &Key) -> bool {
        match self.lock().get(key) {
            Some(Found::Graph(_)) | None => true,
            Some(Found::None(at)) => at.elapsed() >= AGAIN,
            Some(Found::Asked) => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Found>> {
        self.known.graphs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the graph of a run is, if Metaflow's client recorded the run and has saved one.
fn key(provider: &dyn Provider, record: &RunRecord) -> Result<Option<Key>> {
    let (true, Some(service)) = (record.info.contains_key(METAFLOW), provider.service()) else {
        return Ok(None);
    };
    let saved = service.service_artifacts(
        record.flow.as_str(),
        record.run.as_str(),
        Scope::Step(PARAMETERS),
        None,
    )?;
    let graph = saved.into_iter().map(|(_, artifact)| artifact).find(|artifact| artifact.name == GRAPH_INFO);
    Ok(graph.and_then(|artifact| {
        let sha = Sha::parse(artifact.sha.as_deref()?)?;
        let root = artifact.location.as_deref()?;
        let root = root.strip_prefix(":root:").unwrap_or(root).to_owned();
        Some(Key { flow: record.flow.clone(), root, sha })
    }))
}

fn work(known: &Known, options: &Options, waiting: &Receiver<Key>) {
    for key in waiting {
        let found = match read(&key, options) {
            Ok(Some(text)) => Found::Graph(text.into()),
            Ok(None) => Found::None(Instant::now()),
            Err(error) => {
                tracing::debug!(code = error.code().id(), root = key.root, "{}", error.message());
                Found::None(Instant::now())
            }
        };
        known.graphs.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found);
        known.came.notify_all();
    }
}

/// Reads a graph from the store it is in.
fn read(key: &Key, options: &Options) -> Result<Option<String>> {
    let is_place = key.root.contains("://") || Path::new(&key.root).is_absolute();
    if !is_place {
        return Ok(None);
    }
    let location: Location = key.root.parse()?;
    let store = Store::open(&location, None, options)?;
    let mut blobs = store.blobs(&key.flow, &[(key.sha, None)])?;
    let Some(Fetched::Whole(bytes)) = blobs.pop() else { return Ok(None) };
    let graph = graph::of_graph_info(key.flow.as_str(), &bytes, &BTreeMap::new());
    graph.map(|graph| graph.to_json()).transpose()
}
