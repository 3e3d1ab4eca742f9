//! Many objects: lists of several pages, batches, threads.

use std::ops::ControlFlow;
use std::thread;

use spinloom_objects::Objects;

use super::{Store, bytes, keys, listed};

pub(super) fn long_lists_are_whole_and_in_order(_: &Store, o: &Objects) {
    let expected: Vec<String> = (0..1_100).map(|n| format!("page/{n:04}")).collect();
    let put = o.put_many(expected.iter().rev().map(|key| (key.clone(), bytes(key))).collect());
    assert!(put.iter().all(Result::is_ok), "{:?}", put.iter().find(|r| r.is_err()));
    assert_eq!(keys(o, "page"), expected);
    assert!(listed(o, "").iter().all(|info| info.size == 9));
    assert_eq!(o.list_folder("page").unwrap().objects.len(), expected.len());
    o.delete_many(expected).unwrap();
    assert_eq!(keys(o, ""), [""; 0]);
}

pub(super) fn a_list_can_be_left_early(_: &Store, o: &Objects) {
    let put = o.put_many((0..10).map(|n| (format!("{n}"), bytes("x"))).collect());
    assert!(put.iter().all(Result::is_ok));
    let mut seen = 0;
    o.list("", &mut |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(seen, 3);
}

pub(super) fn deleting_what_is_not_there_is_no_error(_: &Store, o: &Objects) {
    o.put("there", bytes("x")).unwrap();
    o.delete_many(vec!["not there".to_owned(), "there".to_owned(), "no/folder".to_owned()]).unwrap();
    assert_eq!(o.head("there").unwrap(), None);
    o.delete_many(Vec::new()).unwrap();
}

pub(super) fn many_at_once_keep_their_order(_: &Store, o: &Objects) {
    let names: Vec<String> = (0..100).map(|n| format!("k{n}")).collect();
    let some: Vec<_> = names.iter().step_by(2).map(|key| (key.clone(), bytes(key))).collect();
    assert!(o.put_many(some).iter().all(Result::is_ok));
    let (got, exist) = (o.get_many(&names), o.exists_many(&names));
    for (n, name) in names.iter().enumerate() {
        let there = got[n].as_ref().unwrap().as_ref();
        assert_eq!(there.map(|bytes| bytes == name.as_str()), (n % 2 == 0).then_some(true), "{name}");
        assert_eq!(*exist[n].as_ref().unwrap(), n % 2 == 0, "{name}");
    }
    let bad = o.get_many(&["k0".to_owned(), String::new()]);
    assert!(bad[0].is_ok() && bad[1].is_err(), "one that fails is one");
}

pub(super) fn many_threads_share_a_store(_: &Store, o: &Objects) {
    thread::scope(|scope| {
        for n in 0..24 {
            scope.spawn(move || {
                for round in 0..4 {
                    let key = format!("{n}/{round}");
                    o.put(&key, bytes(&key)).unwrap();
                    assert_eq!(o.get(&key).unwrap().unwrap(), key);
                }
            });
        }
    });
    assert_eq!(keys(o, "").len(), 96);
}
