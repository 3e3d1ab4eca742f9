//! Durations and moments, as people write them.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use crate::Clock;

/// Units of durations, in microseconds, the largest first.
const UNITS: [(&str, i64); 7] = [
    ("w", 7 * 86_400_000_000),
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// A moment, or a stretch of time, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// So many microseconds ago: `-7d`.
    Ago(i64),
    /// `today`.
    Today,
    /// `yesterday`.
    Yesterday,
    /// `2026-01-31`, `2026-01-31T12:30`, `2026-01-31T12:30:05Z`.
    Civil {
        /// Its first moment.
        from: DateTime,
        /// How long it is.
        precision: Precision,
        /// Minutes east of Greenwich; without it, that of whoever asks.
        offset: Option<i16>,
    },
}

/// How long a written moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// A whole month.
    Month,
    /// A whole day.
    Day,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

impl Moment {
    /// From its first moment to just before the first one after it, in microseconds since the epoch.
    pub fn range(&self, clock: &Clock) -> (i64, i64) {
        let now = Timestamp::from_microsecond(clock.now).unwrap_or(Timestamp::UNIX_EPOCH);
        match *self {
            Self::Ago(us) => {
                let at = clock.now.saturating_sub(us);
                (at, at)
            }
            Self::Today => day(now, &clock.zone, 0),
            Self::Yesterday => day(now, &clock.zone, 1),
            Self::Civil { from, precision, offset } => {
                let zone = match offset {
                    Some(minutes) => fixed(minutes),
                    None => clock.zone.clone(),
                };
                let length = match precision {
                    Precision::Month => Span::new().months(1),
                    Precision::Day => Span::new().days(1),
                    Precision::Minute => Span::new().minutes(1),
                    Precision::Second => Span::new().seconds(1),
                };
                let to = from.checked_add(length).unwrap_or(DateTime::MAX);
                (micros(from, &zone), micros(to, &zone))
            }
        }
    }

    /// The moment a word is.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "now" => return Some(Self::Ago(0)),
            "today" => return Some(Self::Today),
            "yesterday" => return Some(Self::Yesterday),
            _ => {}
        }
        if let Some(ago) = text.strip_prefix('-') {
            return parse_duration(ago).map(Self::Ago);
        }
        let (civil, offset) = split_offset(text)?;
        let (date, time) = match civil.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (civil, None),
        };
        let (from, precision) = match (date.len(), time.map(str::len)) {
            (7, None) => (format!("{date}-01T00:00:00"), Precision::Month),
            (10, None) => (format!("{date}T00:00:00"), Precision::Day),
            (10, Some(5)) => (format!("{civil}:00"), Precision::Minute),
            (10, Some(8)) => (civil.to_owned(), Precision::Second),
            _ => return None,
        };
        let from: DateTime = from.parse().ok()?;
        // What jiff reads leniently (`:60`) is not written back as it was.
        (from.second() < 60).then_some(Self::Civil { from, precision, offset })
    }
}

/// Cuts `Z` or `+02:00` off. Only a time has one.
fn split_offset(text: &str) -> Option<(&str, Option<i16>)> {
    if let Some(civil) = text.strip_suffix('Z') {
        return civil.contains('T').then_some((civil, Some(0)));
    }
    let Some(at) = text.find('T').and_then(|t| text[t..].find(['+', '-']).map(|n| t + n)) else {
        return Some((text, None));
    };
    let (civil, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset[1..].split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 23 && minutes <= 59 && hours >= 0 && minutes >= 0)
        .then_some((civil, Some(sign * (hours * 60 + minutes))))
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ago(0) => f.write_str("now"),
            Self::Ago(us) => write!(f, "-{}", print_duration(*us)),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Civil { from, precision, offset } => {
                let pattern = match precision {
                    Precision::Month => "%Y-%m",
                    Precision::Day => "%Y-%m-%d",
                    Precision::Minute => "%Y-%m-%dT%H:%M",
                    Precision::Second => "%Y-%m-%dT%H:%M:%S",
                };
                write!(f, "{}", from.strftime(pattern))?;
                match offset {
                    None => Ok(()),
                    Some(0) => f.write_str("Z"),
                    Some(minutes) => {
                        let sign = if *minutes < 0 { '-' } else { '+' };
                        let size = minutes.unsigned_abs();
                        write!(f, "{sign}{:02}:{:02}", size / 60, size % 60)
                    }
                }
            }
        }
    }
}

