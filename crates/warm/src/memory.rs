//! How much memory a process takes.

/// Proportional memory of a process, bytes: what it has for itself, and its share of what it shares. 0 if it is gone.
pub(crate) fn proportional(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_takes_some() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(super::proportional(own) > 100_000);
        assert_eq!(super::proportional(-5), 0);
    }
}
