//! Laws of merging, of provenance, and of compiled settings.

use proptest::prelude::*;
use serde_json::{Value, json};
use spinloom_configs::yaml as read_yaml;
use spinloom_projects::{Data, Layers, Map, Mark, Merge, Node, Patch, Source, yaml};

/// Trees whose keys have one kind of value each, or not: `a` is text, `b` a number, `c` and `d` anything.
fn tree(layer: u16) -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        "[a-c]{1,2}".prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        prop::collection::vec(0..3_i64, 0..3).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
    });
    let map = prop::collection::btree_map("[a-d]", value, 0..4);
    (map, 1..9_u32).prop_map(move |(map, line)| {
        Node::of(&Value::Object(map.into_iter().collect()), Mark { layer, line })
    })
}

fn map(node: &Node) -> Map {
    let Data::Map(map) = &node.data else { panic!() };
    map.clone()
}

fn layers() -> Layers {
    let mut layers = Layers::default();
    for name in ["a", "b", "c"] {
        layers.add(name, Source::File(format!("{name}.yaml")));
    }
    layers
}

/// `above` over `below`; `None` if they do not fit together.
fn over(below: Option<Map>, above: &Map) -> Option<Map> {
    let (layers, mut below) = (layers(), below?);
    let mut merge = Merge::new(&layers, "configuration");
    merge.apply(&mut below, &Patch::of(above));
    merge.problems.is_empty().then_some(below)
}

proptest! {
    /// Without directives it does not matter which layers are merged first: values, order, provenance and problems.
    #[test]
    fn merging_is_associative(a in tree(0), b in tree(1), c in tree(2)) {
        let (a, b, c) = (map(&a), map(&b), map(&c));
        let left = over(over(Some(a.clone()), &b), &c);
        let right = over(Some(b), &c).and_then(|both| over(Some(a), &both));
        prop_assert_eq!(left, right);
    }

    /// Every leaf is from the highest layer that sets it, says so, and has the value it has there.
    #[test]
    fn provenance_is_exact(a in tree(0), b in tree(1), c in tree(2)) {
        let all = [a, b, c];
        let Some(merged) = over(over(Some(map(&all[0])), &map(&all[1])), &map(&all[2])) else { return Ok(()) };
        let merged = Node { data: Data::Map(merged), mark: Mark::default(), over: None };
        let mut checked = Ok(());
        merged.leaves(&mut |path, leaf| {
            // What is in a list is from where the list is; the list is what layers set.
            let mut path = path.clone();
            while path.parent().is_some_and(|outer| matches!(merged.at(&outer.0).unwrap().data, Data::List(_))) {
                path = path.parent().unwrap();
            }
            let setting = all.iter().rev().find(|layer| layer.at(&path.0).is_some_and(|node| !matches!(&node.data, Data::Map(map) if !map.is_empty())));
            if let Some(layer) = setting {
                let there = layer.at(&path.0).unwrap();
                let empty_mapping = matches!(&there.data, Data::Map(_));
                if !empty_mapping && (there.mark != leaf.mark || there.value() != merged.at(&path.0).unwrap().value()) {
                    checked = Err(format!("{path} is not from where it is set"));
                }
            }
        });
        prop_assert_eq!(checked, Ok(()));
    }

    /// What is merged with nothing, either way, is itself.
    #[test]
    fn nothing_changes_nothing(a in tree(0)) {
        let a = map(&a);
        prop_assert_eq!(over(Some(a.clone()), &Map::new()).unwrap(), a.clone());
        prop_assert_eq!(over(Some(Map::new()), &a).unwrap(), a);
    }

    /// What is written is what is read.
    #[test]
    fn compiled_settings_are_read_as_they_were(value in value()) {
        let text = yaml(&value);
        let read = read_yaml::read(&text).map_err(|fault| TestCaseError::fail(format!("{fault:?}\n{text}")))?;
        prop_assert_eq!(read.unwrap().value(), value);
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |f| f.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[-+.0-9eExo:_~yn#]{0,6}".prop_map(Value::from),
        prop::sample::select(vec![
            "true", "No", "null", "~", "1.10", "0x1F", "1:30", "---", "- a", "a: b", " a", "<<", "=", "???"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner.clone()), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            prop::collection::vec(("[a-z~+!<-]{1,3}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn null_is_written_as_null() {
    assert_eq!(yaml(&json!(null)), "null\n");
}
