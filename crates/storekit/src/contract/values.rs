//! Single objects: put, read, replaced, created once.

use std::fs;
use std::thread;

use bytes::Bytes;
use spinloom_objects::{Objects, PutOptions};

use super::{Flaw, Store, bytes};

pub(super) fn what_is_not_there_is_none(_: &Store, o: &Objects) {
    assert_eq!(o.head("no").unwrap(), None);
    assert_eq!(o.get("no/such").unwrap(), None);
    assert_eq!(o.get_range("no", 0..5).unwrap(), None);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    assert_eq!(o.get_to_file("no", None, &path).unwrap(), None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

pub(super) fn an_object_reads_as_it_was_put(store: &Store, o: &Objects) {
    let pieces = ["one ", "", "two ", "three"].map(|piece| Bytes::from_static(piece.as_bytes()));
    o.put("a/b", pieces.to_vec()).unwrap();
    assert_eq!(o.get("a/b").unwrap().unwrap(), "one two three");
    let info = o.head("a/b").unwrap().unwrap();
    assert_eq!((info.key.as_str(), info.size), ("a/b", 13));
    assert!(info.last_modified_us > 1_600_000_000_000_000, "{info:?}");
    if !store.has(Flaw::FoldersAreErrors) {
        assert_eq!(o.head("a").unwrap(), None, "a folder is no object");
        assert_eq!(o.get("a").unwrap(), None);
    }
}

pub(super) fn an_object_is_replaced(_: &Store, o: &Objects) {
    o.put("k", bytes("a longer first value")).unwrap();
    let before = o.head("k").unwrap().unwrap();
    o.put("k", bytes("second")).unwrap();
    assert_eq!(o.get("k").unwrap().unwrap(), "second");
    let after = o.head("k").unwrap().unwrap();
    assert!(before.etag.is_none() || before.etag != after.etag, "{after:?}");
}

pub(super) fn an_object_may_be_empty(_: &Store, o: &Objects) {
    for (key, pieces) in [("none", Vec::new()), ("empty", vec![Bytes::new(), Bytes::new()])] {
        o.put(key, pieces).unwrap();
        assert_eq!(o.get(key).unwrap().unwrap(), "", "{key}");
        assert_eq!(o.get_range(key, 0..9).unwrap().unwrap(), "");
        assert_eq!(o.head(key).unwrap().unwrap().size, 0);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        assert_eq!(o.get_to_file(key, None, &path).unwrap().unwrap().size, 0);
        assert_eq!(fs::read(path).unwrap(), b"");
    }
}

pub(super) fn ranges_end_where_the_object_does(_: &Store, o: &Objects) {
    o.put("k", bytes("0123456789")).unwrap();
    for (range, expected) in
        [(0..10, "0123456789"), (3..5, "34"), (8..99, "89"), (0..0, ""), (10..12, ""), (50..60, "")]
    {
        assert_eq!(o.get_range("k", range.clone()).unwrap().unwrap(), expected, "{range:?}");
    }
}

/// Three parts and a bit, no two bytes in a row of one kind.
fn large() -> Bytes {
    (0..26_500_003_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>().into()
}

pub(super) fn a_large_object_goes_in_parts(_: &Store, o: &Objects) {
    let whole = large();
    let pieces = vec![whole.slice(..7), whole.slice(7..20_000_000), whole.slice(20_000_000..)];
    o.put("large", pieces).unwrap();
    assert_eq!(o.head("large").unwrap().unwrap().size, whole.len() as u64);
    assert!(o.get("large").unwrap().unwrap() == whole, "read whole");
    let part = o.get_range("large", 100..20_000_100).unwrap().unwrap();
    assert!(part == whole.slice(100..20_000_100), "read in part");
}

pub(super) fn files_go_and_come_whole(_: &Store, o: &Objects) {
    let (folder, whole) = (tempfile::tempdir().unwrap(), large());
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    for (key, len) in [("small", 1_000), ("large", whole.len())] {
        fs::write(&source, &whole[..len]).unwrap();
        assert_eq!(o.put_file(key, &source, &PutOptions::default()).unwrap().size, len as u64);
        fs::write(&target, "what was there before").unwrap();
        assert_eq!(o.get_to_file(key, None, &target).unwrap().unwrap().size, len as u64);
        assert!(fs::read(&target).unwrap() == whole[..len], "{key}");
        o.get_to_file(key, Some(500..len as u64 - 100), &target).unwrap().unwrap();
        assert!(fs::read(&target).unwrap() == whole[500..len - 100], "a part of {key}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
}

pub(super) fn what_the_writer_said_is_kept(store: &Store, o: &Objects) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    let put = PutOptions {
        content_type: Some("text/x-test".to_owned()),
        metadata: [("colour".to_owned(), "dark green".to_owned())].into(),
        ..PutOptions::default()
    };
    for len in [5, 17 << 20] {
        fs::write(&source, vec![7; len]).unwrap();
        o.put_file("k", &source, &put).unwrap();
        let info = o.head("k").unwrap().unwrap();
        if !store.has(Flaw::NoMetadata) {
            assert_eq!(info.content_type.as_deref(), Some("text/x-test"), "{len}");
            assert_eq!(info.metadata, put.metadata, "{len}");
        }
    }
}

pub(super) fn an_object_is_created_once(store: &Store, o: &Objects) {
    assert!(o.put_if_absent("k", bytes("first")).unwrap());
    // What ignores the condition altogether cannot show this.
    if !store.has(Flaw::CreateReplaces) {
        assert!(!o.put_if_absent("k", bytes("second")).unwrap());
        assert_eq!(o.get("k").unwrap().unwrap(), "first");
    }
}

pub(super) fn one_creator_wins(store: &Store, o: &Objects) {
    for round in 0..5 {
        let key = format!("race-{round}");
        let create = |n: usize| o.put_if_absent(&key, bytes(&format!("writer {n}"))).unwrap();
        let won: Vec<bool> = thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|n| scope.spawn(move || create(n))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        if !store.has(Flaw::CreateReplaces) && !store.has(Flaw::RaceHasManyWinners) {
            let winners: Vec<_> = (0..16).filter(|n| won[*n]).collect();
            assert_eq!(winners.len(), 1, "{winners:?}");
            assert_eq!(o.get(&key).unwrap().unwrap(), format!("writer {}", winners[0]));
        }
    }
}
