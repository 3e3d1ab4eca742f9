//! Whether compressing pays, told from a sample.

const BLOCK: usize = 8 << 10;
const BLOCKS: usize = 4;

/// Whether zstd, level 1, makes less than 0.8 of what `parts` hold, judged by a few blocks spread over each.
pub(crate) fn pays(parts: &[impl AsRef<[u8]>]) -> bool {
    let mut sample = Vec::with_capacity(BLOCK * BLOCKS * parts.len());
    for bytes in parts.iter().map(AsRef::as_ref) {
        let last = bytes.len().saturating_sub(BLOCK);
        for i in 0..BLOCKS {
            let start = last / (BLOCKS - 1) * i;
            sample.extend_from_slice(&bytes[start..bytes.len().min(start + BLOCK)]);
        }
    }
    zstd::bulk::compress(&sample, 1).is_ok_and(|packed| packed.len() * 5 < sample.len() * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes nobody can compress: hashes of hashes.
    fn noise(len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        blake3::Hasher::new().finalize_xof().fill(&mut out);
        out
    }

    #[test]
    fn noise_does_not_pay_and_text_does() {
        assert!(!pays(&[noise(100 << 10)]));
        assert!(pays(&[b"the same words again ".repeat(9000)]));
        assert!(!pays(&[b""]));
    }

    #[test]
    fn the_whole_length_is_sampled() {
        let mut bytes = noise(300 << 10);
        assert!(!pays(&[&bytes]));
        bytes[20 << 10..].fill(7);
        assert!(pays(&[&bytes]));
        let mut bytes = noise(300 << 10);
        bytes[..4 << 10].fill(7);
        assert!(!pays(&[&bytes]));
    }
}
