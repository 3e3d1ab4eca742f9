//! What is saved is what is read (AR-02, AR-03, AR-04).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Project, noise, overwrite, words};
use spinloom_datastore::{
    AttemptId, AttemptWriter, Buffer, Compress, ContentHash, Datastore, INLINE_PIECE, INLINE_RECORD, LEAF,
    Piece, Spool, StorePolicy,
};
use spinloom_diagnostics::codes;
use spinloom_flow::TaskId;

#[test]
fn an_artifact_comes_back_as_it_was() {
    let project = Project::new();
    let mut writer = project.writer(5, None);
    assert!(writer.is_empty());
    let hash = writer.save("x", "int", b"five", &[]).unwrap();
    assert!(!writer.is_empty());
    let at = project.commit(writer);

    let manifest = project.store.manifest(&at).unwrap();
    assert_eq!(
        (manifest.flow.as_str(), manifest.run.as_str(), manifest.step.as_str()),
        ("Flow", "1", "train")
    );
    assert_eq!((manifest.task.0, manifest.attempt, manifest.version), (5, 0, 2));
    assert_eq!(manifest.at(), &at);
    let entry = &manifest.artifacts[0];
    assert_eq!((entry.name.as_str(), entry.type_name.as_str(), entry.size), ("x", "int", 4));
    assert_eq!((entry.hash, entry.encoding.as_str()), (hash, "pickle-v5"));
    assert_eq!(hash, ContentHash::of(b"five"));
    assert_eq!(project.content(&manifest, entry), (b"five".to_vec(), vec![]));
}

#[test]
fn the_record_is_that_of_the_seams_page() {
    let project = Project::new();
    let at = project.saved(5, &[("x", b"five")]);
    let bytes = std::fs::read(project.pack_path()).unwrap();
    assert_eq!((at.offset, at.length), (0, bytes.len() as u64));
    assert_eq!(&bytes[..4], b"SLM1");
    let length = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (header, payload) = (length(4), length(8));
    assert_eq!(bytes.len(), 44 + header + payload);
    assert_eq!(bytes[12..44], *ContentHash::of(&bytes[44..]).as_bytes());
    let hash = ContentHash::of(b"five");
    assert_eq!(
        String::from_utf8(bytes[44..44 + header].to_vec()).unwrap(),
        format!(
            r#"{{"version":2,"flow":"Flow","run":"1","step":"train","task":5,"attempt":0,"artifacts":[{{"name":"x","type":"bytes","size":4,"hash":"{hash}","encoding":"pickle-v5","stream":{{"inline":[0,4]}},"buffers":[]}}]}}"#
        )
    );
    assert_eq!(&bytes[44 + header..], b"five");
}

#[test]
fn pieces_go_where_their_size_says() {
    let project = Project::new();
    let mut writer = project.writer(1, None);
    let (small, large) = (noise(1, INLINE_PIECE), noise(2, INLINE_PIECE + 1));
    let text = words(3, INLINE_PIECE + 1);
    writer.save("a", "bytes", &small, &[&large, &text, b"", &small]).unwrap();
    writer.save("b", "bytes", &large, &[]).unwrap();
    writer.save("c", "bytes", &text, &[]).unwrap();
    writer.save("d", "bytes", &words(4, INLINE_PIECE + 1), &[]).unwrap();
    writer.save("e", "bytes", b"", &[b""]).unwrap();
    let manifest = project.store.manifest(&project.commit(writer)).unwrap();

    let [a, b, c, d, e] = manifest.artifacts.as_slice() else { panic!("five artifacts") };
    let size = INLINE_PIECE as u64;
    assert_eq!(a.stream, Piece::Inline { offset: 0, len: size });
    // A buffer is mapped, so it is never compressed; a stream that exists raw already is not stored again.
    let raw =
        |bytes: &[u8]| Piece::Chunk { hash: ContentHash::of(bytes), len: size + 1, zstd: None, remote: None };
    assert_eq!(a.buffers[..2], [raw(&large), raw(&text)]);
    assert_eq!(a.size, 4 * size + 2);
    assert_eq!((&b.stream, &c.stream), (&raw(&large), &raw(&text)));
    assert!(matches!(d.stream, Piece::Chunk { zstd: Some(packed), .. } if packed < 2000), "{:?}", d.stream);
    assert_eq!((e.stream.size(), e.buffers[0].size()), (0, 0));
    assert_eq!(project.files("chunks").len(), 3);

    assert_eq!(project.content(&manifest, a), (small.clone(), vec![large.clone(), text, vec![], small]));
    assert_eq!(project.content(&manifest, b).0, large);
    assert_eq!(project.content(&manifest, d).0, words(4, INLINE_PIECE + 1));
    assert_eq!(project.content(&manifest, e), (vec![], vec![vec![]]));
    let payload = project.store.payload(&manifest, a).unwrap();
    let file = Buffer::File { path: project.store.chunk_path(&ContentHash::of(&large)), len: size + 1 };
    assert_eq!(payload.buffers[0], file);
}