fn fixed(minutes: i16) -> TimeZone {
    Offset::from_seconds(i32::from(minutes) * 60).map_or(TimeZone::UTC, TimeZone::fixed)
}

fn micros(at: DateTime, zone: &TimeZone) -> i64 {
    match zone.to_ambiguous_timestamp(at).compatible() {
        Ok(time) => time.as_microsecond(),
        // Beyond what a timestamp can hold: the end of time on its side.
        Err(_) if at.year() < 0 => Timestamp::MIN.as_microsecond(),
        Err(_) => Timestamp::MAX.as_microsecond(),
    }
}

/// The day `back` days before that of `now`.
fn day(now: Timestamp, zone: &TimeZone, back: i64) -> (i64, i64) {
    let date = now.to_zoned(zone.clone()).date();
    let first = date.checked_sub(Span::new().days(back)).unwrap_or(date);
    let next = first.checked_add(Span::new().days(1)).unwrap_or(first);
    (
        micros(first.to_datetime(jiff::civil::Time::midnight()), zone),
        micros(next.to_datetime(jiff::civil::Time::midnight()), zone),
    )
}

/// Microseconds of `1h30m`, `90s`, `1.5h`, `90` (seconds).
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return scaled(text, 1_000_000);
    }
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, *scale)?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

fn scaled(number: &str, scale: i64) -> Option<i64> {
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(scale);
    }
    let value = number.parse::<f64>().ok()? * scale as f64;
    (value < 9e18).then_some(value.round() as i64)
}

/// `1h30m`.
pub(crate) fn print_duration(us: i64) -> String {
    let mut text = String::new();
    let mut rest = us.max(0);
    for (name, size) in UNITS {
        if rest >= size {
            text.push_str(&format!("{}{name}", rest / size));
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90.0),
            ("1h30m", 5400.0),
            ("1.5h", 5400.0),
            ("2d", 172_800.0),
            ("90", 90.0),
            ("250ms", 0.25),
        ] {
            assert_eq!(parse_duration(text), Some((seconds * 1e6) as i64), "{text}");
        }
        for bad in ["", "h", "1x", "1h30", "-1h", "1..5h", "99999999999999w", "1 h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_date_is_as_long_as_it_is_written() {
        let berlin = TimeZone::fixed(Offset::constant(1));
        let clock = Clock { now: 1_767_268_800_000_000, zone: berlin };
        let range = |text: &str| {
            let (from, to) = Moment::parse(text).unwrap().range(&clock);
            let show = |us: i64| Timestamp::from_microsecond(us).unwrap().to_string();
            format!("{} {}", show(from), show(to))
        };
        assert_eq!(range("2026-01-31"), "2026-01-30T23:00:00Z 2026-01-31T23:00:00Z");
        assert_eq!(range("2026-02"), "2026-01-31T23:00:00Z 2026-02-28T23:00:00Z");
        assert_eq!(range("2026-01-31T12:30"), "2026-01-31T11:30:00Z 2026-01-31T11:31:00Z");
        assert_eq!(range("2026-01-31T12:30:05Z"), "2026-01-31T12:30:05Z 2026-01-31T12:30:06Z");
        assert_eq!(range("2026-01-31T12:30-02:30"), "2026-01-31T15:00:00Z 2026-01-31T15:01:00Z");
        assert_eq!(range("today"), "2025-12-31T23:00:00Z 2026-01-01T23:00:00Z");
        assert_eq!(range("yesterday"), "2025-12-30T23:00:00Z 2025-12-31T23:00:00Z");
        assert_eq!(range("-1h"), "2026-01-01T11:00:00Z 2026-01-01T11:00:00Z");
        for bad in ["2026", "2026-13", "2026-02-30", "tomorrow", "2026-01-01Z", "2026-01-31T12", "12:30"] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }
}
