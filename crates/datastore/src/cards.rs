//! Cards: the reports that attempts make.
//!
//! Those of an attempt that is over are in its manifest, beside its artifacts: a task that was taken over has them, and so have spins and
//! object stores. While it runs they are files, each replaced as a whole, so that a reader never sees a half.

use std::{collections::HashMap, fs, io, os::unix::fs::MetadataExt as _, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::{FlowName, RunId, TaskId};

use crate::{
    ArtifactEntry, Buffer, ContentHash, Datastore, Manifest,
    io::{corrupt, read_error, write_error},
    log::replace,
};

/// The encoding of a card in a manifest. Such an entry is never carried on to the next task.
pub const CARD: &str = "spinloom-card";

/// What is known of a card without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardNote {
    /// Which type of card it is, such as `default`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id it was given in its decorator.
    pub id: Option<String>,
    /// What it is told apart by: the same as long as the attempt makes it anew.
    pub hash: String,
    /// When it was made, microseconds since the epoch.
    pub at: i64,
    /// Whether it shows why it could not be made.
    #[serde(default)]
    pub failed: bool,
}

/// A card that can be read.
#[derive(Debug, Clone)]
pub struct Card {
    /// What it is.
    pub note: CardNote,
    /// Whose.
    pub task: TaskId,
    /// Of which attempt.
    pub attempt: u32,
    /// Its place among those of its step.
    pub position: usize,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    File(PathBuf),
    Entry(Arc<Manifest>, Box<ArtifactEntry>),
}

/// Task, attempt and position.
type LivePlace = (TaskId, u32, usize);

/// Which files of cards were read, and what they were then: a file that is replaced is another.
#[derive(Debug, Default)]
pub struct Seen(HashMap<LivePlace, (u64, i64, i64)>);

/// A card, and what it needs to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardDocument {
    /// The document, JSON.
    pub json: Vec<u8>,
    /// Libraries it names, in the order it names them.
    pub scripts: Vec<Vec<u8>>,
}

/// What of a document says which libraries it needs.
#[derive(Deserialize)]
struct Needs {
    #[serde(default)]
    scripts: Vec<Needed>,
}

#[derive(Deserialize)]
struct Needed {
    hash: String,
}

impl Card {
    /// Whether it is of an attempt that is still making it, or never finished.
    pub fn is_live(&self) -> bool {
        matches!(self.place, Place::File(_))
    }

    /// Where it is: a file, or the pack that has it.
    pub fn path(&self, store: &Datastore) -> PathBuf {
        match &self.place {
            Place::File(path) => path.clone(),
            Place::Entry(manifest, _) => store.pack_path(&manifest.flow, &manifest.run),
        }
    }
}

/// The name that the card at `position` has in a manifest: none of Python's can be the same.
pub fn card_name(position: usize) -> String {
    format!("_card:{position}")
}

impl Datastore {
    /// The cards in the manifest of an attempt that is over, in the order of their decorators.
    pub fn saved_cards(&self, manifest: &Arc<Manifest>) -> Vec<Card> {
        let mut cards: Vec<Card> = manifest
            .artifacts
            .iter()
            .filter(|entry| entry.encoding == CARD)
            .filter_map(|entry| {
                let note = serde_json::from_str(entry.serializer.as_ref()?.text()).ok()?;
                let position = entry.name.as_str().rsplit(':').next()?.parse().ok()?;
                let place = Place::Entry(manifest.clone(), Box::new(entry.clone()));
                Some(Card { note, task: manifest.task, attempt: manifest.attempt, position, place })
            })
            .collect();
        cards.sort_by_key(|card| card.position);
        cards
    }

    /// The cards that the attempts of a run are making, or made last before they died; those of one attempt if it is given.
    ///
    /// # Errors
    /// `SL0401` if they cannot be read.
    pub fn live_cards(&self, flow: &FlowName, run: &RunId, of: Option<(TaskId, u32)>) -> Result<Vec<Card>> {
        let mut cards = Vec::new();
        self.walk_cards((flow, run), |(task, attempt, position), file| {
            if of.is_none_or(|of| of == (task, attempt)) {
                cards.extend(live_card((task, attempt, position), file.path())?);
            }
            Ok(())
        })?;
        cards.sort_by_key(|card| (card.task, card.attempt, card.position));
        Ok(cards)
    }

    /// Of the cards that attempts are making those that were written anew since `seen`, which is brought up to date; only of attempts that
    /// are `wanted`.
    ///
    /// # Errors
    /// `SL0401` if they cannot be read.
    pub fn replaced_cards(
        &self,
        of: (&FlowName, &RunId),
        wanted: impl Fn(TaskId, u32) -> bool,
        seen: &mut Seen,
    ) -> Result<Vec<Card>> {
        let mut cards = Vec::new();
        self.walk_cards(of, |place, file| {
            if !wanted(place.0, place.1) {
                return Ok(());
            }
            // A file that is gone meanwhile is one that will be looked at again.
            let Ok(metadata) = file.metadata() else { return Ok(()) };
            let stamp = (metadata.ino(), metadata.mtime(), metadata.mtime_nsec());
            if seen.0.get(&place) != Some(&stamp)
                && let Some(card) = live_card(place, file.path())?
            {
                seen.0.insert(place, stamp);
                cards.push(card);
            }
            Ok(())
        })?;
        Ok(cards)
    }

