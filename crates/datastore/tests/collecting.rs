//! Chunks are removed while others write, and what is needed stays.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{
    fs::{self, File, FileTimes},
    ops::ControlFlow,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use common::{Project, flow, noise, overwrite, run, words};
use proptest::prelude::*;
use spinloom_datastore::{ChunkInfo, Datastore, Fault, Live, ManifestRef, Piece, Removal};

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64
}

fn age(path: &Path) {
    let old = FileTimes::new().set_modified(SystemTime::now() - HOUR);
    File::open(path).unwrap().set_times(old).unwrap();
}

fn listed(store: &Datastore) -> Vec<ChunkInfo> {
    let mut all = Vec::new();
    store
        .chunks(&mut |chunk| {
            all.push(chunk);
            ControlFlow::Continue(())
        })
        .unwrap();
    all
}

#[test]
fn old_chunks_go_and_young_ones_stay() {
    let project = Project::new();
    let old = project.store.put_chunk(&noise(1, 70_000)).unwrap();
    age(&project.store.chunk_path(&old));
    let young = project.store.put_chunk(&noise(2, 70_000)).unwrap();
    fs::write(project.store.root().join("chunks/README"), "not a chunk").unwrap();
    let cutoff = now() - HOUR.as_micros() as i64 / 2;
    for chunk in listed(&project.store) {
        let removal = project.store.remove_chunk(&chunk, cutoff).unwrap();
        assert_eq!(removal, if chunk.hash == old { Removal::Freed(70_000) } else { Removal::Young });
    }
    assert!(!project.store.chunk_path(&old).exists());
    assert!(project.store.chunk_path(&young).exists());
    assert!(project.files("tmp").is_empty());
}

#[test]
fn what_is_saved_again_is_young_again() {
    let project = Project::new();
    let (raw, packed) = (noise(1, 70_000), words(2, 70_000));
    let save = || {
        let mut writer = project.writer(1, None);
        writer.save("x", "bytes", &packed, &[&raw]).unwrap();
    };
    save();
    let files = project.files("chunks");
    files.iter().for_each(|path| age(path));
    let listing = listed(&project.store);
    save();
    assert_eq!(project.files("chunks"), files);
    for chunk in &listing {
        let removal = project.store.remove_chunk(chunk, now() - HOUR.as_micros() as i64 / 2).unwrap();
        assert_eq!(removal, Removal::Young, "its age is asked for again, not taken from the listing");
    }
}

#[test]
fn a_chunk_that_went_meanwhile_is_written_again() {
    let project = Project::new();
    let bytes = noise(1, 70_000);
    let hash = project.store.put_chunk(&bytes).unwrap();
    let path = project.store.chunk_path(&hash);
    project.store.remove_chunk(&listed(&project.store)[0], i64::MAX).unwrap();
    assert!(!path.exists());
    assert_eq!(project.store.put_chunk(&bytes).unwrap(), hash);
    assert_eq!(project.store.read_chunk(&hash).unwrap(), bytes);
}

/// Writers that want a few chunks of theirs again and again, beside a collector that takes them for garbage whenever they are old: what
/// a writer was told is kept is there.
#[test]
fn writers_and_a_collector_do_not_cross() {
    let project = Project::new();
    let done = AtomicBool::new(false);
    let removed = thread::scope(|scope| {
        let collector = scope.spawn(|| {
            let mut removed = 0;
            while !done.load(Ordering::Relaxed) {
                let cutoff = now() - HOUR.as_micros() as i64 / 2;
                for chunk in listed(&project.store) {
                    let removal = project.store.remove_chunk(&chunk, cutoff).unwrap();
                    removed += usize::from(matches!(removal, Removal::Freed(_)));
                }
            }
            removed
        });
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (project, values) = (&project, [noise(2 * writer, 1000), noise(2 * writer + 1, 1000)]);
                scope.spawn(move || {
                    for round in 0..2000 {
                        let hash = project.store.put_chunk(&values[round % 2]).unwrap();
                        let path = project.store.chunk_path(&hash);
                        assert!(path.exists(), "round {round}");
                        age(&path);
                    }
                })
            })
            .collect();
        let results: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        let removed = collector.join().unwrap();
        results.into_iter().for_each(|result| result.unwrap());
        removed
    });
    assert!(removed > 0, "the collector had something to do");
}

#[test]
fn files_that_were_never_finished_are_stale_some_day() {
    let project = Project::new();
    let left = project.store.root().join("tmp/77-1");
    fs::write(&left, "half").unwrap();
    assert_eq!(project.store.stale(now() - HOUR.as_micros() as i64 / 2, true).unwrap(), (0, 0));
    age(&left);
    assert_eq!(project.store.stale(now() - HOUR.as_micros() as i64 / 2, false).unwrap(), (1, 4));
    assert_eq!(project.store.stale(now() - HOUR.as_micros() as i64 / 2, true).unwrap(), (1, 4));
    assert!(!left.exists());
}