#[test]
fn a_record_does_not_grow_without_end() {
    let project = Project::new();
    let mut writer = project.writer(1, None);
    // Saving the same name again gives its room back.
    for seed in 0..40 {
        writer.save("again", "bytes", &noise(seed, INLINE_PIECE), &[]).unwrap();
    }
    assert_eq!(project.files("chunks").len(), 0);
    for i in 0..20_u8 {
        writer.save(&format!("x{i:02}"), "bytes", &noise(i, INLINE_PIECE), &[]).unwrap();
    }
    let at = project.commit(writer);
    assert!(at.length < INLINE_RECORD as u64 + 20_000, "{}", at.length);
    assert_eq!(project.files("chunks").len(), 5);
    let manifest = project.store.manifest(&at).unwrap();
    for (i, entry) in manifest.artifacts.iter().skip(1).enumerate() {
        assert_eq!(project.content(&manifest, entry).0, noise(i as u8, INLINE_PIECE));
    }
}

#[test]
fn saving_the_same_bytes_again_writes_nothing() {
    use std::os::unix::fs::MetadataExt as _;
    let project = Project::new();
    let (raw, packed) = (noise(1, 200_000), words(2, 200_000));
    let save = |task| {
        let mut writer = project.writer(task, None);
        writer.save("x", "bytes", &raw, &[&raw]).unwrap();
        writer.save("y", "bytes", &packed, &[]).unwrap();
        project.commit(writer);
        let inode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().ino();
        project.files("chunks").into_iter().map(inode).collect::<Vec<_>>()
    };
    let first = save(1);
    assert_eq!(first.len(), 2);
    assert_eq!(save(2), first);
    assert_eq!(project.files("tmp").len(), 0);
}

#[test]
fn a_damaged_chunk_is_healed_by_saving_again() {
    let project = Project::new();
    let (raw, packed) = (noise(1, 200_000), words(2, 200_000));
    project.saved(1, &[("x", &raw), ("y", &packed)]);
    for path in project.files("chunks") {
        let good = std::fs::read(&path).unwrap();
        overwrite(&path, &good[..good.len() / 2]);
    }
    let manifest = project.store.manifest(&project.saved(2, &[("x", &raw), ("y", &packed)])).unwrap();
    assert_eq!(project.content(&manifest, &manifest.artifacts[0]).0, raw);
    assert_eq!(project.content(&manifest, &manifest.artifacts[1]).0, packed);
}

