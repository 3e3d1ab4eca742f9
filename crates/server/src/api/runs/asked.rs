//! Parts of what is asked that all routes about runs share.

use jiff::tz::{Offset, TimeZone};
use spinloom_diagnostics::{Error, codes};
use spinloom_index::{Cursor, Sort, SortKey};
use spinloom_query::{Clock, Query, ValueOf};

use crate::index::now;
use crate::problem::Problem;

/// Lists have at most so many rows.
pub(super) const MOST_ROWS: usize = 1000;

/// The query, as text.
pub(super) fn query(text: &str) -> Result<Query, Problem> {
    text.parse().map_err(|invalid: spinloom_query::Invalid| Problem::from(Error::from(invalid)))
}

/// Now, where days begin as in a time zone.
pub(super) fn clock(zone: Option<&str>) -> Result<Clock, Problem> {
    let zone = match zone {
        None | Some("" | "UTC") => TimeZone::UTC,
        Some(name) => offset(name)
            .or_else(|| TimeZone::get(name).ok())
            .ok_or_else(|| Problem::bad_request(format!("there is no time zone `{name}`")))?,
    };
    Ok(Clock { now: now(), zone })
}

/// `+02:00`.
fn offset(text: &str) -> Option<TimeZone> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    Offset::from_seconds(sign * seconds).ok().map(TimeZone::fixed)
}

/// `-started`, `param.lr`, `artifact.accuracy`.
pub(super) fn sort(text: &str) -> Result<Sort, Problem> {
    let (descending, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let key = match name {
        "started" => SortKey::Started,
        "finished" => SortKey::Finished,
        "duration" => SortKey::Duration,
        "flow" => SortKey::Flow,
        "user" => SortKey::User,
        "status" => SortKey::Status,
        _ => match ValueOf::split(name) {
            Some((of, name)) if !name.is_empty() => SortKey::Value(of, name.to_owned()),
            _ => {
                let known = ["started", "finished", "duration", "flow", "user", "status"];
                let error = Error::new(codes::USAGE, format!("runs cannot be sorted by `{name}`"));
                let hint = "sort by `started`, `finished`, `duration`, `flow`, `user`, `status`, `param.<name>` or `artifact.<name>`, `-` before it for the largest first";
                return Err(error.suggest(name, known).hint(hint).into());
            }
        },
    };
    Ok(Sort { key, descending })
}

/// A cursor as text, which nobody but this server needs to understand.
pub(super) fn write_cursor(cursor: &Cursor) -> String {
    format!("{}.{}.{}.{}", cursor.value, cursor.row, cursor.now, cursor.part)
}

/// A cursor, from the answer with the page before.
pub(super) fn read_cursor(text: &str) -> Result<Cursor, Problem> {
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    let read = || match parts.as_slice() {
        [value, row, now, part] => Some(Cursor {
            value: value.parse().ok()?,
            row: row.parse().ok()?,
            now: now.parse().ok()?,
            part: (*part).to_owned(),
        }),
        _ => None,
    };
    read().ok_or_else(|| Problem::bad_request("`after` is no `next` of an answer"))
}
