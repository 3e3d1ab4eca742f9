//! Removing objects that no pack at a location needs. Why that is safe beside those who send: `settle.rs`, and
//! `docs/design/0006-collecting.md`.

use std::{collections::HashSet, ops::ControlFlow, time::Duration};

use spinloom_diagnostics::Result;
use spinloom_objects::ObjectInfo;

use super::{
    Remote, keys,
    marks::AT_A_TIME,
    settle::{self, Flag},
};
use crate::{
    ContentHash, Datastore, Live,
    chunk::damaged_chunk,
    hash::{LEAF, Leaf},
};

/// Objects that are younger than this are never garbage while anybody may be sending: who relies on one that is older than
/// half of it sends it again.
pub const OBJECT_GRACE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Objects removed at a time.
const BATCH: usize = 500;
/// Objects between two words on how far it is.
const PULSE: u64 = 256;

/// What to remove from a location.
#[derive(Debug, Clone, Copy)]
pub struct ObjectSweep<'a> {
    /// What is needed besides what packs there name: by runs whose packs could not be sent yet.
    pub live: &'a Live,
    /// What is younger stays, by the clock of the object store, microseconds; see [`OBJECT_GRACE`].
    pub grace: i64,
    /// So does what was written since, microseconds since the Unix epoch.
    pub before: i64,
    /// Remove it; otherwise only count.
    pub remove: bool,
    /// The present time, microseconds since the Unix epoch, for counting: who only looks asks no other clock.
    pub now: i64,
}

/// How many, how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Bytes they take.
    pub bytes: u64,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

/// What was, or would be, removed from a location, and what stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptObjects {
    /// Which location.
    pub location: String,
    /// Packs that were read, of whatever store.
    pub packs: u64,
    /// Objects that nobody needs.
    pub garbage: Tally,
    /// Objects that packs need.
    pub needed: Tally,
    /// Objects too young to tell.
    pub young: Tally,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectProgress {
    /// Packs read, of how many.
    Packs(u64, u64),
    /// Objects looked at, and bytes of garbage so far.
    Objects(u64, u64),
    /// Bytes removed so far, of how many.
    Removing(u64, u64),
}

impl Datastore {
    /// Removes the objects at `location` that nobody needs: no pack there, of this or another store. Cut short at any instant,
    /// it has removed less and nothing else.
    ///
    /// # Errors
    /// `SL0403` if what a pack needs cannot be known, and then nothing is removed; `SL0406` and `SL0407` as for every use of an object store.
    pub fn sweep_objects(
        &self,
        location: &str,
        sweep: ObjectSweep<'_>,
        progress: &mut dyn FnMut(ObjectProgress),
    ) -> Result<SweptObjects> {
        let remote = self.remote_at(location)?;
        let clock = if sweep.remove { settle::clock(&remote)? } else { None };
        let now = clock.unwrap_or(sweep.now);
        let (needed, packs) = remote.needs(&mut |done, all| progress(ObjectProgress::Packs(done, all)))?;
        let empty = Tally::default();
        let done = SweptObjects {
            location: remote.at.to_string(),
            packs,
            garbage: empty,
            needed: empty,
            young: empty,
        };
        let cutoff = sweep.before.min(now - sweep.grace);
        let mut sweeper =
            Sweeper { remote: &remote, needed, live: sweep.live, cutoff, done, seen: 0, progress };
        let (lists, kept) = sweeper.look(keys::LISTS)?;
        sweeper.mark(&kept)?;
        drop(kept);
        let (chunks, _) = sweeper.look(keys::CHUNKS)?;
        if sweep.remove {
            let all = std::mem::take(&mut sweeper.done.garbage).bytes;
            let mut flag = Flag::new(&remote);
            // First, so that there is never a list of what is not there.
            sweeper.remove(&mut flag, &lists, all)?;
            sweeper.remove(&mut flag, &chunks, all)?;
        }
        Ok(sweeper.done)
    }
}

struct Sweeper<'a> {
    remote: &'a Remote,
    needed: HashSet<ContentHash>,
    live: &'a Live,
    cutoff: i64,
    done: SweptObjects,
    seen: u64,
    progress: &'a mut dyn FnMut(ObjectProgress),
}

impl Sweeper<'_> {
    /// Looks at each object below `folder`: the keys of garbage, and of lists that stay.
    fn look(&mut self, folder: &str) -> Result<(Vec<String>, Vec<String>)> {
        let (mut garbage, mut kept) = (Vec::new(), Vec::new());
        let remote = self.remote;
        remote.objects.list(folder, &mut |object: ObjectInfo| {
            // What is of another name was put there by somebody else.
            let Some(hash) = keys::hash(&object.key) else { return ControlFlow::Continue(()) };
            self.seen += 1;
            if self.seen.is_multiple_of(PULSE) {
                (self.progress)(ObjectProgress::Objects(self.seen, self.done.garbage.bytes));
            }
            let is_needed = self.needed.contains(&hash) || self.live.needs_object(&hash);
            if !is_needed && object.last_modified_us < self.cutoff {
                self.done.garbage.add(object.size);
                garbage.push(object.key);
                return ControlFlow::Continue(());
            }
            let tally = if is_needed { &mut self.done.needed } else { &mut self.done.young };
            tally.add(object.size);
            if folder == keys::LISTS {
                kept.push(object.key);
            }
            ControlFlow::Continue(())
        })?;
        Ok((garbage, kept))
    }

    /// What lists that stay name is needed: of young ones, too, as who finds one relies on all of it.
    fn mark(&mut self, lists: &[String]) -> Result<()> {
        for some in lists.chunks(AT_A_TIME) {
            for (key, list) in some.iter().zip(self.remote.objects.get_many(some)) {
                let (Some(list), Some(hash)) = (list?, keys::hash(key)) else { continue };
                let (leaves, rest) = list.as_chunks::<32>();
                if !rest.is_empty() || ContentHash::of_leaves(leaves) != hash {
                    let why = format!(
                        "`{key}` in `{}` is not what was written, so nothing is removed",
                        self.remote.at
                    );
                    return Err(damaged_chunk(&hash).cause(why));
                }
                self.groups(leaves);
            }
        }
        Ok(())
    }

    fn groups(&mut self, leaves: &[Leaf]) {
        let group = keys::leaves_per_object((leaves.len() * LEAF) as u64);
        self.needed.extend(leaves.chunks(group).map(ContentHash::of_leaves));
    }

    /// Removes objects, of which `all` bytes are to go in all, unless they became young.
    fn remove(&mut self, flag: &mut Flag<'_>, keys: &[String], all: u64) -> Result<()> {
        for batch in keys.chunks(BATCH) {
            (self.progress)(ObjectProgress::Removing(self.done.garbage.bytes, all));
            let (mut going, mut freed, mut young);
            loop {
                flag.change()?;
                (going, freed, young) = (Vec::new(), Tally::default(), Tally::default());
                for (key, found) in batch.iter().zip(self.remote.objects.head_many(batch)) {
                    match found? {
                        Some(found) if found.last_modified_us < self.cutoff => {
                            freed.add(found.size);
                            going.push(key.clone());
                        }
                        Some(found) => young.add(found.size),
                        None => {}
                    }
                }
                if flag.is_new() {
                    break;
                }
            }
            self.remote.objects.delete_many(going)?;
            self.done.garbage.merge(freed);
            self.done.young.merge(young);
        }
        Ok(())
    }
}