    /// Goes through the files of cards that the attempts of a run are making.
    fn walk_cards(
        &self,
        (flow, run): (&FlowName, &RunId),
        mut each: impl FnMut(LivePlace, &fs::DirEntry) -> Result<()>,
    ) -> Result<()> {
        let folder = self.card_folder(flow, run);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(read_error(&folder, &e)),
        };
        for file in files {
            let file = file.map_err(|e| read_error(&folder, &e))?;
            if let Some(place) = file.file_name().to_str().and_then(named) {
                each(place, &file)?;
            }
        }
        Ok(())
    }

    /// Makes `json` the card at `position` of an attempt that runs, in place of an earlier one. `note` is a [`CardNote`] as JSON.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if it cannot be written, and then the earlier one is as before.
    pub fn write_live_card(
        &self,
        (flow, run): (&FlowName, &RunId),
        (task, attempt): (TaskId, u32),
        position: usize,
        (note, json): (&str, &[u8]),
    ) -> Result<()> {
        let folder = self.card_folder(flow, run);
        let path = folder.join(format!("{task}.{attempt}.{position}"));
        let mut bytes = Vec::with_capacity(note.len() + 1 + json.len());
        bytes.extend_from_slice(note.as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(json);
        if !folder.exists() {
            fs::create_dir_all(&folder).map_err(|e| write_error(&folder, &e))?;
        }
        replace(&path, &bytes)
    }

    /// Keeps a library that cards of a run name while they are made; answers what they are to call it.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if it cannot be written.
    pub fn keep_script(&self, flow: &FlowName, run: &RunId, bytes: &[u8]) -> Result<String> {
        let hash = ContentHash::of(bytes).to_string();
        let path = self.script_path(flow, run, &hash);
        if !path.exists() {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
            }
            self.local().drafts.publish(&path, 0o644, |file| io::Write::write_all(file, bytes))?;
        }
        Ok(hash)
    }

    /// A card as a whole.
    ///
    /// # Errors
    /// `SL0401` if it cannot be read, `SL0403` if it is damaged.
    pub fn card_document(&self, flow: &FlowName, run: &RunId, card: &Card) -> Result<CardDocument> {
        match &card.place {
            Place::Entry(manifest, entry) => {
                let payload = self.payload(manifest, entry)?;
                let mut scripts = Vec::with_capacity(payload.buffers.len());
                for mut buffer in payload.buffers {
                    let mut bytes = Vec::new();
                    match &mut buffer {
                        Buffer::Bytes(own) => bytes.append(own),
                        Buffer::File { path, .. } => {
                            bytes = fs::read(&*path).map_err(|e| read_error(path, &e))?;
                        }
                    }
                    scripts.push(bytes);
                }
                Ok(CardDocument { json: payload.stream, scripts })
            }
            Place::File(path) => {
                let bytes = fs::read(path).map_err(|e| read_error(path, &e))?;
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let json = end
                    .map(|end| bytes[end + 1..].to_vec())
                    .ok_or_else(|| corrupt(format!("the card `{}` has no beginning", path.display())))?;
                let needs: Needs = serde_json::from_slice(&json)
                    .or_error(codes::STORE_CORRUPT, || format!("the card `{}` is damaged", path.display()))?;
                let script = |needed: Needed| {
                    let path = self.script_path(flow, run, &needed.hash);
                    fs::read(&path).map_err(|e| read_error(&path, &e))
                };
                let scripts = needs.scripts.into_iter().map(script).collect::<Result<_>>()?;
                Ok(CardDocument { json, scripts })
            }
        }
    }

    fn card_folder(&self, flow: &FlowName, run: &RunId) -> PathBuf {
        self.run_folder(flow, run).join("cards")
    }

    fn script_path(&self, flow: &FlowName, run: &RunId, hash: &str) -> PathBuf {
        // A document is untrusted: only what a hash is made of leads to a file.
        let safe: String = hash.chars().filter(char::is_ascii_hexdigit).collect();
        self.card_folder(flow, run).join("scripts").join(safe)
    }
}

/// The card in a file, unless it has gone meanwhile.
fn live_card((task, attempt, position): LivePlace, path: PathBuf) -> Result<Option<Card>> {
    let note = first_line(&path)?.and_then(|line| serde_json::from_slice(&line).ok());
    Ok(note.map(|note| Card { note, task, attempt, position, place: Place::File(path) }))
}

