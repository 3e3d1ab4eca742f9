//! `Store`: what is recorded in one store, for the Client. Answers are JSON text unless they are bytes.

mod reader;

use std::path::PathBuf;
use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyString, PyTuple};
use serde::Serialize;
use serde_json::json;
use spinloom_datastore::{ArtifactEntry, Buffer, CardDocument, ContentHash, Json};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::event::LogStream;
use spinloom_flow::{ArtifactName, FlowName, RunId, RunStatus, StepName, TaskId};
use spinloom_metadata::{Location, RunQuery};
use spinloom_settings::Settings;

use self::reader::Reader;
use crate::errors::raise;

/// A store, opened when first asked something. One that does not exist yet answers as an empty one.
///
/// A name that no flow, run or step can have names nothing: it is not found, not an error.
#[pyclass(module = "spinloom._native", frozen)]
pub struct Store {
    root: PathBuf,
    reader: Mutex<Option<Reader>>,
}

impl Store {
    /// Asks the store something, off the interpreter's lock. A store that is not there answers `T::default()`.
    fn ask<T: Default + Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&Reader) -> Result<T> + Send,
    ) -> PyResult<T> {
        let answer = py.detach(|| {
            let mut slot = self.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Reader::renew(&mut slot, &self.root)?;
            slot.as_ref().map_or_else(|| Ok(T::default()), question)
        });
        answer.map_err(|e| raise(py, &e))
    }

    fn ask_json<T: Serialize + Default + Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&Reader) -> Result<T> + Send,
    ) -> PyResult<String> {
        let answer = self.ask(py, question)?;
        json_text(&answer).map_err(|e| raise(py, &e))
    }
}

#[pymethods]
impl Store {
    #[new]
    fn new(root: PathBuf) -> Self {
        Self { root, reader: Mutex::new(None) }
    }

    /// Where runs are recorded, if not in the store itself: `postgres://…` or `http://…`, without secrets.
    fn metadata(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let place = || Location::of_store(&self.root, &Settings::from_process()?.metadata()?);
        let place = place().map_err(|e| raise(py, &e))?;
        Ok(place.local().is_none().then(|| place.to_string()))
    }

    /// `[{"flow", "created_at"}]`, newest first.
    fn flows(&self, py: Python<'_>) -> PyResult<String> {
        self.ask_json(py, |reader| {
            let flows = reader.provider().flows()?;
            Ok(flows
                .into_iter()
                .map(|(flow, at)| json!({"flow": flow, "created_at": at}))
                .collect::<Vec<_>>())
        })
    }

    /// Runs that carry all of `tags` (a JSON list), newest first, older than the run `before`; at most `limit`, 0 for all.
    /// Each with its end task, so that nobody has to ask again whether it finished, and when. With a `query`, such as
    /// `status:failed dur>1h`, only those it asks for.
    #[expect(clippy::too_many_arguments, reason = "each is an argument in Python")]
    #[pyo3(signature = (flow, tags="[]", status=None, before=None, limit=0, query=None))]
    fn runs(
        slf: &Bound<'_, Self>,
        flow: &str,
        tags: &str,
        status: Option<&str>,
        before: Option<&str>,
        limit: usize,
        query: Option<&str>,
    ) -> PyResult<String> {
        let py = slf.py();
        let tags = strings(tags).map_err(|e| raise(py, &e))?;
        let status = status.map(str::parse::<RunStatus>).transpose().map_err(|e| raise(py, &e))?;
        let before = before.map(str::parse::<RunId>).transpose().map_err(|e| raise(py, &e))?;
        let wanted = RunQuery { tags, status, before, limit };
        slf.get().ask_json(py, |reader| match (FlowName::new(flow), query) {
            (Ok(flow), None) => reader.runs(&flow, &wanted),
            (Ok(flow), Some(query)) => reader.runs_asked(&flow, &wanted, query),
            (Err(_), _) => Ok(Vec::new()),
        })
    }

    /// One run, with its end task, or `null`.
    fn run(&self, py: Python<'_>, flow: &str, run: &str) -> PyResult<String> {
        self.ask_json(py, |reader| at_run(flow, run, |flow, run| reader.run(flow, run)))
    }

    /// The `FlowGraph` document of a run, or `null`.
    fn graph(&self, py: Python<'_>, flow: &str, run: &str) -> PyResult<String> {
        let graph =
            self.ask(py, |reader| at_run(flow, run, |flow, run| reader.provider().graph(flow, run)))?;
        Ok(graph.unwrap_or_else(|| "null".into()))
    }

