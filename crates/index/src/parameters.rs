//! Values of parameters: numbers, texts, yes and no.

use roaring::RoaringBitmap;
use serde_json::{Map, Value};
use spinloom_query::{ParameterTest, Scalar};

use crate::arena::Names;
use crate::dense;
use crate::sparse::Sparse;

/// What is no number is one of the many numbers that are none, with its kind and its value in the bits nobody reads.
const KIND: u64 = 0xffff_ffff_0000_0000;
const TEXT: u64 = 0x7ff8_0001_0000_0000;
const FLAG: u64 = 0x7ff8_0002_0000_0000;
/// Longer texts are no values to filter by.
const MAX_TEXT: usize = 200;

/// One column for each parameter.
#[derive(Default)]
pub(crate) struct Parameters {
    names: Names,
    columns: Vec<Sparse>,
    texts: Names,
}

impl Parameters {
    /// The values of a run, from the `parameters` of its `info`.
    pub(crate) fn set(&mut self, row: u32, values: &Map<String, Value>) {
        for (name, value) in values {
            let Some(packed) = self.pack(value) else { continue };
            let code = self.names.intern(name) as usize;
            if self.columns.len() <= code {
                self.columns.resize_with(code + 1, Sparse::default);
            }
            self.columns[code].set(row, packed);
        }
    }

    pub(crate) fn remove(&mut self, row: u32) {
        self.columns.iter_mut().for_each(|column| column.remove(row));
    }

    /// The column of a parameter.
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
    pub(crate) fn rows(&self, name: &str, test: &ParameterTest, len: usize) -> RoaringBitmap {
        let Some(column) = self.column(name) else { return RoaringBitmap::new() };
        match test {
            ParameterTest::Compares(op, wanted) => {
                let fits = |packed: u64| {
                    let number = f64::from_bits(packed);
                    !number.is_nan() && op.holds(number, *wanted)
                };
                dense::collect(len, column.iter().filter(|(_, value)| fits(*value)).map(|(row, _)| row))
            }
            ParameterTest::Is(_) => {
                let texts: Vec<bool> =
                    self.texts.iter().map(|(_, text)| test.fits(&Scalar::Text(text.to_owned()))).collect();
                let fits = |packed: u64| match packed & KIND {
                    TEXT => texts.get(packed as u32 as usize).copied().unwrap_or(false),
                    _ => test.fits(&self.unpack(packed)),
                };
                dense::collect(len, column.iter().filter(|(_, value)| fits(*value)).map(|(row, _)| row))
            }
        }
    }

    fn pack(&mut self, value: &Value) -> Option<u64> {
        match value {
            Value::Bool(flag) => Some(FLAG | u64::from(*flag)),
            Value::Number(number) => number.as_f64().filter(|n| n.is_finite()).map(f64::to_bits),
            Value::String(text) if text.len() <= MAX_TEXT => Some(TEXT | u64::from(self.texts.intern(text))),
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

    /// Sorts values as people would: numbers, then yes and no, then texts. The second is in the order of the values of its kind.
    pub(crate) fn sorting(&self, packed: u64, ranks: &[u32]) -> (u8, u64) {
        match packed & KIND {
            TEXT => (2, u64::from(ranks.get(packed as u32 as usize).copied().unwrap_or(0))),
            FLAG => (1, packed & 1),
            _ => (0, ordered(f64::from_bits(packed))),
        }
    }

    /// The place of each text among all of them, sorted.
    pub(crate) fn text_ranks(&self) -> Vec<u32> {
        let mut codes: Vec<u32> = (0..self.texts.len() as u32).collect();
        codes.sort_unstable_by_key(|code| self.texts.get(*code));
        let mut ranks = vec![0; codes.len()];
        for (rank, code) in codes.iter().enumerate() {
            ranks[*code as usize] = rank as u32;
        }
        ranks
    }

    pub(crate) fn shrink(&mut self) {
        self.columns.iter_mut().for_each(Sparse::shrink);
    }
}

/// A number whose bits are in the order of the numbers.
fn ordered(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}
