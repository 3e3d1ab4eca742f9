//! Objects in several pieces, cut into parts without a byte being copied.

use bytes::Bytes;

/// How many bytes the pieces have together.
pub(crate) fn len(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

/// Cuts pieces, end to end, into parts of `size` bytes; the last may be smaller.
pub(crate) fn cut(pieces: Vec<Bytes>, size: usize) -> Vec<Vec<Bytes>> {
    let (mut parts, mut part, mut room) = (Vec::new(), Vec::new(), size);
    for mut piece in pieces {
        while !piece.is_empty() {
            let slice = piece.split_to(room.min(piece.len()));
            room -= slice.len();
            part.push(slice);
            if room == 0 {
                parts.push(std::mem::take(&mut part));
                room = size;
            }
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// How large the parts of an object of `len` bytes are: stores allow ten thousand.
pub(crate) fn part_size(len: u64, usual: usize) -> usize {
    const MOST_PARTS: u64 = 9_000;
    usual.max(usize::try_from(len.div_ceil(MOST_PARTS)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_slices_of_the_pieces() {
        let pieces = vec![Bytes::from_static(b"abc"), Bytes::new(), Bytes::from_static(b"defgh")];
        let first = pieces[0].as_ptr();
        let parts = cut(pieces, 4);
        let joined: Vec<Vec<u8>> = parts.iter().map(|part| part.concat()).collect();
        assert_eq!(joined, [b"abcd", b"efgh"]);
        assert_eq!(parts[0][0].as_ptr(), first, "not copied");
        assert_eq!(cut(vec![Bytes::from_static(b"abcde")], 4).len(), 2);
        assert!(cut(vec![Bytes::new()], 4).is_empty());
    }

    #[test]
    fn very_large_objects_have_larger_parts() {
        assert_eq!(part_size(100 << 20, 8 << 20), 8 << 20);
        let size = part_size(5 << 40, 8 << 20) as u64;
        assert!((5_u64 << 40).div_ceil(size) <= 10_000);
    }
}
