//! A store of Metaflow's.

use bytes::Bytes;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_objects::{Kind, Location, Objects, Options};

use crate::blob::{gunzip, unpack};
use crate::documents::{began, code, objects, path_indices, stamp, value};
use crate::listing::{Collector, LOGS};
use crate::source::Batch;
use crate::{AttemptDoc, Fetched, Included, RunFiles, RunHead, Sha, TaskDoc, TaskFiles};

/// A store, open for reading. Metadata and data may be in two places: a local `.metaflow` folder and a bucket.
#[derive(Clone)]
pub struct Store {
    data: Objects,
    meta: Objects,
    options: Options,
}

/// What a small file is read for.
enum Purpose {
    Created,
    OriginTask,
    OriginRun,
    Path,
    Began(usize),
    Ended(usize),
    Exit(usize),
    Objects(usize),
}

impl Store {
    /// The store whose data are at `data` and whose metadata are at `metadata`, or else beside them.
    ///
    /// # Errors
    /// As [`Objects::open`].
    pub fn open(data: &Location, metadata: Option<&Location>, options: &Options) -> Result<Self> {
        let data = Objects::open(data, options)?;
        let meta = metadata.map_or_else(|| Ok(data.clone()), |at| Objects::open(at, options))?;
        Ok(Self { data, meta, options: options.clone() })
    }

    /// The flows there are, by name.
    ///
    /// # Errors
    /// As listing the store.
    pub fn flows(&self) -> Result<Vec<FlowName>> {
        let mut flows: Vec<FlowName> =
            self.folders("")?.into_iter().filter(|name| name != "data").flat_map(FlowName::new).collect();
        flows.sort();
        flows.dedup();
        Ok(flows)
    }

    /// The runs of a flow, oldest first where their ids say so.
    ///
    /// # Errors
    /// As listing the store.
    pub fn runs(&self, flow: &FlowName) -> Result<Vec<RunId>> {
        let own = |name: &String| name != "data" && !name.starts_with('_');
        let mut runs: Vec<RunId> =
            self.folders(flow.as_str())?.into_iter().filter(own).flat_map(RunId::new).collect();
        runs.sort_by_cached_key(|run| (run.as_str().parse::<u64>().unwrap_or(u64::MAX), run.clone()));
        runs.dedup();
        Ok(runs)
    }

    /// Folders right below `prefix`, of data and metadata.
    fn folders(&self, prefix: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for objects in self.places() {
            let listing = objects.list_folder(prefix)?;
            names.extend(listing.folders.iter().map(|f| f.rsplit('/').next().unwrap_or(f).to_owned()));
        }
        Ok(names)
    }

    fn places(&self) -> impl Iterator<Item = &Objects> {
        let two = self.data.location() != self.meta.location();
        [&self.data].into_iter().chain(two.then_some(&self.meta))
    }

