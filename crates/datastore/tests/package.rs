//! The code package (OP-01).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, fs, io::Read as _, os::unix::fs::symlink, path::Path, time::SystemTime};

use spinloom_datastore::Datastore;
use spinloom_datastore::package::{self, Contents, Item, Source};
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
    package::build(dir, &Contents::with_suffixes(suffixes.iter().copied())).unwrap().files
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
    let package = package::build(dir.path(), &Contents::default()).unwrap();
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
    let package = package::build(one.path(), &Contents::default()).unwrap();
    assert_eq!(package, package::build(two.path(), &Contents::default()).unwrap());
    fs::write(two.path().join("a.py"), "changed").unwrap();
    assert_ne!(package.hash, package::build(two.path(), &Contents::default()).unwrap().hash);

    let store = Datastore::open(&one.path().join(".spinloom")).unwrap();
    let hash =
        store.put_package((&FlowName::new("Flow").unwrap(), &RunId::new("1").unwrap()), &package).unwrap();
    assert_eq!((hash, store.read_chunk(&hash).unwrap()), (package.hash, package.bytes));
}

#[test]
fn too_much_is_an_error_that_names_the_largest() {
    let dir = folder(&[("flow.py", "f"), ("big.py", &"x".repeat(3 << 20))]);
    assert!(package::build_with_limit(dir.path(), &Contents::default(), (3 << 20) + 1).is_ok());
    let error = package::build_with_limit(dir.path(), &Contents::default(), 3 << 20).unwrap_err();
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
    let error = package::build(&dir.path().join("none"), &Contents::default()).unwrap_err();
    assert_eq!(error.code(), codes::ENVIRONMENT);
}

/// OP-01: `.spinloomignore` has the syntax of `.gitignore`; the nearest file that says anything decides.
#[test]
fn what_the_ignore_file_names_is_out() {
    let dir = folder(&[
        (".spinloomignore", "# not code\nscratch/\n*_test.py\n!kept_test.py\n/top.py\n"),
        ("flow.py", ""),
        ("top.py", ""),
        ("sub/top.py", ""),
        ("a_test.py", ""),
        ("kept_test.py", ""),
        ("scratch/x.py", ""),
        ("sub/scratch/x.py", ""),
        ("sub/b_test.py", ""),
        ("sub/inner/.spinloomignore", "!*_test.py\nlocal.py\n"),
        ("sub/inner/c_test.py", ""),
        ("sub/inner/local.py", ""),
    ]);
    assert_eq!(names(dir.path(), &[]), ["flow.py", "kept_test.py", "sub/inner/c_test.py", "sub/top.py"]);
}

#[test]
fn a_line_that_is_no_pattern_is_an_error_at_that_line() {
    let dir = folder(&[("flow.py", ""), (".spinloomignore", "fine/\n\n[z-a].py\n")]);
    let error = Contents::default().check(dir.path()).unwrap_err();
    assert_eq!(error.code(), codes::BAD_PACKAGE);
    assert_eq!(error.message(), "`[z-a].py` is no pattern for files");
    let location = error.location().unwrap();
    assert!(location.file.ends_with("/.spinloomignore") && location.line == Some(3), "{location:?}");
    assert_eq!(package::build(dir.path(), &Contents::default()).unwrap_err().code(), codes::BAD_PACKAGE);
}

fn source(path: &str, name: &str, suffixes: Option<&[&str]>) -> Source {
    let suffixes = suffixes.map(|list| list.iter().map(|s| (*s).to_owned()).collect());
    Source { path: path.into(), name: name.to_owned(), suffixes }
}

/// FD-12: sources are relative to the flow's folder; a file is in whatever it is called, of a folder what ends so.
#[test]
fn sources_are_in_under_their_names() {
    let dir = folder(&[
        ("flows/flow.py", "f"),
        ("flows/data.csv", "not asked for"),
        ("shared/util.py", "u"),
        ("shared/table.json", "{}"),
        ("shared/notes.txt", ""),
        ("weights.bin", "w"),
    ]);
    let contents = Contents {
        suffixes: Vec::new(),
        sources: vec![
            source("../shared", "vendor/shared", Some(&[".json"])),
            source("../shared", "all", Some(&["*"])),
            source("../shared", "code", None),
            source("../weights.bin", "weights.bin", None),
        ],
    };
    let package = package::build(&dir.path().join("flows"), &contents).unwrap();
    let all = ["all/notes.txt", "all/table.json", "all/util.py"];
    let rest = ["code/util.py", "flow.py", "vendor/shared/table.json", "weights.bin"];
    assert_eq!(package.files, [all.as_slice(), &rest].concat());
}

#[test]
fn sources_that_cannot_be_are_errors() {
    let dir = folder(&[("flow.py", "f"), ("other/flow.py", "o"), ("same/flow.py", "")]);
    let failed = |source: Source| {
        let contents = Contents { suffixes: Vec::new(), sources: vec![source] };
        let error = package::build(dir.path(), &contents).unwrap_err();
        assert_eq!(error.code(), codes::BAD_PACKAGE);
        error.message().replace(&dir.path().display().to_string(), "<dir>")
    };
    assert_eq!(failed(source("gone", "gone", None)), "there is no `gone` for the code package");
    for name in ["../up", "/abs", ".", "a/../../b", ""] {
        assert_eq!(
            failed(source("other", name, None)),
            format!("`{name}` is no name for something in a code package")
        );
    }
    assert_eq!(
        failed(source("other/flow.py", "flow.py", None)),
        "`<dir>/flow.py` and `<dir>/other/flow.py` would both be `flow.py` in the code package"
    );
    // The same file under the same name is no conflict.
    let twice = Contents { suffixes: Vec::new(), sources: vec![source("other", "other", None)] };
    assert_eq!(
        package::build(dir.path(), &twice).unwrap().files,
        ["flow.py", "other/flow.py", "same/flow.py"]
    );
}

