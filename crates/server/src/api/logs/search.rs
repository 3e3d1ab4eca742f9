//! Searching one log.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use regex::bytes::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use spinloom_datastore::LogFile;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::event::LogStream;
use utoipa::{IntoParams, ToSchema};

use super::cache::BITE;
use super::lines::{Streams, find};
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Out;

/// A search is given up after so long; what was found by then is answered.
pub(super) const WITHIN: Duration = Duration::from_secs(30);
/// Matches that are shown, unless another number is asked for.
const LIMIT: u64 = 500;
/// Matches that are shown, at most.
const MOST: u64 = 10_000;
/// Bytes of a line that are shown, round the first match.
const SHOWN: usize = 2048;
/// Bytes of memory that an expression may take.
const EXPRESSION: usize = 1 << 20;

/// What to look for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// What to look for.
    q: String,
    /// `q` is a regular expression.
    #[serde(default)]
    regex: bool,
    /// Capital letters matter.
    #[serde(default)]
    case: bool,
    /// Which streams: `both`, `stdout` or `stderr`. Lines are numbered within what is asked for.
    #[serde(default)]
    pub(super) stream: Streams,
    /// How many matches are shown, at most 10,000; all are counted.
    limit: Option<u64>,
}

impl Asked {
    /// How many matches are shown.
    pub(super) fn limit(&self) -> u64 {
        self.limit.unwrap_or(LIMIT).min(MOST)
    }

    /// The expression.
    pub(super) fn pattern(&self) -> Result<Regex, Problem> {
        if self.q.is_empty() {
            return Err(Problem::bad_request("`q` is empty"));
        }
        let text = if self.regex { self.q.clone() } else { regex::escape(&self.q) };
        let built = RegexBuilder::new(&text)
            .case_insensitive(!self.case)
            .size_limit(EXPRESSION)
            .dfa_size_limit(EXPRESSION)
            .build();
        built.map_err(|e| {
            let message = format!("`q` is no regular expression: `{}`", self.q);
            let error = Error::new(codes::USAGE, message).cause(e);
            Problem::from(error.hint("put `\\` before a character that is meant as it stands"))
        })
    }
}

/// A line that matches.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogMatch)]
pub(super) struct Match {
    /// Its number.
    pub(super) line: u64,
    /// When it began, microseconds since the epoch.
    pub(super) at: i64,
    /// Which stream.
    #[schema(value_type = String)]
    pub(super) stream: LogStream,
    /// What it says, without escape sequences; of a long one a part.
    pub(super) text: String,
    /// Where in `text` matches begin and end, in UTF-16 units.
    pub(super) ranges: Vec<(usize, usize)>,
}

/// What a search of one log sends, a line of JSON each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = LogSearchEvent)]
pub(super) enum Event {
    /// A match.
    Match(Match),
    /// It is over.
    End {
        /// Lines that match.
        matches: u64,
        /// Lines that were looked at.
        lines: u64,
        /// All of the log was looked at.
        complete: bool,
    },
}

/// Search a log
///
/// Lines that match, as they are found: a line of JSON each, then one with the counts. Progress bars are searched as a terminal shows them.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log/search",
    tag = "logs",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("attempt" = String, Path), Asked),
    responses(
        (status = 200, body = Event, content_type = "application/x-ndjson"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn search(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let pattern = asked.pattern()?;
    let (of, _) = find(&app, &words).await?;
    let shared = app.clone();
    Ok(streamed(app.workers.stream(WITHIN, move |out| {
        let log =
            shared.files.store().and_then(|store| store.log_file(&of.flow, &of.run, of.task, of.attempt));
        let mut found = Found::default();
        let mut left = asked.limit();
        let complete = match log {
            Ok(Some(mut log)) => {
                let mut show = |line| out.line(&Event::Match(line));
                found.look(&mut log, (&pattern, asked.stream), out, &mut show, &mut left)
            }
            Ok(None) => true,
            Err(_) => false,
        };
        let _gone = out.line(&Event::End { matches: found.matches, lines: found.lines, complete });
    })))
}

/// An answer of lines of JSON, each sent as soon as it is there: compressing would gather them.
pub(super) fn streamed(body: axum::body::Body) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CONTENT_ENCODING, "identity")];
    (headers, body).into_response()
}

/// Counts of a search.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Found {
    pub(super) matches: u64,
    pub(super) lines: u64,
}

