//! Stores whose artifacts, packs and logs go to an object store (AR-09, AR-12).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::{
    Flipped,
    cloud::{Cloud, files, read, saved},
    flow, noise, run, words,
};
use spinloom_datastore::{AttemptId, AttemptWriter, ContentHash, Datastore, LEAF, StorePolicy};
use spinloom_diagnostics::codes;
use spinloom_flow::{StepName, TaskId, event::LogStream};

#[test]
fn what_one_machine_saved_another_reads() {
    let cloud = Cloud::new();
    let (small, stream) = (noise(1, 70_000), words(2, 3 * LEAF));
    let mut large = noise(3, 5 * LEAF + 11);
    large[LEAF..3 * LEAF].fill(0);
    let at = saved(&cloud.machine("a"), 1, &stream, &[&small, &large, b"inline"]);
    let expected = (stream, vec![small, large, b"inline".to_vec()]);
    assert_eq!(read(&cloud.machine("a"), &at).unwrap(), expected);
    assert_eq!(read(&cloud.machine("b"), &at).unwrap(), expected);
    // Fetched once: the object store may be gone now.
    fs::remove_dir_all(cloud.0.path().join("objects")).unwrap();
    assert_eq!(read(&cloud.machine("b"), &at).unwrap(), expected);
}

#[test]
fn later_records_of_a_run_are_found_by_who_read_earlier_ones() {
    let cloud = Cloud::new();
    let (a, b) = (cloud.machine("a"), cloud.machine("b"));
    let refs: Vec<_> = (1..4)
        .map(|task| {
            let at = saved(&a, task, &[task as u8], &[]);
            assert_eq!(read(&b, &at).unwrap().0, [task as u8]);
            at
        })
        .collect();
    assert_eq!(cloud.objects("packs").len(), 3);
    assert!(refs.iter().all(|at| read(&cloud.machine("c"), at).is_ok()));
}

#[test]
fn what_a_killed_driver_did_not_send_its_successor_does() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let first = saved(&a, 1, b"one", &[]);
    // A driver without the object store's knowledge: as if it were killed before it sent.
    let alone = Datastore::open(a.root()).unwrap();
    let second = saved(&alone, 2, b"two", &[]);
    assert!(read(&cloud.machine("b"), &second).is_err());
    a.pack(&flow(), &run()).unwrap().sync().unwrap();
    let b = cloud.machine("b");
    assert_eq!((read(&b, &first).unwrap().0, read(&b, &second).unwrap().0), (b"one".into(), b"two".into()));
}

#[test]
fn the_same_again_sends_nothing_and_a_longer_one_what_is_new() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let table = noise(4, 100 * LEAF);
    saved(&a, 1, b"table", &[&table]);
    let chunks = || cloud.objects("chunks").len();
    let (count, size) = (chunks(), cloud.size());
    saved(&a, 2, b"table", &[&table]);
    saved(&cloud.machine("b"), 3, b"table", &[&table]);
    assert_eq!(chunks(), count);
    let longer = [table, noise(5, LEAF)].concat();
    saved(&a, 4, b"table", &[&longer]);
    assert!(cloud.size() - size < size / 20, "{} more than {size}", cloud.size() - size);
}

#[test]
fn zeros_and_words_take_little_room() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    saved(&a, 1, b"zeros", &[&vec![0; 40 * LEAF]]);
    saved(&a, 2, b"words", &[&words(6, 4 * LEAF)]);
    assert!(cloud.size() < LEAF as u64, "{}", cloud.size());
}

#[test]
fn a_changed_byte_of_any_object_is_seen_and_said_of_which_artifact() {
    let cloud = Cloud::new();
    let at = saved(&cloud.machine("a"), 7, &words(1, 80_000), &[&noise(1, 2 * LEAF + 5)]);
    for (i, object) in cloud.objects("chunks").into_iter().chain(cloud.objects("lists")).enumerate() {
        let len = fs::metadata(&object).unwrap().len() as usize;
        for index in [0, 1, len / 2, len - 1] {
            let _flipped = Flipped::byte(object.clone(), index);
            let error = read(&cloud.machine(&format!("b{i}-{index}")), &at).unwrap_err();
            assert_eq!(error.code(), codes::STORE_CORRUPT, "{error:?}");
            assert!(error.message().contains("artifact `x` of `Flow/1/train/7`"), "{error:?}");
            let causes = error.causes().join(" ");
            assert!(causes.contains("the chunk `") && causes.contains("/objects`"), "{causes}");
        }
    }
}

#[test]
fn a_short_or_missing_object_is_seen() {
    let cloud = Cloud::new();
    let at = saved(&cloud.machine("a"), 7, &words(1, 80_000), &[&noise(1, 2 * LEAF + 5)]);
    for (i, object) in cloud.objects("").into_iter().filter(|o| !o.ends_with("format.json")).enumerate() {
        let whole = fs::read(&object).unwrap();
        for keep in [None, Some(0), Some(whole.len() / 2), Some(whole.len() - 1)] {
            match keep {
                Some(keep) => fs::write(&object, &whole[..keep]).unwrap(),
                None => fs::remove_file(&object).unwrap(),
            }
            let error = read(&cloud.machine(&format!("b{i}-{keep:?}")), &at).unwrap_err();
            assert_eq!(error.code(), codes::STORE_CORRUPT, "{}: {error:?}", object.display());
            fs::write(&object, &whole).unwrap();
        }
    }
    assert!(read(&cloud.machine("c"), &at).is_ok());
}

