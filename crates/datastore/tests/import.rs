//! Artifacts of one store taken over into another, as `spin --persist` does (RE-14).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::os::unix::fs::MetadataExt as _;

use common::{Project, noise, words};
use spinloom_datastore::INLINE_PIECE;

/// Inline, raw and compressed pieces; one that an earlier manifest had first.
fn filled() -> (Project, spinloom_datastore::ManifestRef) {
    let project = Project::new();
    let first = project.saved(1, &[("inherited", b"from before")]);
    let before = project.store.manifest(&first).unwrap();
    let mut writer = project.writer(2, None);
    let (large, text) = (noise(1, INLINE_PIECE + 1), words(2, INLINE_PIECE + 1));
    writer.save("array", "ndarray", b"header", &[&large, b"small"]).unwrap();
    writer.save("text", "str", &text, &[]).unwrap();
    writer.inherit(&before, &before.artifacts[0]);
    let at = project.commit(writer);
    (project, at)
}

#[test]
fn what_is_imported_needs_its_old_store_no_more() {
    let (old, at) = filled();
    let manifest = old.store.manifest(&at).unwrap();
    let new = Project::new();
    let mut writer = new.writer(3, None);
    for entry in &manifest.artifacts {
        writer.import(&old.store, &manifest, entry).unwrap();
    }
    let wanted: Vec<_> = manifest.artifacts.iter().map(|entry| old.content(&manifest, entry)).collect();
    drop(old);

    let imported = new.store.manifest(&new.commit(writer)).unwrap();
    let found: Vec<_> = imported.artifacts.iter().map(|entry| new.content(&imported, entry)).collect();
    assert_eq!(found, wanted);
    let hashes = |of: &spinloom_datastore::Manifest| of.artifacts.iter().map(|a| a.hash).collect::<Vec<_>>();
    assert_eq!(hashes(&imported), hashes(&manifest));
    new.store.verify(imported.at()).unwrap();
}

#[test]
fn large_pieces_are_one_file_with_two_names() {
    let (old, at) = filled();
    let manifest = old.store.manifest(&at).unwrap();
    let new = Project::new();
    for task in [3, 4] {
        let mut writer = new.writer(task, None);
        for entry in &manifest.artifacts {
            writer.import(&old.store, &manifest, entry).unwrap();
        }
        new.commit(writer);
    }
    let links: Vec<u64> =
        new.files("chunks").iter().map(|file| std::fs::metadata(file).unwrap().nlink()).collect();
    assert_eq!(links, [2, 2]);
}
