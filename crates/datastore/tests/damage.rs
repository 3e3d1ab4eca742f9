//! Torn and changed files: a reader gets what was written or an error that says so, never anything else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{fs, panic};

use common::{Flipped, Project, flow, noise, overwrite, run, words};
use spinloom_datastore::{ContentHash, ManifestRef, Piece};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{TaskId, event::LogStream};

fn three(project: &Project) -> Vec<ManifestRef> {
    [b"one" as &[u8], b"two", b"three"]
        .iter()
        .enumerate()
        .map(|(i, v)| project.saved(i as u64, &[("x", v)]))
        .collect()
}

fn assert_corrupt<T>(result: Result<T, Error>) {
    let error = result.err().unwrap();
    assert_eq!(error.code(), codes::STORE_CORRUPT, "{error:?}");
    assert!(!error.hints().is_empty());
}

#[test]
fn a_pack_torn_at_any_byte_goes_on() {
    let project = Project::new();
    let refs = three(&project);
    let whole = fs::read(project.pack_path()).unwrap();
    let good = refs.iter().map(|at| project.store.manifest(at).unwrap()).collect::<Vec<_>>();
    for cut in 0..=whole.len() {
        fs::write(project.pack_path(), &whole[..cut]).unwrap();
        let kept: Vec<_> = refs.iter().filter(|at| at.offset + at.length <= cut as u64).collect();
        let end = kept.last().map_or(0, |at| at.offset + at.length);
        let lost = &refs[kept.len()..];
        lost.iter().for_each(|at| assert_corrupt(project.store.manifest(at)));
        let next = project.saved(9, &[("y", b"next")]);
        assert_eq!(next.offset, end, "cut at {cut}");
        assert_eq!(fs::metadata(project.pack_path()).unwrap().len(), end + next.length);
        let manifest = project.store.manifest(&next).unwrap();
        assert_eq!(project.content(&manifest, &manifest.artifacts[0]).0, b"next");
        for (at, manifest) in refs.iter().zip(&good) {
            match project.store.manifest(at) {
                Ok(found) => assert!(kept.contains(&at) && found == *manifest),
                Err(error) => assert_eq!(error.code(), codes::STORE_CORRUPT),
            }
        }
    }
}

#[test]
fn a_changed_byte_of_a_pack_is_seen_and_spreads_nowhere() {
    let project = Project::new();
    let refs = three(&project);
    let good: Vec<_> = refs.iter().map(|at| project.store.manifest(at).unwrap()).collect();
    let length = fs::metadata(project.pack_path()).unwrap().len() as usize;
    for index in 0..length {
        let _flipped = Flipped::byte(project.pack_path(), index);
        for (at, manifest) in refs.iter().zip(&good) {
            let hit = (at.offset..at.offset + at.length).contains(&(index as u64));
            let read = project.store.manifest(at);
            if hit {
                assert_corrupt(read);
                // Somebody who has the manifest already still gets no wrong bytes.
                match project.store.payload(manifest, &manifest.artifacts[0]) {
                    Ok(payload) => assert_eq!(ContentHash::of(&payload.stream), manifest.artifacts[0].hash),
                    Err(error) => assert_eq!(error.code(), codes::STORE_CORRUPT),
                }
            } else {
                assert_eq!(&read.unwrap(), manifest);
            }
        }
    }
}

#[test]
fn a_changed_length_in_the_middle_costs_no_later_record() {
    let project = Project::new();
    let refs = three(&project);
    for index in 0..refs[0].length as usize {
        let flipped = Flipped::byte(project.pack_path(), index);
        project.store.pack(&flow(), &run()).unwrap();
        drop(flipped);
        refs.iter().for_each(|at| assert!(project.store.manifest(at).is_ok(), "byte {index}"));
    }
    let _flipped = Flipped::byte(project.pack_path(), 6);
    let next = project.saved(9, &[("y", b"next")]);
    assert!(project.store.manifest(&next).is_ok());
    assert!(project.store.manifest(&refs[2]).is_ok());
}

