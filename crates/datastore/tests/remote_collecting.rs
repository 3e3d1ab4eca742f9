//! Objects are removed beside those who send, and what packs need stays (AR-12).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{
    collections::HashSet,
    fs::{self, File},
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use common::{
    Flipped,
    cloud::{Cloud, read, saved},
    flow, noise, run,
};
use spinloom_datastore::{Datastore, LEAF, Live, OBJECT_GRACE, ObjectSweep, Piece, SweptObjects, package};
use spinloom_diagnostics::{Result, codes};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64
}

fn swept(store: &Datastore, remove: bool) -> Result<SweptObjects> {
    let at = store.remote_location().unwrap().unwrap();
    let live = Live::default();
    let grace = OBJECT_GRACE.as_micros() as i64;
    store.sweep_objects(
        &at,
        ObjectSweep { live: &live, grace, before: i64::MAX, remove, now: now() },
        &mut |_| {},
    )
}

/// Makes every chunk and list so many days old.
fn age(cloud: &Cloud, days: u32) {
    for object in objects(cloud) {
        File::open(object).unwrap().set_modified(SystemTime::now() - DAY * days).unwrap();
    }
}

fn objects(cloud: &Cloud) -> Vec<PathBuf> {
    [cloud.objects("chunks"), cloud.objects("lists")].concat()
}

#[test]
fn what_any_machine_needs_stays_and_the_rest_goes() {
    let cloud = Cloud::new();
    let (a, b) = (cloud.machine("a"), cloud.machine("b"));
    let shared = noise(1, 3 * LEAF);
    let (mine, theirs) = (noise(2, 80_000), [shared.clone(), noise(3, LEAF)].concat());
    saved(&a, 1, b"a", &[&shared, &mine]);
    let kept = saved(&b, 1, b"b", &[&theirs]);
    age(&cloud, 8);
    assert_eq!(swept(&a, true).unwrap().garbage.count, 0);
    // The runs have the same name, and each is its own.
    a.remove_run(&flow(), &run()).unwrap();
    let told = swept(&b, false).unwrap();
    assert_eq!((told.garbage.count, told.packs), (2, 1), "its list, and the small chunk");
    assert_eq!(told.needed.count, 5);
    assert_eq!(swept(&b, true).unwrap().garbage, told.garbage);
    assert_eq!(swept(&b, false).unwrap().garbage.count, 0);
    assert_eq!(read(&cloud.machine("c"), &kept).unwrap().1, [theirs]);
    b.remove_run(&flow(), &run()).unwrap();
    swept(&a, true).unwrap();
    assert!(cloud.objects("").is_empty());
}

#[test]
fn what_is_younger_than_the_grace_stays_and_so_does_what_a_young_list_names() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    saved(&a, 1, b"a", &[&noise(1, 3 * LEAF), &noise(2, 80_000)]);
    a.remove_run(&flow(), &run()).unwrap();
    age(&cloud, 6);
    let told = swept(&a, true).unwrap();
    assert_eq!((told.young.count, told.needed.count), (2, 3), "a young list keeps what it names");
    age(&cloud, 8);
    File::open(&cloud.objects("lists")[0]).unwrap().set_modified(SystemTime::now() - DAY * 3).unwrap();
    assert_eq!(swept(&a, true).unwrap().garbage.count, 1, "the small chunk");
    assert_eq!(cloud.objects("chunks").len(), 3);
}

/// Who relies on an object that is there makes it young first: no collection takes it before a manifest names it.
#[test]
fn what_an_upload_relies_on_is_young() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let (large, small) = (noise(1, 3 * LEAF), noise(2, 80_000));
    saved(&a, 1, b"a", &[&large, &small]);
    a.remove_run(&flow(), &run()).unwrap();
    age(&cloud, 4);
    let b = cloud.machine("b");
    let at = saved(&b, 1, b"b", &[&large, &small]);
    // As if nobody had recorded it yet, whoever collects.
    let packs = cloud.0.path().join("objects/packs");
    fs::rename(&packs, cloud.0.path().join("packs")).unwrap();
    let told = swept(&a, true).unwrap();
    assert_eq!((told.garbage.count, told.young.count, told.needed.count), (0, 2, 3));
    fs::rename(cloud.0.path().join("packs"), &packs).unwrap();
    assert_eq!(read(&cloud.machine("c"), &at).unwrap().1, [large, small]);
}

