//! A full disk is one clear error, and nothing is half-visible afterwards.
//!
//! The test runs itself again in a process that may not write files beyond a size: what a full disk does
//! to a write in the middle, without needing a disk. (`ulimit -f` counts blocks of 512 bytes; ignoring the signal is
//! inherited, so the write fails instead.)

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::process::Command;

use common::{Project, flow, noise, run, words};
use spinloom_datastore::{ContentHash, LEAF, Spool};
use spinloom_diagnostics::{Error, codes};

#[test]
fn a_full_disk_is_an_error() {
    let this = std::env::current_exe().unwrap();
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh"])
        .arg(this)
        .args(["--exact", "with_room_for_100_kib_a_file", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&limited.stdout);
    assert!(
        limited.status.success() && told.contains("1 passed"),
        "{told}{}",
        String::from_utf8_lossy(&limited.stderr)
    );
}

fn assert_full<T>(result: Result<T, Error>) {
    let error = result.err().unwrap();
    assert_eq!(error.code(), codes::DISK_FULL, "{error:?}");
    assert!(!error.hints().is_empty());
}

#[test]
#[ignore = "run by `a_full_disk_is_an_error`, in a process that may not write large files"]
fn with_room_for_100_kib_a_file() {
    let project = Project::new();
    let (fits, too_much) = (noise(1, 90_000), noise(2, 200_000));
    let packed: Vec<u8> = (0..200_u8).flat_map(|i| [words(i, 600), noise(i, 1000)].concat()).collect();

    assert_full(project.store.put_chunk(&too_much));
    let mut writer = project.writer(1, None);
    writer.save("x", "int", b"five", &[&fits]).unwrap();
    assert_full(writer.save("x", "bytes", &too_much, &[]));
    assert_full(writer.save("x", "bytes", &packed, &[]));
    assert_full(writer.save("y", "bytes", b"", &[&too_much]));
    // What is hashed while it is written, and what is written while it is pickled.
    assert_full(writer.save("y", "bytes", b"", &[&noise(5, 5 * LEAF)]));
    for leaves in [1, 5, 20] {
        let mut spool = Spool::new(&project.store);
        (0..leaves).for_each(|seed| spool.write(&noise(seed, LEAF - 7)));
        assert_full(writer.save("y", "list", spool, &[]));
    }
    assert!(!project.store.chunk_path(&ContentHash::of(&too_much)).exists());
    assert_eq!((project.files("chunks").len(), project.files("tmp").len()), (1, 0));

    // The earlier value of `x` is still the one that counts, and the pack takes it.
    let at = project.commit(writer);
    let manifest = project.store.manifest(&at).unwrap();
    assert_eq!(manifest.artifacts.len(), 1);
    assert_eq!(project.content(&manifest, &manifest.artifacts[0]), (b"five".to_vec(), vec![fits.clone()]));

    // A record that does not fit leaves the pack as it was, for the next that does.
    let mut writer = project.writer(2, None);
    writer.save("p", "bytes", &noise(3, 60_000), &[&noise(4, 60_000)]).unwrap();
    let large = writer.finish().unwrap();
    let mut pack = project.store.pack(&flow(), &run()).unwrap();
    assert_full(pack.append(&large));
    assert_eq!(std::fs::metadata(project.pack_path()).unwrap().len(), at.length);
    let mut writer = project.writer(3, None);
    writer.save("q", "int", b"six", &[]).unwrap();
    let next = pack.append(&writer.finish().unwrap()).unwrap();
    assert_eq!(next.offset, at.length);
    assert!(project.store.manifest(&next).is_ok());
}
