//! The points of one attempt: never more than [`MOST`], however long it runs.

use spinloom_datastore::ResourcePoint;

use super::gpu::GpuUse;
use super::process::Used;

/// With so many points, every two become one, and from then on it takes twice as many looks to make one.
const MOST: usize = 500;

/// A curve as it grows.
#[derive(Debug, Default)]
pub(super) struct Curve {
    points: Vec<ResourcePoint>,
    /// What was seen since the last point.
    next: Option<ResourcePoint>,
    seen: u32,
    /// As a power of two: looks that become a point.
    halved: u32,
}

impl Curve {
    /// Nothing was seen yet.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.next.is_none()
    }

    /// Adds what was seen when the attempt was `at_us` old.
    pub(super) fn add(&mut self, at_us: u64, used: Used, gpu: GpuUse) {
        let (before, since) = (self.latest(), self.next.unwrap_or_default());
        // What a process used is not known any more once nobody waited for it: no curve of a sum falls.
        let point = ResourcePoint {
            at_us,
            cpu_us: used.cpu_us.max(before.cpu_us),
            rss_kib: since.rss_kib.max(used.rss_kib),
            read_bytes: used.read_bytes.max(before.read_bytes),
            written_bytes: used.written_bytes.max(before.written_bytes),
            processes: used.processes,
            gpu_us: before.gpu_us + gpu.busy_us,
            gpu_kib: since.gpu_kib.max(gpu.memory_kib),
        };
        self.seen += 1;
        if self.seen < 1 << self.halved {
            self.next = Some(point);
            return;
        }
        self.push(point);
        if self.points.len() >= MOST {
            self.halve();
        }
    }

    /// Adds how it ended.
    pub(super) fn finish(&mut self, at_us: u64, cpu_us: u64) {
        let before = self.latest();
        self.push(ResourcePoint {
            at_us: at_us.max(before.at_us),
            cpu_us: cpu_us.max(before.cpu_us),
            ..before
        });
    }

    /// All of it.
    pub(super) fn points(&self) -> Vec<ResourcePoint> {
        self.points.iter().copied().chain(self.next).collect()
    }

    fn latest(&self) -> ResourcePoint {
        self.next.or_else(|| self.points.last().copied()).unwrap_or_default()
    }

    fn push(&mut self, point: ResourcePoint) {
        self.points.push(point);
        self.next = None;
        self.seen = 0;
    }

    fn halve(&mut self) {
        let both = |pair: &[ResourcePoint]| {
            let last = pair.last().copied().unwrap_or_default();
            let most = |of: fn(&ResourcePoint) -> u64| pair.iter().map(of).max().unwrap_or(0);
            ResourcePoint {
                rss_kib: most(|point| point.rss_kib),
                gpu_kib: most(|point| point.gpu_kib),
                ..last
            }
        };
        self.points = self.points.chunks(2).map(both).collect();
        self.halved += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(cpu_us: u64, rss_kib: u64) -> Used {
        Used { cpu_us, rss_kib, processes: 1, ..Used::default() }
    }

    const NO_GPU: GpuUse = GpuUse { busy_us: 0, memory_kib: 0 };

    #[test]
    fn a_long_curve_keeps_its_length_and_its_peak() {
        let mut curve = Curve::default();
        for second in 1..=10_000 {
            let gpu = GpuUse { busy_us: 500_000, memory_kib: if second == 333 { 88 } else { 20 } };
            let rss = if second == 777 { 99 } else { 10 };
            curve.add(second * 1_000_000, used(second * 900_000, rss), gpu);
        }
        let points = curve.points();
        assert!(points.len() <= MOST + 1 && points.len() > MOST / 2, "{}", points.len());
        assert_eq!(points.iter().map(|point| point.rss_kib).max(), Some(99));
        assert_eq!(points.iter().map(|point| point.gpu_kib).max(), Some(88));
        assert_eq!(points.last().unwrap().gpu_us, 5_000_000_000);
        assert_eq!(points.last().unwrap().at_us, 10_000_000_000);
        assert_eq!(points.last().unwrap().cpu_us, 9_000_000_000);
        let steps: Vec<u64> = points.windows(2).map(|pair| pair[1].at_us - pair[0].at_us).collect();
        assert!(steps[..steps.len() - 1].iter().all(|step| *step == steps[0]), "evenly spread");
    }

    #[test]
    fn a_sum_never_falls() {
        let mut curve = Curve::default();
        curve.add(1, used(100, 5), NO_GPU);
        curve.add(2, used(40, 3), NO_GPU);
        curve.finish(3, 90);
        let cpu: Vec<u64> = curve.points().iter().map(|point| point.cpu_us).collect();
        assert_eq!(cpu, [100, 100, 100]);
    }
}
