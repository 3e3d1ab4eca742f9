//! `spinloom fsck`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::snapshot;
use crate::support::Project;

/// Chunks may not be written; a test that damages one is not asked.
fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The chunk of so many bytes on the disk, or the compressed one.
fn chunk(project: &Project, len: Option<usize>) -> std::path::PathBuf {
    let fits = |path: &std::path::PathBuf| match len {
        Some(len) => fs::metadata(path).unwrap().len() == len as u64,
        None => path.extension().is_some(),
    };
    project.chunks().into_iter().find(fits).unwrap()
}

#[test]
fn help() {
    snapshot!(Project::empty().spinloom("help fsck"));
}

#[test]
fn a_good_store() {
    let project = Project::large();
    snapshot!(project.all(&[
        "fsck",
        "fsck --fast",
        "fsck --all",
        "fsck Big/1 --json",
        "fsck Big/1/end/2/data"
    ]));
    snapshot!(Project::recorded().spinloom("fsck"));
}

/// Every kind of damage is named, with what it belongs to.
#[test]
fn damage_is_named() {
    let project = Project::large();
    damage(&chunk(&project, Some(70_000)), |bytes| bytes[500] ^= 1);
    damage(&chunk(&project, None), |bytes| bytes.truncate(10));
    fs::remove_file(chunk(&project, Some(80_000))).unwrap();
    damage(&chunk(&project, Some(5000)), |bytes| bytes.truncate(4000));
    damage(&project.path().join(".spinloom/runs/Big/3/manifests.pack"), |bytes| bytes[60] ^= 1);
    damage(&project.path().join(".spinloom/runs/Big/1/logs/1.0"), |bytes| bytes[0] = 77);
    snapshot!(project.all(&[
        "fsck",
        "fsck --json",
        "fsck --fast",
        "fsck Big/2",
        "fsck Big/1/end",
        "fsck Big/1/start/1/small",
    ]));
}

#[test]
fn a_missing_pack_and_orphans() {
    let project = Project::large();
    fs::remove_file(project.path().join(".spinloom/runs/Big/1/manifests.pack")).unwrap();
    fs::create_dir_all(project.path().join(".spinloom/runs/Gone/4")).unwrap();
    project.age();
    snapshot!(project.all(&["fsck", "runs delete Big/1 --yes", "fsck"]));
}

#[test]
fn errors() {
    snapshot!(Project::large().all(&["fsck Bgi", "fsck Big/7", "fsck Big/1/end/2/dtaa", "fsck --fst"]));
}

/// What is in an object store is read there, whatever the cache has (AR-12).
#[test]
fn objects_are_read_where_they_are() {
    let project = Project::remote();
    let good = project.all_remote(&["fsck"]);
    let objects = project.files("../objects/chunks");
    let of = |size: u64| objects.iter().find(|path| fs::metadata(path).unwrap().len() == size).unwrap();
    damage(of(70_001), |bytes| bytes[100] ^= 1);
    fs::remove_file(of((1 << 20) + 1)).unwrap();
    snapshot!([good, project.all_remote(&["fsck", "fsck --fast"])].join("\n"));
}