    /// Steps of a run in the order they began, `_parameters` included.
    fn steps(&self, py: Python<'_>, flow: &str, run: &str) -> PyResult<String> {
        self.ask_json(py, |reader| at_run(flow, run, |flow, run| reader.provider().steps(flow, run)))
    }

    /// Tasks of a run, or of one step, in order of id, after the task `after`; at most `limit`, 0 for all.
    #[pyo3(signature = (flow, run, step=None, after=None, limit=0))]
    fn tasks(
        slf: &Bound<'_, Self>,
        flow: &str,
        run: &str,
        step: Option<&str>,
        after: Option<u64>,
        limit: usize,
    ) -> PyResult<String> {
        let py = slf.py();
        slf.get().ask_json(py, |reader| {
            at_run(flow, run, |flow, run| match step.map(StepName::new) {
                Some(Err(_)) => Ok(Vec::new()),
                step => reader.provider().tasks(
                    flow,
                    run,
                    step.and_then(Result::ok).as_ref(),
                    after.map(TaskId),
                    limit,
                ),
            })
        })
    }

    /// One task, or `null`.
    fn task(&self, py: Python<'_>, flow: &str, run: &str, task: u64) -> PyResult<String> {
        self.ask_json(py, |reader| {
            at_run(flow, run, |flow, run| reader.provider().task(flow, run, TaskId(task)))
        })
    }

    /// Attempts of a task in order. An adopted task has none of its own.
    fn attempts(&self, py: Python<'_>, flow: &str, run: &str, task: u64) -> PyResult<String> {
        self.ask_json(py, |reader| {
            at_run(flow, run, |flow, run| reader.provider().attempts(flow, run, TaskId(task)))
        })
    }

    /// Removes, then adds user tags (JSON lists); returns the user tags the run has then.
    fn mutate_tags(
        &self,
        py: Python<'_>,
        flow: &str,
        run: &str,
        add: &str,
        remove: &str,
    ) -> PyResult<String> {
        let change = || {
            let (flow, run) = (FlowName::new(flow)?, RunId::new(run)?);
            let settings = Settings::from_process()?.metadata()?;
            let mut provider = Location::of_store(&self.root, &settings)?.open()?;
            json_text(&provider.mutate_tags(&flow, &run, &strings(add)?, &strings(remove)?)?)
        };
        py.detach(change).map_err(|e| raise(py, &e))
    }

    /// `[{"name", "type", "size", "hash", "encoding"}]`, with what its `serializer` noted if it had one (AR-08), of the attempt whose manifest is at `address`, what every task of the
    /// run has included.
    fn artifacts(&self, py: Python<'_>, address: &str) -> PyResult<String> {
        self.ask_json(py, |reader| {
            let entries = reader.artifacts(address)?;
            Ok(entries.into_iter().map(ArtifactShown::from).collect::<Vec<_>>())
        })
    }

    /// One of them, or `null`.
    fn artifact(&self, py: Python<'_>, address: &str, name: &str) -> PyResult<String> {
        self.ask_json(py, |reader| Ok(reader.artifact(address, name)?.map(ArtifactShown::from)))
    }

    /// What people are shown of one artifact of the attempt whose manifest is at `address`, or `null`.
    fn preview(&self, py: Python<'_>, address: &str, name: &str) -> PyResult<String> {
        let preview = self.ask(py, |reader| reader.preview(address, name))?;
        Ok(preview.map_or_else(|| "null".into(), |preview| preview.text().to_owned()))
    }

