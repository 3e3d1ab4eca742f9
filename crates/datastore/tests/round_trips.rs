//! Any chain of attempts reads back as a plain map would: saved, replaced, inherited, behind a base, reopened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{Project, noise, words};
use proptest::{collection::vec, prelude::*};
use spinloom_datastore::{Datastore, Manifest, ManifestRef};

type Content = (Vec<u8>, Vec<Vec<u8>>);
type Model = BTreeMap<String, Content>;

#[derive(Debug, Clone)]
enum Action {
    Save {
        name: usize,
        stream: Vec<u8>,
        buffers: Vec<Vec<u8>>,
    },
    /// Carries on the `pick`-th artifact of an earlier attempt, `back` before this one.
    Inherit {
        back: usize,
        pick: usize,
    },
}

const NAMES: [&str; 6] = ["a", "b", "_graph_info", "xs", "größe", "x y"];

/// Few different contents, so that chunks are shared; sizes on both sides of every limit.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let len = prop_oneof![
        4 => Just(0_usize),
        6 => 1..60_usize,
        2 => Just(65_536_usize),
        2 => Just(65_537_usize),
        1 => 70_000..300_000_usize,
    ];
    (any::<bool>(), 0..3_u8, len).prop_map(|(packs, seed, len)| match packs {
        true => words(seed, len),
        false => noise(seed, len),
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0..NAMES.len(), bytes(), vec(bytes(), 0..3)).prop_map(|(name, stream, buffers)| Action::Save {
            name,
            stream,
            buffers
        }),
        (0..6_usize, any::<usize>()).prop_map(|(back, pick)| Action::Inherit { back, pick }),
    ]
}

/// What was committed, beside what it should hold.
struct Attempt {
    at: ManifestRef,
    model: Model,
}

fn commit(
    project: &Project,
    task: usize,
    base: Option<&Attempt>,
    earlier: &[Attempt],
    actions: &[Action],
) -> Attempt {
    let mut writer = project.writer(task as u64, base.map(|b| &b.at));
    let mut model = Model::new();
    for action in actions {
        match action {
            Action::Save { name, stream, buffers } => {
                let borrowed: Vec<&[u8]> = buffers.iter().map(Vec::as_slice).collect();
                writer.save(NAMES[*name], "object", stream, &borrowed).unwrap();
                model.insert(NAMES[*name].into(), (stream.clone(), buffers.clone()));
            }
            Action::Inherit { back, pick } => {
                let Some(from) = earlier.len().checked_sub(1 + back).and_then(|i| earlier.get(i)) else {
                    continue;
                };
                let manifest = project.store.manifest(&from.at).unwrap();
                let all = project.store.artifacts(&manifest).unwrap();
                let Some(entry) = all.get(pick % all.len().max(1)) else { continue };
                writer.inherit(&manifest, entry);
                model.insert(entry.name.to_string(), from.model[entry.name.as_str()].clone());
            }
        }
    }
    let at = project.commit(writer);
    for (name, content) in base.into_iter().flat_map(|b| &b.model) {
        model.entry(name.clone()).or_insert_with(|| content.clone());
    }
    Attempt { at, model }
}

fn check(project: &Project, manifest: &Manifest, model: &Model) {
    let all = project.store.artifacts(manifest).unwrap();
    assert!(all.iter().map(|a| a.name.as_str()).eq(model.keys().map(String::as_str)));
    for entry in &all {
        let content = project.content(manifest, entry);
        assert!(content == model[entry.name.as_str()], "{}", entry.name);
        let size = content.0.len() + content.1.iter().map(Vec::len).sum::<usize>();
        assert_eq!(entry.size, size as u64);
        let (_, found) = project.store.find(manifest, entry.name.as_str()).unwrap().unwrap();
        assert_eq!(&found, entry);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_saved_is_read(
        base in vec(action(), 0..4),
        attempts in vec((any::<bool>(), vec(action(), 0..6)), 1..8),
    ) {
        let mut project = Project::new();
        let base = commit(&project, 0, None, &[], &base);
        let mut done = Vec::new();
        for (task, (has_base, actions)) in attempts.iter().enumerate() {
            let attempt = commit(&project, task + 1, has_base.then_some(&base), &done, actions);
            done.push(attempt);
        }
        project.store = Datastore::open(project.store.root()).unwrap();
        for attempt in &done {
            check(&project, &project.store.manifest(&attempt.at).unwrap(), &attempt.model);
        }
        assert_eq!(project.files("tmp").len(), 0);
    }
}
