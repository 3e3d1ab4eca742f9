//! Artifacts: each blob is fetched and saved once, and referred to from then on.

use std::collections::HashMap;
use std::sync::Arc;

use spinloom_datastore::{
    ArtifactEntry, AttemptId, AttemptWriter, Datastore, Described, Json, ManifestRef, Pack, Piece,
};
use spinloom_diagnostics::Result;
use spinloom_flow::{ArtifactName, FlowName};
use spinloom_metaflow::{Fetched, ObjectRef, Sha, Store, facts};

use crate::content::pickled;

/// Blobs up to this size are fetched together, before they are needed; any other alone.
const SMALL: u64 = 1 << 20;
/// Bytes of blobs that wait to be saved.
const WAITING: u64 = 64 << 20;
/// What is remembered of blobs that were saved; one that is forgotten is fetched again.
const REMEMBERED: usize = 100_000;
/// A blob Metaflow wrote about a task is no longer than this.
const FACT: usize = 1 << 20;

/// What Metaflow itself keeps among artifacts, and is read here.
const FACTS: [&str; 7] = [
    "_task_ok",
    "_foreach_stack",
    "_iteration_stack",
    "_transition",
    "_foreach_num_splits",
    "_parallel_ubf_iter",
    "_exception",
];

/// What every task of the run has, too: the artifacts of `_parameters`.
struct Base {
    at: ManifestRef,
    names: HashMap<String, Sha>,
}

/// Blobs that were saved, as entries for the manifests of any run.
#[derive(Default)]
pub(crate) struct Saved(HashMap<Sha, ArtifactEntry>);

/// Fetches, saves and remembers.
pub(crate) struct Keeper<'a> {
    source: &'a Store,
    files: &'a Datastore,
    flow: &'a FlowName,
    /// Blobs that were saved, as entries for other manifests.
    saved: HashMap<Sha, ArtifactEntry>,
    /// Fetched and not yet saved.
    waiting: HashMap<Sha, Fetched>,
    facts: HashMap<Sha, Option<Arc<[u8]>>>,
    base: Option<Base>,
    /// Bytes saved so far.
    pub(crate) bytes: u64,
    /// What is damaged or missing.
    pub(crate) left_out: Vec<String>,
}

impl<'a> Keeper<'a> {
    /// `saved`: blobs of runs before that are files of their own.
    pub(crate) fn new(source: &'a Store, files: &'a Datastore, flow: &'a FlowName, saved: Saved) -> Self {
        let (waiting, facts) = (HashMap::new(), HashMap::new());
        Self {
            source,
            files,
            flow,
            saved: saved.0,
            waiting,
            facts,
            base: None,
            bytes: 0,
            left_out: Vec::new(),
        }
    }

    /// What can be referred to from other runs, too: not what is inside of this one's manifests.
    pub(crate) fn into_saved(self) -> Saved {
        let whole = |(_, entry): &(Sha, ArtifactEntry)| matches!(entry.stream, Piece::Chunk { .. });
        Saved(self.saved.into_iter().filter(whole).collect())
    }

    /// Fetches together what attempts are going to need: the facts of all, and all artifacts of those that are to be saved.
    pub(crate) fn prepare<'o>(
        &mut self,
        attempts: impl Iterator<Item = (&'o [ObjectRef], bool)>,
    ) -> Result<()> {
        self.waiting.clear();
        let mut wanted: Vec<(Sha, Option<u64>)> = Vec::new();
        let mut room = WAITING;
        let mut asked = std::collections::HashSet::new();
        for (objects, all) in attempts {
            for object in objects.iter().filter(|object| all || is_fact(&object.name)) {
                let size = object.size.unwrap_or(SMALL + 1);
                let known =
                    self.facts.contains_key(&object.sha) || (self.is_kept(object) && !is_fact(&object.name));
                if size > SMALL || size > room || known || !asked.insert(object.sha) {
                    continue;
                }
                room -= size;
                wanted.push((object.sha, object.size));
            }
        }
        let blobs = self.source.blobs(self.flow, &wanted)?;
        self.waiting = wanted.into_iter().map(|(sha, _)| sha).zip(blobs).collect();
        Ok(())
    }

    fn is_kept(&self, object: &ObjectRef) -> bool {
        let in_base = self.base.as_ref().and_then(|base| base.names.get(&object.name)) == Some(&object.sha);
        in_base || self.saved.contains_key(&object.sha)
    }

    /// The bytes of something Metaflow wrote about the attempt with these artifacts.
    pub(crate) fn fact(&mut self, objects: &[ObjectRef], name: &str) -> Result<Option<Arc<[u8]>>> {
        let Some(object) = objects.iter().find(|object| object.name == name) else { return Ok(None) };
        if let Some(known) = self.facts.get(&object.sha) {
            return Ok(known.clone());
        }
        if self.facts.len() >= REMEMBERED {
            self.facts.clear();
        }
        let fact = match self.fetch(object)? {
            Fetched::Whole(bytes) if bytes.len() <= FACT => Some(Arc::from(bytes)),
            _ => None,
        };
        self.facts.insert(object.sha, fact.clone());
        Ok(fact)
    }