    /// Pickle stream and out-of-band buffers of one artifact of the attempt whose manifest is at `address`; None if it has
    /// none of that name. A buffer is a `bytearray`, or `(path, length)` of a file that holds it and nothing else, to be
    /// mapped privately.
    fn load<'py>(
        slf: &Bound<'py, Self>,
        address: &str,
        name: &str,
    ) -> PyResult<Option<(Bound<'py, PyBytes>, Bound<'py, PyList>)>> {
        let py = slf.py();
        let Some(payload) = slf.get().ask(py, |reader| reader.payload(address, name))? else {
            return Ok(None);
        };
        let buffers = PyList::empty(py);
        for buffer in payload.buffers {
            match buffer {
                Buffer::Bytes(bytes) => buffers.append(PyByteArray::new(py, &bytes))?,
                Buffer::File { path, len } => buffers.append((path.into_os_string(), len))?,
            }
        }
        Ok(Some((PyBytes::new(py, &payload.stream), buffers)))
    }

    /// What may help who asked for the parts of a pathspec `path`, and there is nothing: other names, where to look.
    fn hints(&self, py: Python<'_>, path: Vec<String>) -> PyResult<Vec<String>> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let hints = self.ask(py, |reader| reader.hints(&path).map(Some))?;
        let nothing = || format!("nothing is recorded in `{}` yet", self.root.display());
        Ok(hints.unwrap_or_else(|| vec![nothing(), reader::ELSEWHERE.to_owned()]))
    }

    /// What an attempt wrote, `[(µs, stream, bytes)]` in order; of one stream, if given.
    #[pyo3(signature = (flow, run, task, attempt, stream=None))]
    fn log<'py>(
        slf: &Bound<'py, Self>,
        flow: &str,
        run: &str,
        task: u64,
        attempt: u32,
        stream: Option<&str>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = slf.py();
        let frames = slf.get().ask(py, |reader| {
            at_run(flow, run, |flow, run| reader.store().read_log(flow, run, TaskId(task), attempt))
        })?;
        let list = PyList::empty(py);
        for frame in frames {
            let name = match frame.stream {
                LogStream::Stdout => "stdout",
                LogStream::Stderr => "stderr",
            };
            if stream.is_none_or(|wanted| wanted == name) {
                let at = frame.at.into_pyobject(py)?.into_any();
                let (name, bytes) = (PyString::intern(py, name), PyBytes::new(py, &frame.bytes));
                list.append(PyTuple::new(py, [at, name.into_any(), bytes.into_any()])?)?;
            }
        }
        Ok(list)
    }

    /// The cards of a task's attempt, by default its latest: `[{"type", "id", "hash", "at", "failed", "live", "path", "step", "task",
    /// "run"}]`, where `run` is the one whose task made it. With `html` only of the card of that hash, each with its `document` and its
    /// `html`.
    #[pyo3(signature = (flow, run, task, attempt=None, html=None))]
    fn cards(
        slf: &Bound<'_, Self>,
        flow: &str,
        run: &str,
        task: u64,
        attempt: Option<u32>,
        html: Option<&str>,
    ) -> PyResult<String> {
        let py = slf.py();
        slf.get().ask_json(py, |reader| {
            at_run(flow, run, |flow, run| reader.cards((flow, run), TaskId(task), attempt, html))
        })
    }

    /// The code package of a run, a `.tar.gz`, or None.
    fn code_package<'py>(
        &self,
        py: Python<'py>,
        flow: &str,
        run: &str,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let package = self.ask(py, |reader| at_run(flow, run, |flow, run| reader.code_package(flow, run)))?;
        Ok(package.map(|bytes| PyBytes::new(py, &bytes)))
    }
}

/// A card's document, JSON, with the texts of the libraries it names, as an HTML page.
#[pyfunction]
pub(crate) fn card_page(py: Python<'_>, json: &[u8], scripts: Vec<Vec<u8>>) -> PyResult<String> {
    let document = CardDocument { json: json.to_vec(), scripts };
    spinloom_cards::page(&document).map_err(|e| raise(py, &e))
}

/// An artifact as the Client wants it: without where its bytes are.
#[derive(Serialize)]
struct ArtifactShown {
    name: ArtifactName,
    #[serde(rename = "type")]
    type_name: String,
    size: u64,
    hash: ContentHash,
    encoding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    serializer: Option<Json>,
}

impl From<ArtifactEntry> for ArtifactShown {
    fn from(entry: ArtifactEntry) -> Self {
        let ArtifactEntry { name, type_name, size, hash, encoding, serializer, .. } = entry;
        Self { name, type_name, size, hash, encoding, serializer }
    }
}

/// The namespace the Client looks into by default: `user:<name>`, or `production:<token>`.
#[pyfunction]
pub(crate) fn default_namespace(py: Python<'_>) -> PyResult<String> {
    Settings::from_process().and_then(|settings| settings.namespace()).map_err(|e| raise(py, &e))
}

/// Asks about the run of these names; names that cannot exist have nothing.
fn at_run<T: Default>(
    flow: &str,
    run: &str,
    question: impl FnOnce(&FlowName, &RunId) -> Result<T>,
) -> Result<T> {
    match (FlowName::new(flow), RunId::new(run)) {
        (Ok(flow), Ok(run)) => question(&flow, &run),
        _ => Ok(T::default()),
    }
}

fn strings(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text).or_error(codes::INTERNAL, || format!("`{text}` is not a JSON list of strings"))
}

fn json_text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).or_error(codes::INTERNAL, || "an answer cannot be written as JSON".into())
}