    /// What is known of a run before its tasks are looked at; `None` if there are no metadata of it.
    ///
    /// # Errors
    /// As reading the store; `SL0403` if the file is there and damaged.
    pub fn head(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunHead>> {
        let key = format!("{flow}/{run}/_meta/_self.json");
        let Some(bytes) = self.meta.get(&key)? else { return Ok(None) };
        RunHead::read(&bytes).map(Some).ok_or_else(|| damaged(&key, "it is not what Metaflow writes"))
    }

    /// The files of a run.
    ///
    /// # Errors
    /// As listing the store.
    pub fn files(&self, flow: &FlowName, run: &RunId) -> Result<RunFiles> {
        let prefix = format!("{flow}/{run}/");
        let mut collector = Collector::default();
        for objects in self.places() {
            objects.list(&prefix, &mut |info| {
                if let Some(name) = info.key.strip_prefix(&prefix) {
                    collector.add(name, &info);
                }
                std::ops::ControlFlow::Continue(())
            })?;
        }
        Ok(collector.finish())
    }

    /// What the files of tasks say. Give it some hundred at a time: they are read together.
    ///
    /// # Errors
    /// As reading the store. A file that is damaged is named in its attempt.
    pub fn tasks(&self, flow: &FlowName, run: &RunId, files: &[TaskFiles]) -> Result<Vec<TaskDoc>> {
        let (mut data, mut meta) = (Batch::default(), Batch::default());
        let mut docs = Vec::with_capacity(files.len());
        for (task, files) in files.iter().enumerate() {
            let folder = format!("{flow}/{run}/{}/{}", files.step, files.task);
            want_meta(task, files, &folder, &mut meta);
            let mut attempts = Vec::with_capacity(files.attempts.len());
            for (place, (attempt, has)) in files.attempts.iter().enumerate() {
                let key = |what: &str| format!("{folder}/{attempt}.{what}");
                if has.begun {
                    data.want(key("attempt.json"), (task, Purpose::Began(place)));
                }
                if has.data {
                    data.want(key("data.json"), (task, Purpose::Objects(place)));
                }
                if has.runtime {
                    data.want(key("runtime"), (task, Purpose::Exit(place)));
                }
                if has.dated {
                    let key = format!("{folder}/_meta/{attempt}_artifact__task_ok.json");
                    meta.want(key, (task, Purpose::Ended(place)));
                }
                attempts.push(AttemptDoc { attempt: *attempt, done_at: has.done, ..AttemptDoc::default() });
            }
            docs.push(TaskDoc { attempts, ..TaskDoc::default() });
        }
        data.read(&self.data, |(task, purpose), key, bytes| docs[*task].take(purpose, key, bytes))?;
        meta.read(&self.meta, |(task, purpose), key, bytes| docs[*task].take(purpose, key, bytes))?;
        Ok(docs)
    }

    /// The run that a run resumes, as the metadata of one of its tasks say.
    ///
    /// # Errors
    /// As reading the store.
    pub fn origin(&self, flow: &FlowName, run: &RunId, task: &TaskFiles) -> Result<Option<String>> {
        let Some(at) = task.origin_run else { return Ok(None) };
        let key = format!("{flow}/{run}/{}/{}/_meta/sysmeta_origin-run-id_{at}.json", task.step, task.task);
        let origin = self.meta.get(&key)?.and_then(|bytes| value(&bytes));
        Ok(origin.filter(|origin| origin != "None"))
    }

    /// Bytes of artifacts of a flow, verified, in the order asked for. All of them are in memory at once.
    ///
    /// # Errors
    /// As reading the store. What is missing or damaged is told for each.
    pub fn blobs(&self, flow: &FlowName, wanted: &[(Sha, Option<u64>)]) -> Result<Vec<Fetched>> {
        let keys: Vec<String> = wanted.iter().map(|(sha, _)| self.blob_key(flow, *sha)).collect();
        let kept = self.data.get_many(&keys).into_iter().collect::<Result<Vec<Option<Bytes>>>>()?;
        let open = |((sha, size), kept): (&(Sha, Option<u64>), &Option<Bytes>)| match kept {
            Some(bytes) => unpack(*sha, bytes, *size),
            None => Fetched::Missing,
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let share = wanted.len().div_ceil(threads).max(1);
        let mut all = Vec::with_capacity(wanted.len());
        std::thread::scope(|scope| {
            let parts: Vec<_> = wanted
                .chunks(share)
                .zip(kept.chunks(share))
                .map(|(wanted, kept)| {
                    scope.spawn(move || wanted.iter().zip(kept).map(open).collect::<Vec<_>>())
                })
                .collect();
            for part in parts {
                all.extend(part.join().unwrap_or_default());
            }
        });
        all.resize(wanted.len(), Fetched::Damaged("it cannot be decompressed".into()));
        Ok(all)
    }

    /// Where the bytes of an artifact are, for messages.
    pub fn blob_key(&self, flow: &FlowName, sha: Sha) -> String {
        format!("{flow}/{}", sha.key())
    }

    /// The content of an included file; `None` if it is neither in this store nor elsewhere in its bucket.
    ///
    /// # Errors
    /// As reading the store; `SL0403` if it is there and damaged.
    pub fn included(&self, file: &Included) -> Result<Option<Vec<u8>>> {
        let kept = match self.included_here(file)? {
            Some(kept) => Some(kept),
            None => self.included_elsewhere(file)?,
        };
        let Some(kept) = kept else { return Ok(None) };
        if !file.packed {
            return Ok(Some(kept.to_vec()));
        }
        gunzip(&kept, None).map(Some).map_err(|e| damaged(&file.url, &e.to_string()))
    }

    /// The store may have moved since: only the end of the address counts.
    fn included_here(&self, file: &Included) -> Result<Option<Bytes>> {
        let parts: Vec<&str> = file.url.rsplitn(4, '/').collect();
        let [sha, flow, "data", _] = parts[..] else { return Ok(None) };
        if file.packed { self.data.get(&format!("data/{flow}/{sha}")) } else { Ok(None) }
    }

    /// Files may be kept beside the store. What is in somebody else's bucket is not for a descriptor to fetch.
    fn included_elsewhere(&self, file: &Included) -> Result<Option<Bytes>> {
        let own = self.data.location();
        let Some((folder, name)) = file.url.rsplit_once('/') else { return Ok(None) };
        let Ok(place) = folder.parse::<Location>() else { return Ok(None) };
        if own.kind() == Kind::Local || place.kind() != own.kind() || place.bucket() != own.bucket() {
            return Ok(None);
        }
        Objects::open(&place, &self.options)?.get(name)
    }

    /// What an attempt wrote: the files of its standard output, then those of its standard error.
    ///
    /// # Errors
    /// As reading the store.
    pub fn logs(
        &self,
        flow: &FlowName,
        run: &RunId,
        files: &[(&TaskFiles, u32)],
    ) -> Result<Vec<[Vec<Bytes>; 2]>> {
        let mut batch = Batch::default();
        for (place, (task, attempt)) in files.iter().enumerate() {
            let has = task.attempts.get(attempt).map_or(0, |attempt| attempt.logs);
            for (bit, log) in LOGS.iter().enumerate().filter(|(bit, _)| has & (1 << bit) != 0) {
                let key = format!("{flow}/{run}/{}/{}/{attempt}.{log}", task.step, task.task);
                batch.want(key, (place, bit / 2));
            }
        }
        let mut all = vec![<[Vec<Bytes>; 2]>::default(); files.len()];
        batch.read(&self.data, |(place, stream), _, bytes| all[*place][*stream].push(bytes.clone()))?;
        Ok(all)
    }

    /// The code package that an attempt ran; `None` if it names none.
    ///
    /// # Errors
    /// As reading the store.
    pub fn code(&self, flow: &FlowName, run: &RunId, task: &TaskFiles) -> Result<Option<Sha>> {
        let Some((attempt, _)) = task.attempts.iter().find(|(_, has)| has.task_begin) else {
            return Ok(None);
        };
        let key = format!("{flow}/{run}/{}/{}/{attempt}.task_begin", task.step, task.task);
        Ok(self.data.get(&key)?.and_then(|bytes| code(&bytes)))
    }
}

fn want_meta(task: usize, files: &TaskFiles, folder: &str, meta: &mut Batch<(usize, Purpose)>) {
    if files.known {
        meta.want(format!("{folder}/_meta/_self.json"), (task, Purpose::Created));
    }
    let mut fact = |name: &str, at: Option<u64>, purpose| {
        if let Some(at) = at {
            meta.want(format!("{folder}/_meta/sysmeta_{name}_{at}.json"), (task, purpose));
        }
    };
    fact("foreach-execution-path", files.path, Purpose::Path);
    // Every task says which run its run resumes; only of a copy does that matter.
    if files.origin_task.is_some() {
        fact("origin-task-id", files.origin_task, Purpose::OriginTask);
        fact("origin-run-id", files.origin_run, Purpose::OriginRun);
    }
}

impl TaskDoc {
    fn take(&mut self, purpose: &Purpose, key: &str, bytes: &[u8]) {
        let origin = |this: &mut Self| this.origin.take().unwrap_or_default();
        match purpose {
            Purpose::Created => self.created_at = stamp(bytes),
            Purpose::Path => self.indices = value(bytes).and_then(|path| path_indices(&path)),
            Purpose::OriginTask => self.origin = value(bytes).map(|task| (origin(self).0, task)),
            Purpose::OriginRun => self.origin = value(bytes).map(|run| (run, origin(self).1)),
            Purpose::Began(place) => self.attempts[*place].began_at = began(bytes),
            Purpose::Ended(place) => {
                let attempt = &mut self.attempts[*place];
                attempt.done_at = attempt.done_at.map(|done| stamp(bytes).unwrap_or(done));
            }
            Purpose::Exit(place) => self.attempts[*place].exit = serde_json::from_slice(bytes).ok(),
            Purpose::Objects(place) => match objects(bytes) {
                Ok(objects) => self.attempts[*place].objects = Some(objects),
                Err(error) => self.attempts[*place].damaged.push(format!("`{key}` cannot be read: {error}")),
            },
        }
    }
}

fn damaged(key: &str, why: &str) -> Error {
    Error::new(codes::STORE_CORRUPT, format!("`{key}` is damaged")).cause(why)
}
