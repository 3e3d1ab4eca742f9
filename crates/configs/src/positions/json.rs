//! JSON: `serde_json` hands out parts of the text as they stand, so where they are is where they begin.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Fault, Index, Lines, number};
use crate::Path;

pub(super) fn lines(text: &str) -> Result<Lines, Fault> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| Fault {
        line: number(error.line()),
        column: number(error.column()),
        reason: error.to_string(),
    })?;
    let mut lines = Lines::new();
    walk(whole, &Path::default(), &Index::new(text), &mut lines);
    Ok(lines)
}

fn walk(part: &RawValue, path: &Path, index: &Index<'_>, lines: &mut Lines) {
    let text = part.get();
    let offset = (text.as_ptr() as usize).saturating_sub(index.text.as_ptr() as usize);
    lines.insert(path.clone(), index.line(offset));
    let mut inner = |key: String, part: &RawValue| walk(part, &path.with(key), index, lines);
    if text.starts_with('{') {
        let keys: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        keys.into_iter().for_each(|(key, part)| inner(key, part));
    } else if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
        items.into_iter().enumerate().for_each(|(i, part)| inner(i.to_string(), part));
    }
}
