//! Whether the kernel has killed something for want of memory.

/// How often it has since the machine was started: `oom_kill` of `/proc/vmstat` (Linux 4.13); `None` where there is none.
pub(crate) fn kills() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/vmstat").ok()?)
}

fn parse(vmstat: &str) -> Option<u64> {
    vmstat.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_counter_is_found_among_others() {
        assert_eq!(super::parse("numa_hit 9\noom_kill 17\noom_kill_other 3\n"), Some(17));
        assert_eq!(super::parse("numa_hit 9\n"), None);
    }
}
