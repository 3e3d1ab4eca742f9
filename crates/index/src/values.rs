//! Values by name: numbers, texts, yes and no.

use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;
use serde_json::{Map, Value};
use spinloom_query::{Op, Scalar, ValueTest};

use crate::arena::Names;
use crate::dense;
use crate::sparse::Sparse;

/// What is no number is one of the many numbers that are none, with its kind and its value in the bits nobody reads.
const KIND: u64 = 0xffff_ffff_0000_0000;
const TEXT: u64 = 0x7ff8_0001_0000_0000;
const FLAG: u64 = 0x7ff8_0002_0000_0000;
/// Longer texts are no values to filter by.
const MAX_TEXT: usize = 200;

/// How much is kept at most. What flows call their values is theirs to choose, so nothing else bounds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Values; if there are more, those of the oldest rows go.
    pub(crate) values: usize,
    /// Names; values of others are not kept.
    pub(crate) names: usize,
    /// Different texts; others are not kept.
    pub(crate) texts: usize,
}

impl Most {
    pub(crate) const NO_BOUNDS: Self = Self { values: usize::MAX, names: usize::MAX, texts: usize::MAX };
}

/// One column for each name.
pub(crate) struct Values {
    names: Names,
    columns: Vec<Sparse>,
    texts: Names,
    most: Most,
    /// How many values there are.
    count: usize,
    /// The place of each text among all of them, for as many as there were then.
    ranks: Mutex<Arc<[u32]>>,
}

impl Values {
    pub(crate) fn new(most: Most) -> Self {
        let ranks = Mutex::new(Arc::from(Vec::new()));
        Self { names: Names::default(), columns: Vec::new(), texts: Names::default(), most, count: 0, ranks }
    }

    /// The values of a run.
    pub(crate) fn set(&mut self, row: u32, values: &Map<String, Value>) {
        for (name, value) in values {
            let Some(packed) = self.pack(value) else { continue };
            let Some(column) = self.column_for(name) else { continue };
            self.count += usize::from(self.columns[column].set(row, packed));
        }
        if self.count > self.most.values {
            self.forget_oldest();
        }
    }

    /// The column of a name, made if there is room for another.
    fn column_for(&mut self, name: &str) -> Option<usize> {
        let known = self.names.find(name);
        let code = match known {
            Some(code) => code,
            None if self.names.len() < self.most.names => self.names.intern(name),
            None => return None,
        };
        if self.columns.len() <= code as usize {
            self.columns.resize_with(code as usize + 1, Sparse::default);
        }
        Some(code as usize)
    }

    /// Takes away a quarter of the longest column, and of the others what is as old.
    fn forget_oldest(&mut self) {
        let Some(longest) = self.columns.iter().max_by_key(|column| column.len()) else { return };
        let Some((first, _)) = longest.iter().nth(longest.len() / 4) else { return };
        self.columns.iter_mut().for_each(|column| column.remove_before(first));
        self.count = self.columns.iter().map(Sparse::len).sum();
    }

    pub(crate) fn remove(&mut self, row: u32) {
        for column in &mut self.columns {
            self.count -= usize::from(column.remove(row));
        }
    }

    /// The column of a name.
    pub(crate) fn column(&self, name: &str) -> Option<&Sparse> {
        self.columns.get(self.names.find(name)? as usize)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &Sparse)> {
        self.names.iter().filter_map(|(code, name)| Some((name, self.columns.get(code as usize)?)))
    }

    /// The value of a run.
    pub(crate) fn value(&self, name: &str, row: u32) -> Option<Scalar> {
        Some(self.unpack(self.column(name)?.get(row)?))
    }

    /// The runs whose value is as wanted.
    pub(crate) fn rows(&self, name: &str, test: &ValueTest, len: usize) -> RoaringBitmap {
        let Some(column) = self.column(name) else { return RoaringBitmap::new() };
        match test {
            ValueTest::Compares(op, wanted) => {
                // What is no number is within no bounds.
                let (least, most) = bounds(*op, *wanted);
                let fits = |packed| (least..=most).contains(&f64::from_bits(packed));
                dense::marked(len, column.iter().map(|(row, value)| (row, fits(value))))
            }
            ValueTest::Is(_) => {
                let texts: Vec<bool> =
                    self.texts.iter().map(|(_, text)| test.fits(&Scalar::Text(text.to_owned()))).collect();
                let fits = |packed: u64| match packed & KIND {
                    TEXT => texts.get(packed as u32 as usize).copied().unwrap_or(false),
                    _ => test.fits(&self.unpack(packed)),
                };
                dense::marked(len, column.iter().map(|(row, value)| (row, fits(value))))
            }
        }
    }