    fn fetch(&mut self, object: &ObjectRef) -> Result<Fetched> {
        if let Some(fetched) = self.waiting.get(&object.sha) {
            return Ok(fetched.clone());
        }
        let fetched = self.source.blobs(self.flow, &[(object.sha, object.size)])?;
        Ok(fetched.into_iter().next().unwrap_or(Fetched::Missing))
    }

    /// Saves what an attempt has, and answers where; nothing if it has nothing.
    pub(crate) fn save(
        &mut self,
        id: AttemptId,
        objects: &[ObjectRef],
        pack: &mut Pack,
    ) -> Result<Option<ManifestRef>> {
        let owner = format!("{}/{}/{}/{}", self.flow, id.run, id.step, id.task);
        let base = self.base.as_ref().filter(|base| {
            let names: std::collections::HashSet<&str> = objects.iter().map(|o| o.name.as_str()).collect();
            base.names.keys().all(|name| names.contains(name.as_str()))
        });
        let above: HashMap<String, Sha> = base.map(|base| base.names.clone()).unwrap_or_default();
        let mut writer = AttemptWriter::new(self.files.clone(), id, base.map(|base| base.at.clone()));
        let mut shas = HashMap::new();
        for object in objects.iter().filter(|object| above.get(&object.name) != Some(&object.sha)) {
            if self.put(&mut writer, object, &owner)? {
                shas.insert(object.name.as_str(), object.sha);
            }
        }
        if writer.is_empty() && above.is_empty() {
            return Ok(None);
        }
        let at = pack.append(&writer.finish()?)?;
        self.remember(&at, &shas)?;
        Ok(Some(at))
    }

    /// From now on what is at `at`, which has `objects`, is what every task has, too.
    pub(crate) fn set_base(&mut self, at: ManifestRef, objects: &[ObjectRef]) -> Result<()> {
        let manifest = self.files.manifest(&at)?;
        let kept: std::collections::HashSet<String> =
            manifest.artifacts.iter().map(|e| e.name.to_string()).collect();
        let names = objects.iter().filter(|object| kept.contains(&object.name));
        let names = names.map(|object| (object.name.clone(), object.sha)).collect();
        self.base = Some(Base { at, names });
        Ok(())
    }

    /// Saves one artifact; says no, and notes it, if it is damaged or missing.
    fn put(&mut self, writer: &mut AttemptWriter, object: &ObjectRef, owner: &str) -> Result<bool> {
        let Ok(name) = ArtifactName::new(&object.name) else {
            return self.leave_out(owner, object, "its name cannot be kept".into());
        };
        if let Some(entry) = self.saved.get(&object.sha) {
            writer.refer(ArtifactEntry { name, ..entry.clone() });
            return Ok(true);
        }
        let key = self.source.blob_key(self.flow, object.sha);
        let mut bytes = match self.fetch(object)? {
            Fetched::Whole(bytes) => bytes,
            Fetched::Missing => return self.leave_out(owner, object, format!("the blob `{key}` is missing")),
            Fetched::Damaged(why) => {
                return self.leave_out(owner, object, format!("the blob `{key}` is damaged: {why}"));
            }
        };
        let mut what = Described {
            type_name: object.type_name.clone(),
            encoding: object.encoding.clone(),
            serializer: object.serializer.clone().map(Json::new).transpose()?,
            preview: None,
        };
        if object.type_name.ends_with("IncludedFile")
            && let Some(file) = facts::included(&bytes)
        {
            let content = match self.source.included(&file) {
                Ok(Some(content)) => content,
                Ok(None) => {
                    return self.leave_out(
                        owner,
                        object,
                        format!("its file `{}` is not in the store", file.url),
                    );
                }
                Err(error) => {
                    return self.leave_out(owner, object, format!("its file cannot be read: {error}"));
                }
            };
            let (pickle, kind) = pickled(&file, &content);
            (bytes, what.type_name, what.encoding) = (pickle, kind.into(), "pickle-v4".into());
        }
        writer.save(object.name.as_str(), what, bytes.as_slice(), &[])?;
        self.bytes += bytes.len() as u64;
        Ok(true)
    }

    fn leave_out(&mut self, owner: &str, object: &ObjectRef, why: String) -> Result<bool> {
        self.left_out.push(format!("`{owner}/{}`: {why}", object.name));
        Ok(false)
    }

    /// What the manifest at `at` has can be referred to from now on.
    fn remember(&mut self, at: &ManifestRef, shas: &HashMap<&str, Sha>) -> Result<()> {
        if self.saved.len() >= REMEMBERED {
            self.saved.clear();
        }
        for entry in self.files.manifest(at)?.for_others() {
            if let Some(sha) = shas.get(entry.name.as_str()) {
                self.saved.entry(*sha).or_insert(entry);
            }
        }
        Ok(())
    }
}

fn is_fact(name: &str) -> bool {
    FACTS.contains(&name)
}
