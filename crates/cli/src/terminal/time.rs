//! Times and durations as people read them. Times are microseconds since the Unix epoch.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Now.
pub(crate) fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}

/// `0.4s`, `3m 12s`, `2h 05m`.
pub(crate) fn duration(us: i64) -> String {
    let us = us.max(0);
    let seconds = us / 1_000_000;
    if seconds < 60 {
        let tenths = (us + 50_000) / 100_000;
        return format!("{}.{}s", tenths / 10, tenths % 10);
    }
    if seconds < 3600 {
        return format!("{}m {:02}s", seconds / 60, seconds % 60);
    }
    format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60)
}

/// `2026-11-23T07:37:11.098Z`.
pub(crate) fn rfc3339(us: i64) -> String {
    format(us, TimeZone::UTC, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// `2026-11-23 07:37:11.098`, as Metaflow prints it.
pub(crate) fn stamp(us: i64, zone: &TimeZone) -> String {
    format(us, zone.clone(), "%Y-%m-%d %H:%M:%S%.3f")
}

/// `2026-11-23 07:37`, for lists.
pub(crate) fn minute(us: i64, zone: &TimeZone) -> String {
    format(us, zone.clone(), "%Y-%m-%d %H:%M")
}

fn format(us: i64, zone: TimeZone, pattern: &str) -> String {
    let time = Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(zone).strftime(pattern).to_string()
}

/// `512 B`, `43.1 MB`: powers of 1000.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut tenths = count / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let unit = UNITS.get(unit).copied().unwrap_or("TB");
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let shown: Vec<String> =
            [0, 49_000, 400_000, 59_900_000, 192_000_000, 7_500_000_000].into_iter().map(duration).collect();
        assert_eq!(shown, ["0.0s", "0.0s", "0.4s", "59.9s", "3m 12s", "2h 05m"]);
    }

    #[test]
    fn times_are_utc_and_fixed_width() {
        assert_eq!(rfc3339(1_795_419_431_098_000), "2026-11-23T07:37:11.098Z");
        assert_eq!(stamp(1_795_419_431_098_000, &TimeZone::UTC), "2026-11-23 07:37:11.098");
        assert_eq!(minute(1_795_419_431_098_000, &TimeZone::UTC), "2026-11-23 07:37");
    }

    #[test]
    fn sizes_read_well() {
        let shown: Vec<String> = [0, 999, 1000, 43_120_000, 5_000_000_000].into_iter().map(bytes).collect();
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "43.1 MB", "5.0 GB"]);
    }
}
