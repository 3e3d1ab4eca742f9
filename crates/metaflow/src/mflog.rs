//! Logs of Metaflow's: lines that say when they were written and who they are.
//!
//! What a task wrote is in up to two files, of the task itself and of what started it. Lines of both are put in the order of
//! time; a line that is in both, with one name, is shown once.

use std::collections::HashSet;

use jiff::Timestamp;

/// Lines begin with this, and with an exclamation mark after the bracket if they were not yet to be kept.
const OPENERS: [&[u8]; 2] = [b"[MFLOG|", b"[!MFLOG|"];

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written, microseconds since the Unix epoch; of a line that does not say, when the one before it was.
    pub at: i64,
    /// What it says, with the line feed it ends with, if it does.
    pub text: Vec<u8>,
}

/// All lines of the files of one stream of an attempt, in order. `began` dates lines before the first that says when.
pub fn merge(files: &[&[u8]], began: i64) -> Vec<LogLine> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for file in files {
        let mut at = began;
        for line in file.split_inclusive(|byte| *byte == b'\n') {
            match parse(line) {
                Some(parsed) => {
                    if let Some(time) = parsed.at {
                        at = time;
                    }
                    if seen.insert(parsed.id) {
                        lines.push(LogLine { at, text: parsed.text.to_vec() });
                    }
                }
                None => lines.push(LogLine { at, text: line.to_vec() }),
            }
        }
    }
    lines.sort_by_key(|line| line.at);
    // Only the last line may be without an end.
    let last = lines.len().saturating_sub(1);
    for line in lines.iter_mut().take(last).filter(|line| !line.text.ends_with(b"\n")) {
        line.text.push(b'\n');
    }
    lines
}

struct Parsed<'a> {
    at: Option<i64>,
    id: &'a [u8],
    text: &'a [u8],
}

/// `[MFLOG|0|2026-11-27T11:39:56.377113Z|runtime|<id>]text`
fn parse(line: &[u8]) -> Option<Parsed<'_>> {
    let rest = OPENERS.iter().find_map(|opener| line.strip_prefix(*opener))?;
    let end = rest.iter().position(|byte| *byte == b']')?;
    let (head, text) = (rest.get(..end)?, rest.get(end + 1..)?);
    let mut fields = head.split(|byte| *byte == b'|');
    let (_version, time, _source, id) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let time = std::str::from_utf8(time).ok()?;
    // Old versions left out the zone, which was UTC then too.
    let time = if time.ends_with('Z') { time.to_owned() } else { format!("{time}Z") };
    Some(Parsed { at: time.parse::<Timestamp>().ok().map(Timestamp::as_microsecond), id, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[LogLine]) -> String {
        lines.iter().map(|line| String::from_utf8_lossy(&line.text)).collect()
    }

    #[test]
    fn both_files_become_one_in_the_order_of_time() {
        let task = b"[MFLOG|0|2026-01-01T00:00:01.000002Z|task|a]one\n[MFLOG|0|2026-01-01T00:00:03.000000Z|task|c]three\n";
        let runtime = b"[MFLOG|0|2026-01-01T00:00:02.5|runtime|b]two\n[MFLOG|0|2026-01-01T00:00:03.000000Z|task|c]three\n";
        let lines = merge(&[task, runtime], 0);
        assert_eq!(text(&lines), "one\ntwo\nthree\n");
        assert_eq!(lines[0].at, 1_767_225_601_000_002);
    }

    #[test]
    fn what_is_no_such_line_is_kept_where_it_was() {
        let file = b"before\n[MFLOG|0|2026-01-01T00:00:01Z|task|a]one\nplain [x]\n[MFLOG|torn\n\xff\n[MFLOG|0|2026-01-01T00:00:02Z|task|b]no end";
        let lines = merge(&[file], 5);
        assert_eq!(text(&lines), "before\none\nplain [x]\n[MFLOG|torn\n\u{fffd}\nno end");
        assert_eq!((lines[0].at, lines[2].at), (5, lines[1].at));
    }

    #[test]
    fn a_line_without_an_end_gets_one_unless_it_is_the_last() {
        let runtime = b"[MFLOG|0|2026-01-01T00:00:01Z|runtime|a]first";
        let task = b"[MFLOG|0|2026-01-01T00:00:02Z|task|b]second";
        assert_eq!(text(&merge(&[runtime, task], 0)), "first\nsecond");
        assert!(merge(&[b"", b""], 0).is_empty());
    }
}
