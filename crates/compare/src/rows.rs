//! Things with a key, of several sides.

use std::collections::{BTreeMap, BTreeSet};

/// One thing, and what it is on each side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<K, V> {
    /// Which.
    pub key: K,
    /// In the order of the sides; `None` where it is not.
    pub values: Vec<Option<V>>,
}

impl<K, V> Row<K, V> {
    /// Whether not all sides have the same, as `part` of it tells.
    pub fn differs_by<P: PartialEq>(&self, part: impl Fn(&V) -> P) -> bool {
        let mut parts = self.values.iter().map(|value| value.as_ref().map(&part));
        let first = parts.next();
        parts.any(|other| Some(other) != first)
    }
}

impl<K, V: PartialEq> Row<K, V> {
    /// Whether not all sides have the same.
    pub fn differs(&self) -> bool {
        self.values.windows(2).any(|pair| pair[0] != pair[1])
    }
}

/// Everything that any side has, by key.
pub fn rows<K: Ord + Clone, V: Clone>(sides: &[BTreeMap<K, V>]) -> Vec<Row<K, V>> {
    let keys: BTreeSet<&K> = sides.iter().flat_map(BTreeMap::keys).collect();
    let row =
        |key: &K| Row { key: key.clone(), values: sides.iter().map(|side| side.get(key).cloned()).collect() };
    keys.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_lacks_differs() {
        let side = |pairs: &[(&'static str, i32)]| pairs.iter().copied().collect::<BTreeMap<_, _>>();
        let found =
            rows(&[side(&[("a", 1), ("b", 2)]), side(&[("a", 1), ("c", 3)]), side(&[("a", 1), ("b", 2)])]);
        assert_eq!(found.iter().map(|row| row.key).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(found.iter().map(Row::differs).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(found[1].values, [Some(2), None, Some(2)]);
        assert!(found[1].differs_by(|value| value % 2) && !found[0].differs_by(|_| ()));
    }
}
