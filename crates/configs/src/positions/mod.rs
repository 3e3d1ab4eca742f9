//! On which line of a file each key of it is: looked up beside what Python's parser returned, never in place of it.

mod json;
mod toml;
mod yaml;

use std::collections::BTreeMap;

use crate::Path;

/// Lines, from 1, by the path of what begins there.
pub type Lines = BTreeMap<Path, u32>;

/// A place where a text stops being of its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
    /// What is wrong there, in the parser's words.
    pub reason: String,
}

/// A format whose positions are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

impl Format {
    /// What a parser's name or, if that says nothing, a file's name tells.
    pub(crate) fn guess(parser: Option<&str>, file: &str) -> Option<Self> {
        let Some(parser) = parser else { return Some(Self::Json) };
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        [parser, ending].into_iter().find_map(|text| {
            let text = text.to_ascii_lowercase();
            let says = |word: &str| text.contains(word);
            match () {
                () if says("toml") => Some(Self::Toml),
                () if says("yaml") || says("yml") => Some(Self::Yaml),
                () if says("json") => Some(Self::Json),
                () => None,
            }
        })
    }

    /// Where each key of `text` is.
    ///
    /// # Errors
    /// Where it stops being of the format.
    pub fn lines(self, text: &str) -> Result<Lines, Fault> {
        match self {
            Self::Json => json::lines(text),
            Self::Toml => toml::lines(text),
            Self::Yaml => yaml::lines(text),
        }
    }
}

/// From offsets in bytes to lines and columns.
struct Index<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Index<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn line(&self, offset: usize) -> u32 {
        number(self.starts.partition_point(|start| *start <= offset))
    }

    fn fault(&self, offset: usize, reason: String) -> Fault {
        let line = self.line(offset);
        let start = self.starts.get(line as usize - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        Fault { line, column: number(before.chars().count() + 1), reason }
    }
}

/// A number of a line or a column.
pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: Format, text: &str) -> String {
        match format.lines(text) {
            Ok(lines) => lines.iter().map(|(path, line)| format!("{path}: {line}\n")).collect(),
            Err(fault) => format!("{}:{}: {}\n", fault.line, fault.column, fault.reason),
        }
    }

    #[test]
    fn json() {
        let text = "{\n  \"a\": 1,\n  \"b\": {\"c\": [\n    1,\n    {\"d\": null}]},\n  \"a\":\n 2}";
        insta::assert_snapshot!(shown(Format::Json, text));
        insta::assert_snapshot!(shown(Format::Json, "{\"a\": [1,\n 2,, 3]}"));
    }

    #[test]
    fn toml() {
        let text =
            "a = 1\n[b]\nc = [\n 1,\n {d = 2}]\n[[e]]\nx = 1\n[[e]]\nx = 2020-01-01\n[f.g]\nh.i = 'x'\n";
        insta::assert_snapshot!(shown(Format::Toml, text));
        insta::assert_snapshot!(shown(Format::Toml, "a = 1\nb = [1,\nc = 2\n"));
    }

    #[test]
    fn yaml() {
        let text =
            "a: 1\nb:\n  c:\n  - 1\n  - d: null\n    2: x\n  e: &x {f: 1}\ng: *x\nh: |\n  many\n  lines\n";
        insta::assert_snapshot!(shown(Format::Yaml, text));
        insta::assert_snapshot!(shown(Format::Yaml, "a: 1\nb: [1,\nc: 2\n"));
    }

    #[test]
    fn formats_are_known_by_their_parsers_and_files() {
        assert_eq!(Format::guess(None, "x.toml"), Some(Format::Json));
        assert_eq!(Format::guess(Some("tomllib.loads"), "x"), Some(Format::Toml));
        assert_eq!(Format::guess(Some("metaflow.plugins.parsers.yaml_parser"), "x"), Some(Format::Yaml));
        assert_eq!(Format::guess(Some("mine.parse"), "x.yml"), Some(Format::Yaml));
        assert_eq!(Format::guess(Some("mine.parse"), "x.ini"), None);
    }
}
