//! What a spin saved, against what another task saved: by hash, so nothing is loaded.

use std::collections::BTreeMap;

use serde::Serialize;
use spinloom_datastore::{ArtifactEntry, CARD, ContentHash, Datastore, Manifest, ManifestRef};
use spinloom_diagnostics::Result;
use utoipa::ToSchema;

use crate::api::artifacts::{Artifact, is_private};

/// How many artifacts of a spin are other than those it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = SpinChanges)]
pub(super) struct Sums {
    /// That the other has not, nor an input.
    pub(super) new: usize,
    /// That are other.
    pub(super) changed: usize,
    /// That are the same, those taken over from an input included.
    pub(super) same: usize,
    /// That only the other has.
    pub(super) gone: usize,
}

/// An artifact of a spin.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpinArtifact {
    /// `new`, `changed`, `same`, `carried` if an input has it too, or `gone` if only the other has it.
    change: &'static str,
    /// What it is here, with its preview.
    now: Option<Artifact>,
    /// What the other has, with its preview, where it is not the same.
    was: Option<Artifact>,
}

/// A manifest, and the store that has it.
pub(super) type Saved<'a> = (&'a Datastore, &'a Manifest);

/// The manifest at an address; none without one.
pub(super) fn manifest(store: &Datastore, address: Option<&str>) -> Result<Option<Manifest>> {
    address.map(|address| store.manifest(&address.parse::<ManifestRef>()?)).transpose()
}

/// What people made: neither cards nor what begins with `_`.
fn shown(manifest: &Manifest) -> impl Iterator<Item = &ArtifactEntry> {
    manifest.artifacts.iter().filter(|entry| entry.encoding != CARD && !is_private(entry))
}

/// How each artifact compares, by name. Of a spin that failed nobody knows what it would have made, so nothing of it is gone.
fn compared<'a>(
    now: &'a Manifest,
    (other, input): (Option<&'a Manifest>, Option<&Manifest>),
    ok: bool,
) -> Vec<(&'static str, Option<&'a ArtifactEntry>, Option<&'a ArtifactEntry>)> {
    let mut others: BTreeMap<&str, &ArtifactEntry> =
        other.into_iter().flat_map(shown).map(|entry| (entry.name.as_str(), entry)).collect();
    let carried: BTreeMap<&str, ContentHash> =
        input.into_iter().flat_map(shown).map(|entry| (entry.name.as_str(), entry.hash)).collect();
    let mut all: Vec<_> = shown(now)
        .map(|entry| {
            let was = others.remove(entry.name.as_str());
            let how = match was {
                Some(was) if was.hash == entry.hash => "same",
                Some(_) => "changed",
                None if carried.get(entry.name.as_str()) == Some(&entry.hash) => "carried",
                None => "new",
            };
            (how, Some(entry), was)
        })
        .collect();
    if ok {
        all.extend(others.into_values().map(|was| ("gone", None, Some(was))));
    }
    all
}

/// How many differ.
pub(super) fn sums(now: &Manifest, against: (Option<&Manifest>, Option<&Manifest>), ok: bool) -> Sums {
    let mut sums = Sums::default();
    for (how, ..) in compared(now, against, ok) {
        *match how {
            "new" => &mut sums.new,
            "changed" => &mut sums.changed,
            "gone" => &mut sums.gone,
            _ => &mut sums.same,
        } += 1;
    }
    sums
}

/// What differs, with what it looks like; the most telling first.
pub(super) fn artifacts(
    (store, now): Saved<'_>,
    (other, input): (Option<Saved<'_>>, Option<&Manifest>),
    ok: bool,
) -> Vec<SpinArtifact> {
    let mut all = compared(now, (other.map(|(_, manifest)| manifest), input), ok);
    let rank = |how: &str| ["changed", "new", "gone", "same"].iter().position(|known| *known == how);
    all.sort_by_key(|(how, ..)| rank(how).unwrap_or(usize::MAX));
    let before =
        |entry: &ArtifactEntry| other.map(|(store, manifest)| Artifact::read(store, manifest, entry));
    all.into_iter()
        .map(|(change, here, there)| SpinArtifact {
            change,
            now: here.map(|entry| Artifact::read(store, now, entry)),
            was: there.filter(|_| change != "same").and_then(before),
        })
        .collect()
}
