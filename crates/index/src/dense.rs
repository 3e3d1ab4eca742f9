//! Rows as one bit each, while they are looked through.

use std::ops::Range;

use roaring::RoaringBitmap;

/// The rows below `len` that `holds`.
pub(crate) fn scan(len: usize, holds: impl Fn(usize) -> bool) -> RoaringBitmap {
    let mut bytes = vec![0_u8; len.div_ceil(8)];
    for (n, byte) in bytes.iter_mut().enumerate() {
        let first = n * 8;
        for bit in 0..8.min(len - first) {
            *byte |= u8::from(holds(first + bit)) << bit;
        }
    }
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// These rows, of those below `len`, in any order.
pub(crate) fn collect(len: usize, rows: impl Iterator<Item = u32>) -> RoaringBitmap {
    let mut bytes = vec![0_u8; len.div_ceil(8)];
    for row in rows {
        if let Some(byte) = bytes.get_mut(row as usize / 8) {
            *byte |= 1 << (row % 8);
        }
    }
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// Those of these rows, below `len`, that are marked. Nothing is decided for each: of a million rows that takes 2 to 3 ms whatever is
/// marked, where a decision took 11 if half of them were, and 1.6 if one in a thousand was.
pub(crate) fn marked(len: usize, rows: impl Iterator<Item = (u32, bool)>) -> RoaringBitmap {
    let mut bytes = vec![0_u8; len.div_ceil(8)];
    for (row, is_marked) in rows {
        if let Some(byte) = bytes.get_mut(row as usize / 8) {
            *byte |= u8::from(is_marked) << (row % 8);
        }
    }
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

/// Goes through rows, many at a time: one at a time takes twice as long.
pub(crate) fn each(rows: &RoaringBitmap, mut each: impl FnMut(u32)) {
    let mut iter = rows.iter();
    let mut many = [0; 1024];
    loop {
        let some = iter.next_many(&mut many);
        if some.is_empty() {
            return;
        }
        some.iter().for_each(|row| each(*row));
    }
}

/// Rows that follow each other without a gap, as those of a time mostly do: from the first to the one after the last.
pub(crate) fn stretch(rows: &RoaringBitmap) -> Option<Range<u32>> {
    let (first, last) = (rows.min()?, rows.max()?);
    (rows.len() == u64::from(last - first) + 1).then(|| first..last + 1)
}

/// Rows as bits, 64 in a number, of those below `len`.
pub(crate) fn bits(len: usize, rows: &RoaringBitmap) -> Vec<u64> {
    let mut bits = vec![0; len.div_ceil(64)];
    each(rows, |row| {
        if let Some(bits) = bits.get_mut(row as usize / 64) {
            *bits |= 1 << (row % 64);
        }
    });
    bits
}

/// Whether a row is among [`bits`].
pub(crate) fn has(bits: &[u64], row: u32) -> bool {
    bits.get(row as usize / 64).is_some_and(|bits| bits >> (row % 64) & 1 == 1)
}