impl Found {
    /// Looks at all lines of a log, and shows up to `left` matches; says whether it came to the end.
    pub(super) fn look(
        &mut self,
        log: &mut LogFile,
        (pattern, streams): (&Regex, Streams),
        out: &Out,
        show: &mut dyn FnMut(Match) -> ControlFlow<()>,
        left: &mut u64,
    ) -> bool {
        while !log.extent(None).complete {
            if out.is_over() || log.refresh(BITE).is_err() {
                return false;
            }
        }
        let mut whole = true;
        let read = log.each_line(streams.one(), &mut |line| {
            self.lines += 1;
            if self.lines.is_multiple_of(256) && out.is_over() {
                whole = false;
                return ControlFlow::Break(());
            }
            let text = plain(line.text);
            if !pattern.is_match(&text) {
                return ControlFlow::Continue(());
            }
            self.matches += 1;
            if *left == 0 {
                return ControlFlow::Continue(());
            }
            *left -= 1;
            let (text, ranges) = shown(&text, pattern);
            let shown = show(Match { line: line.number, at: line.at, stream: line.stream, text, ranges });
            whole &= shown.is_continue();
            shown
        });
        whole && read.is_ok() && log.extent(None).complete
    }
}

/// A line without the sequences that colour it and move the cursor.
fn plain(text: Vec<u8>) -> Vec<u8> {
    if !text.contains(&0x1b) {
        return text;
    }
    let mut left = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte != 0x1b {
            left.push(*byte);
            at += 1;
            continue;
        }
        let rest = &text[at + 1..];
        at += 1 + match rest.first() {
            Some(b'[') => {
                rest.iter().skip(1).position(|b| (0x40..=0x7e).contains(b)).map_or(rest.len(), |end| end + 2)
            }
            // A title or a link: until BEL, or ESC and a backslash, whose backslash is dropped as any other letter.
            Some(b']') => rest
                .iter()
                .position(|b| *b == 7)
                .map(|end| end + 1)
                .or_else(|| rest.iter().position(|b| *b == 0x1b))
                .unwrap_or(rest.len()),
            Some(_) => 1,
            None => 0,
        };
    }
    left
}

/// What is shown of a line, and where in it the matches are.
fn shown(text: &[u8], pattern: &Regex) -> (String, Vec<(usize, usize)>) {
    let first = pattern.find(text).map_or(0, |found| found.start());
    let from = if text.len() > SHOWN { first.saturating_sub(SHOWN / 4) } else { 0 };
    // Not within a character.
    let from = (0..4).find_map(|less| {
        let at = from.checked_sub(less)?;
        text.get(at).filter(|byte| **byte & 0xc0 != 0x80).map(|_| at)
    });
    let from = from.unwrap_or(0);
    let part = &text[from..text.len().min(from + SHOWN)];
    let units = |bytes: &[u8]| String::from_utf8_lossy(bytes).encode_utf16().count();
    let ranges = pattern.find_iter(part).filter(|found| !found.is_empty()).take(64);
    let ranges = ranges.map(|found| (units(&part[..found.start()]), units(&part[..found.end()]))).collect();
    (String::from_utf8_lossy(part).into_owned(), ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_titles_are_not_searched() {
        let text = b"\x1b[1;31mloss\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ end\x1b".to_vec();
        assert_eq!(String::from_utf8(plain(text)).unwrap(), "loss link end");
    }

    #[test]
    fn ranges_are_those_of_a_browser() {
        let pattern = Regex::new("loss").unwrap();
        let (text, ranges) = shown("é😀 loss, loss".as_bytes(), &pattern);
        assert_eq!((text.as_str(), ranges), ("é😀 loss, loss", vec![(4, 8), (10, 14)]));
    }

    #[test]
    fn of_a_long_line_the_part_round_the_match_is_shown() {
        let line = ["é".repeat(50_000), "needle".into(), "x".repeat(50_000)].concat();
        let (text, ranges) = shown(line.as_bytes(), &Regex::new("needle").unwrap());
        assert!(text.len() <= SHOWN + 4 && !text.contains('\u{fffd}'), "{text}");
        assert_eq!(
            &text.encode_utf16().collect::<Vec<_>>()[ranges[0].0..ranges[0].1],
            &"needle".encode_utf16().collect::<Vec<_>>()[..]
        );
    }
}
