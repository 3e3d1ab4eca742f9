//! What processes use of NVIDIA's GPUs, as its [management library](https://docs.nvidia.com/deploy/nvml-api/) says. Where there is none, nothing
//! is looked for.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

/// There with the driver, which the library is of no use without.
const DRIVER: &str = "/dev/nvidiactl";

/// What processes used of GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct GpuUse {
    /// For how long one was at work since the look before, microseconds; of two at once, twice as long.
    pub(super) busy_us: u64,
    /// Their memory, KiB.
    pub(super) memory_kib: u64,
}

/// The GPUs of this machine.
pub(super) struct Gpus {
    library: Option<Nvml>,
    /// Of each device, when its last sample was taken, by its own clock.
    sampled: Vec<u64>,
    looked: Instant,
    used: HashMap<i32, GpuUse>,
}

impl Gpus {
    /// Those there are, looked at next as if they had been `interval` ago. To load the library takes a while, and it keeps devices open: tasks are
    /// forked from a process that was forked before, so none has them from here.
    pub(super) fn find(interval: Duration) -> Self {
        let library = Path::new(DRIVER).exists().then(|| Nvml::init().ok()).flatten();
        let now = Instant::now();
        let looked = now.checked_sub(interval).unwrap_or(now);
        Self { library, sampled: Vec::new(), looked, used: HashMap::new() }
    }

    /// Looks what all processes use.
    pub(super) fn look(&mut self) {
        let Some(library) = &self.library else { return };
        let span = u64::try_from(self.looked.elapsed().as_micros()).unwrap_or(0);
        self.looked = Instant::now();
        self.used.clear();
        let count = library.device_count().unwrap_or(0);
        self.sampled.resize(count as usize, 0);
        for (number, last) in (0..count).zip(&mut self.sampled) {
            // One that has fallen off its bus is of no use to anybody.
            if let Ok(device) = library.device_by_index(number) {
                Seen::on(&device, last).add_to(&mut self.used, span);
            }
        }
    }

    /// What some of them used, when last looked.
    pub(super) fn used_by(&self, processes: &[i32]) -> GpuUse {
        let found = processes.iter().filter_map(|process| self.used.get(process));
        found.fold(GpuUse::default(), |sum, one| GpuUse {
            busy_us: sum.busy_us + one.busy_us,
            memory_kib: sum.memory_kib + one.memory_kib,
        })
    }
}

/// What one device says of the processes that use it.
#[derive(Debug, Default)]
struct Seen {
    /// KiB of its memory.
    memory: HashMap<i32, u64>,
    /// Percent of the time, in samples; none if it does not say.
    busy: Option<Vec<(i32, u32)>>,
    /// Percent of the time, of all of them.
    together: u32,
}

impl Seen {
    fn on(device: &Device<'_>, last: &mut u64) -> Self {
        let mut seen = Self::default();
        let lists = [device.running_compute_processes(), device.running_graphics_processes()];
        for process in lists.into_iter().flatten().flatten() {
            let kib = seen.memory.entry(pid(process.pid)).or_default();
            *kib = memory_kib(&process).max(*kib);
        }
        match device.process_utilization_stats(*last) {
            Ok(samples) => {
                *last = samples.iter().map(|sample| sample.timestamp).max().unwrap_or(0).max(*last);
                seen.busy =
                    Some(samples.iter().map(|sample| (pid(sample.pid), sample.sm_util.min(100))).collect());
            }
            // No process was at work.
            Err(NvmlError::NotFound) => seen.busy = Some(Vec::new()),
            Err(_) => seen.together = device.utilization_rates().map_or(0, |rates| rates.gpu),
        }
        seen
    }

    /// Adds what they used within `span` microseconds.
    fn add_to(self, used: &mut HashMap<i32, GpuUse>, span: u64) {
        for (process, kib) in &self.memory {
            used.entry(*process).or_default().memory_kib += kib;
        }
        // A device that says nothing of each is taken to be shared evenly.
        let even = || {
            self.memory.keys().map(|process| (*process, self.together / self.memory.len() as u32)).collect()
        };
        let mut samples: HashMap<i32, (u64, u64)> = HashMap::new();
        for (process, percent) in self.busy.unwrap_or_else(even) {
            let (sum, count) = samples.entry(process).or_default();
            *sum += u64::from(percent);
            *count += 1;
        }
        for (process, (sum, count)) in samples {
            used.entry(process).or_default().busy_us += span * sum / count / 100;
        }
    }
}

fn pid(of: u32) -> i32 {
    i32::try_from(of).unwrap_or(0)
}

fn memory_kib(process: &ProcessInfo) -> u64 {
    match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => bytes / 1024,
        UsedGpuMemory::Unavailable => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(memory: &[(i32, u64)], busy: Option<&[(i32, u32)]>, together: u32) -> Seen {
        Seen { memory: memory.iter().copied().collect(), busy: busy.map(<[_]>::to_vec), together }
    }

    /// Of a machine with these devices, looked at after a second.
    fn looked(devices: impl IntoIterator<Item = Seen>) -> Gpus {
        let mut used = HashMap::new();
        devices.into_iter().for_each(|device| device.add_to(&mut used, 1_000_000));
        Gpus { library: None, sampled: Vec::new(), looked: Instant::now(), used }
    }

    #[test]
    fn a_task_uses_what_its_processes_use_of_all_devices() {
        let gpus = looked([
            seen(&[(7, 100), (8, 10)], Some(&[(7, 80), (8, 20)]), 0),
            seen(&[(7, 50), (9, 1)], Some(&[(7, 60), (7, 40), (9, 100)]), 0),
        ]);
        assert_eq!(gpus.used_by(&[7, 8]), GpuUse { busy_us: 1_500_000, memory_kib: 160 });
        assert_eq!(gpus.used_by(&[1, 9]), GpuUse { busy_us: 1_000_000, memory_kib: 1 });
        assert_eq!(gpus.used_by(&[]), GpuUse::default());
    }

    #[test]
    fn a_device_that_does_not_say_whose_its_work_is_is_shared_evenly() {
        let gpus = looked([seen(&[(7, 1), (8, 1)], None, 90)]);
        assert_eq!(gpus.used_by(&[7]).busy_us, 450_000);
    }

    #[test]
    fn memory_is_used_by_who_does_not_work() {
        let gpus = looked([seen(&[(7, 5)], Some(&[]), 0)]);
        assert_eq!(gpus.used_by(&[7]), GpuUse { busy_us: 0, memory_kib: 5 });
    }

    #[test]
    fn without_a_driver_nothing_is_used() {
        let mut gpus = Gpus::find(Duration::ZERO);
        gpus.look();
        assert_eq!(gpus.used_by(&[-1]), GpuUse::default());
    }
}