/// Writers that want a few values again and again, beside a collector that takes them for garbage: what is saved is there.
#[test]
fn those_who_send_and_a_collector_do_not_cross() {
    let cloud = Cloud::new();
    let done = AtomicBool::new(false);
    let removed = thread::scope(|scope| {
        let collector = scope.spawn(|| {
            let (store, mut removed) = (cloud.machine("collector"), 0);
            while !done.load(Ordering::Relaxed) {
                removed += swept(&store, true).unwrap().garbage.count;
            }
            removed
        });
        for round in 0..40_u8 {
            let store = cloud.machine("a");
            let value = noise(round % 2, 2 * LEAF);
            saved(&store, 1, b"a", &[&value]);
            assert!(swept(&cloud.machine("a"), false).unwrap().needed.count >= 3, "round {round}");
            for object in objects(&cloud) {
                // Removed by the collector at this moment, perhaps.
                let _ = File::open(object).and_then(|f| f.set_modified(SystemTime::now() - DAY * 8));
            }
            store.remove_run(&flow(), &run()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        collector.join().unwrap()
    });
    assert!(removed > 0, "the collector had something to do");
}

#[test]
fn who_sent_during_a_batch_waits_for_its_end_and_sends_what_it_took() {
    let cloud = Cloud::new();
    let flag = cloud.0.path().join("objects/collecting/somebody");
    fs::create_dir_all(flag.parent().unwrap()).unwrap();
    fs::write(&flag, "1").unwrap();
    let bytes = noise(1, 2 * LEAF);
    let at = thread::scope(|scope| {
        let sender = scope.spawn(|| saved(&cloud.machine("a"), 1, b"a", &[&bytes]));
        while cloud.objects("lists").is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        fs::remove_file(&cloud.objects("chunks")[0]).unwrap();
        fs::remove_file(&cloud.objects("lists")[0]).unwrap();
        assert!(!sender.is_finished());
        fs::remove_file(&flag).unwrap();
        sender.join().unwrap()
    });
    assert_eq!(read(&cloud.machine("b"), &at).unwrap().1, [bytes]);
}

#[test]
fn nobody_waits_for_a_collector_that_died_long_ago() {
    let cloud = Cloud::new();
    let flag = cloud.0.path().join("objects/collecting/somebody");
    fs::create_dir_all(flag.parent().unwrap()).unwrap();
    fs::write(&flag, "1").unwrap();
    File::open(&flag).unwrap().set_modified(SystemTime::now() - DAY).unwrap();
    saved(&cloud.machine("a"), 1, b"a", &[&noise(1, 80_000)]);
    assert!(!flag.exists());
}

#[test]
fn a_pack_that_cannot_be_read_stops_it() {
    let cloud = Cloud::new();
    let (a, b) = (cloud.machine("a"), cloud.machine("b"));
    for task in 1..4 {
        saved(&a, task, b"a", &[&noise(task as u8, 80_000)]);
    }
    saved(&b, 1, b"b", &[&noise(9, 80_000)]);
    b.remove_run(&flow(), &run()).unwrap();
    age(&cloud, 8);
    let refuses = |why: &str| {
        let error = swept(&b, true).unwrap_err();
        assert_eq!(error.code(), codes::STORE_CORRUPT, "{why}");
        assert!(error.message().contains("it cannot be known what `packs/Flow/1/"), "{why}: {error:?}");
        assert_eq!(cloud.objects("chunks").len(), 4, "{why}");
    };
    let segments = cloud.objects("packs");
    for index in [0, 60, 200] {
        let _flipped = Flipped::byte(segments[1].clone(), index);
        refuses("a byte is another");
    }
    let whole = fs::read(&segments[1]).unwrap();
    fs::write(&segments[1], &whole[..whole.len() - 1]).unwrap();
    refuses("it is cut");
    fs::remove_file(&segments[1]).unwrap();
    refuses("one is missing");
    fs::write(&segments[1], &whole).unwrap();
    let strange = segments[1].with_file_name("notes.txt");
    fs::write(&strange, "?").unwrap();
    refuses("somebody put something there");
    fs::remove_file(&strange).unwrap();
    assert_eq!(swept(&b, true).unwrap().garbage.count, 1);
}

#[test]
fn a_damaged_list_stops_it() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    saved(&a, 1, b"a", &[&noise(1, 3 * LEAF)]);
    age(&cloud, 8);
    let list = cloud.objects("lists").remove(0);
    {
        let _flipped = Flipped::byte(list, 5);
        assert_eq!(swept(&a, true).unwrap_err().code(), codes::STORE_CORRUPT);
    }
    assert_eq!(cloud.objects("chunks").len(), 3);
}

#[test]
fn code_packages_of_recorded_runs_stay() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let code = tempfile::tempdir().unwrap();
    fs::write(code.path().join("flow.py"), "print()").unwrap();
    let package = package::build(code.path(), &package::Contents::default()).unwrap();
    a.put_package((&flow(), &run()), &package).unwrap();
    age(&cloud, 8);
    assert_eq!(swept(&cloud.machine("b"), true).unwrap().needed.count, 1);
    let len = package.bytes.len() as u64;
    assert_eq!(cloud.machine("c").read_package(&package.hash, len).unwrap(), package.bytes);
    a.remove_run(&flow(), &run()).unwrap();
    assert_eq!(swept(&cloud.machine("b"), true).unwrap().garbage.count, 1);
}

