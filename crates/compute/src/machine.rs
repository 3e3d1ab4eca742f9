//! What this machine has for tasks.

use spinloom_flow::graph::Resources;

/// Processors and memory this process may use (a container's bounds count), and NVIDIA's GPUs.
pub fn resources() -> Resources {
    let cpus = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    Resources { cpu_milli: cpus * 1000, memory_mib: memory_mib(), gpu: gpus() }
}

/// The smaller of the machine's memory (`MemTotal`, proc(5)) and the control group's `memory.max` (cgroup v2).
fn memory_mib() -> u64 {
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib / 1024)
    });
    let bound = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok())
        .map(|bytes| bytes / (1024 * 1024));
    total.into_iter().chain(bound).min().unwrap_or(u64::MAX)
}

/// Devices called `/dev/nvidia0`, `/dev/nvidia1`, ….
fn gpus() -> u64 {
    let Ok(devices) = std::fs::read_dir("/dev") else { return 0 };
    let is_gpu = |name: &str| {
        name.strip_prefix("nvidia").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    devices.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_gpu)).count() as u64
}
