//! Curves of many attempts, added up.

use spinloom_datastore::{ResourcePoint, Resources};

/// Points of a sum, at most.
pub(super) const BUCKETS: usize = 240;

/// What all of them used in each of some equal spans of time.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Sum {
    /// When the first began, microseconds since the epoch.
    pub(super) from: i64,
    /// How long a span is, microseconds.
    pub(super) every_us: i64,
    /// When the last ended, which may be shorter.
    pub(super) to: i64,
    /// Processors at work, on average.
    pub(super) cores: Vec<f64>,
    /// Resident memory, KiB, on average.
    pub(super) rss_kib: Vec<f64>,
    /// Bytes read.
    pub(super) read_bytes: Vec<f64>,
    /// Bytes written.
    pub(super) written_bytes: Vec<f64>,
    /// GPUs at work, on average. Empty if none was used.
    pub(super) gpus: Vec<f64>,
    /// Memory of GPUs, KiB, on average. Empty if none was used.
    pub(super) gpu_kib: Vec<f64>,
    /// Attempts at work, on average.
    pub(super) attempts: Vec<f64>,
}

/// Adds up `curves`.
pub(super) fn sum(curves: &[Resources]) -> Sum {
    let end = |curve: &Resources| {
        let last = curve.points.last().map_or(0, |point| point.at_us);
        curve.started_at.saturating_add(i64::try_from(last).unwrap_or(0))
    };
    let (Some(from), Some(to)) =
        (curves.iter().map(|curve| curve.started_at).min(), curves.iter().map(end).max())
    else {
        return Sum::default();
    };
    let span = (to - from).max(1);
    // Spans are whole seconds, so that short steps have few.
    let every_us = ((span / BUCKETS as i64) / 1_000_000 + 1) * 1_000_000;
    let count = usize::try_from((span + every_us - 1) / every_us).unwrap_or(1);
    let zeros = || vec![0.0; count];
    let mut sum = Sum {
        from,
        every_us,
        to,
        cores: zeros(),
        rss_kib: zeros(),
        read_bytes: zeros(),
        written_bytes: zeros(),
        gpus: zeros(),
        gpu_kib: zeros(),
        attempts: zeros(),
    };
    for curve in curves {
        let mut before = ResourcePoint::default();
        for point in &curve.points {
            sum.add((curve.started_at - from) as f64, &before, point);
            before = *point;
        }
    }
    sum.shorten_last();
    if curves.iter().all(|curve| curve.gpu_points().is_empty()) {
        sum.gpus.clear();
        sum.gpu_kib.clear();
    }
    sum
}

impl Sum {
    /// Averages of the last span are over what there is of it.
    fn shorten_last(&mut self) {
        let whole = (self.to - self.from) / self.every_us * self.every_us;
        let filled = (self.to - self.from - whole) as f64 / self.every_us as f64;
        if filled <= 0.0 {
            return;
        }
        let averages =
            [&mut self.cores, &mut self.rss_kib, &mut self.gpus, &mut self.gpu_kib, &mut self.attempts];
        for last in averages.into_iter().filter_map(|column| column.last_mut()) {
            *last /= filled;
        }
    }

    /// Spreads what was used between two points over the spans they lie in.
    fn add(&mut self, start: f64, before: &ResourcePoint, point: &ResourcePoint) {
        let (begins, ends) = (start + before.at_us as f64, start + point.at_us as f64);
        let every = self.every_us as f64;
        let more = |of: fn(&ResourcePoint) -> u64| of(point).saturating_sub(of(before)) as f64;
        let (cpu, gpu) = (more(|point| point.cpu_us), more(|point| point.gpu_us));
        let (read, written) = (more(|point| point.read_bytes), more(|point| point.written_bytes));
        let mut at = begins;
        while at < ends {
            let bucket = (at / every) as usize;
            let until = ((bucket + 1) as f64 * every).min(ends);
            let (part, filled) = ((until - at) / (ends - begins), (until - at) / every);
            if bucket < self.cores.len() {
                self.cores[bucket] += cpu * part / every;
                self.rss_kib[bucket] += point.rss_kib as f64 * filled;
                self.read_bytes[bucket] += read * part;
                self.written_bytes[bucket] += written * part;
                self.gpus[bucket] += gpu * part / every;
                self.gpu_kib[bucket] += point.gpu_kib as f64 * filled;
                self.attempts[bucket] += filled;
            }
            at = until;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_attempts_use_is_added_up_second_by_second() {
        let point = |seconds: u64, cpu: u64, rss_kib| ResourcePoint {
            at_us: seconds * 1_000_000,
            cpu_us: cpu * 1_000_000,
            rss_kib,
            gpu_us: seconds * 500_000,
            gpu_kib: 8,
            ..ResourcePoint::default()
        };
        let one = Resources { started_at: 5_000_000, points: vec![point(2, 2, 10)] };
        let other = Resources { started_at: 6_000_000, points: vec![point(1, 3, 7), point(2, 3, 8)] };
        let sum = sum(&[one, other]);
        assert_eq!((sum.from, sum.every_us, sum.to), (5_000_000, 1_000_000, 8_000_000));
        assert_eq!(sum.cores, [1.0, 4.0, 0.0]);
        assert_eq!(sum.rss_kib, [10.0, 17.0, 8.0]);
        assert_eq!(sum.gpus, [0.5, 1.0, 0.5]);
        assert_eq!(sum.gpu_kib, [8.0, 16.0, 8.0]);
        assert_eq!(sum.attempts, [1.0, 2.0, 1.0]);
    }

    #[test]
    fn the_last_span_is_as_long_as_there_was_something() {
        let point = |at_us| ResourcePoint { at_us, cpu_us: at_us, rss_kib: 5, ..ResourcePoint::default() };
        let sum = sum(&[Resources { started_at: 0, points: vec![point(1_000_000), point(1_250_000)] }]);
        assert_eq!((sum.to, &sum.cores[..], &sum.rss_kib[..]), (1_250_000, &[1.0, 1.0][..], &[5.0, 5.0][..]));
    }

    #[test]
    fn a_long_sum_has_few_points() {
        let points = (1..=400).map(|i| ResourcePoint {
            at_us: i * 60_000_000,
            cpu_us: i * 60_000_000,
            ..ResourcePoint::default()
        });
        let sum = sum(&[Resources { started_at: 0, points: points.collect() }]);
        assert!(sum.cores.len() <= BUCKETS && sum.cores.len() > BUCKETS / 2, "{}", sum.cores.len());
        assert!(sum.cores[..sum.cores.len() - 1].iter().all(|cores| (cores - 1.0).abs() < 0.01));
    }

    #[test]
    fn nothing_adds_up_to_nothing() {
        assert_eq!(sum(&[]), Sum::default());
    }
}
