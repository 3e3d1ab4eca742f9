//! `TaskContext`: what one attempt may read and write. Lives in the task's process.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use serde_json::{Value, json};
use spinloom_cli::SpinTask;
use spinloom_compute::TaskSpec;
use spinloom_compute::protocol::{self, Header};
use spinloom_datastore::{
    ArtifactEntry, AttemptId, AttemptWriter, Buffer, CARD, ContentHash, Datastore, Described, Json,
    LogWriter, Manifest, ManifestRef, card_name, is_pickle,
};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::event::LogStream;
use spinloom_settings::Settings;

use crate::cards::{self, CardForm};
use crate::errors::raise;
use crate::json::to_python;
use crate::spool::{PickleStream, Spool, stream_for};

/// One attempt, as Python's worker sees it.
#[pyclass(module = "spinloom._native")]
pub struct TaskContext {
    spec: TaskSpec,
    /// The same, for Python.
    told: Value,
    store: Datastore,
    /// Manifests of the inputs, each with its artifacts, read when first asked for.
    inputs: Vec<Option<Arc<Opened>>>,
    writer: Option<AttemptWriter>,
    /// Where the result goes; none for `_parameters`, which the driver itself writes.
    socket: Option<OwnedFd>,
    /// The manifest record, once finished without a socket.
    record: Option<Vec<u8>>,
    /// The artifacts of the task that a spin repeats.
    recorded: Option<Arc<Opened>>,
    /// When and in which process it began: microseconds since the epoch.
    began: (i64, u32),
    /// Where what it prints is kept, with how many bytes more of each stream.
    log: Option<(LogWriter, [u64; 2])>,
}

pub(crate) struct Opened {
    manifest: Manifest,
    /// The `_parameters` of the run, whose artifacts every task has.
    base: Option<Manifest>,
}

/// What a task's process needs, made ready in the zygote, where it need not be made again for each of a step's tasks.
pub(crate) struct Ready {
    spec: TaskSpec,
    told: Value,
    store: Datastore,
    input: Option<Arc<Opened>>,
}

/// What the zygote keeps between tasks.
#[derive(Default)]
pub(crate) struct Kept {
    store: Option<Datastore>,
    /// The input of the latest task that had a single one: the items of a foreach all have the same.
    input: Option<(ManifestRef, Option<Arc<Opened>>)>,
}

impl Kept {
    /// Makes a task ready.
    pub(crate) fn ready(&mut self, spec_json: &[u8]) -> Result<Ready> {
        let unreadable = || "cannot read a task's spec".to_owned();
        let spec: TaskSpec = serde_json::from_slice(spec_json).or_error(codes::INTERNAL, unreadable)?;
        let told = serde_json::from_slice(spec_json).or_error(codes::INTERNAL, unreadable)?;
        let root: &Path = spec.store.as_ref();
        let store = match &self.store {
            Some(store) if store.root() == root => store.clone(),
            _ => {
                let policy = spec.policy.clone().with_access(&Settings::from_process()?)?;
                self.store.insert(Datastore::open_with(root, &policy)?).clone()
            }
        };
        let input = match spec.inputs.as_slice() {
            // Nothing that is not on this disk: the zygote has one thread.
            [only] if store.has_pack(&only.manifest) => {
                self.input(&store, &only.manifest, spec.base.as_ref())
            }
            _ => None,
        };
        Ok(Ready { spec, told, store, input })
    }

    /// An input, read once it is asked for a second time. One that cannot be read is left for the task to stumble over.
    fn input(
        &mut self,
        store: &Datastore,
        at: &ManifestRef,
        base: Option<&ManifestRef>,
    ) -> Option<Arc<Opened>> {
        match &mut self.input {
            Some((known, opened)) if known == at => {
                if opened.is_none() {
                    *opened = Opened::read(store, at, base).ok().map(Arc::new);
                }
                opened.clone()
            }
            other => {
                *other = Some((at.clone(), None));
                None
            }
        }
    }
}

impl Opened {
    /// The base is that of the task's own run, `own`, if it has one: an input adopted from an earlier run may have other
    /// parameters, and the parameters of a run are the same in all its tasks.
    fn read(store: &Datastore, at: &ManifestRef, own: Option<&ManifestRef>) -> Result<Self> {
        let manifest = store.manifest(at)?;
        let base = own.or(manifest.base.as_ref()).map(|at| store.manifest(at)).transpose()?;
        Ok(Self { manifest, base })
    }

