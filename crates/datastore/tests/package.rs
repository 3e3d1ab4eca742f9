//! The code package (OP-01).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, fs, io::Read as _, os::unix::fs::symlink, path::Path, time::SystemTime};

use spinloom_datastore::{Datastore, package};
use spinloom_diagnostics::codes;
use spinloom_flow::{FlowName, RunId};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn names(dir: &Path, suffixes: &[&str]) -> Vec<String> {
    let suffixes: Vec<String> = suffixes.iter().map(|s| (*s).to_owned()).collect();
    package::build(dir, &suffixes).unwrap().files
}

#[test]
fn code_is_in_and_everything_else_is_out() {
    let dir = folder(&[
        ("flow.py", "f"),
        ("model.R", "r"),
        ("table.RDS", "d"),
        ("sub/deep/util.py", "u"),
        ("sub/UPPER.PY", "U"),
        ("data.csv", "1,2"),
        ("README", ""),
        ("noise.pyc", ""),
        (".hidden.py", ""),
        (".git/hook.py", ""),
        (".spinloom/x.py", ""),
        ("sub/__pycache__/c.py", ""),
        ("web/node_modules/m.py", ""),
        ("env/pyvenv.cfg", ""),
        ("env/lib/site.py", ""),
    ]);
    let code = ["flow.py", "model.R", "sub/UPPER.PY", "sub/deep/util.py", "table.RDS"];
    assert_eq!(names(dir.path(), &[]), code);
    assert_eq!(names(dir.path(), &[".csv", ""]), [["data.csv"].as_slice(), &code].concat());
}

#[test]
fn links_are_followed_but_not_in_circles() {
    let dir = folder(&[("flow.py", ""), ("real/a.py", "A"), ("real/sub/b.py", "B")]);
    let elsewhere = folder(&[("shared.py", "S")]);
    symlink(elsewhere.path().join("shared.py"), dir.path().join("linked.py")).unwrap();
    symlink("../real", dir.path().join("real/sub/round")).unwrap();
    symlink("..", dir.path().join("real/up")).unwrap();
    symlink("real", dir.path().join("again")).unwrap();
    symlink("nowhere", dir.path().join("broken.py")).unwrap();
    let found = names(dir.path(), &[]);
    assert_eq!(found, ["again/a.py", "again/sub/b.py", "flow.py", "linked.py", "real/a.py", "real/sub/b.py"]);
}

#[test]
fn the_archive_holds_the_files() {
    let long = format!("{}/x.py", "long".repeat(50));
    let dir = folder(&[("flow.py", "print('hi')\n"), (&long, "x"), ("empty.py", "")]);
    let package = package::build(dir.path(), &[]).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(package.bytes.as_slice()));
    let mut found = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
        found.insert(name, text);
    }
    assert!(found.keys().eq(&package.files));
    assert_eq!(found["flow.py"], "print('hi')\n");
    assert_eq!(found[&long], "x");
}

#[test]
fn the_same_files_make_the_same_package() {
    let files = [("flow.py", "f"), ("b/c.py", "c"), ("a.py", "a")];
    let (one, two) = (folder(&files), folder(&files));
    let old = fs::File::options().write(true).open(one.path().join("flow.py")).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let package = package::build(one.path(), &[]).unwrap();
    assert_eq!(package, package::build(two.path(), &[]).unwrap());
    fs::write(two.path().join("a.py"), "changed").unwrap();
    assert_ne!(package.hash, package::build(two.path(), &[]).unwrap().hash);

    let store = Datastore::open(&one.path().join(".spinloom")).unwrap();
    let hash =
        store.put_package((&FlowName::new("Flow").unwrap(), &RunId::new("1").unwrap()), &package).unwrap();
    assert_eq!((hash, store.read_chunk(&hash).unwrap()), (package.hash, package.bytes));
}

#[test]
fn too_much_is_an_error_that_names_the_largest() {
    let dir = folder(&[("flow.py", "f"), ("big.py", &"x".repeat(3 << 20))]);
    assert!(package::build_with_limit(dir.path(), &[], (3 << 20) + 1).is_ok());
    let error = package::build_with_limit(dir.path(), &[], 3 << 20).unwrap_err();
    assert_eq!(error.code(), codes::ENVIRONMENT);
    assert_eq!(error.message(), "the code package would have more than 3.0 MiB");
    assert!(
        error.hints().iter().any(|h| h == "the largest file so far is `big.py`, 3.0 MiB"),
        "{:?}",
        error.hints()
    );
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let dir = folder(&[]);
    assert_eq!(names(dir.path(), &[]), [""; 0]);
    let error = package::build(&dir.path().join("none"), &[]).unwrap_err();
    assert_eq!(error.code(), codes::ENVIRONMENT);
}
