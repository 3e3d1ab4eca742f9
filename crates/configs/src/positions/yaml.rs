//! YAML: the events of its parser, folded up. What an alias stands for is where the alias is.

use saphyr_parser::{Event, Parser};

use super::{Fault, Lines, number};
use crate::Path;

/// A collection that is open.
enum Open {
    Mapping {
        path: Path,
        key: Option<String>,
    },
    Sequence {
        path: Path,
        next: usize,
    },
    /// A key that is no scalar: what is in it has no path.
    Nowhere,
}

pub(super) fn lines(text: &str) -> Result<Lines, Fault> {
    let mut lines = Lines::new();
    let mut open: Vec<Open> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Fault {
            line: number(error.marker().line()),
            column: number(error.marker().col() + 1),
            reason: error.info().to_owned(),
        })?;
        let line = number(span.start.line());
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Open::Mapping { key: key @ None, path }) = open.last_mut() {
                    lines.entry(path.with(text.as_ref())).or_insert(line);
                    *key = Some(text.into_owned());
                } else {
                    value(&mut open, &mut lines, line);
                }
            }
            Event::Alias(_) => {
                value(&mut open, &mut lines, line);
            }
            Event::MappingStart(..) => {
                let path = value(&mut open, &mut lines, line);
                open.push(path.map_or(Open::Nowhere, |path| Open::Mapping { path, key: None }));
            }
            Event::SequenceStart(..) => {
                let path = value(&mut open, &mut lines, line);
                open.push(path.map_or(Open::Nowhere, |path| Open::Sequence { path, next: 0 }));
            }
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
            }
            _ => {}
        }
    }
    Ok(lines)
}

/// A value begins: its path, noted.
fn value(open: &mut [Open], lines: &mut Lines, line: u32) -> Option<Path> {
    let path = match open.last_mut() {
        None => Path::default(),
        Some(Open::Nowhere) => return None,
        Some(Open::Sequence { path, next }) => {
            *next += 1;
            path.with((*next - 1).to_string())
        }
        Some(Open::Mapping { path, key }) => match key.take() {
            Some(key) => path.with(key),
            None => {
                // A collection as a key.
                *key = Some(String::new());
                return None;
            }
        },
    };
    // Where the key of a mapping is, its value is.
    lines.entry(path.clone()).or_insert(line);
    Some(path)
}