/// Whatever was removed when the collector died: what is needed is whole, and no list names what is not there.
#[test]
fn cut_short_it_has_removed_less_and_nothing_else() {
    let cloud = Cloud::new();
    let a = cloud.machine("a");
    let kept = saved(&a, 1, b"a", &[&noise(1, 3 * LEAF)]);
    let b = cloud.machine("b");
    saved(&b, 1, b"b", &[&noise(2, 3 * LEAF), &[noise(1, LEAF), noise(3, LEAF)].concat()]);
    b.remove_run(&flow(), &run()).unwrap();
    age(&cloud, 8);
    // The folder does not let go of one chunk: the collection ends there.
    let before: HashSet<_> = objects(&cloud).into_iter().collect();
    let at = a.remote_location().unwrap().unwrap();
    let live = Live::default();
    let sweep = ObjectSweep {
        live: &live,
        grace: OBJECT_GRACE.as_micros() as i64,
        before: i64::MAX,
        remove: true,
        now: now(),
    };
    let mut batches = 0;
    let cut = thread::scope(|scope| {
        scope
            .spawn(|| {
                a.sweep_objects(&at, sweep, &mut |progress| {
                    if matches!(progress, spinloom_datastore::ObjectProgress::Removing(..)) {
                        batches += 1;
                        assert!(batches < 2, "killed before the second batch");
                    }
                })
            })
            .join()
            .is_err()
    });
    assert!(cut);
    assert_eq!(cloud.objects("lists").len(), 1);
    assert_eq!(before.len() - objects(&cloud).len(), 2, "two lists");
    let manifest = a.manifest(&kept).unwrap();
    let Piece::Chunk { hash, len, remote, .. } = &manifest.artifacts[0].buffers[0] else { panic!() };
    a.check_chunk(hash, *len, (false, remote.as_deref()), false).unwrap();
    assert_eq!(swept(&a, true).unwrap().garbage.count, 4);
    a.check_chunk(hash, *len, (false, remote.as_deref()), false).unwrap();
}
