//! Looking after what is in an object store: checking it, forgetting runs.

use std::ops::ControlFlow;

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId};

use super::{Remote, keys};
use crate::{
    ContentHash, Datastore,
    chunk::missing_chunk,
    hash::{LEAF, leaf},
};

impl Remote {
    /// Checks the objects of a chunk, whatever the cache has: whether all are there and, unless `fast`, every byte of them. False if the
    /// first is not there.
    ///
    /// # Errors
    /// `SL0403` if one is damaged or a later one missing; `SL0406` and `SL0407` if it cannot be known.
    pub(crate) fn check_objects(&self, hash: &ContentHash, len: u64, fast: bool) -> Result<bool> {
        let key = if keys::is_small(len) { keys::chunk(hash) } else { keys::list(hash) };
        if self.objects.head(&key)?.is_none() {
            return Ok(false);
        }
        if keys::is_small(len) {
            return if fast { Ok(true) } else { self.object(hash, hash, len).map(|_| true) };
        }
        let leaves = self.leaves(hash, len)?;
        let (group, zero) = (keys::leaves_per_object(len), leaf(&vec![0; LEAF]));
        let mut names = Vec::new();
        for (index, leaves) in leaves.chunks(group).enumerate() {
            let name = ContentHash::of_leaves(leaves);
            // What is zero is a hole here, and fetched by nobody.
            if leaves.iter().all(|leaf| *leaf == zero) {
                continue;
            }
            if fast {
                names.push(keys::chunk(&name));
                continue;
            }
            let from = (index * group * LEAF) as u64;
            self.object(&name, hash, ((leaves.len() * LEAF) as u64).min(len - from))?;
        }
        for (found, key) in self.objects.exists_many(&names).into_iter().zip(&names) {
            if !found? {
                return Err(missing_chunk(hash).cause(format!("there is no `{key}` in `{}`", self.at)));
            }
        }
        Ok(true)
    }
}

impl Datastore {
    /// Removes the pack and the logs of a run from the object store, if this store has one.
    ///
    /// # Errors
    /// `SL0406` and `SL0407` if it does not let us.
    pub(crate) fn remove_remote_run(&self, flow: &FlowName, run: &RunId) -> Result<()> {
        let Some(remote) = self.remote()? else { return Ok(()) };
        self.forget(&remote, flow, run)
    }

    /// Removes the pack and the logs of a run from the object store at `location`, which may not be the one that is set now.
    ///
    /// # Errors
    /// `SL0406` and `SL0407` if it does not let us.
    pub fn remove_run_at(&self, location: &str, flow: &FlowName, run: &RunId) -> Result<()> {
        self.forget(&*self.remote_at(location)?, flow, run)
    }

    fn forget(&self, remote: &Remote, flow: &FlowName, run: &RunId) -> Result<()> {
        let mut found = Vec::new();
        for folder in [keys::packs(flow, run), keys::logs(flow, run)] {
            // Runs of other stores may have the same name.
            let prefix = self.own(&folder)?;
            remote.objects.list(&prefix, &mut |object| {
                found.push(object.key);
                ControlFlow::Continue(())
            })?;
        }
        remote.objects.delete_many(found)?;
        // What was fetched of it.
        let _ = std::fs::remove_file(remote.packs.join(flow.as_str()).join(run.as_str()));
        let _ = std::fs::remove_dir_all(
            remote.packs.with_file_name("logs").join(flow.as_str()).join(run.as_str()),
        );
        Ok(())
    }
}
