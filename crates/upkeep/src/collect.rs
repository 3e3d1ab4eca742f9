//! Removing what no recorded run needs: mark, then sweep.

use std::ops::ControlFlow;

use spinloom_datastore::{
    ChunkInfo, Datastore, Live, OBJECT_GRACE, ObjectProgress, ObjectSweep, Removal, RunFolder, SweptObjects,
    Tally,
};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::{Provider, RunRecord};

use crate::marks::mark;
use crate::scope::{Filter, running};

/// Clocks of files are a little behind those of programs …
const TICK: i64 = 50_000;
/// … and those of other machines may be more so.
pub(crate) const SKEW: i64 = 60_000_000;
/// Chunks between two words on how far it is.
const PULSE: u64 = 256;

/// What to collect.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What was written or wanted this recently stays, microseconds.
    pub grace: i64,
    /// What to do with object stores.
    pub objects: Objects,
    /// Remove it; otherwise only say what would be.
    pub remove: bool,
    /// The present time, microseconds since the Unix epoch.
    pub now: i64,
}

/// What to do with the object stores that runs have artifacts in, and with the one that new ones go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Objects {
    /// Leave them alone.
    Leave,
    /// Collect there too. Others may use them: nothing younger than [`OBJECT_GRACE`] is removed, whatever the grace.
    #[default]
    Shared,
    /// The same, and nobody else uses them: the grace holds there too.
    Alone,
}

/// What was, or would be, removed, and what stays and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Collected {
    /// Chunks that nobody needs.
    pub chunks: Tally,
    /// Folders of runs that are not recorded (any more).
    pub folders: Vec<RunFolder>,
    /// Files that were never finished.
    pub temporary: Tally,
    /// Chunks that recorded runs need.
    pub needed: Tally,
    /// Chunks that nobody needs yet, or any more, and that are too young to tell.
    pub young: Tally,
    /// Runs that are deleted and whose artifacts others took over.
    pub inherited: Vec<RunFolder>,
    /// What became of object stores.
    pub objects: Vec<SweptObjects>,
    /// Runs looked at.
    pub runs: u64,
    /// Those at work: nothing written since they began is touched.
    pub running: Vec<(FlowName, RunId)>,
    /// When the oldest of them began, by any clock, microseconds since the Unix epoch.
    began: i64,
}