#[test]
fn inheriting_is_by_reference_and_one_hop() {
    let project = Project::new();
    let big = noise(1, 100_000);
    let mut first = project.writer(1, None);
    first.save("x", "int", b"five", &[b"buf", &big]).unwrap();
    let mut at = project.commit(first);
    let origin = at.clone();
    for task in 2..6 {
        let from = project.store.manifest(&at).unwrap();
        let mut next = project.writer(task, None);
        next.inherit(&from, &from.artifacts[0]);
        at = project.commit(next);
    }
    let manifest = project.store.manifest(&at).unwrap();
    let entry = &manifest.artifacts[0];
    assert_eq!(entry.stream, Piece::At { at: origin.clone(), offset: 0, len: 4 });
    assert_eq!(entry.buffers[0], Piece::At { at: origin, offset: 4, len: 3 });
    assert_eq!(project.content(&manifest, entry), (b"five".to_vec(), vec![b"buf".to_vec(), big]));
    assert_eq!(project.files("chunks").len(), 1);
}

#[test]
fn the_base_is_behind_every_manifest() {
    let project = Project::new();
    let base = project.saved(0, &[("alpha", b"from base"), ("x", b"hidden")]);
    let mut writer = project.writer(1, Some(&base));
    writer.save("x", "int", b"own", &[]).unwrap();
    let at = project.commit(writer);
    let manifest = project.store.manifest(&at).unwrap();

    let all = project.store.artifacts(&manifest).unwrap();
    assert_eq!(all.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["alpha", "x"]);
    let (owner, alpha) = project.store.find(&manifest, "alpha").unwrap().unwrap();
    assert_eq!((&owner, &alpha), (&base, &all[0]));
    assert_eq!(project.content(&manifest, &alpha).0, b"from base");
    let (owner, x) = project.store.find(&manifest, "x").unwrap().unwrap();
    assert_eq!(owner, at);
    assert_eq!(project.content(&manifest, &x).0, b"own");
    assert_eq!(project.store.find(&manifest, "y").unwrap(), None);

    // What came from the base is carried on like everything else.
    let mut writer = project.writer(2, None);
    writer.inherit(&manifest, &alpha);
    let next = project.store.manifest(&project.commit(writer)).unwrap();
    assert_eq!(next.artifacts[0].stream, Piece::At { at: base, offset: 0, len: 9 });
    assert_eq!(project.content(&next, &next.artifacts[0]).0, b"from base");
}

#[test]
fn the_hash_tells_equal_from_different() {
    let project = Project::new();
    let mut writer = project.writer(1, None);
    let a = writer.save("a", "bytes", b"s", &[b"ab", b"c"]).unwrap();
    assert_eq!(writer.save("b", "bytes", b"s", &[b"ab", b"c"]).unwrap(), a);
    assert_ne!(writer.save("c", "bytes", b"s", &[b"a", b"bc"]).unwrap(), a);
    assert_ne!(writer.save("d", "bytes", b"s", &[]).unwrap(), a);
}

#[test]
fn a_name_that_is_no_name_is_refused() {
    let project = Project::new();
    let mut writer = project.writer(1, None);
    let error = writer.save("a/b", "int", b"", &[]).unwrap_err();
    assert_eq!(error.code(), codes::BAD_NAME);
    assert!(writer.is_empty());
}

#[test]
fn a_store_that_was_replaced_is_not_read_from_the_old_one() {
    let project = Project::new();
    let at = project.saved(1, &[("x", b"old")]);
    assert_eq!(project.store.manifest(&at).unwrap().artifacts[0].hash, ContentHash::of(b"old"));
    std::fs::remove_dir_all(project.store.root().join("runs")).unwrap();
    assert_eq!(project.saved(1, &[("x", b"new")]), at);
    assert_eq!(project.store.manifest(&at).unwrap().artifacts[0].hash, ContentHash::of(b"new"));
}

