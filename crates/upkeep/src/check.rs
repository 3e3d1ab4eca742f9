//! Finding what is missing, damaged or left over, and whose it is.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use spinloom_datastore::{
    ContentHash, Datastore, Fault, Live, Manifest, ManifestRef, Piece, RunFolder, Tally,
};
use spinloom_diagnostics::{Error, Result};
use spinloom_flow::ArtifactName;
use spinloom_metadata::{Provider, RunRecord, TaskRecord};

use crate::marks::package;
use crate::scope::running;

/// Owners of a damaged chunk that are named; the others are counted.
const NAMED: usize = 8;

/// How to check.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes of chunks and logs are not read: only whether chunks are there, and their lengths.
    pub fast: bool,
    /// Chunks read at a time.
    pub threads: usize,
}

/// What something belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The run, `Flow/run`, or the task, `Flow/run/step/task`.
    pub pathspec: String,
    /// Which attempt of the task.
    pub attempt: Option<u32>,
    /// Which artifact.
    pub artifact: Option<ArtifactName>,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing: `chunk`, `package`, `manifest`, `piece` or `log`.
    pub kind: &'static str,
    /// Which: a hash, an address, or an attempt.
    pub name: String,
    /// One word for programs: `missing`, `length`, `content`, `undecodable`, `unreadable` or `damaged`.
    pub fault: &'static str,
    /// The rest of a sentence about it.
    pub what: String,
    /// What it belongs to; not all of them, if they are many.
    pub owners: Vec<Owner>,
    /// How many they are in all.
    pub owned_by: usize,
}

/// What is there and belongs to nothing recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orphans {
    /// Chunks, by the names of their files.
    pub chunks: Vec<(String, u64)>,
    /// Folders of runs.
    pub folders: Vec<RunFolder>,
}

/// What was looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Runs.
    pub runs: u64,
    /// Tasks.
    pub tasks: u64,
    /// Artifacts, each attempt's own.
    pub artifacts: u64,
    /// Chunks, and their bytes uncompressed.
    pub chunks: Tally,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is left over; `None` if only a part of the store was looked at.
    pub orphans: Option<Orphans>,
}

/// Its hash, its length, whether it is compressed, and the object store that has it.
type Chunk = (ContentHash, u64, bool, Option<Arc<str>>);

/// Collects what is to be checked, and checks what is quickly checked.
struct Survey<'a> {
    store: &'a Datastore,
    options: Options,
    only: Option<&'a ArtifactName>,
    checked: Checked,
    live: Live,
    seen: HashSet<ManifestRef>,
    chunks: BTreeMap<Chunk, (&'static str, Vec<Owner>, usize)>,
}

