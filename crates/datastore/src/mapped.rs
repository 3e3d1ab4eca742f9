//! Whether bytes in memory are those of a chunk that was mapped and never written to since.
//!
//! A step that only reads a large artifact hands the next one the very mapping it got. The kernel knows which pages of a
//! private mapping were written to, because it had to copy them; where there are none, the bytes are the file's and need
//! neither hashing nor writing.

#![expect(unsafe_code, reason = "asking the kernel about pages has no safe form")]

use std::{
    fs::{self, File},
    os::{fd::AsRawFd as _, unix::ffi::OsStrExt as _, unix::fs::FileExt as _},
    path::Path,
};

use crate::ContentHash;

const PAGE: usize = 4096;

/// What `PAGEMAP_SCAN` takes (Linux 6.7, `include/uapi/linux/fs.h`).
#[repr(C)]
#[derive(Default)]
pub struct Scan {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// What it answers.
#[repr(C)]
#[derive(Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

const IS_FILE: u64 = 1 << 2;
const IS_PRESENT: u64 = 1 << 3;
const IS_SWAPPED: u64 = 1 << 4;

nix::ioctl_readwrite!(pagemap_scan, b'f', 16, Scan);

/// The memory of this process, as the kernel shows it.
pub(crate) struct Mappings {
    text: Vec<u8>,
    pagemap: File,
}

impl Mappings {
    /// As they are now. Nothing where there is no such thing.
    pub(crate) fn read() -> Option<Self> {
        let text = fs::read("/proc/self/maps").ok()?;
        Some(Self { text, pagemap: File::open("/proc/self/pagemap").ok()? })
    }

    /// Whether `bytes` could be a whole mapping: cheaply told, and false of nearly all.
    pub(crate) fn may_be(bytes: &[u8]) -> bool {
        bytes.len() >= PAGE && bytes.as_ptr().addr().is_multiple_of(PAGE)
    }

    /// The hash of `bytes`, if they are all of a chunk in the folder `chunks`, mapped and unchanged.
    pub(crate) fn unchanged(&self, bytes: &[u8], chunks: &Path) -> Option<ContentHash> {
        let (start, len) = (bytes.as_ptr().addr(), bytes.len());
        let head = format!("{start:x}-");
        let line = self.text.split(|b| *b == b'\n').find(|line| line.starts_with(head.as_bytes()))?;
        let line = std::str::from_utf8(line).ok()?;
        let mut fields = line.splitn(6, ' ');
        let end = usize::from_str_radix(fields.next()?.split_once('-')?.1, 16).ok()?;
        let (access, offset) = (fields.next()?, fields.next()?);
        let path = Path::new(fields.nth(2)?.trim_start());
        let is_whole = end - start == len.next_multiple_of(PAGE)
            && access.ends_with('p')
            && offset.bytes().all(|b| b == b'0')
            && fs::metadata(path).is_ok_and(|m| m.len() == len as u64);
        let name = std::str::from_utf8(path.file_name()?.as_bytes()).ok()?;
        if !is_whole || path.parent()?.parent()? != chunks || self.is_written(start as u64, end as u64) {
            return None;
        }
        name.parse().ok()
    }

    /// Whether any page was written to, as far as the kernel tells.
    fn is_written(&self, start: u64, end: u64) -> bool {
        let mut region = Region::default();
        let mut scan = Scan {
            size: size_of::<Scan>() as u64,
            start,
            end,
            vec: (&raw mut region).addr() as u64,
            vec_len: 1,
            max_pages: 1,
            category_inverted: IS_FILE,
            category_mask: IS_FILE,
            category_anyof_mask: IS_PRESENT | IS_SWAPPED,
            return_mask: IS_PRESENT,
            ..Scan::default()
        };
        // SAFETY: both structures are as the kernel wants them, and live until it answers.
        match unsafe { pagemap_scan(self.pagemap.as_raw_fd(), &raw mut scan) } {
            Ok(found) => found > 0,
            Err(_) => self.is_written_by_page(start, end).unwrap_or(true),
        }
    }