#[test]
fn a_changed_byte_where_an_inherited_value_lies_is_seen() {
    let project = Project::new();
    let first = project.saved(1, &[("x", b"five"), ("y", b"other")]);
    let from = project.store.manifest(&first).unwrap();
    let mut writer = project.writer(2, None);
    writer.inherit(&from, &from.artifacts[0]);
    let heir = project.store.manifest(&project.commit(writer)).unwrap();
    for index in 0..first.length as usize {
        let _flipped = Flipped::byte(project.pack_path(), index);
        match project.store.payload(&heir, &heir.artifacts[0]) {
            Ok(payload) => assert_eq!(payload.stream, b"five"),
            Err(error) => assert_eq!(error.code(), codes::STORE_CORRUPT),
        }
    }
    let last = first.length as usize;
    // The value itself, and the lengths that say where it is.
    for index in (0..12).chain(last - 9..last - 5) {
        let _flipped = Flipped::byte(project.pack_path(), index);
        assert_corrupt(project.store.payload(&heir, &heir.artifacts[0]));
    }
}

#[test]
fn a_changed_byte_of_a_chunk_is_seen() {
    let project = Project::new();
    let (raw, packed) = (noise(1, 70_000), words(2, 70_000));
    let at = project.saved(1, &[("packed", &packed), ("raw", &raw)]);
    let manifest = project.store.manifest(&at).unwrap();
    let files = project.files("chunks");
    assert_eq!(files.len(), 2);
    for path in files {
        let length = fs::read(&path).unwrap().len();
        let (mut tried, mut harmless) = (0, 0);
        for index in (0..length.min(600)).chain((0..length).step_by(997)).chain([length - 1]) {
            let _flipped = Flipped::byte(path.clone(), index);
            tried += 1;
            for (entry, good) in manifest.artifacts.iter().zip([&packed, &raw]) {
                let is_hit =
                    matches!(entry.stream, Piece::Chunk { zstd, .. } if zstd.is_some() == (length < 70_000));
                match project.store.payload(&manifest, entry) {
                    Ok(payload) => {
                        assert_eq!(&payload.stream, good);
                        harmless += usize::from(is_hit);
                    }
                    Err(error) => assert_eq!((is_hit, error.code()), (true, codes::STORE_CORRUPT)),
                }
            }
        }
        // The zstd format has a few bits that mean nothing; a raw chunk has none.
        let allowed = if length < 70_000 { tried / 50 } else { 0 };
        assert!(harmless <= allowed, "{harmless} of {tried}");
    }
    assert_corrupt(project.store.read_chunk(&ContentHash::of(b"never put")));
    let hash = ContentHash::of(&raw);
    let _flipped = Flipped::byte(project.store.chunk_path(&hash), 5);
    assert_corrupt(project.store.read_chunk(&hash));
}

#[test]
fn a_chunk_that_was_cut_or_lost_is_seen() {
    let project = Project::new();
    let (raw, packed) = (noise(1, 70_000), words(2, 70_000));
    let mut writer = project.writer(1, None);
    writer.save("x", "bytes", &packed, &[&raw]).unwrap();
    let manifest = project.store.manifest(&project.commit(writer)).unwrap();
    let payload = || project.store.payload(&manifest, &manifest.artifacts[0]);
    for path in project.files("chunks") {
        let good = fs::read(&path).unwrap();
        for cut in [0, 1, good.len() / 2, good.len() - 1] {
            overwrite(&path, &good[..cut]);
            assert_corrupt(payload());
        }
        overwrite(&path, &[good.as_slice(), b"x"].concat());
        assert_corrupt(payload());
        fs::remove_file(&path).unwrap();
        assert_corrupt(payload());
        fs::write(&path, &good).unwrap();
        payload().unwrap();
    }
}

#[test]
fn errors_name_what_cannot_be_read() {
    let project = Project::new();
    let at = project.saved(3, &[("x", &noise(1, 70_000))]);
    let manifest = project.store.manifest(&at).unwrap();
    let chunk = project.files("chunks").remove(0);
    fs::remove_file(chunk).unwrap();
    let error = project.store.payload(&manifest, &manifest.artifacts[0]).unwrap_err();
    assert_eq!(error.message(), "artifact `x` of `Flow/1/train/3`, attempt 0, cannot be read");
    assert_eq!(error.causes(), [format!("the chunk `{}` is missing", manifest.artifacts[0].hash)]);

    let error = project.store.manifest(&"Flow/1@7+99".parse().unwrap()).unwrap_err();
    assert_eq!(error.message(), "the manifest at byte 7 of the pack of run `Flow/1` is damaged or missing");
    let error = project.store.manifest(&"Flow/2@7+99".parse().unwrap()).unwrap_err();
    assert_eq!(
        (error.code(), error.causes()),
        (codes::STORE_CORRUPT, ["the pack is missing".to_owned()].as_slice())
    );
}

