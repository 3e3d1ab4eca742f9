//! What the packs at a location need, whoever wrote them.

use std::{
    collections::{BTreeMap, HashSet},
    ops::ControlFlow,
};

use bytes::Bytes;
use spinloom_diagnostics::{Error, Result};
use spinloom_flow::{FlowName, RunId};

use super::{Remote, keys};
use crate::{ContentHash, Datastore, Manifest, ManifestRef, Piece, io::corrupt, record::Head};

/// Objects read at a time.
pub(super) const AT_A_TIME: usize = 32;
/// A pack that grows while it is listed is listed again.
const TRIES: usize = 3;

impl Datastore {
    /// Says beside the pack of a run which code package it has: only metadata names it otherwise, and that is not at the location.
    pub(crate) fn record_package(
        &self,
        (flow, run): (&FlowName, &RunId),
        hash: &ContentHash,
        len: u64,
    ) -> Result<()> {
        let Some(remote) = self.remote()? else { return Ok(()) };
        let key = keys::package(&self.own(&keys::packs(flow, run))?, hash, len);
        remote.objects.put(&key, vec![Bytes::new()])
    }
}

/// The folder of one pack, and the keys in it.
type Folders = BTreeMap<String, Vec<String>>;

impl Remote {
    /// Every chunk that a record of a pack names, and every code package. `progress` is told of packs read, of how many.
    ///
    /// # Errors
    /// `SL0403` or `SL0402` if it cannot be known of one of them.
    pub(super) fn needs(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<(HashSet<ContentHash>, u64)> {
        let folders = self.folders(keys::PACKS)?;
        let (mut needs, all) = (HashSet::new(), folders.len() as u64);
        for (done, (folder, keys)) in (0..).zip(folders) {
            progress(done, all);
            self.read_folder(&folder, keys, &mut needs).map_err(|e| self.unknown(&folder, &e))?;
        }
        Ok((needs, all))
    }

    fn folders(&self, below: &str) -> Result<Folders> {
        let mut folders = Folders::new();
        self.objects.list(below, &mut |object| {
            let (folder, _) = object.key.rsplit_once('/').unwrap_or_default();
            // Some tools put an empty object where they want a folder.
            if object.size > 0 || keys::packaged(&object.key).is_some() {
                folders.entry(format!("{folder}/")).or_default().push(object.key);
            }
            ControlFlow::Continue(())
        })?;
        Ok(folders)
    }

    fn read_folder(&self, folder: &str, keys: Vec<String>, needs: &mut HashSet<ContentHash>) -> Result<()> {
        let mut reader = Reader { of: run_of(folder)?, needs };
        let mut keys = keys;
        for _ in 0..TRIES {
            if reader.read(self, &keys)? {
                return Ok(());
            }
            // The run was deleted meanwhile, or sent more: what is missing is listed now.
            keys = self.folders(folder)?.remove(folder).unwrap_or_default();
        }
        Err(corrupt(format!("a part of the pack `{folder}` is missing")))
    }

    fn unknown(&self, folder: &str, why: &Error) -> Error {
        let (at, name) = (&self.at, folder.trim_end_matches('/'));
        let told = Error::new(
            why.code(),
            format!("it cannot be known what `{name}` in `{at}` needs, so nothing is removed"),
        );
        let told = why.causes().iter().fold(told.cause(why.message()), Error::cause);
        why.hints().iter().fold(told, Error::hint).hint("or delete the run, in the project that it is of")
    }
}

/// The run whose pack is in `folder`.
fn run_of(folder: &str) -> Result<(FlowName, RunId)> {
    let mut parts = folder.trim_end_matches('/').split('/').skip(1);
    let of = (|| {
        let of = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next()?;
        parts.next().is_none().then_some(of)
    })();
    of.ok_or_else(|| corrupt(format!("`{folder}` is not the folder of a pack")))
}

struct Reader<'a> {
    of: (FlowName, RunId),
    needs: &'a mut HashSet<ContentHash>,
}

impl Reader<'_> {
    /// Reads the objects of one pack. False if one of them is missing.
    fn read(&mut self, remote: &Remote, keys: &[String]) -> Result<bool> {
        let mut covered = 0;
        for some in keys.chunks(AT_A_TIME) {
            for (key, bytes) in some.iter().zip(remote.objects.get_many(some)) {
                let Some(bytes) = bytes? else { return Ok(false) };
                if let Some((hash, _)) = keys::packaged(key) {
                    self.needs.insert(hash);
                    continue;
                }
                let strange = || corrupt(format!("`{key}` is not what was written"));
                let (from, to) = keys::range(key).ok_or_else(strange)?;
                if from > covered {
                    return Ok(false);
                }
                if from.checked_add(bytes.len() as u64) != Some(to) {
                    return Err(strange());
                }
                self.segment(from, &bytes).ok_or_else(strange)??;
                covered = to.max(covered);
            }
        }
        Ok(true)
    }

    /// Reads whole records, one after the other; nothing if they are not.
    fn segment(&mut self, from: u64, bytes: &[u8]) -> Option<Result<()>> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = Head::read(rest)?.total();
            let (record, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            let offset = from + (bytes.len() - rest.len()) as u64;
            let at = ManifestRef { flow: self.of.0.clone(), run: self.of.1.clone(), offset, length };
            match Manifest::decode(&at, record) {
                Ok(manifest) => self.add(&manifest),
                Err(error) => return Some(Err(error)),
            }
            rest = after;
        }
        Some(Ok(()))
    }

    /// Whatever name a piece has for its location: there may be several for this one, and what is kept for nothing does no harm.
    fn add(&mut self, manifest: &Manifest) {
        for entry in &manifest.artifacts {
            for piece in entry.buffers.iter().chain([&entry.stream]) {
                if let Piece::Chunk { hash, remote: Some(_), .. } = piece {
                    self.needs.insert(*hash);
                }
            }
        }
    }
}
