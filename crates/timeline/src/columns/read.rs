//! Reading a block: for tests, and for programs in Rust that draw runs.

use std::collections::HashMap;

use spinloom_diagnostics::{Error, Result, codes};

use super::{Header, MAGIC, VERSION};

/// The values of a column, widened.
pub type Column = Vec<u64>;

/// A block that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// What stands before the columns.
    pub header: Header,
    /// The columns by name.
    pub columns: HashMap<String, Column>,
}

/// Reads a block.
///
/// # Errors
/// `SL0402` if its layout is newer, `SL0403` if it is no such block.
pub fn read(bytes: &[u8]) -> Result<Read> {
    let (head, rest) = bytes.split_at_checked(8).ok_or_else(|| broken("it is too short"))?;
    if &head[..4] != MAGIC {
        return Err(broken("it begins with other bytes"));
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let (head, body) = rest.split_at_checked(length).ok_or_else(|| broken("its header is cut off"))?;
    let header: Header = serde_json::from_slice(head).map_err(|error| broken(&error.to_string()))?;
    if header.version > VERSION {
        return Err(Error::new(codes::STORE_FORMAT, "the columns were made by a newer Spinloom"));
    }
    let mut columns = HashMap::new();
    for place in &header.columns {
        let width = match place.kind.as_str() {
            "u8" => 1,
            "u16" => 2,
            "u32" => 4,
            "u64" => 8,
            other => return Err(broken(&format!("`{other}` is no type"))),
        };
        let end = place.len.checked_mul(width).and_then(|len| place.offset.checked_add(len));
        let bytes = end.and_then(|end| body.get(place.offset..end));
        let bytes = bytes.ok_or_else(|| broken(&format!("the column `{}` is cut off", place.name)))?;
        columns.insert(place.name.clone(), bytes.chunks_exact(width).map(widened).collect());
    }
    Ok(Read { header, columns })
}

fn widened(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

fn broken(why: &str) -> Error {
    Error::new(codes::STORE_CORRUPT, "the columns cannot be read").cause(why)
}