#[test]
fn the_folder_of_a_run_goes_at_once() {
    let project = Project::new();
    project.saved(1, &[("x", b"five")]);
    let mut found = Vec::new();
    project
        .store
        .run_folders(&mut |folder| {
            found.push(folder);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((found.len(), &found[0].flow, &found[0].run), (1, &flow(), &run()));
    assert!(found[0].size > 0 && found[0].modified <= now());
    assert_eq!(project.store.remove_run(&flow(), &run()).unwrap(), found[0].size);
    assert_eq!(project.store.remove_run(&flow(), &run()).unwrap(), 0);
    assert!(!project.store.root().join("runs/Flow").exists());
    assert!(project.files("tmp").is_empty());
}

#[test]
fn faults_of_chunks_are_told_apart() {
    let project = Project::new();
    let (raw, packed) = (noise(1, 70_000), words(2, 70_000));
    let at = project.saved(1, &[("packed", &packed), ("raw", &raw)]);
    let manifest = project.store.manifest(&at).unwrap();
    for entry in &manifest.artifacts {
        let Piece::Chunk { hash, len, zstd, .. } = &entry.stream else { panic!("not a chunk") };
        let check = |fast| project.store.check_chunk(hash, *len, (zstd.is_some(), None), fast);
        assert_eq!((check(false), check(true)), (Ok(()), Ok(())));
        let chunk = ChunkInfo { hash: *hash, compressed: zstd.is_some(), size: 0, modified: 0 };
        let name = if chunk.compressed { format!("{hash}.zst") } else { hash.to_string() };
        let path = project.store.root().join("chunks").join(&name[..2]).join(&name);
        let good = fs::read(&path).unwrap();
        overwrite(&path, &good[..good.len() / 2]);
        assert!(matches!(
            (check(false).unwrap_err(), chunk.compressed),
            (Fault::Length { found: 35_000, expected: 70_000 }, false) | (Fault::Undecodable, true)
        ));
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        overwrite(&path, &bad);
        assert!(matches!(check(false).unwrap_err(), Fault::Content | Fault::Undecodable));
        assert_eq!(check(true), Ok(()), "the bytes are not read");
        fs::remove_file(&path).unwrap();
        assert_eq!((check(false), check(true)), (Err(Fault::Missing), Err(Fault::Missing)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever attempts saved and inherited of each other: with the manifests that are kept, everything that is not needed can go, and
    /// every artifact of theirs is read as it was.
    #[test]
    fn what_kept_manifests_need_is_never_garbage(
        attempts in prop::collection::vec((prop::collection::vec((0_u8..6, any::<bool>()), 1..5), any::<bool>()), 1..8)
    ) {
        let project = Project::new();
        let mut manifests: Vec<ManifestRef> = Vec::new();
        let mut live = Live::default();
        let mut kept = Vec::new();
        for (task, (artifacts, keep)) in attempts.iter().enumerate() {
            let mut writer = project.writer(task as u64, manifests.first());
            for (seed, large) in artifacts {
                let bytes = if *large { noise(*seed, 66_000) } else { words(*seed, 80_000 * usize::from(seed % 2) + 10) };
                writer.save(&format!("a{seed}"), "bytes", &bytes, &[]).unwrap();
            }
            if let Some(last) = manifests.last() {
                let from = project.store.manifest(last).unwrap();
                writer.inherit(&from, &from.artifacts[0]);
            }
            let at = project.commit(writer);
            if *keep {
                live.add(&project.store, &at).unwrap();
                kept.push(at.clone());
            }
            manifests.push(at);
        }
        let read = |at: &ManifestRef| {
            let manifest = project.store.manifest(at).unwrap();
            let all = project.store.artifacts(&manifest).unwrap();
            all.iter().map(|entry| project.content(&manifest, entry)).collect::<Vec<_>>()
        };
        let before: Vec<_> = kept.iter().map(read).collect();
        let needed = listed(&project.store).iter().filter(|chunk| live.needs(chunk)).count();
        for chunk in listed(&project.store).iter().filter(|chunk| !live.needs(chunk)) {
            project.store.remove_chunk(chunk, i64::MAX).unwrap();
        }
        prop_assert_eq!(listed(&project.store).len(), needed);
        prop_assert_eq!(kept.iter().map(read).collect::<Vec<_>>(), before);
        prop_assert_eq!(live.needs_pack(&flow(), &run()), !kept.is_empty());
    }
}