    pub(crate) fn find(&self, name: &str) -> Option<(&Manifest, &ArtifactEntry)> {
        [Some(&self.manifest), self.base.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|m| m.artifacts.iter().find(|a| a.name.as_str() == name).map(|entry| (m, entry)))
    }
}

impl TaskContext {
    /// The context of a task's process, from what the zygote made ready.
    pub(crate) fn in_task(ready: Ready, socket: OwnedFd) -> Self {
        let mut context = Self::new(ready.spec, ready.told, ready.store, Some(socket));
        if let (Some(first), Some(opened)) = (context.inputs.first_mut(), ready.input) {
            *first = Some(opened);
        }
        context
    }

    /// The context of `_parameters`, in the driver.
    pub(crate) fn in_driver(spec: &TaskSpec, store: &Datastore) -> Result<Self> {
        let told = serde_json::to_value(spec).or_error(codes::INTERNAL, || "cannot encode a spec".into())?;
        Ok(Self::new(spec.clone(), told, store.clone(), None))
    }

    /// The context of a spin: it reads from the store of runs, and saves in that of spins, or nowhere.
    pub(crate) fn in_spin(task: SpinTask) -> Result<Self> {
        let told =
            serde_json::to_value(&task.spec).or_error(codes::INTERNAL, || "cannot encode a spec".into())?;
        let policy = task.spec.policy.clone().with_access(&Settings::from_process()?)?;
        let store = Datastore::open_with(task.spec.store.as_ref(), &policy)?;
        // It is only compared with: where it is damaged, there is nothing to compare.
        let recorded = task.recorded.and_then(|at| Opened::read(&store, &at, None).ok());
        let mut context = Self::new(task.spec, told, store, None);
        context.recorded = recorded.map(Arc::new);
        context.writer = task.keep.map(|keep| {
            context.log = Some((keep.log, [keep.max_log_size; 2]));
            AttemptWriter::new(keep.store, attempt_id(&context.spec), Some(keep.base))
        });
        Ok(context)
    }

    fn new(spec: TaskSpec, told: Value, store: Datastore, socket: Option<OwnedFd>) -> Self {
        let writer = AttemptWriter::new(store.clone(), attempt_id(&spec), spec.base.clone());
        let inputs = spec.inputs.iter().map(|_| None).collect();
        Self {
            spec,
            told,
            store,
            inputs,
            writer: Some(writer),
            socket,
            record: None,
            recorded: None,
            began: (spinloom_engine::now(), std::process::id()),
            log: None,
        }
    }

    /// The manifest record of `_parameters`.
    pub(crate) fn take_record(&mut self) -> Option<Vec<u8>> {
        self.record.take()
    }

    fn opened(&mut self, py: Python<'_>, i: usize) -> PyResult<&Opened> {
        let Some(input) = self.spec.inputs.get(i) else {
            return Err(PyIndexError::new_err(format!("task has no input {i}")));
        };
        if self.inputs[i].is_none() {
            let opened = Opened::read(&self.store, &input.manifest, self.spec.base.as_ref())
                .map_err(|e| raise(py, &e))?;
            self.inputs[i] = Some(Arc::new(opened));
        }
        self.inputs[i].as_deref().ok_or_else(|| PyIndexError::new_err(format!("task has no input {i}")))
    }

    fn send(&self, socket: &OwnedFd, result: &str, code: Option<(i64, i64)>, record: &[u8]) -> Result<()> {
        let length =
            u32::try_from(result.len()).or_error(codes::INTERNAL, || "a result is too large".into())?;
        let header = Header::Result { id: self.spec.task, result: length, code };
        protocol::send(socket.as_fd(), &header, &[result.as_bytes(), record], &[])
            .or_error(codes::TASK_DIED, || "cannot tell the engine the task's result".into())
    }
}