    /// The same for kernels before 6.7 (`Documentation/admin-guide/mm/pagemap.rst`).
    fn is_written_by_page(&self, start: u64, end: u64) -> Option<bool> {
        const SWAPPED: u64 = 1 << 62;
        const PRESENT: u64 = 1 << 63;
        const FILE: u64 = 1 << 61;
        let mut entries = vec![0; 64 << 10];
        let (mut at, last) = (start / PAGE as u64 * 8, end / PAGE as u64 * 8);
        while at < last {
            let want = usize::try_from(last - at).ok()?.min(entries.len());
            self.pagemap.read_exact_at(&mut entries[..want], at).ok()?;
            let written = entries[..want].chunks_exact(8).any(|entry| {
                let entry = u64::from_ne_bytes(entry.try_into().unwrap_or_default());
                entry & (PRESENT | SWAPPED) != 0 && entry & FILE == 0
            });
            if written {
                return Some(true);
            }
            at += want as u64;
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use nix::libc;

    use super::*;

    struct Map(*mut u8, usize);

    impl Map {
        fn of(path: &Path, len: usize) -> Self {
            let file = File::open(path).unwrap();
            let access = libc::PROT_READ | libc::PROT_WRITE;
            // SAFETY: a fresh mapping.
            let at =
                unsafe { libc::mmap(ptr::null_mut(), len, access, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
            assert_ne!(at, libc::MAP_FAILED);
            Self(at.cast(), len)
        }

        fn bytes(&mut self) -> &mut [u8] {
            // SAFETY: ours alone, while it lives.
            unsafe { std::slice::from_raw_parts_mut(self.0, self.1) }
        }
    }

    impl Drop for Map {
        fn drop(&mut self) {
            // SAFETY: as mapped.
            unsafe { libc::munmap(self.0.cast(), self.1) };
        }
    }

    fn chunk(len: usize) -> (tempfile::TempDir, std::path::PathBuf, ContentHash) {
        let dir = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..len).map(|i| (i / 7) as u8).collect();
        let hash = ContentHash::of(&bytes);
        let path = dir.path().join("ab").join(hash.to_string());
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, &bytes).unwrap();
        (dir, path, hash)
    }

    fn told(bytes: &[u8], dir: &Path) -> Option<ContentHash> {
        Mappings::may_be(bytes).then(|| Mappings::read()?.unchanged(bytes, dir))?
    }

    #[test]
    fn a_mapping_that_is_only_read_is_known_and_one_that_was_written_is_not() {
        for len in [3 * PAGE, 3 * PAGE + 5, 300 * PAGE] {
            let (dir, path, hash) = chunk(len);
            let mut map = Map::of(&path, len);
            assert_eq!(told(map.bytes(), dir.path()), Some(hash), "untouched");
            assert!(map.bytes().iter().map(|b| u64::from(*b)).sum::<u64>() > 0);
            assert_eq!(told(map.bytes(), dir.path()), Some(hash), "read");
            map.bytes()[len - 1] ^= 1;
            assert_eq!(told(map.bytes(), dir.path()), None, "written");
            map.bytes()[len - 1] ^= 1;
            assert_eq!(told(map.bytes(), dir.path()), None, "written back");
        }
    }

    #[test]
    fn both_ways_of_asking_agree() {
        let (_dir, path, _) = chunk(50 * PAGE);
        let mut map = Map::of(&path, 50 * PAGE);
        let mappings = Mappings::read().unwrap();
        let (start, end) = (map.0.addr() as u64, (map.0.addr() + map.1) as u64);
        assert_eq!(mappings.is_written_by_page(start, end), Some(false));
        assert!(!mappings.is_written(start, end));
        map.bytes()[30 * PAGE] = 1;
        assert_eq!(mappings.is_written_by_page(start, end), Some(true));
        assert!(mappings.is_written(start, end));
    }

    #[test]
    fn parts_and_other_memory_are_not_taken_for_a_chunk() {
        let (dir, path, _) = chunk(4 * PAGE);
        let mut map = Map::of(&path, 4 * PAGE);
        assert_eq!(told(&map.bytes()[PAGE..], dir.path()), None);
        assert_eq!(told(&map.bytes()[..PAGE], dir.path()), None);
        assert_eq!(told(map.bytes(), Path::new("/elsewhere")), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(told(map.bytes(), dir.path()), None);
    }
}
