//! Dates and times, as ISO 8601 has them.

use std::cmp::Ordering;

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// A date and time; `offset` is that from UTC, if it is known.
struct Moment {
    at: DateTime,
    offset: Option<Offset>,
}

/// The date and time a text stands for, in the one form it is kept in; a date alone is its midnight.
pub(super) fn datetime(text: &str) -> Option<String> {
    let moment = read(text)?;
    let offset = moment.offset.map(|offset| {
        let minutes = offset.seconds().unsigned_abs() / 60;
        let sign = if offset.seconds() < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    Some(format!("{}{}", moment.at, offset.unwrap_or_default()))
}

/// The date a text stands for.
pub(super) fn date(text: &str) -> Option<String> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    let alone = pieces.time().is_none() && pieces.to_numeric_offset().is_none();
    (alone && plain(&pieces)).then(|| pieces.date().to_string())
}

/// Which of two dates and times is first; none if only one has an offset from UTC.
pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (read(one)?, read(other)?);
    match (one.offset, other.offset) {
        (None, None) => Some(one.at.cmp(&other.at)),
        (Some(a), Some(b)) => Some(a.to_timestamp(one.at).ok()?.cmp(&b.to_timestamp(other.at).ok()?)),
        _ => None,
    }
}

/// Whether it says how far from UTC it is.
pub(super) fn has_offset(text: &str) -> bool {
    read(text).is_some_and(|moment| moment.offset.is_some())
}

fn read(text: &str) -> Option<Moment> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    let at = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    plain(&pieces).then(|| Moment { at, offset: pieces.to_numeric_offset() })
}

/// What Python can read too: of our era, and without the name of a time zone.
fn plain(pieces: &Pieces<'_>) -> bool {
    pieces.date().year() >= 1 && pieces.time_zone_annotation().is_none()
}