impl Collected {
    /// Bytes that were, or would be, freed, here and in object stores.
    pub fn freed(&self) -> u64 {
        let objects: u64 = self.objects.iter().map(|swept| swept.garbage.bytes).sum();
        objects
            + self.chunks.bytes
            + self.temporary.bytes
            + self.folders.iter().map(|folder| folder.size).sum::<u64>()
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Runs whose needs are known, of how many.
    Marking(u64, u64),
    /// Chunks looked at, and bytes freed so far.
    Sweeping(u64, u64),
    /// At work in an object store.
    Objects(ObjectProgress),
}

/// Removes what no recorded run needs, beside whatever else is at work. Cut short at any instant, it has removed less and nothing else.
///
/// # Errors
/// `SL0403` if what a run needs cannot be known, and then nothing is removed; `SL0401` if the store cannot be locked, read or written;
/// `SL0406` and `SL0407` if an object store cannot be used; `SL0311` if runs are at work and [`Objects::Alone`] was claimed.
pub fn collect(
    provider: &dyn Provider,
    store: &Datastore,
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Collected> {
    let mut done = Collected { began: i64::MAX, ..Collected::default() };
    let runs = Filter::default().runs(provider)?;
    let cutoff = cutoff(store, &runs, options, &mut done)?;
    is_idle(options, &done)?;
    let mut live = Live::default();
    for (index, run) in (0_u64..).zip(&runs) {
        progress(Progress::Marking(index, runs.len() as u64));
        mark(&mut live, provider, store, run)?;
    }
    done.runs = runs.len() as u64;
    // First: where it cannot be known what is needed, nothing was removed here either.
    sweep_objects(store, &live, options, &mut done, progress)?;
    sweep_chunks(store, &live, (cutoff, options.remove), &mut done, progress)?;
    sweep_folders(provider, store, &live, (cutoff, options.remove), &mut done)?;
    let (count, bytes) = store.stale(cutoff, options.remove)?;
    done.temporary = Tally { count, bytes };
    Ok(done)
}

/// Nothing written since is touched: it may belong to what is not recorded yet.
fn cutoff(store: &Datastore, runs: &[RunRecord], options: Options, done: &mut Collected) -> Result<i64> {
    let mut cutoff = options.now - options.grace - TICK;
    for run in runs {
        if running(store, run)? {
            cutoff = cutoff.min(run.created_at - SKEW);
            done.began = done.began.min(run.created_at - SKEW);
            done.running.push((run.flow.clone(), run.run.clone()));
        }
    }
    Ok(cutoff)
}

fn sweep_objects(
    store: &Datastore,
    live: &Live,
    options: Options,
    done: &mut Collected,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let shared = i64::try_from(OBJECT_GRACE.as_micros()).unwrap_or(i64::MAX);
    let grace = match options.objects {
        Objects::Leave => return Ok(()),
        Objects::Shared => options.grace.max(shared),
        Objects::Alone => options.grace,
    };
    let mut locations = live.locations().clone();
    locations.extend(store.remote_location()?);
    let sweep = ObjectSweep { live, grace, before: done.began, remove: options.remove, now: options.now };
    for location in &locations {
        let swept = store.sweep_objects(location, sweep, &mut |at| progress(Progress::Objects(at)));
        done.objects.push(swept.map_err(|e| e.hint("`gc --local` collects this disk only"))?);
    }
    Ok(())
}

/// A grace that is shorter than what those who send count on is for stores that are idle.
fn is_idle(options: Options, done: &Collected) -> Result<()> {
    match done.running.first() {
        Some((flow, run)) if options.objects == Objects::Alone => Err(Error::new(
            codes::CANNOT_DELETE,
            format!("`{flow}/{run}` is running, so it is not alone with the object store"),
        )
        .hint("wait until it is over, or leave `--alone` out")),
        _ => Ok(()),
    }
}

fn sweep_chunks(
    store: &Datastore,
    live: &Live,
    (cutoff, remove): (i64, bool),
    done: &mut Collected,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    let mut seen = 0;
    let mut failed = Ok(());
    let mut look = |chunk: &ChunkInfo| -> Result<()> {
        if seen % PULSE == 0 {
            progress(Progress::Sweeping(seen, done.chunks.bytes));
        }
        seen += 1;
        if live.needs(chunk) {
            done.needed.add(chunk.size);
        } else if chunk.modified >= cutoff {
            done.young.add(chunk.size);
        } else if !remove {
            done.chunks.add(chunk.size);
        } else {
            match store.remove_chunk(chunk, cutoff)? {
                Removal::Freed(bytes) => done.chunks.add(bytes),
                Removal::Young => done.young.add(chunk.size),
                Removal::Gone => {}
            }
        }
        Ok(())
    };
    store.chunks(&mut |chunk| match look(&chunk) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Err(error);
            ControlFlow::Break(())
        }
    })?;
    failed
}

fn sweep_folders(
    provider: &dyn Provider,
    store: &Datastore,
    live: &Live,
    (cutoff, remove): (i64, bool),
    done: &mut Collected,
) -> Result<()> {
    let mut folders = Vec::new();
    store.run_folders(&mut |folder| {
        folders.push(folder);
        ControlFlow::Continue(())
    })?;
    folders.sort_by(|a, b| (&a.flow, &a.run).cmp(&(&b.flow, &b.run)));
    for folder in folders {
        let unknown = || Ok(provider.run(&folder.flow, &folder.run)?.is_none());
        if !unknown()? {
            continue;
        }
        if live.needs_pack(&folder.flow, &folder.run) {
            done.inherited.push(folder);
        } else if folder.modified < cutoff && !store.is_driven(&folder.flow, &folder.run)? {
            // A driver locks the folder before or after it records the run: with the lock in hand, one look is enough.
            let lock = if remove { store.lock_driver(&folder.flow, &folder.run)? } else { None };
            if remove {
                if lock.is_none() || !unknown()? {
                    continue;
                }
                store.remove_run(&folder.flow, &folder.run)?;
            }
            done.folders.push(folder);
        }
    }
    Ok(())
}