/// Task, attempt and position of a card's file; nothing for one that is being written, or is none.
fn named(name: &str) -> Option<LivePlace> {
    let mut words = name.split('.');
    let (task, attempt, position) = (words.next()?, words.next()?, words.next()?);
    words.next().is_none().then_some(())?;
    Some((TaskId(task.parse().ok()?), attempt.parse().ok()?, position.parse().ok()?))
}

/// The first line of a file; nothing if it has gone meanwhile.
fn first_line(path: &PathBuf) -> Result<Option<Vec<u8>>> {
    use io::BufRead as _;
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(read_error(path, &e)),
    };
    let mut line = Vec::new();
    io::BufReader::with_capacity(512, file).read_until(b'\n', &mut line).map_err(|e| read_error(path, &e))?;
    line.pop();
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AttemptId, AttemptWriter, Described};

    const NOTE: &str = r#"{"type":"blank","id":"a","hash":"00ff","at":7}"#;

    fn place() -> (tempfile::TempDir, Datastore, FlowName, RunId) {
        let dir = tempfile::tempdir().unwrap();
        let store = Datastore::open(&dir.path().join(".spinloom")).unwrap();
        (dir, store, "F".parse().unwrap(), "1".parse().unwrap())
    }

    #[test]
    fn a_live_card_is_replaced_as_a_whole() {
        let (_dir, store, flow, run) = place();
        let script = store.keep_script(&flow, &run, b"draw()").unwrap();
        for text in [format!(r#"{{"scripts":[{{"name":"d","hash":"{script}"}}]}}"#), r#"{"n":2}"#.to_owned()]
        {
            store.write_live_card((&flow, &run), (TaskId(3), 1), 0, (NOTE, text.as_bytes())).unwrap();
            let cards = store.live_cards(&flow, &run, Some((TaskId(3), 1))).unwrap();
            assert_eq!(cards.len(), 1);
            assert!(cards[0].is_live());
            assert_eq!((cards[0].note.kind.as_str(), cards[0].note.at), ("blank", 7));
            let document = store.card_document(&flow, &run, &cards[0]).unwrap();
            assert_eq!(document.json, text.as_bytes());
            assert_eq!(document.scripts.len(), usize::from(text.contains("scripts")));
        }
        assert!(store.live_cards(&flow, &run, Some((TaskId(3), 0))).unwrap().is_empty());
        assert_eq!(store.live_cards(&flow, &run, None).unwrap().len(), 1);
    }

    #[test]
    fn only_what_was_replaced_is_read_again() {
        let (_dir, store, flow, run) = place();
        let show = |task, text: &str| {
            let place = (TaskId(task), 0);
            store.write_live_card((&flow, &run), place, 0, (NOTE, text.as_bytes())).unwrap();
        };
        let mut seen = Seen::default();
        let mut look = |but: u64| {
            let cards = store.replaced_cards((&flow, &run), |task, _| task.0 != but, &mut seen).unwrap();
            cards.iter().map(|card| card.task.0).collect::<Vec<_>>()
        };
        assert!(look(0).is_empty());
        show(1, "{}");
        show(2, "{}");
        assert_eq!(look(2), [1]);
        assert_eq!(look(0), [2]);
        show(1, "[]");
        assert_eq!((look(0), look(0)), (vec![1], vec![]));
    }

    #[test]
    fn a_saved_card_is_in_the_manifest_and_no_file() {
        let (_dir, store, flow, run) = place();
        let id = AttemptId {
            flow: flow.clone(),
            run: run.clone(),
            step: "start".parse().unwrap(),
            task: TaskId(1),
            attempt: 0,
        };
        let mut writer = AttemptWriter::new(store.clone(), id, None);
        let note = format!(r#"{{"encoding":"{CARD}","serializer":{NOTE}}}"#);
        let what = || Described::noted("card", &note).unwrap();
        writer.save(card_name(1).as_str(), what(), b"{}", &[b"lib"]).unwrap();
        writer.save(card_name(0).as_str(), what(), b"{\"a\":1}", &[]).unwrap();
        writer.save("x", "int", b"1", &[]).unwrap();
        let mut pack = store.pack(&flow, &run).unwrap();
        let at = pack.append(&writer.finish().unwrap()).unwrap();
        let cards = store.saved_cards(&store.recent_manifest(&at).unwrap());
        assert_eq!(cards.iter().map(|card| card.position).collect::<Vec<_>>(), [0, 1]);
        assert!(!cards[0].is_live());
        assert_eq!(store.card_document(&flow, &run, &cards[0]).unwrap().json, b"{\"a\":1}");
        assert_eq!(store.card_document(&flow, &run, &cards[1]).unwrap().scripts, [b"lib"]);
    }

    #[test]
    fn what_is_being_written_is_no_card() {
        assert_eq!(named("3.0.1"), Some((TaskId(3), 0, 1)));
        assert_eq!(named("3.0.1.new"), None);
        assert_eq!(named("scripts"), None);
    }
}
