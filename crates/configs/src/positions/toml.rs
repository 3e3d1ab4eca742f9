//! TOML: the parser tells the span of each value.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Index, Lines};
use crate::Path;

pub(super) fn lines(text: &str) -> Result<Lines, Fault> {
    let index = Index::new(text);
    let whole = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        index.fault(offset, error.message().to_owned())
    })?;
    let mut lines = Lines::from([(Path::default(), 1)]);
    table(whole.get_ref(), &Path::default(), &index, &mut lines);
    Ok(lines)
}

fn table(found: &DeTable<'_>, path: &Path, index: &Index<'_>, lines: &mut Lines) {
    for (key, value) in found {
        let path = path.with(key.get_ref().as_ref());
        // Of a table the value begins with its header, of anything else beside its key.
        lines.insert(path.clone(), index.line(key.span().start));
        walk(value, &path, index, lines);
    }
}

fn walk(value: &Spanned<DeValue<'_>>, path: &Path, index: &Index<'_>, lines: &mut Lines) {
    match value.get_ref() {
        DeValue::Table(found) => table(found, path, index, lines),
        DeValue::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let path = path.with(i.to_string());
                lines.insert(path.clone(), index.line(item.span().start));
                walk(item, &path, index, lines);
            }
        }
        _ => {}
    }
}