/// Checks `tasks` of each run, or everything of it if they are `None`; of their artifacts only the one called `only`, if that is given. `whole`
/// says that these are all the runs of the store: then what belongs to none of them is found too. Nothing is changed.
///
/// # Errors
/// Metadata that cannot be read, or a store that cannot be listed; what is wrong with the store's content is no error but a finding.
pub fn check(
    provider: &dyn Provider,
    store: &Datastore,
    scope: &[(RunRecord, Option<Vec<TaskRecord>>)],
    (only, whole): (Option<&ArtifactName>, bool),
    options: Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Checked> {
    let mut survey = Survey {
        store,
        options,
        only,
        checked: Checked::default(),
        live: Live::default(),
        seen: HashSet::new(),
        chunks: BTreeMap::new(),
    };
    for (run, tasks) in scope {
        survey.run(provider, run, tasks.as_deref())?;
    }
    survey.read_chunks(progress);
    if whole {
        survey.checked.orphans = Some(survey.orphans(provider, scope)?);
    }
    let mut checked = survey.checked;
    checked.findings.sort_by(|a, b| (a.kind, &a.owners, &a.name).cmp(&(b.kind, &b.owners, &b.name)));
    Ok(checked)
}

impl Survey<'_> {
    fn run(&mut self, provider: &dyn Provider, run: &RunRecord, tasks: Option<&[TaskRecord]>) -> Result<()> {
        self.checked.runs += 1;
        let name = format!("{}/{}", run.flow, run.run);
        let all;
        let tasks = match tasks {
            Some(tasks) => tasks,
            None => {
                if let Some(hash) = package(run) {
                    self.live.add_chunk(hash);
                    let len = run.info["code_package"]["bytes"].as_u64().unwrap_or_default();
                    let owner = Owner { pathspec: name.clone(), attempt: None, artifact: None };
                    self.owe("package", (hash, len, false, None), &owner);
                }
                all = provider.tasks(&run.flow, &run.run, None, None, 0)?;
                &all
            }
        };
        for task in tasks {
            self.checked.tasks += 1;
            let pathspec = format!("{name}/{}/{}", task.step, task.task);
            let mut addresses = vec![(task.attempt, task.manifest.clone())];
            if task.attempt > 0 {
                let attempts = provider.attempts(&run.flow, &run.run, task.task)?;
                addresses.extend(
                    attempts
                        .into_iter()
                        .filter(|a| a.attempt < task.attempt)
                        .map(|a| (a.attempt, a.manifest)),
                );
            }
            for (attempt, address) in addresses {
                let owner = Owner { pathspec: pathspec.clone(), attempt: Some(attempt), artifact: None };
                if let Some(address) = address {
                    self.manifest(&address.parse()?, &owner);
                }
                if !self.options.fast && self.only.is_none() && task.origin.is_none() {
                    let log = self.store.read_log(&run.flow, &run.run, task.task, attempt);
                    if let Err(error) = log {
                        self.found("log", format!("{pathspec}, attempt {attempt}"), &error, owner);
                    }
                }
            }
        }
        Ok(())
    }

    fn manifest(&mut self, at: &ManifestRef, owner: &Owner) {
        if !self.seen.insert(at.clone()) {
            return;
        }
        let manifest = match self.store.manifest(at) {
            Ok(manifest) => manifest,
            Err(error) => return self.found("manifest", at.to_string(), &error, owner.clone()),
        };
        // Its base is looked at below, and told of there if it is damaged.
        let _told_below = self.live.add(self.store, at);
        self.entries(&manifest, owner);
        if let Some(base) = &manifest.base {
            let shared = match self.store.manifest(base) {
                Ok(found) => format!("{}/{}/{}/{}", found.flow, found.run, found.step, found.task),
                Err(_) => owner.pathspec.clone(),
            };
            self.manifest(base, &Owner { pathspec: shared, attempt: Some(0), artifact: None });
        }
    }

    fn entries(&mut self, manifest: &Manifest, owner: &Owner) {
        let entries =
            manifest.artifacts.iter().filter(|entry| self.only.is_none_or(|only| entry.name == *only));
        let entries: Vec<_> = entries.collect();
        for entry in entries {
            self.checked.artifacts += 1;
            let owner = Owner { artifact: Some(entry.name.clone()), ..owner.clone() };
            for piece in entry.buffers.iter().chain([&entry.stream]) {
                if let Piece::Chunk { hash, len, zstd, remote } = piece {
                    self.owe("chunk", (*hash, *len, zstd.is_some(), remote.clone()), &owner);
                } else if let Err(error) = self.store.check_piece(manifest.at(), piece) {
                    self.found("piece", manifest.at().to_string(), &error, owner.clone());
                }
            }
            if let Some(home) = &entry.home
                && let Err(error) = self.store.recent_manifest(home)
            {
                self.found("manifest", home.to_string(), &error, owner);
            }
        }
    }

    /// A chunk is to be there, because of `owner`.
    fn owe(&mut self, kind: &'static str, chunk: Chunk, owner: &Owner) {
        let (_, owners, count) = self.chunks.entry(chunk).or_insert_with(|| (kind, Vec::new(), 0));
        *count += 1;
        if owners.len() < NAMED {
            owners.push(owner.clone());
        }
    }

    fn found(&mut self, kind: &'static str, name: String, error: &Error, owner: Owner) {
        let why: Vec<&str> =
            [error.message()].into_iter().chain(error.causes().iter().map(String::as_str)).collect();
        let what = format!("cannot be read: {}", why.join(": "));
        self.checked.findings.push(Finding {
            kind,
            name,
            fault: "damaged",
            what,
            owners: vec![owner],
            owned_by: 1,
        });
    }

    /// Reads all chunks, several at a time.
    fn read_chunks(&mut self, progress: &mut dyn FnMut(u64, u64)) {
        let chunks = std::mem::take(&mut self.chunks);
        let wanted: Vec<Chunk> = chunks.keys().cloned().collect();
        let total = wanted.iter().map(|(_, len, ..)| len).sum();
        let (next, (send, receive)) = (AtomicUsize::new(0), mpsc::channel());
        let (store, fast) = (self.store, self.options.fast);
        let mut faults: Vec<(Chunk, Fault)> = Vec::new();
        thread::scope(|scope| {
            for _ in 0..self.options.threads.max(1) {
                let (send, next, wanted) = (send.clone(), &next, &wanted);
                scope.spawn(move || {
                    while let Some(chunk) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (hash, len, compressed, remote) = chunk;
                        let result = store.check_chunk(hash, *len, (*compressed, remote.as_deref()), fast);
                        if send.send((chunk.clone(), result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            for (chunk, result) in receive {
                self.checked.chunks.count += 1;
                self.checked.chunks.bytes += chunk.1;
                progress(self.checked.chunks.bytes, total);
                faults.extend(result.err().map(|fault| (chunk, fault)));
            }
        });
        for (chunk, fault) in faults {
            let Some((kind, owners, owned_by)) = chunks.get(&chunk) else { continue };
            self.checked.findings.push(Finding {
                kind,
                name: chunk.0.to_string(),
                fault: fault.as_str(),
                what: fault.to_string(),
                owners: owners.clone(),
                owned_by: *owned_by,
            });
        }
    }

    /// What is there and belongs to none of these runs. What a run at work wrote may not be recorded yet.
    fn orphans(
        &self,
        provider: &dyn Provider,
        scope: &[(RunRecord, Option<Vec<TaskRecord>>)],
    ) -> Result<Orphans> {
        let mut cutoff = i64::MAX;
        for (run, _) in scope {
            if running(self.store, run)? {
                cutoff = cutoff.min(run.created_at - crate::collect::SKEW);
            }
        }
        let mut orphans = Orphans::default();
        self.store.chunks(&mut |chunk| {
            if !self.live.needs(&chunk) && chunk.modified < cutoff {
                let suffix = if chunk.compressed { ".zst" } else { "" };
                orphans.chunks.push((format!("{}{suffix}", chunk.hash), chunk.size));
            }
            ControlFlow::Continue(())
        })?;
        let mut folders = Vec::new();
        self.store.run_folders(&mut |folder| {
            folders.push(folder);
            ControlFlow::Continue(())
        })?;
        for folder in folders {
            let unknown = provider.run(&folder.flow, &folder.run)?.is_none();
            if unknown && !self.live.needs_pack(&folder.flow, &folder.run) && folder.modified < cutoff {
                orphans.folders.push(folder);
            }
        }
        orphans.chunks.sort();
        orphans.folders.sort_by(|a, b| (&a.flow, &a.run).cmp(&(&b.flow, &b.run)));
        Ok(orphans)
    }
}