#[test]
fn what_the_first_version_of_the_format_wrote_is_read() {
    let project = Project::new();
    let stream = noise(5, 3 << 20);
    let hash = blake3::hash(&stream).to_hex();
    let folder = project.store.root().join("chunks").join(&hash[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(hash.as_str()), &stream).unwrap();
    let header = format!(
        r#"{{"version":1,"flow":"Flow","run":"1","step":"train","task":5,"attempt":0,"artifacts":[{{"name":"x","type":"bytes","size":{len},"hash":"{hash}","encoding":"pickle-v5","stream":{{"chunk":"{hash}","len":{len}}},"buffers":[]}}]}}"#,
        len = stream.len()
    );
    let record = [
        b"SLM1",
        &(header.len() as u32).to_le_bytes()[..],
        &[0; 4],
        blake3::hash(header.as_bytes()).as_bytes(),
        header.as_bytes(),
    ]
    .concat();
    let at = project.store.pack(&common::flow(), &common::run()).unwrap().append(&record).unwrap();
    let manifest = project.store.manifest(&at).unwrap();
    assert_eq!(project.content(&manifest, &manifest.artifacts[0]).0, stream);
}

#[test]
fn a_stream_that_came_in_pieces_is_the_one_that_came_whole() {
    for policy in [Compress::Auto, Compress::Always, Compress::Never] {
        let project = Project::new();
        let root = project.dir.path().join("other");
        let store =
            Datastore::open_with(&root, &StorePolicy { compress: Some(policy), ..Default::default() })
                .unwrap();
        let id = AttemptId {
            flow: common::flow(),
            run: common::run(),
            step: "train".parse().unwrap(),
            task: TaskId(1),
            attempt: 0,
        };
        let mut writer = AttemptWriter::new(store.clone(), id, None);
        let mut names = Vec::new();
        for len in [0, 1, INLINE_PIECE, INLINE_PIECE + 1, LEAF, LEAF + 1, 6 * LEAF + 5] {
            for (kind, whole) in [("words", words(3, len)), ("noise", noise(4, len))] {
                let mut spool = Spool::new(&store);
                whole.chunks(777_777).for_each(|piece| spool.write(piece));
                let name = format!("{kind}_{len}");
                let piecewise = writer.save(&name, "list", spool, &[]).unwrap();
                assert_eq!(piecewise, writer.save("whole", "list", &whole, &[]).unwrap(), "{name}");
                names.push((name, whole));
            }
        }
        let at =
            store.pack(&common::flow(), &common::run()).unwrap().append(&writer.finish().unwrap()).unwrap();
        let manifest = store.manifest(&at).unwrap();
        for (name, whole) in names {
            let (_, entry) = store.find(&manifest, &name).unwrap().unwrap();
            assert_eq!(store.payload(&manifest, &entry).unwrap().stream, whole, "{name}");
        }
    }
}

#[test]
fn a_store_remembers_what_it_compresses_and_a_process_may_say_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let with = |compress| StorePolicy { compress, ..StorePolicy::default() };
    let opened = |compress| Datastore::open_with(dir.path(), &with(compress)).unwrap().compress();
    assert_eq!(opened(Some(Compress::Always)), Compress::Always);
    assert_eq!(opened(None), Compress::Always);
    assert_eq!(opened(Some(Compress::Never)), Compress::Never);
    assert_eq!(opened(None), Compress::Always);
}

#[test]
fn with_always_everything_large_is_compressed() {
    let dir = tempfile::tempdir().unwrap();
    let policy = StorePolicy { compress: Some(Compress::Always), ..StorePolicy::default() };
    let store = Datastore::open_with(dir.path(), &policy).unwrap();
    let id = AttemptId {
        flow: common::flow(),
        run: common::run(),
        step: "train".parse().unwrap(),
        task: TaskId(1),
        attempt: 0,
    };
    let mut writer = AttemptWriter::new(store.clone(), id, None);
    let buffer = words(1, 5 * LEAF + 3);
    writer.save("x", "ndarray", b"stream", &[&buffer]).unwrap();
    let at = store.pack(&common::flow(), &common::run()).unwrap().append(&writer.finish().unwrap()).unwrap();
    let manifest = store.manifest(&at).unwrap();
    let entry = &manifest.artifacts[0];
    assert!(matches!(entry.buffers[0], Piece::Chunk { zstd: Some(packed), .. } if packed < LEAF as u64));
    assert_eq!(store.payload(&manifest, entry).unwrap().buffers, [Buffer::Bytes(buffer)]);
}
