//! One record of a pack: a head of 44 bytes, a header (JSON), a payload.
//!
//! Head: magic `SLM1`, header length and payload length (u32, little endian), BLAKE3 of header and payload.

/// How long the head of a record is.
pub(crate) const HEAD: usize = 44;
/// What every record starts with.
pub(crate) const MAGIC: &[u8; 4] = b"SLM1";

/// The lengths and the hash a record starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    header: u32,
    payload: u32,
    hash: [u8; 32],
}

impl Head {
    /// Reads the head `bytes` start with; nothing if they do not start with one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (header, rest) = rest.split_first_chunk::<4>()?;
        let (payload, rest) = rest.split_first_chunk::<4>()?;
        let (hash, _) = rest.split_first_chunk::<32>()?;
        let (header, payload) = (u32::from_le_bytes(*header), u32::from_le_bytes(*payload));
        (magic == MAGIC).then_some(Self { header, payload, hash: *hash })
    }

    /// How long the whole record is.
    pub(crate) fn total(&self) -> u64 {
        HEAD as u64 + u64::from(self.header) + u64::from(self.payload)
    }

    /// Where in the record the payload starts.
    pub(crate) fn payload_start(&self) -> u64 {
        HEAD as u64 + u64::from(self.header)
    }
}

/// A record that is whole: magic, lengths and hash agree.
pub(crate) struct Record<'a> {
    pub(crate) head: Head,
    pub(crate) header: &'a [u8],
}

/// Checks `bytes`, which must be one record and nothing else.
pub(crate) fn check(bytes: &[u8]) -> Option<Record<'_>> {
    let head = Head::read(bytes)?;
    let body = bytes.get(HEAD..)?;
    if head.total() != bytes.len() as u64 || *blake3::hash(body).as_bytes() != head.hash {
        return None;
    }
    Some(Record { head, header: body.get(..head.header as usize)? })
}

/// Makes a record whole: `bytes` has [`HEAD`] bytes of room, then the header, then `payload` bytes of payload.
///
/// Returns false if a part is too long for its length field.
pub(crate) fn seal(bytes: &mut [u8], payload: usize) -> bool {
    let Some((head, body)) = bytes.split_at_mut_checked(HEAD) else { return false };
    let Some(header) = body.len().checked_sub(payload) else { return false };
    let (Ok(header), Ok(payload)) = (u32::try_from(header), u32::try_from(payload)) else { return false };
    head[..4].copy_from_slice(MAGIC);
    head[4..8].copy_from_slice(&header.to_le_bytes());
    head[8..12].copy_from_slice(&payload.to_le_bytes());
    head[12..].copy_from_slice(blake3::hash(body).as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(header: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEAD];
        bytes.extend_from_slice(header);
        bytes.extend_from_slice(payload);
        assert!(seal(&mut bytes, payload.len()));
        bytes
    }

    #[test]
    fn what_is_sealed_checks() {
        let bytes = sealed(b"{}", b"abc");
        let record = check(&bytes).unwrap();
        assert_eq!((record.header, record.head.total()), (&b"{}"[..], 49));
        assert_eq!(&bytes[record.head.payload_start() as usize..], b"abc");
    }

    #[test]
    fn any_flipped_bit_but_the_split_is_seen() {
        let bytes = sealed(b"{}", b"abc");
        for i in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[i] ^= 1 << bit;
                assert!(check(&bad).is_none(), "byte {i} bit {bit}");
            }
        }
        assert!(check(&bytes[..bytes.len() - 1]).is_none());
        assert!(check(&[bytes.as_slice(), b"x"].concat()).is_none());
    }
}