    fn pack(&mut self, value: &Value) -> Option<u64> {
        match value {
            Value::Bool(flag) => Some(FLAG | u64::from(*flag)),
            Value::Number(number) => number.as_f64().filter(|n| n.is_finite()).map(f64::to_bits),
            Value::String(text) if text.len() <= MAX_TEXT => {
                let known = self.texts.find(text);
                let room = self.texts.len() < self.most.texts;
                let code = known.or_else(|| room.then(|| self.texts.intern(text)))?;
                Some(TEXT | u64::from(code))
            }
            _ => None,
        }
    }

    pub(crate) fn unpack(&self, packed: u64) -> Scalar {
        match packed & KIND {
            TEXT => Scalar::Text(self.texts.get(packed as u32).to_owned()),
            FLAG => Scalar::Flag(packed & 1 == 1),
            _ => Scalar::Number(f64::from_bits(packed)),
        }
    }

    /// The place of each text among all of them, sorted.
    pub(crate) fn text_ranks(&self) -> Arc<[u32]> {
        let mut known = self.ranks.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() != self.texts.len() {
            let mut codes: Vec<u32> = (0..self.texts.len() as u32).collect();
            codes.sort_unstable_by_key(|code| self.texts.get(*code));
            let mut ranks = vec![0; codes.len()];
            for (rank, code) in codes.iter().enumerate() {
                ranks[*code as usize] = rank as u32;
            }
            *known = ranks.into();
        }
        known.clone()
    }

    pub(crate) fn shrink(&mut self) {
        self.columns.iter_mut().for_each(Sparse::shrink);
    }
}

/// The least and the greatest number for which a comparison holds.
fn bounds(op: Op, wanted: f64) -> (f64, f64) {
    match op {
        Op::Is => (wanted, wanted),
        Op::Less => (f64::NEG_INFINITY, wanted.next_down()),
        Op::AtMost => (f64::NEG_INFINITY, wanted),
        Op::More => (wanted.next_up(), f64::INFINITY),
        Op::AtLeast => (wanted, f64::INFINITY),
    }
}

/// Sorts values as people would: numbers, then yes and no, then texts. The second is in the order of the values of its kind.
pub(crate) fn sorting(packed: u64, ranks: &[u32]) -> (u8, i64) {
    match packed & KIND {
        TEXT => (2, i64::from(ranks.get(packed as u32 as usize).copied().unwrap_or(0))),
        FLAG => (1, (packed & 1) as i64),
        _ => (0, ordered(f64::from_bits(packed))),
    }
}

/// A number as another one in the same order.
fn ordered(number: f64) -> i64 {
    // Both zeros are one.
    let bits = (number + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(values: &mut Values, row: u32, of: Value) {
        values.set(row, of.as_object().unwrap());
    }

    #[test]
    fn the_oldest_values_go_when_there_are_too_many() {
        let mut values = Values::new(Most { values: 8, names: 3, texts: 1 });
        for row in 0..8 {
            set(&mut values, row, json!({"a": row, "z": [1]}));
        }
        set(&mut values, 1, json!({"a": 10}));
        assert_eq!((values.value("a", 0), values.count), (Some(Scalar::Number(0.0)), 8));
        set(&mut values, 8, json!({"b": "x"}));
        let left = values.column("a").map(|column| column.iter().map(|(row, _)| row).collect::<Vec<_>>());
        assert_eq!((left, values.count), (Some(vec![2, 3, 4, 5, 6, 7]), 7));
        values.remove(8);
        assert_eq!((values.value("b", 8), values.count), (None, 6));
    }

    #[test]
    fn neither_names_nor_texts_are_without_number() {
        let mut values = Values::new(Most { values: 100, names: 2, texts: 1 });
        set(&mut values, 0, json!({"a": "x", "b": "y"}));
        set(&mut values, 1, json!({"a": "x", "b": true, "c": 1}));
        let of = |name: &str, row| values.value(name, row);
        assert_eq!((of("a", 1), of("b", 0)), (Some(Scalar::Text("x".to_owned())), None));
        assert_eq!((of("b", 1), of("c", 1)), (Some(Scalar::Flag(true)), None));
    }

    #[test]
    fn a_comparison_holds_within_its_bounds() {
        let numbers =
            [f64::MIN, -1.0, -f64::from_bits(1), -0.0, 0.0, f64::from_bits(1), 1.0, f64::MAX, f64::NAN];
        for op in [Op::Is, Op::Less, Op::AtMost, Op::More, Op::AtLeast] {
            for (wanted, number) in
                numbers[..8].iter().flat_map(|wanted| numbers.map(|number| (*wanted, number)))
            {
                let (least, most) = bounds(op, wanted);
                assert_eq!(
                    (least..=most).contains(&number),
                    op.holds(number, wanted),
                    "{number} {op:?} {wanted}"
                );
            }
        }
    }

    #[test]
    fn numbers_are_in_order() {
        let numbers = [f64::MIN, -2.5, -1e-300, -0.0, 1e-300, 0.5, 2.5, f64::MAX];
        let places: Vec<i64> = numbers.iter().map(|number| ordered(*number)).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(ordered(0.0), ordered(-0.0));
    }
}
