//! What time it is, and how long something took though clocks be set meanwhile.

use std::time::{SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

/// Microseconds since the Unix epoch.
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}

/// Microseconds of the clock that nobody sets. All processes of a machine read the same one; Python's is
/// `clock_gettime_ns(CLOCK_MONOTONIC)`.
fn ticks() -> i64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |time| time.tv_sec() * 1_000_000 + time.tv_nsec() / 1000)
}

/// A moment, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// Microseconds of the clock that nobody sets.
    pub ticks: i64,
}

impl Moment {
    pub fn now() -> Self {
        Self { at: now(), ticks: ticks() }
    }

    /// The present one, at least as long after this as has really passed: the clock may have been set back.
    pub fn until_now(self) -> Self {
        self.until(Self::now())
    }

    fn until(self, present: Self) -> Self {
        Self { at: present.at.max(self.at + (present.ticks - self.ticks)), ..present }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_shorter() {
        let began = Moment { at: 1000, ticks: 10 };
        let until = |at, ticks| began.until(Moment { at, ticks }).at;
        assert_eq!(until(400, 60), 1050);
        assert_eq!(until(1051, 60), 1051);
        assert_eq!(until(9000, 60), 9000);
    }

    #[test]
    fn time_passes() {
        let began = Moment::now();
        std::thread::sleep(std::time::Duration::from_millis(1));
        let ended = began.until_now();
        assert!(ended.ticks >= began.ticks + 1000 && ended.at >= began.at + 1000);
    }
}
