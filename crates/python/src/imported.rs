//! What the import of a flow left behind that a forked process would lack, or share.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Threads that nobody waits for, of libraries that are told of a fork and do without them in the child: pyarrow's allocator
/// gives memory back in one. No fork with it ever hung.
const HARMLESS: [&str; 1] = ["jemalloc_bg_thd"];

/// How long a thread that was joined may still be listed: the kernel wakes who waits for it before it has gone.
const LEAVING: Duration = Duration::from_millis(20);

/// How many threads this process has that a forked one would miss, itself counted; to be asked after a fork.
///
/// Pools that know of forks (OpenBLAS) have just joined theirs, so what is seen is looked at again until it is gone, or
/// has stayed for [`LEAVING`].
pub(crate) fn lasting_threads() -> usize {
    let begun = Instant::now();
    loop {
        let seen = threads();
        if seen <= 1 || begun.elapsed() > LEAVING {
            return seen;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// How many there are at this moment.
pub(crate) fn threads() -> usize {
    // One whose name cannot be read has gone since it was listed.
    let name = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("comm")).ok();
    let counts = |name: &String| !HARMLESS.contains(&name.trim_end());
    let count = |entries: fs::ReadDir| entries.flatten().filter_map(name).filter(counts).count();
    fs::read_dir("/proc/self/task").map_or(1, count)
}

/// Whether this process has a GPU's device open (`/dev/nvidia0`, …): then its driver is up.
pub(crate) fn gpu_open() -> bool {
    let is_gpu = |path: &str| path.starts_with("/dev/nvidia") || path == "/dev/kfd";
    descriptors().any(|(_, target)| target.to_str().is_some_and(is_gpu))
}

/// Something that was opened and that processes forked from this one had better not share, as the end of "importing the
/// flow …". To be asked before Spinloom opens anything itself.
///
/// Descriptors that this process was started with do not count: they survived an `exec`, for which the ones that Python
/// opens are closed (PEP 446).
pub(crate) fn left_open() -> Option<String> {
    let mut maps = None;
    let shared = descriptors().find_map(|(number, target)| {
        let flags = flags(number).filter(|flags| flags & CLOEXEC != 0)?;
        describe(&target, number, flags, &mut maps)
    })?;
    Some(format!("left {shared} open, which forked tasks would share"))
}

// As in `/proc/<pid>/fdinfo`, in octal there; the same on every Linux that this runs on.
const CLOEXEC: u32 = 0o2_000_000;
const APPEND: u32 = 0o2_000;

fn descriptors() -> impl Iterator<Item = (u32, PathBuf)> {
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    open.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, fs::read_link(entry.path()).ok()?))
    })
    // The listing itself.
    .filter(|(_, target)| !(target.starts_with("/proc") && target.ends_with("fd")))
    .filter(|(number, _)| *number > 2)
}

fn flags(number: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?;
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
    u32::from_str_radix(flags.trim(), 8).ok()
}

/// What it is, if sharing it does harm: where one is in a file, what is read from a stream, what is awaited.
fn describe(target: &Path, number: u32, flags: u32, maps: &mut Option<String>) -> Option<String> {
    let kind = fs::metadata(format!("/proc/self/fd/{number}")).ok()?.file_type();
    if kind.is_socket() {
        return Some("a network connection or socket".to_owned());
    }
    if kind.is_fifo() {
        return Some("a pipe".to_owned());
    }
    if target.to_str().is_some_and(|target| target.starts_with("anon_inode:")) {
        return Some("an event queue".to_owned());
    }
    // Lines at the end of a log do not get in each other's way, nor do readers of a mapping.
    let harmless = !kind.is_file() || flags & APPEND != 0 || is_mapped(target, maps);
    (!harmless).then(|| format!("`{}`", target.display()))
}

fn is_mapped(target: &Path, maps: &mut Option<String>) -> bool {
    let maps = maps.get_or_insert_with(|| fs::read_to_string("/proc/self/maps").unwrap_or_default());
    let Some(target) = target.to_str() else { return false };
    maps.lines().any(|line| line.ends_with(target))
}
