//! One run: its artifacts and logs first, then its metadata.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use spinloom_datastore::{AttemptId, LogFrame, ManifestRef, Pack};
use spinloom_diagnostics::Result;
use spinloom_flow::event::LogStream;
use spinloom_flow::{FlowGraph, RunId, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, RunRecord, TaskRecord};
use spinloom_metaflow::{Fetched, ObjectRef, RunFiles, Store, TaskDoc, TaskFiles, mflog};

use crate::attempts::{Outcome, Row, outcome, place};
use crate::changes;
use crate::keeper::{Keeper, Saved};
use crate::lineage::Lineage;
use crate::plan::{IMPORTED_FROM, Planned, Standing, made_at};
use crate::shape;
use crate::task_ids::{PARAMETERS, TaskIds};
use crate::{Imported, Progress, Request, Skipped, Target};

/// Tasks whose files are read together.
const TOGETHER: usize = 128;
/// Changes of one transaction.
const TRANSACTION: usize = 2000;
/// The tag of runs that came this way.
const TAG: &str = "imported:metaflow";

type Listening<'l> = (&'l mut Progress, &'l mut dyn FnMut(&Progress));

/// Brings a run here, or up to date.
///
/// # Errors
/// As reading the one store and writing the other.
pub(crate) fn bring(
    (source, target, saved): (&Store, &mut Target<'_>, &mut Saved),
    request: &Request,
    planned: &Planned,
    listening: Listening<'_>,
) -> Result<Result<Imported, Skipped>> {
    let skipped = |reason: &str, hint: &str| {
        Ok(Err(Skipped { pathspec: planned.pathspec(), reason: reason.into(), hint: Some(hint.into()) }))
    };
    let record = match &planned.standing {
        Standing::Taken => {
            return skipped(
                "another run has its name here",
                "bring it in under another flow name with `--flow` and `--as-flow`",
            );
        }
        Standing::Complete(record) => {
            retag(target, planned, record)?;
            return Ok(Ok(Imported {
                pathspec: here(planned),
                status: record.status.to_string(),
                ..Imported::default()
            }));
        }
        Standing::Begun(record) => Some(record.as_ref()),
        Standing::New => None,
    };
    let Some(_driver) = target.files.lock_driver(&planned.into, &planned.run)? else {
        return skipped("it is being imported by another process", "wait for that, then import again");
    };
    let files = source.files(&planned.flow, &planned.run)?;
    if files.tasks.is_empty() {
        return skipped("it has no tasks", "import again once its first task has started");
    }
    let keeper = Keeper::new(source, target.files, &planned.flow, std::mem::take(saved));
    let mut work = Work::new(source, target, planned, record, &files, keeper)?;
    work.read(request, listening)?;
    let imported = work.record(request, record)?;
    *saved = work.keeper.into_saved();
    Ok(Ok(imported))
}

fn here(planned: &Planned) -> String {
    format!("{}/{}", planned.into, planned.run)
}

/// What is done for one run.
struct Work<'w, 't> {
    source: &'w Store,
    target: &'w mut Target<'t>,
    planned: &'w Planned,
    files: &'w RunFiles,
    ids: TaskIds,
    /// Tasks that are here already.
    recorded: HashMap<TaskId, TaskRecord>,
    keeper: Keeper<'w>,
    pack: Pack,
    rows: Vec<Row>,
    /// Artifacts were left out when it came, which may be there now.
    mend: bool,
    /// Tasks that are new or changed.
    fresh: HashSet<TaskId>,
    /// Artifacts of `_parameters`, and what of them is the graph.
    parameters: Vec<ObjectRef>,
    graph_info: Option<Vec<u8>>,
    imported: Imported,
}

impl<'w, 't: 'w> Work<'w, 't> {
    fn new(
        source: &'w Store,
        target: &'w mut Target<'t>,
        planned: &'w Planned,
        record: Option<&RunRecord>,
        files: &'w RunFiles,
        keeper: Keeper<'w>,
    ) -> Result<Self> {
        let (flow, run) = (&planned.into, &planned.run);
        let recorded = target.provider.tasks(flow, run, None, None, 0)?;
        let before = record.and_then(|record| record.info.get(IMPORTED_FROM));
        let given = before.and_then(|before| before.get("task_ids"));
        let left_out = before.and_then(|before| before.get("left_out")?.as_u64());
        let datastore = target.files;
        Ok(Self {
            source,
            planned,
            files,
            ids: TaskIds::new(&files.tasks, given),
            recorded: recorded.into_iter().map(|task| (task.task, task)).collect(),
            keeper,
            pack: datastore.pack(flow, run)?,
            rows: Vec::with_capacity(files.tasks.len()),
            mend: left_out.is_some_and(|count| count > 0),
            fresh: HashSet::new(),
            parameters: Vec::new(),
            graph_info: None,
            imported: Imported { pathspec: here(planned), new: record.is_none(), ..Imported::default() },
            target,
        })
    }

    /// Reads all tasks, and saves artifacts and logs of those that are new or changed.
    fn read(&mut self, request: &Request, (progress, listener): Listening<'_>) -> Result<()> {
        let saved = progress.saved;
        for files in self.files.tasks.chunks(TOGETHER) {
            let docs = self.source.tasks(&self.planned.flow, &self.planned.run, files)?;
            let fresh: Vec<bool> =
                files.iter().zip(&docs).map(|(files, doc)| self.is_fresh(files, doc)).collect();
            let attempts = docs.iter().zip(&fresh).flat_map(|(doc, fresh)| {
                let done = doc.attempts.iter().filter(|attempt| attempt.done_at.is_some());
                done.filter_map(|attempt| Some((attempt.objects.as_deref()?, *fresh)))
            });
            self.keeper.prepare(attempts)?;
            for ((files, doc), fresh) in files.iter().zip(&docs).zip(&fresh) {
                self.task(files, doc, *fresh, request)?;
            }
            self.logs(files, &fresh)?;
            progress.tasks += files.len() as u64;
            progress.saved = saved + self.keeper.bytes;
            listener(progress);
        }
        Ok(())
    }

    /// Whether something of a task is not here yet.
    fn is_fresh(&self, files: &TaskFiles, doc: &TaskDoc) -> bool {
        let id = self.ids.of(&files.step, &files.task);
        let Some(known) = id.and_then(|id| self.recorded.get(&id)) else { return true };
        let Some(latest) = doc.attempts.last() else { return false };
        let later = known.status == TaskStatus::Running || latest.attempt > known.attempt;
        later || (self.mend && known.origin.is_none() && self.lacks(known, latest.objects.as_deref()))
    }

    /// Whether an artifact was left out.
    fn lacks(&self, known: &TaskRecord, objects: Option<&[ObjectRef]>) -> bool {
        let read = || {
            let manifest =
                self.target.files.recent_manifest(&known.manifest.as_deref()?.parse().ok()?).ok()?;
            self.target.files.artifacts(&manifest).ok()
        };
        let entries = read().unwrap_or_default();
        let missing = |object: &ObjectRef| !entries.iter().any(|entry| entry.name.as_str() == object.name);
        objects.is_some_and(|objects| objects.iter().any(missing))
    }

    fn task(&mut self, files: &TaskFiles, doc: &TaskDoc, fresh: bool, request: &Request) -> Result<()> {
        let (Some(id), Ok(step)) = (self.ids.of(&files.step, &files.task), StepName::new(&files.step)) else {
            self.keeper.left_out.push(format!("`{}/{}`: its name cannot be kept", files.step, files.task));
            return Ok(());
        };
        let began = doc.attempts.iter().find_map(|attempt| attempt.began_at.or(attempt.done_at));
        let created_at = doc.created_at.or(began).unwrap_or(files.newest).min(request.now);
        let found = place(doc, &mut self.keeper)?;
        let mut attempts = Vec::with_capacity(doc.attempts.len());
        for (at, attempt) in doc.attempts.iter().enumerate() {
            let began = attempt.began_at.or(attempt.done_at).unwrap_or(created_at).max(created_at);
            let mut ended = outcome(attempt, at + 1 == doc.attempts.len(), began, &mut self.keeper)?;
            if attempt.done_at.is_some() {
                let name = AttemptId {
                    flow: self.planned.into.clone(),
                    run: self.planned.run.clone(),
                    step: step.clone(),
                    task: id,
                    attempt: attempt.attempt,
                };
                self.save(&mut ended, name, attempt.objects.as_deref(), fresh)?;
                // What is half-written while the attempt is at work is no damage.
                let owner = format!("{}/{}/{}", self.planned.pathspec(), files.step, files.task);
                let damaged = attempt.damaged.iter().filter(|_| fresh);
                self.keeper.left_out.extend(damaged.map(|why| format!("`{owner}`: {why}")));
            }
            self.imported.attempts += u64::from(fresh);
            attempts.push(ended);
        }
        if fresh {
            self.imported.tasks += 1;
            self.fresh.insert(id);
        }
        let origin = doc
            .origin
            .as_ref()
            .and_then(|(run, task)| Some((RunId::new(run).ok()?, self.ids.of(&files.step, task)?)));
        self.rows.push(Row {
            id,
            step,
            created_at,
            indices: found.indices,
            iteration: found.iteration,
            went: found.went,
            transition: found.transition,
            attempts,
            origin,
        });
        Ok(())
    }

    /// Saves the artifacts of an attempt that is complete, or finds where they are.
    fn save(
        &mut self,
        ended: &mut Outcome,
        id: AttemptId,
        objects: Option<&[ObjectRef]>,
        fresh: bool,
    ) -> Result<()> {
        let parameters = id.step.as_str() == PARAMETERS;
        let Some(objects) = objects else { return Ok(()) };
        ended.manifest = match self.recorded.get(&id.task).filter(|_| !fresh) {
            Some(known) => known.manifest.as_deref().and_then(|text| text.parse::<ManifestRef>().ok()),
            None => {
                self.imported.artifacts += objects.len() as u64;
                self.keeper.save(id, objects, &mut self.pack)?
            }
        };
        if let Some(at) = ended.manifest.clone().filter(|_| parameters) {
            self.parameters = objects.to_vec();
            self.graph_info = self.keeper.fact(objects, "_graph_info")?.map(|info| info.to_vec());
            self.keeper.set_base(at, objects)?;
        }
        Ok(())
    }

    /// What attempts wrote, of tasks that are new or changed.
    fn logs(&self, files: &[TaskFiles], fresh: &[bool]) -> Result<()> {
        let tasks = files.iter().zip(fresh).filter(|(_, fresh)| **fresh).map(|(files, _)| files);
        let with_logs: Vec<(&TaskFiles, u32)> = tasks
            .flat_map(|task| {
                task.attempts.iter().filter(|(_, has)| has.logs != 0).map(move |(n, _)| (task, *n))
            })
            .collect();
        let found = self.source.logs(&self.planned.flow, &self.planned.run, &with_logs)?;
        for ((task, attempt), [stdout, stderr]) in with_logs.into_iter().zip(found) {
            let Some(id) = self.ids.of(&task.step, &task.task) else { continue };
            let mut frames = Vec::new();
            for (stream, files) in [(LogStream::Stdout, stdout), (LogStream::Stderr, stderr)] {
                let files: Vec<&[u8]> = files.iter().map(AsRef::as_ref).collect();
                let lines = mflog::merge(&files, task.newest);
                frames.extend(lines.into_iter().map(|line| LogFrame {
                    stream,
                    at: line.at,
                    bytes: line.text,
                }));
            }
            if !frames.is_empty() {
                // Both streams were one on the terminal.
                frames.sort_by_key(|frame| frame.at);
                self.target.files.write_log((&self.planned.into, &self.planned.run, id), attempt, &frames)?;
            }
        }
        Ok(())
    }

    /// Writes the metadata: the run if it is new, its tasks, and that it is complete.
    fn record(&mut self, request: &Request, record: Option<&RunRecord>) -> Result<Imported> {
        self.pack.sync()?;
        self.rows.sort_by_key(|row| (row.created_at, row.id));
        let (flow, run) = (&self.planned.into, &self.planned.run);
        let graph = shape::graph(flow, self.graph_info.as_deref(), &self.parameters, &self.rows);
        if let Some(record) = record {
            retag(self.target, self.planned, record)?;
        } else {
            let new = self.new_run(request, &graph)?;
            self.target.provider.create_run(&new)?;
        }
        let lineage = Lineage::new(&graph, &self.rows);
        let mut batch = Vec::new();
        for row in &self.rows {
            if self.fresh.contains(&row.id) {
                batch.extend(changes::of_task(row, lineage.parents(row)));
            }
            if batch.len() >= TRANSACTION {
                self.target.provider.write(flow, run, &batch)?;
                batch.clear();
            }
        }
        let end = FlowGraph::end_step(&graph.to_json()?)?;
        let (status, change) = changes::of_run(&self.rows, end.as_str(), self.files.newest, request.now);
        batch.push(change);
        batch.push(Change::Info { key: IMPORTED_FROM.into(), value: self.provenance(request, true) });
        self.target.provider.write(flow, run, &batch)?;
        self.imported.status = status.to_string();
        self.imported.saved = self.keeper.bytes;
        self.imported.left_out = std::mem::take(&mut self.keeper.left_out);
        Ok(std::mem::take(&mut self.imported))
    }

    fn new_run(&mut self, request: &Request, graph: &FlowGraph) -> Result<NewRun> {
        let head = self.planned.head.clone().unwrap_or_default();
        let known = head.user.clone().or_else(|| request.user.clone());
        let mut system_tags = head.system_tags.clone();
        if head.user.is_none() {
            system_tags.extend(known.iter().map(|user| format!("user:{user}")));
        }
        system_tags.push(TAG.into());
        let first = self.rows.iter().map(|row| row.created_at).min();
        let mut info = Map::new();
        if let Some(script) = graph.file.rsplit('/').next().filter(|script| !script.is_empty()) {
            info.insert("script".into(), script.into());
        }
        if let Some(package) = self.code()? {
            info.insert("code_package".into(), package);
        }
        info.insert(IMPORTED_FROM.into(), self.provenance(request, false));
        Ok(NewRun {
            flow: self.planned.into.clone(),
            id: Some(self.planned.run.clone()),
            user: known.unwrap_or_else(|| "unknown".into()),
            tags: head.tags,
            system_tags,
            origin: self.origin()?,
            graph: graph.to_json()?,
            info,
            at: made_at(&self.planned.run, self.planned.head.as_ref()).or(first).unwrap_or(request.now),
        })
    }

    /// The run it resumes: every task of it but `_parameters` says so.
    fn origin(&self) -> Result<Option<RunId>> {
        let task = self.files.tasks.iter().find(|task| task.step != PARAMETERS);
        let origin =
            task.map(|task| self.source.origin(&self.planned.flow, &self.planned.run, task)).transpose()?;
        Ok(origin.flatten().and_then(|origin| RunId::new(origin).ok()))
    }

    fn code(&mut self) -> Result<Option<Value>> {
        let flow = &self.planned.flow;
        let Some(task) =
            self.files.tasks.iter().find(|task| task.attempts.values().any(|has| has.task_begin))
        else {
            return Ok(None);
        };
        let Some(sha) = self.source.code(flow, &self.planned.run, task)? else { return Ok(None) };
        match self.source.blobs(flow, &[(sha, None)])?.pop() {
            Some(Fetched::Whole(bytes)) => {
                let hash = self.target.files.put_chunk(&bytes)?;
                Ok(Some(json!({"hash": hash.to_string(), "size": bytes.len()})))
            }
            _ => {
                let key = self.source.blob_key(flow, sha);
                self.keeper.left_out.push(format!(
                    "`{}`: its code package `{key}` is missing or damaged",
                    here(self.planned)
                ));
                Ok(None)
            }
        }
    }

    fn provenance(&self, request: &Request, complete: bool) -> Value {
        let tags = self.planned.head.as_ref().map(|head| head.tags.clone()).unwrap_or_default();
        json!({
            "kind": "metaflow",
            "path": request.from,
            "flow": self.planned.flow,
            "run": self.planned.run,
            "complete": complete,
            "left_out": self.keeper.left_out.len(),
            "tags": tags,
            "task_ids": self.ids.to_json(),
        })
    }
}

/// Adds tags the run got there since it came, and removes those it lost. Tags it got here stay.
fn retag(target: &mut Target<'_>, planned: &Planned, record: &RunRecord) -> Result<()> {
    let Some(head) = &planned.head else { return Ok(()) };
    let from = record.info.get(IMPORTED_FROM);
    let before: Vec<String> = from
        .and_then(|from| from.get("tags")?.as_array())
        .map(|tags| tags.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let added: Vec<String> = head.tags.iter().filter(|tag| !before.contains(tag)).cloned().collect();
    let gone: Vec<String> = before.iter().filter(|tag| !head.tags.contains(tag)).cloned().collect();
    if added.is_empty() && gone.is_empty() {
        return Ok(());
    }
    target.provider.mutate_tags(&planned.into, &planned.run, &added, &gone)?;
    let mut from = from.cloned().unwrap_or_default();
    from["tags"] = json!(head.tags);
    let change = Change::Info { key: IMPORTED_FROM.into(), value: from };
    target.provider.write(&planned.into, &planned.run, &[change])
}