#[pymethods]
impl TaskContext {
    /// What the task was told (see the task protocol): a new dictionary each time.
    #[getter]
    fn spec<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.told)
    }

    /// Names and hashes of the artifacts of input `i`, those of the run's parameters included.
    fn input_artifacts(&mut self, py: Python<'_>, i: usize) -> PyResult<Vec<(String, String)>> {
        let opened = self.opened(py, i)?;
        let own: Vec<_> = opened.manifest.artifacts.iter().filter(|a| a.encoding != CARD).collect();
        let inherited = opened.base.iter().flat_map(|b| &b.artifacts);
        let mut names: Vec<(String, String)> =
            own.iter().map(|a| (a.name.to_string(), a.hash.to_string())).collect();
        for entry in inherited {
            if !own.iter().any(|a| a.name == entry.name) {
                names.push((entry.name.to_string(), entry.hash.to_string()));
            }
        }
        Ok(names)
    }

    /// Pickle stream (a `memoryview` of a long one) and buffers of artifact `name` of input `i`. A buffer is bytes, or `(path, length)` of a file to map.
    /// Of one that was not pickled, how it became bytes comes third: a JSON object of `type`, `size`, `encoding` and
    /// `serializer` (AR-08).
    ///
    /// Raises `KeyError` if the input has no such artifact.
    fn load<'py>(&mut self, py: Python<'py>, i: usize, name: &str) -> PyResult<Bound<'py, PyTuple>> {
        let store = self.store.clone();
        let opened = self.opened(py, i)?;
        let (manifest, entry) = opened.find(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        let payload = py.detach(|| store.payload(manifest, entry)).map_err(|e| raise(py, &e))?;
        let buffers = PyList::empty(py);
        for buffer in &payload.buffers {
            match buffer {
                Buffer::Bytes(bytes) => buffers.append(PyBytes::new(py, bytes))?,
                Buffer::File { path, len } => buffers.append((path.display().to_string(), *len))?,
            }
        }
        let buffers = buffers.into_any();
        match encoded(entry) {
            // Serializers were promised `bytes`.
            Some(told) => {
                let stream = PyBytes::new(py, &payload.stream).into_any();
                PyTuple::new(py, [stream, buffers, PyString::new(py, &told).into_any()])
            }
            None => PyTuple::new(py, [stream_for(py, payload.stream)?, buffers]),
        }
    }

    /// Stores an artifact. Hashing and writing of large ones happen without the GIL. `note` is a JSON object that may have
    /// `encoding` and `serializer` (AR-08) and `preview`.
    #[expect(clippy::too_many_arguments, reason = "what Python passes")]
    #[pyo3(signature = (name, type_name, stream, buffers, note=None))]
    fn save(
        &mut self,
        py: Python<'_>,
        name: &str,
        type_name: &str,
        stream: PickleStream<'_>,
        buffers: Vec<PyBuffer<u8>>,
        note: Option<&str>,
    ) -> PyResult<()> {
        let what = match note {
            Some(note) => Described::noted(type_name, note).map_err(|e| raise(py, &e))?,
            None => type_name.into(),
        };
        let Some(writer) = &mut self.writer else { return Err(finished()) };
        let len = stream.len();
        let stream = stream.stream()?;
        let slices = buffers.iter().map(|b| bytes_of(py, b)).collect::<PyResult<Vec<&[u8]>>>()?;
        // Small artifacts take microseconds: not worth giving the GIL up for.
        let large = len + slices.iter().map(|s| s.len()).sum::<usize>() > 64 * 1024;
        let saved = if large {
            py.detach(|| writer.save(name, what, stream, &slices))
        } else {
            writer.save(name, what, stream, &slices)
        };
        saved.map(|_hash| ()).map_err(|e| raise(py, &e))
    }

    /// Whether what was saved as `name` is what the first input has: then it is carried on by reference, with what people
    /// are shown of it.
    fn carried(&mut self, py: Python<'_>, name: &str) -> PyResult<bool> {
        self.opened(py, 0)?;
        let (Some(Some(opened)), Some(writer)) = (self.inputs.first(), &mut self.writer) else {
            return Err(finished());
        };
        let own = opened.manifest.artifacts.iter().find(|a| a.name.as_str() == name);
        match own.filter(|entry| writer.hash_of(name) == Some(entry.hash)) {
            Some(entry) => {
                carry(writer, &self.store, opened, entry, self.log.is_some()).map_err(|e| raise(py, &e))?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Says what people are shown of what was saved as `name`: JSON text.
    fn describe(&mut self, py: Python<'_>, name: &str, preview: &str) -> PyResult<()> {
        let Some(writer) = &mut self.writer else { return Err(finished()) };
        writer.describe(name, Json::new(preview).map_err(|e| raise(py, &e))?);
        Ok(())
    }

    /// A file for a pickler to write a stream to that `save` then takes.
    fn spool(&self) -> Spool {
        Spool::new(spinloom_datastore::Spool::new(
            self.writer.as_ref().map_or(&self.store, AttemptWriter::store),
        ))
    }

    /// Carries artifact `name` of input `i` on by reference. Those of the run's parameters need no carrying.
    fn inherit(&mut self, py: Python<'_>, i: usize, name: &str) -> PyResult<()> {
        self.opened(py, i)?;
        let (Some(Some(opened)), Some(writer)) = (self.inputs.get(i), &mut self.writer) else {
            return Err(finished());
        };
        match opened.manifest.artifacts.iter().find(|a| a.name.as_str() == name) {
            Some(entry) => {
                carry(writer, &self.store, opened, entry, self.log.is_some()).map_err(|e| raise(py, &e))
            }
            None if opened.find(name).is_some() => Ok(()),
            None => Err(PyKeyError::new_err(name.to_owned())),
        }
    }

    /// Carries all artifacts of input `i` on by reference, but for those named in `except_`.
    fn inherit_all(
        &mut self,
        py: Python<'_>,
        i: usize,
        except_: std::collections::HashSet<String>,
    ) -> PyResult<()> {
        self.opened(py, i)?;
        let (Some(Some(opened)), Some(writer)) = (self.inputs.get(i), &mut self.writer) else {
            return Err(finished());
        };
        let carried = |a: &&ArtifactEntry| a.encoding != CARD && !except_.contains(a.name.as_str());
        for entry in opened.manifest.artifacts.iter().filter(carried) {
            carry(writer, &self.store, opened, entry, self.log.is_some()).map_err(|e| raise(py, &e))?;
        }
        Ok(())
    }

    /// Shows `json` as the card at `position` while the task runs, in place of an earlier one; `note` is a JSON object of `type`, `id`,
    /// `hash` and `at`.
    fn live_card(&self, py: Python<'_>, position: usize, note: &str, json: &[u8]) -> PyResult<()> {
        let TaskSpec { flow, run, task, attempt, .. } = &self.spec;
        let store = self.writer.as_ref().map_or(&self.store, AttemptWriter::store);
        py.detach(|| store.write_live_card((flow, run), (*task, *attempt), position, (note, json)))
            .map_err(|e| raise(py, &e))
    }

    /// When the attempt began, microseconds since the epoch, and in which process.
    #[getter]
    fn began(&self) -> (i64, u32) {
        self.began
    }

    /// Keeps the card at `position`: `form`, filled in with what is known of the task.
    fn keep_card(&mut self, py: Python<'_>, position: usize, form: &CardForm) -> PyResult<()> {
        if form.has_parameters() {
            self.opened(py, 0)?;
        }
        let Some(writer) = &self.writer else { return Err(finished()) };
        let input = self.inputs.first().and_then(Option::as_deref);
        let (began, _) = self.began;
        let task = cards::Task { spec: &self.spec, writer, input, began, at: spinloom_engine::now() };
        let filled = form.filled(&task, position);
        let Some(writer) = &mut self.writer else { return Err(finished()) };
        let saved = filled
            .and_then(|(what, text)| writer.save(card_name(position).as_str(), what, text.as_bytes(), &[]));
        saved.map(|_hash| ()).map_err(|e| raise(py, &e))
    }

    /// What cards show of the task: when it ran, and what it made; as JSON.
    fn card_facts(&self, py: Python<'_>) -> PyResult<(String, String)> {
        let Some(writer) = &self.writer else { return Err(finished()) };
        let about = cards::about(&self.spec, self.began.0, spinloom_engine::now());
        let artifacts = serde_json::to_string(&cards::artifacts(writer))
            .or_error(codes::INTERNAL, || "a card cannot be written".into());
        Ok((about.to_string(), artifacts.map_err(|e| raise(py, &e))?))
    }

    /// Keeps a library that live cards name; answers what they are to call it.
    fn keep_script(&self, py: Python<'_>, text: &[u8]) -> PyResult<String> {
        let TaskSpec { flow, run, .. } = &self.spec;
        let store = self.writer.as_ref().map_or(&self.store, AttemptWriter::store);
        py.detach(|| store.keep_script(flow, run, text)).map_err(|e| raise(py, &e))
    }

    /// The hash that an artifact would have, as text.
    fn weigh(
        &self,
        py: Python<'_>,
        stream: &Bound<'_, PyBytes>,
        buffers: Vec<PyBuffer<u8>>,
    ) -> PyResult<String> {
        let stream = stream.as_bytes();
        let slices = buffers.iter().map(|b| bytes_of(py, b)).collect::<PyResult<Vec<&[u8]>>>()?;
        let hash = py.detach(|| {
            let hashes: Vec<_> = slices.iter().map(|bytes| ContentHash::of(bytes)).collect();
            ContentHash::of_artifact(ContentHash::of(stream), &hashes)
        });
        Ok(hash.to_string())
    }

    /// Of a spin: what it repeats saved as `name`, as `(type, size)`; `None` if it saved no such artifact.
    fn recorded_artifact(&self, name: &str) -> Option<(String, u64)> {
        let (_, entry) = self.recorded.as_ref()?.find(name)?;
        Some((entry.type_name.clone(), entry.size))
    }

    /// The pickle stream of a recorded artifact that has no buffers.
    ///
    /// Raises `KeyError` if there is none.
    fn load_recorded<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let missing = || PyKeyError::new_err(name.to_owned());
        let (manifest, entry) = self.recorded.as_ref().and_then(|r| r.find(name)).ok_or_else(missing)?;
        let payload = self.store.payload(manifest, entry).map_err(|e| raise(py, &e))?;
        Ok(PyBytes::new(py, &payload.stream))
    }

    /// Whether what the task saves is kept.
    #[getter]
    fn keeps(&self) -> bool {
        self.writer.is_some()
    }

    /// Of a spin: keeps what was printed on stream 1 or 2.
    fn log(&mut self, py: Python<'_>, stream: usize, text: &[u8]) -> PyResult<()> {
        let Some((log, room)) = &mut self.log else { return Ok(()) };
        let (kind, left) = match stream {
            1 => (LogStream::Stdout, &mut room[0]),
            _ => (LogStream::Stderr, &mut room[1]),
        };
        let wanted = text.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        *left -= wanted as u64;
        log.append(kind, spinloom_engine::now(), &text[..wanted]).map_err(|e| raise(py, &e))
    }

    /// Commits: hands the result and the manifest to the engine, with when the step's own code began and ended, nanoseconds of
    /// `CLOCK_MONOTONIC`; 0 if it never did. Nothing can be saved afterwards.
    #[pyo3(signature = (result_json, began=0, ended=0))]
    fn finish(&mut self, py: Python<'_>, result_json: &str, began: i64, ended: i64) -> PyResult<()> {
        let code = (began > 0 && ended > 0).then_some((began / 1000, ended / 1000));
        let writer = self.writer.take().ok_or_else(finished)?;
        let record = writer.finish().map_err(|e| raise(py, &e))?;
        match &self.socket {
            Some(socket) => self.send(socket, result_json, code, &record).map_err(|e| raise(py, &e)),
            None => {
                self.record = Some(record);
                Ok(())
            }
        }
    }
}

/// What a reader needs to know of an artifact that was not pickled.
fn encoded(entry: &ArtifactEntry) -> Option<String> {
    let ArtifactEntry { type_name, size, encoding, serializer, .. } = entry;
    (!is_pickle(encoding)).then(|| {
        json!({"type": type_name, "size": size, "encoding": encoding, "serializer": serializer}).to_string()
    })
}

/// Into the same store by reference, into that of spins as a whole.
fn carry(
    writer: &mut AttemptWriter,
    store: &Datastore,
    from: &Opened,
    entry: &ArtifactEntry,
    elsewhere: bool,
) -> Result<()> {
    if elsewhere {
        return writer.import(store, &from.manifest, entry);
    }
    writer.inherit(&from.manifest, entry);
    Ok(())
}

fn attempt_id(spec: &TaskSpec) -> AttemptId {
    AttemptId {
        flow: spec.flow.clone(),
        run: spec.run.clone(),
        step: spec.step.clone(),
        task: spec.task,
        attempt: spec.attempt,
    }
}

fn finished() -> PyErr {
    PyRuntimeError::new_err("this attempt is finished: nothing can be saved any more")
}

#[expect(unsafe_code, reason = "a contiguous buffer is a slice of bytes")]
pub(crate) fn bytes_of<'a>(_py: Python<'_>, buffer: &'a PyBuffer<u8>) -> PyResult<&'a [u8]> {
    if !buffer.is_c_contiguous() {
        return Err(PyRuntimeError::new_err("a buffer to be stored is not contiguous"));
    }
    if buffer.len_bytes() == 0 {
        return Ok(&[]);
    }
    // SAFETY: the exporter keeps the memory in place while `buffer` lives, and the step's code, which alone could write to
    // it, does not run while its artifacts are saved.
    Ok(unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast(), buffer.len_bytes()) })
}
