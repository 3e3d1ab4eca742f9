//! What two runs were configured with, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Origin, Path, Resolved};

/// One leaf of two runs: its config, where in it, and what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The config.
    pub config: String,
    /// Where in it.
    pub path: Path,
    /// In the first run; `None` if it was not there.
    pub before: Option<(Value, Origin)>,
    /// In the second.
    pub after: Option<(Value, Origin)>,
}

impl Change {
    /// Whether the values differ; where they are from does not matter.
    pub fn differs(&self) -> bool {
        self.before.as_ref().map(|(value, _)| value) != self.after.as_ref().map(|(value, _)| value)
    }
}

/// Every leaf of either side, by config and path.
pub fn compare(before: &[Resolved], after: &[Resolved]) -> Vec<Change> {
    pair(&side(before), &side(after))
}

/// Every leaf of one side or the other, by config and path.
pub fn pair(before: &Side, after: &Side) -> Vec<Change> {
    let places: BTreeSet<&(String, Path)> = before.keys().chain(after.keys()).collect();
    let change = |place: &(String, Path)| Change {
        config: place.0.clone(),
        path: place.1.clone(),
        before: before.get(place).cloned(),
        after: after.get(place).cloned(),
    };
    places.into_iter().map(change).collect()
}

/// The leaves of one side, by config and path.
pub type Side = BTreeMap<(String, Path), (Value, Origin)>;

fn side(all: &[Resolved]) -> Side {
    let leaves = |one: &Resolved| {
        let name = one.name.clone();
        let leaf = |(path, value): (Path, &Value)| {
            let origin = one.origin(&path);
            ((name.clone(), path), (value.clone(), origin))
        };
        one.leaves().into_iter().map(leaf).collect::<Vec<_>>()
    };
    all.iter().flat_map(leaves).collect()
}