#[test]
fn a_damaged_cache_is_fetched_anew() {
    let cloud = Cloud::new();
    let at = saved(&cloud.machine("a"), 1, &words(1, 80_000), &[&noise(1, 2 * LEAF + 5)]);
    let verifying = StorePolicy { verify: true, ..cloud.policy("a") };
    let store = Datastore::open_with(&cloud.0.path().join("a/.spinloom"), &verifying).unwrap();
    let good = read(&store, &at).unwrap();
    let cached: Vec<_> =
        files(cloud.0.path().join("a/cache")).into_iter().filter(|file| is_chunk(file)).collect();
    assert_eq!(cached.len(), 2);
    for file in cached {
        let _flipped = Flipped::byte(file, 1000);
        assert_eq!(read(&store, &at).unwrap(), good);
    }
}

fn is_chunk(file: &std::path::Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<ContentHash>().is_ok())
}

#[test]
fn a_resume_knows_what_is_there_without_fetching_it() {
    let cloud = Cloud::new();
    let at = saved(&cloud.machine("a"), 1, b"x", &[&noise(1, 2 * LEAF)]);
    let b = cloud.machine("b");
    b.verify(&at).unwrap();
    assert!(!files(cloud.0.path().join("b/cache")).iter().any(|file| is_chunk(file)));
    fs::remove_file(cloud.objects("lists").first().unwrap()).unwrap();
    assert_eq!(b.verify(&at).unwrap_err().code(), codes::STORE_CORRUPT);
}

#[test]
fn many_writers_of_the_same_bytes_agree() {
    let cloud = Cloud::new();
    let bytes = noise(9, 6 * LEAF);
    std::thread::scope(|scope| {
        for machine in ["a", "a", "b", "c"] {
            let (cloud, bytes) = (&cloud, &bytes);
            scope.spawn(move || {
                let mut writer = AttemptWriter::new(
                    cloud.machine(machine),
                    AttemptId {
                        flow: flow(),
                        run: run(),
                        step: StepName::new("train").unwrap(),
                        task: TaskId(1),
                        attempt: 0,
                    },
                    None,
                );
                writer.save("x", "bytes", b"", &[bytes]).unwrap();
                writer.finish().unwrap();
            });
        }
    });
    assert_eq!(cloud.objects("chunks").len(), 6);
    let at = saved(&cloud.machine("d"), 2, b"", &[&bytes]);
    assert_eq!(read(&cloud.machine("e"), &at).unwrap().1, [bytes]);
}

#[test]
fn logs_are_read_and_scrubbed_where_they_were_not_written() {
    let cloud = Cloud::new();
    let (a, b) = (cloud.machine("a"), cloud.machine("b"));
    let pack = a.pack(&flow(), &run()).unwrap();
    a.log_writer(&flow(), &run(), TaskId(1), 0).append(LogStream::Stdout, 5, b"said").unwrap();
    pack.send_log(&a, TaskId(1), 0);
    pack.send_log(&a, TaskId(2), 0);
    pack.sync().unwrap();
    let said = |store: &Datastore| {
        store
            .read_log(&flow(), &run(), TaskId(1), 0)
            .unwrap()
            .into_iter()
            .map(|f| f.bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&b), [b"said"]);
    assert_eq!(b.read_log(&flow(), &run(), TaskId(2), 0).unwrap(), []);
    assert!(a.scrub_log((&flow(), &run(), TaskId(1)), 0, &[LogStream::Stdout], "gone").unwrap());
    assert_eq!(said(&cloud.machine("c")), [b"gone"]);
}

#[test]
fn a_piece_names_where_it_is_and_a_local_run_takes_it_over() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let at = saved(&a, 1, b"x", &[&noise(1, 2 * LEAF)]);
    // The same store, used locally from now on: what was sent stays where it is.
    let local = StorePolicy { remote: None, ..cloud.policy("a") };
    let local = Datastore::open_with(a.root(), &local).unwrap();
    let from = local.manifest(&at).unwrap();
    let id = AttemptId {
        flow: flow(),
        run: run(),
        step: StepName::new("train").unwrap(),
        task: TaskId(2),
        attempt: 0,
    };
    let mut heir = AttemptWriter::new(local.clone(), id.clone(), None);
    heir.inherit(&from, &from.artifacts[0]);
    let mut pack = local.pack(&flow(), &run()).unwrap();
    let carried = pack.append(&heir.finish().unwrap()).unwrap();
    assert_eq!(read(&local, &carried).unwrap(), read(&a, &at).unwrap());
    // Another store refers to nothing outside of itself.
    let other = Datastore::open(&cloud.0.path().join("other")).unwrap();
    let mut copy = AttemptWriter::new(other.clone(), id, None);
    copy.import(&local, &from, &from.artifacts[0]).unwrap();
    let copied = other.pack(&flow(), &run()).unwrap().append(&copy.finish().unwrap()).unwrap();
    fs::remove_dir_all(cloud.0.path().join("objects")).unwrap();
    fs::remove_dir_all(cloud.0.path().join("a")).unwrap();
    assert_eq!(read(&other, &copied).unwrap().1, [noise(1, 2 * LEAF)]);
}