#[test]
fn addresses_that_lie_are_refused() {
    let project = Project::new();
    let at = project.saved(1, &[("x", b"five")]);
    for (offset, length) in
        [(0, at.length - 1), (0, at.length + 1), (1, at.length), (0, 0), (0, u64::MAX), (u64::MAX, 9)]
    {
        assert_corrupt(project.store.manifest(&ManifestRef { offset, length, ..at.clone() }));
    }
    // A record copied to the pack of another run is not that run's.
    let other = project.store.root().join("runs/Flow/2");
    fs::create_dir(&other).unwrap();
    fs::copy(project.pack_path(), other.join("manifests.pack")).unwrap();
    assert_corrupt(project.store.manifest(&ManifestRef { run: "2".parse().unwrap(), ..at }));
}

#[test]
fn a_newer_manifest_is_told_from_a_damaged_one() {
    let project = Project::new();
    let header = br#"{"version":3,"things":[]}"#;
    let mut bytes = b"SLM1".to_vec();
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(ContentHash::of(header).as_bytes());
    bytes.extend(header);
    let at = project.store.pack(&flow(), &run()).unwrap().append(&bytes).unwrap();
    assert_eq!(project.store.manifest(&at).unwrap_err().code(), codes::STORE_FORMAT);
}

#[test]
fn only_whole_records_are_appended() {
    let project = Project::new();
    let mut writer = project.writer(1, None);
    writer.save("x", "int", b"five", &[]).unwrap();
    let record = writer.finish().unwrap();
    let mut pack = project.store.pack(&flow(), &run()).unwrap();
    for bad in [&[] as &[u8], &record[1..], &record[..record.len() - 1], &record.repeat(2)] {
        assert_eq!(pack.append(bad).unwrap_err().code(), codes::STORE_CORRUPT);
    }
    let at = pack.append(&record).unwrap();
    pack.sync().unwrap();
    assert_eq!(at.offset, 0);
    assert_eq!(pack.append(&record).unwrap().offset, at.length);
}

#[test]
fn a_log_torn_at_any_byte_goes_on() {
    let project = Project::new();
    let writes: [(LogStream, i64, &[u8]); 3] = [
        (LogStream::Stdout, 10, b"hello\n"),
        (LogStream::Stderr, 20, b"\xff\x00"),
        (LogStream::Stdout, 30, b"end"),
    ];
    let writer = || project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    let read = || project.store.read_log(&flow(), &run(), TaskId(7), 0);
    let mut log = writer();
    let mut ends = vec![0];
    for (stream, at, bytes) in writes {
        log.append(stream, at, bytes).unwrap();
        ends.push(log.size() as usize);
    }
    let all = read().unwrap();
    let whole = fs::read(project.log_path()).unwrap();
    for cut in 0..=whole.len() {
        fs::write(project.log_path(), &whole[..cut]).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(read().unwrap(), all[..kept], "cut at {cut}");
        let mut log = writer();
        log.append(LogStream::Stderr, 40, b"again").unwrap();
        assert_eq!(log.size(), fs::metadata(project.log_path()).unwrap().len());
        let frames = read().unwrap();
        assert_eq!(frames[..kept], all[..kept]);
        assert_eq!((frames.len(), frames[kept].bytes.as_slice()), (kept + 1, &b"again"[..]));
    }
}

#[test]
fn a_changed_byte_of_a_log_never_panics() {
    let project = Project::new();
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    log.append(LogStream::Stdout, 10, b"hello").unwrap();
    log.append(LogStream::Stderr, 20, b"world").unwrap();
    let good = project.store.read_log(&flow(), &run(), TaskId(7), 0).unwrap();
    for index in 0..log.size() as usize {
        let _flipped = Flipped::byte(project.log_path(), index);
        let read = || project.store.read_log(&flow(), &run(), TaskId(7), 0);
        match panic::catch_unwind(panic::AssertUnwindSafe(read)).unwrap() {
            Ok(frames) => assert_ne!(frames, good),
            Err(error) => assert_eq!((index % 18, error.code()), (0, codes::STORE_CORRUPT)),
        }
    }
}