fn item(name: &str, text: &str) -> Item {
    Item { name: name.to_owned(), bytes: text.into(), executable: false }
}

/// Everything in a folder, by name.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().display().to_string();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                found.insert(name, fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    found
}

#[test]
fn a_package_comes_back_as_it_was() {
    let dir = folder(&[("flow.py", "f"), ("sub/run.py", "#!")]);
    let tool = dir.path().join("sub/run.py");
    fs::set_permissions(&tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let items = package::read(&package::build(dir.path(), &Contents::default()).unwrap().bytes).unwrap();
    let target = tempfile::tempdir().unwrap();
    let new = target.path().join("a/b");
    let pulled = package::pull(&items, &new, false).unwrap();
    assert_eq!(pulled.written, ["flow.py", "sub/run.py"]);
    assert_eq!(tree(&new), tree(dir.path()));
    assert_ne!(
        std::os::unix::fs::MetadataExt::mode(&fs::metadata(new.join("sub/run.py")).unwrap()) & 0o100,
        0
    );
    let again = package::pull(&items, &new, false).unwrap();
    assert_eq!((again.written.len(), again.same.len()), (0, 2));
}

/// OP-06: nothing is replaced unless that is asked for, and then whole files are.
#[test]
fn what_is_there_is_not_replaced_unasked() {
    let items = [item("flow.py", "new"), item("sub/a.py", "a")];
    let dir = folder(&[("flow.py", "mine"), ("other.txt", "o")]);
    let before = tree(dir.path());
    let error = package::pull(&items, dir.path(), false).unwrap_err();
    assert_eq!(error.code(), codes::CANNOT_PULL);
    assert!(error.message().ends_with("has other files of the names `flow.py`"), "{error}");
    assert_eq!(tree(dir.path()), before);
    package::pull(&items, dir.path(), true).unwrap();
    let after = [("flow.py", "new"), ("other.txt", "o"), ("sub/a.py", "a")];
    assert_eq!(tree(dir.path()), after.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
}

/// A link in the folder may lead anywhere: nothing is written through one, and the link itself is replaced only on wish.
#[test]
fn links_lead_nowhere() {
    let outside = folder(&[("target.py", "safe")]);
    let dir = folder(&[]);
    symlink(outside.path(), dir.path().join("sub")).unwrap();
    symlink(outside.path().join("target.py"), dir.path().join("flow.py")).unwrap();
    let error = package::pull(&[item("sub/target.py", "bad")], dir.path(), true).unwrap_err();
    assert_eq!(error.code(), codes::CANNOT_PULL);
    assert!(error.causes()[0].ends_with("/sub` is a link, which may lead out of it"), "{error:?}");
    assert!(package::pull(&[item("flow.py", "bad")], dir.path(), false).is_err());
    package::pull(&[item("flow.py", "new")], dir.path(), true).unwrap();
    assert_eq!(tree(outside.path())["target.py"], "safe");
    assert!(!dir.path().join("flow.py").is_symlink());
}

/// If one file cannot be put in its place, those before it are taken back.
#[test]
fn a_pull_that_fails_leaves_everything_as_it_was() {
    let dir = folder(&[("a.py", "mine"), ("block", "a file")]);
    let before = tree(dir.path());
    // No file system has names this long.
    let long = format!("{}.py", "x".repeat(300));
    let error =
        package::pull(&[item("a.py", "new"), item("n/b.py", "b"), item(&long, "c")], dir.path(), true)
            .unwrap_err();
    assert_eq!(error.code(), codes::CANNOT_PULL);
    assert_eq!(tree(dir.path()), before);
    assert!(!dir.path().join("n").exists());
    assert!(package::pull(&[item("block/x.py", "x")], dir.path(), true).is_err());
    assert_eq!(tree(dir.path()), before);
}

/// Archives that somebody crafted: nothing that would leave the folder is even read.
#[test]
fn files_that_would_leave_the_folder_are_refused() {
    let crafted = |name: &str, kind: tar::EntryType| {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(1);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, [b'x'].as_slice()).unwrap();
        let error = package::read(&tar.into_inner().unwrap().finish().unwrap()).unwrap_err();
        assert_eq!(error.code(), codes::CANNOT_PULL);
        error.message().to_owned()
    };
    let file = tar::EntryType::Regular;
    assert_eq!(crafted("../up.py", file), "`../up.py` of the code package would be outside of the folder");
    assert_eq!(crafted("/abs.py", file), "`/abs.py` of the code package would be outside of the folder");
    assert_eq!(
        crafted("a/../../b.py", file),
        "`a/../../b.py` of the code package would be outside of the folder"
    );
    let link = "is a link or something else that is no file";
    assert_eq!(crafted("ln.py", tar::EntryType::Symlink), format!("`ln.py` of the code package {link}"));
    assert_eq!(package::read(b"no archive").unwrap_err().code(), codes::STORE_CORRUPT);
}
