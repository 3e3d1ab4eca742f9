//! Keys and folders.

use spinloom_objects::Objects;

use super::{Store, bytes, keys};

const ODD: [&str; 12] = [
    "with space",
    "plus+plus",
    "per%cent",
    "per%20cent",
    "ümläut/ß",
    "日本語",
    "a=b&c",
    "q?x#y",
    "~tilde'quote",
    "a:b@c,d;e",
    "(x)[y]{z}",
    "..dots../.hidden",
];

pub(super) fn keys_are_taken_as_they_are(_: &Store, o: &Objects) {
    for key in ODD {
        o.put(key, bytes(key)).unwrap();
    }
    for key in ODD {
        assert_eq!(o.get(key).unwrap().unwrap(), key);
        assert_eq!(o.head(key).unwrap().unwrap().key, key);
    }
    let mut expected = ODD.map(str::to_owned);
    expected.sort();
    assert_eq!(keys(o, ""), expected);
    o.delete_many(ODD.map(str::to_owned).to_vec()).unwrap();
    assert_eq!(keys(o, ""), [""; 0]);
}

pub(super) fn a_location_is_a_world_of_its_own(store: &Store, o: &Objects) {
    let inner = store.objects("contract/outside/in ner");
    inner.put("k", bytes("x")).unwrap();
    assert_eq!(keys(&inner, ""), ["k"]);
    assert_eq!(keys(o, ""), ["in ner/k"]);
    assert_eq!(keys(&store.objects("contract/outside/in"), ""), [""; 0], "a like name is another place");
    assert!(inner.put("../k", bytes("x")).is_err());
}

pub(super) fn a_folder_is_one_level(_: &Store, o: &Objects) {
    for key in ["top", "a/1", "a/2", "a/deep/3", "b c/4"] {
        o.put(key, bytes(key)).unwrap();
    }
    let names = |prefix: &str| {
        let listing = o.list_folder(prefix).unwrap();
        (listing.folders, listing.objects.into_iter().map(|info| info.key).collect::<Vec<_>>())
    };
    let text = |list: &[&str]| list.iter().map(|&t| t.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(""), (text(&["a", "b c"]), text(&["top"])));
    assert_eq!(names("a"), (text(&["a/deep"]), text(&["a/1", "a/2"])));
    assert_eq!(names("a/"), names("a"));
    assert_eq!(names("none"), (Vec::new(), Vec::new()));
    o.delete_many(text(&["b c/4"])).unwrap();
    assert_eq!(names("").0, ["a"], "there are no empty folders");
}

pub(super) fn a_prefix_is_whole_parts(_: &Store, o: &Objects) {
    for key in ["run/1", "run/10", "runs/2", "run"] {
        if key != "run" {
            o.put(key, bytes(key)).unwrap();
        }
    }
    assert_eq!(keys(o, "run"), ["run/1", "run/10"]);
    assert_eq!(keys(o, ""), ["run/1", "run/10", "runs/2"]);
}
