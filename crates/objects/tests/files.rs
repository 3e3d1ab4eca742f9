//! Many objects from and into files, on a real S3 server (PR-08).
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use spinloom_diagnostics::codes;
use spinloom_objects::{
    Content, Depth, Download, Found, Location, Objects, Options, Part, PutOptions, Upload,
};
use spinloom_storekit::S3Server;
use tempfile::TempDir;

struct Stage {
    server: S3Server,
    folder: TempDir,
    objects: Objects,
}

fn stage() -> Stage {
    let server = S3Server::start(&["bucket"]);
    let objects = at(&server, "s3://bucket/below");
    Stage { server, folder: tempfile::tempdir().unwrap(), objects }
}

fn at(server: &S3Server, location: &str) -> Objects {
    Objects::open(&location.parse::<Location>().unwrap(), &server.options()).unwrap()
}

fn text(key: &str, text: &str) -> Upload {
    Upload {
        key: key.to_owned(),
        content: Content::Bytes(Bytes::from(text.to_owned())),
        put: PutOptions::default(),
    }
}

impl Stage {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn want(&self, key: &str, part: Part, name: &str) -> Download {
        Download { key: key.to_owned(), part, path: self.path(name) }
    }
}

#[test]
fn what_is_there_is_replaced_only_if_it_may_be() {
    let stage = stage();
    let all = [text("a", "1"), text("b", "2")];
    assert_eq!(stage.objects.upload(&all[..1], false).unwrap(), [true]);
    assert_eq!(stage.objects.upload(&[text("a", "other"), all[1].clone()], false).unwrap(), [false, true]);
    assert_eq!(stage.objects.get("a").unwrap().unwrap(), "1");
    assert_eq!(stage.objects.upload(&[text("a", "other")], true).unwrap(), [true]);
    assert_eq!(stage.objects.get("a").unwrap().unwrap(), "other");
}

#[test]
fn parts_of_objects_become_files() {
    let stage = stage();
    stage.objects.upload(&[text("k", "0123456789")], true).unwrap();
    let cases = [
        (Part::Whole, "0123456789", 0),
        (Part::From(7), "789", 7),
        (Part::Of(2, 3), "234", 2),
        (Part::Of(8, 99), "89", 8),
        (Part::Last(4), "6789", 6),
        (Part::Last(40), "0123456789", 0),
    ];
    let wanted: Vec<_> =
        cases.iter().enumerate().map(|(n, (part, ..))| stage.want("k", *part, &n.to_string())).collect();
    for ((found, (_, content, start)), wanted) in
        stage.objects.download(&wanted).unwrap().into_iter().zip(cases).zip(&wanted)
    {
        let found = found.unwrap();
        assert_eq!((found.start, found.len, found.info.size), (start, content.len() as u64, 10));
        assert_eq!(fs::read_to_string(&wanted.path).unwrap(), content);
    }
}

#[test]
fn what_is_missing_is_no_file_and_a_failure_leaves_none() {
    let stage = stage();
    stage.objects.upload(&[text("k", "0123456789")], true).unwrap();
    let wanted = [stage.want("no", Part::Whole, "no"), stage.want("k", Part::Whole, "k")];
    let found = stage.objects.download(&wanted).unwrap();
    assert!(found[0].is_none() && found[1].is_some());
    assert!(!stage.path("no").exists());
    for part in [Part::From(10), Part::Of(50, 1), Part::Of(3, 0)] {
        let wanted = [stage.want("k", Part::Whole, "whole"), stage.want("k", part, "part")];
        assert_eq!(stage.objects.download(&wanted).unwrap_err().code(), codes::S3_VALUE, "{part:?}");
        assert!(!stage.path("whole").exists() && !stage.path("part").exists());
    }
}

#[test]
fn listings_are_of_folders_or_of_beginnings() {
    let stage = stage();
    let keys = ["a/0", "a/b/1", "ab", "abc/2", "b"];
    stage.objects.upload(&keys.map(|key| text(key, key)), true).unwrap();
    let listed = |prefix: &str, depth| {
        let found = stage.objects.listings(&[prefix.to_owned()], depth).unwrap().remove(0);
        let key = |found| match found {
            Found::Object(info) => info.key,
            Found::Folder(key) => format!("{key}/"),
        };
        found.into_iter().map(key).collect::<Vec<_>>()
    };
    assert_eq!(listed("", Depth::Folder), ["ab", "b", "a/", "abc/"]);
    assert_eq!(listed("a", Depth::Below), ["a/0", "a/b/1"]);
    assert_eq!(listed("a/", Depth::Beginning), ["a/0", "a/b/1"]);
    assert_eq!(listed("ab", Depth::Beginning), ["ab", "abc/2"]);
    assert_eq!(listed("a/b/", Depth::Beginning), ["a/b/1"]);
}

#[test]
fn a_bucket_that_is_not_there_is_told_as_such() {
    let stage = stage();
    let nowhere = at(&stage.server, "s3://no-such-bucket");
    // This server makes a bucket of an object that is put there.
    let error = nowhere.listings(&["x".to_owned()], Depth::Below).unwrap_err();
    assert_eq!(error.code(), codes::S3_NOT_FOUND);
    assert_eq!(error.message(), "there is no bucket `no-such-bucket`");
    assert!(nowhere.infos(&["k".to_owned()]).is_err());
}

#[test]
fn files_become_objects() {
    let stage = stage();
    fs::write(stage.path("source"), "content").unwrap();
    let put = PutOptions { content_type: Some("a/b".to_owned()), ..PutOptions::default() };
    let file = |name: &str| Upload {
        key: name.to_owned(),
        content: Content::File(stage.path(name)),
        put: put.clone(),
    };
    stage.objects.upload(&[file("source")], true).unwrap();
    assert_eq!(stage.objects.get("source").unwrap().unwrap(), "content");
    assert_eq!(stage.objects.upload(&[file("not there")], true).unwrap_err().code(), codes::STORE_IO);
    let known = stage.objects.infos(&["source".to_owned(), "no".to_owned()]).unwrap();
    assert_eq!((known[0].as_ref().unwrap().size, known[1].is_none()), (7, true));
}

#[test]
fn large_files_take_turns_when_there_is_room_for_one_part() {
    let stage = stage();
    let options = Options { parts: 1, ..stage.server.options() };
    let objects = Objects::open(stage.objects.location(), &options).unwrap();
    // The first is one request, though of more than a part; the others are several.
    let files = [12, 17, 20].map(|mib: u8| {
        let content: Vec<u8> = (0..usize::from(mib) << 20).map(|n| (n % 251) as u8 ^ mib).collect();
        fs::write(stage.path(&mib.to_string()), &content).unwrap();
        (mib.to_string(), content)
    });
    let uploads = files.each_ref().map(|(name, _)| Upload {
        key: name.clone(),
        content: Content::File(stage.path(name)),
        put: PutOptions::default(),
    });
    objects.upload(&uploads, true).unwrap();
    let wanted = files.each_ref().map(|(name, _)| stage.want(name, Part::From(5), &format!("{name}-back")));
    objects.download(&wanted).unwrap();
    for ((name, content), wanted) in files.iter().zip(&wanted) {
        assert!(fs::read(&wanted.path).unwrap() == content[5..], "{name}");
        assert!(objects.get(name).unwrap().unwrap() == *content, "{name}");
    }
}
