//! What a process and its children use, as `/proc` says.

use std::fs;
use std::path::PathBuf;

/// A task with more processes than this is counted in part.
const MOST: usize = 4096;

/// What a process and its children have used so far, or use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Used {
    pub(super) cpu_us: u64,
    pub(super) rss_kib: u64,
    pub(super) read_bytes: u64,
    pub(super) written_bytes: u64,
    pub(super) processes: u64,
}

/// What the kernel counts in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernel {
    page_bytes: u64,
    ticks_per_second: u64,
}

/// Keys of the auxiliary vector.
const AT_PAGESZ: u64 = 6;
const AT_CLKTCK: u64 = 17;

impl Kernel {
    /// What this one says.
    pub(super) fn read() -> Self {
        let mut found = Self { page_bytes: 4096, ticks_per_second: 100 };
        let vector = fs::read("/proc/self/auxv").unwrap_or_default();
        const WORD: usize = size_of::<usize>();
        let word =
            |bytes: &[u8]| bytes.try_into().map_or(0, |word: [u8; WORD]| usize::from_ne_bytes(word) as u64);
        for pair in vector.chunks_exact(2 * WORD) {
            let (key, value) = pair.split_at(WORD);
            match word(key) {
                AT_PAGESZ => found.page_bytes = word(value).max(1),
                AT_CLKTCK => found.ticks_per_second = word(value).max(1),
                _ => {}
            }
        }
        found
    }

    /// What a process and all it started use, and which they are; `None` if it is gone.
    pub(super) fn used_by(&self, pid: i32) -> Option<(Used, Vec<i32>)> {
        let mut sum = self.add(pid, Used::default())?;
        let mut found = vec![pid];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied().filter(|_| found.len() < MOST) {
            found.extend(children(parent));
            next += 1;
        }
        for child in &found[1..] {
            sum = self.add(*child, sum).unwrap_or(sum);
        }
        Some((sum, found))
    }

    fn add(&self, pid: i32, sum: Used) -> Option<Used> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (ticks, pages) = parse_stat(&stat)?;
        // The I/O of another user's process, such as one of a `setuid` program, is not ours to see.
        let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
        Some(Used {
            cpu_us: sum.cpu_us + ticks * 1_000_000 / self.ticks_per_second,
            rss_kib: sum.rss_kib + pages * self.page_bytes / 1024,
            read_bytes: sum.read_bytes + counter(&io, "read_bytes: "),
            written_bytes: sum.written_bytes + counter(&io, "write_bytes: "),
            processes: sum.processes + 1,
        })
    }
}

/// CPU ticks of a process, those of children it waited for included, and its resident pages; `None` for one that has ended.
fn parse_stat(stat: &str) -> Option<(u64, u64)> {
    // The name, in parentheses, may have any character.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    let fields: Vec<u64> = fields.map(|field| field.parse().unwrap_or(0)).collect();
    // Fields 14 to 17 and 24 of the manual page, which counts from 1; the state is field 3.
    let ticks = fields.get(10..14)?.iter().sum();
    Some((ticks, *fields.get(20)?))
}

fn counter(io: &str, name: &str) -> u64 {
    let line = io.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

/// Processes that any thread of a process started.
fn children(pid: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists: Vec<PathBuf> = threads.map(|thread| thread.path().join("children")).collect();
    let text = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
    let parse =
        |text: String| text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>();
    lists.iter().map(text).flat_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn fields_are_found_behind_any_name() {
        let stat = "7 (a) b (c) R 1 7 7 0 -1 4194560 100 0 0 0 30 12 5 3 20 0 1 0 999 1000000 321 18446744073709551615";
        assert_eq!(parse_stat(stat), Some((50, 321)));
        assert_eq!(parse_stat(&stat.replace(") R ", ") Z ")), None);
        assert_eq!(parse_stat("7 (a"), None);
    }

    #[test]
    fn children_count_too() {
        let kernel = Kernel::read();
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let us = i32::try_from(std::process::id()).unwrap();
        let (used, processes) = kernel.used_by(us).unwrap();
        assert!(processes.contains(&us) && processes.contains(&i32::try_from(child.id()).unwrap()));
        assert!(used.processes >= 2, "{used:?}");
        assert!(used.rss_kib > 500, "{used:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(kernel.used_by(i32::try_from(child.id()).unwrap()).is_none());
    }
}
