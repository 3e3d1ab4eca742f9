//! Lines from frames: which to show, and how they are printed.

use jiff::tz::TimeZone;
use spinloom_datastore::LogFrame;
use spinloom_flow::event::LogStream;

use crate::terminal::time::stamp;

/// One line of one stream, with the time its first byte came.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) at: i64,
    pub(super) stream: LogStream,
    /// Newline included, if it has one.
    pub(super) bytes: Vec<u8>,
}

impl Line {
    fn is_whole(&self) -> bool {
        self.bytes.ends_with(b"\n")
    }
}

/// Puts lines together from frames, which end anywhere.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    /// In the order they began.
    lines: Vec<Line>,
    /// Where the unfinished line of each stream is.
    open: [Option<usize>; 2],
}

impl Assembly {
    /// Takes in more of a log.
    pub(super) fn add(&mut self, frames: Vec<LogFrame>) {
        for frame in frames {
            let slot = usize::from(frame.stream == LogStream::Stderr);
            for part in frame.bytes.split_inclusive(|byte| *byte == b'\n') {
                match self.open[slot].and_then(|at| self.lines.get_mut(at)) {
                    Some(line) => line.bytes.extend_from_slice(part),
                    None => {
                        self.open[slot] = Some(self.lines.len());
                        self.lines.push(Line { at: frame.at, stream: frame.stream, bytes: part.to_vec() });
                    }
                }
                if part.ends_with(b"\n") {
                    self.open[slot] = None;
                }
            }
        }
    }

    /// The lines that are whole, in the order they began; what is unfinished stays.
    pub(super) fn take_whole(&mut self) -> Vec<Line> {
        let (whole, rest) = std::mem::take(&mut self.lines).into_iter().partition(Line::is_whole);
        self.lines = rest;
        self.open = [None, None];
        for (at, line) in self.lines.iter().enumerate() {
            self.open[usize::from(line.stream == LogStream::Stderr)] = Some(at);
        }
        whole
    }

    /// All lines, in the order they began.
    pub(super) fn take(&mut self) -> Vec<Line> {
        std::mem::take(self).lines
    }
}

/// Which lines to show.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) streams: Vec<LogStream>,
    pub(super) grep: Option<regex::bytes::Regex>,
    pub(super) tail: Option<usize>,
}

impl Filter {
    /// Drops what is not asked for.
    pub(super) fn keep(&self, lines: &mut Vec<Line>) {
        self.without_tail(lines);
        if let Some(tail) = self.tail {
            lines.drain(..lines.len().saturating_sub(tail));
        }
    }

    /// The same, all that match.
    pub(super) fn without_tail(&self, lines: &mut Vec<Line>) {
        lines.retain(|line| self.wants(line));
    }

    fn wants(&self, line: &Line) -> bool {
        let text = line.bytes.strip_suffix(b"\n").unwrap_or(&line.bytes);
        self.streams.contains(&line.stream) && self.grep.as_ref().is_none_or(|grep| grep.is_match(text))
    }

    /// Whether lines are looked at, and not only streams.
    pub(super) fn reads_lines(&self) -> bool {
        self.grep.is_some() || self.tail.is_some()
    }
}

/// Turns lines into what is printed.
pub(super) struct Printer {
    timestamps: bool,
    zone: TimeZone,
    /// The last time printed, and how: lines often share one.
    stamped: (i64, String),
}

impl Printer {
    /// With or without the time before each line.
    pub(super) fn new(timestamps: bool) -> Self {
        Self { timestamps, zone: TimeZone::system(), stamped: (i64::MIN, String::new()) }
    }

    /// The bytes of some lines. Lines of one stream never break those of the other.
    pub(super) fn print(&mut self, lines: &[Line]) -> Vec<u8> {
        let mut out = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            if self.timestamps {
                if self.stamped.0 != line.at {
                    self.stamped = (line.at, stamp(line.at, &self.zone));
                }
                out.extend_from_slice(self.stamped.1.as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(&line.bytes);
            // A stream's last line may lack its newline; it gets one only where something else follows.
            if !line.is_whole() && i + 1 < lines.len() {
                out.push(b'\n');
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(at: i64, stream: LogStream, text: &str) -> LogFrame {
        LogFrame { stream, at, bytes: text.as_bytes().to_vec() }
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| std::str::from_utf8(&line.bytes).unwrap()).collect()
    }

    /// LG-03: two streams within one microsecond, and with a clock that was set back, stay as they came.
    #[test]
    fn lines_are_in_the_order_they_began() {
        let mut assembly = Assembly::default();
        assembly.add(vec![
            frame(9, LogStream::Stdout, "a\nb"),
            frame(9, LogStream::Stderr, "c\n"),
            frame(9, LogStream::Stdout, "b\n"),
            frame(7, LogStream::Stderr, "d\n"),
        ]);
        assert_eq!(texts(&assembly.take()), ["a\n", "bb\n", "c\n", "d\n"]);
    }

    #[test]
    fn what_is_unfinished_waits() {
        let mut assembly = Assembly::default();
        assembly.add(vec![frame(1, LogStream::Stdout, "half "), frame(2, LogStream::Stderr, "whole\n")]);
        assert_eq!(texts(&assembly.take_whole()), ["whole\n"]);
        assembly.add(vec![frame(3, LogStream::Stdout, "a line\nrest")]);
        let whole = assembly.take_whole();
        assert_eq!((texts(&whole), whole[0].at), (vec!["half a line\n"], 1));
        assert_eq!(texts(&assembly.take()), ["rest"]);
    }

    #[test]
    fn the_tail_is_of_what_matches() {
        let mut assembly = Assembly::default();
        assembly.add(vec![frame(1, LogStream::Stdout, "loss 3\nnoise\nloss 2\nloss 1\n")]);
        let grep = regex::bytes::Regex::new("^loss.*[0-9]$").ok();
        let filter = Filter { streams: vec![LogStream::Stdout], grep, tail: Some(2) };
        let mut lines = assembly.take();
        filter.keep(&mut lines);
        assert_eq!(texts(&lines), ["loss 2\n", "loss 1\n"]);
    }

    #[test]
    fn streams_do_not_break_each_others_lines() {
        let mut assembly = Assembly::default();
        assembly.add(vec![frame(1, LogStream::Stdout, "no end"), frame(2, LogStream::Stderr, "other\n")]);
        assert_eq!(Printer::new(false).print(&assembly.take()), b"no end\nother\n");
    }
}
