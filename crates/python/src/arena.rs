//! Python's objects in huge pages, while many of them are made at once.
//!
//! Unpickling a list of two million dictionaries touches 170,000 fresh pages of 4 KiB, and half its time is the kernel handing
//! them out. In pages of 2 MiB that is next to nothing. Always would be wrong: a small task writes to few pages, and pays for
//! each of them as a whole.

use pyo3::prelude::*;

/// From now on Python's allocator takes its memory in huge pages (`True`), or as it did before (`False`). The calls nest.
///
/// Does nothing where there are no huge pages, or where Python keeps its objects elsewhere.
#[pyfunction]
pub(crate) fn huge_pages(_py: Python<'_>, wanted: bool) {
    #[cfg(target_os = "linux")]
    linux::switch(wanted);
    #[cfg(not(target_os = "linux"))]
    let _ = wanted;
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "Python's allocator and memory of the kernel's have no safe form")]
mod linux {
    use std::{
        ffi::c_void,
        mem::transmute,
        ptr,
        sync::{Mutex, PoisonError},
        time::{Duration, Instant},
    };

    use nix::libc;

    const HUGE: usize = 2 << 20;
    /// What the kernel is asked for at once. What is not touched costs nothing.
    const REGION: usize = 32 * HUGE;
    /// A huge page is there in a tenth of this, unless a hypervisor has yet to find the memory. Small pages, which go round
    /// within the machine, are then quicker.
    const SLOW: Duration = Duration::from_millis(2);

    /// `PyObjectArenaAllocator` of CPython's `pymem.h`.
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Allocator {
        ctx: *mut c_void,
        alloc: extern "C" fn(*mut c_void, usize) -> *mut c_void,
        free: extern "C" fn(*mut c_void, *mut c_void, usize),
    }
    // SAFETY: `ctx` is null in ours, and in CPython's own, which is the only other.
    unsafe impl Send for Allocator {}

    struct State {
        depth: usize,
        before: Option<Allocator>,
        /// What is left of the latest region.
        next: usize,
        end: usize,
        /// Whether its huge pages came quickly so far.
        quick: bool,
    }

    static STATE: Mutex<State> = Mutex::new(State { depth: 0, before: None, next: 0, end: 0, quick: true });

    /// The interpreter's lock is held, so nobody else asks for an arena or switches meanwhile.
    pub(super) fn switch(wanted: bool) {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        state.depth = if wanted { state.depth + 1 } else { state.depth.saturating_sub(1) };
        match (wanted, state.depth) {
            (true, 1) => {
                state.before = exchange(Allocator { ctx: ptr::null_mut(), alloc, free });
            }
            (false, 0) => {
                if let Some(before) = state.before.take() {
                    exchange(before);
                }
            }
            _ => {}
        }
    }

    /// Sets Python's allocator of arenas and answers the one before, if this Python lets it be set (it is no part of the
    /// stable interface).
    fn exchange(new: Allocator) -> Option<Allocator> {
        // SAFETY: both functions have had these types since CPython 3.4. They only copy three words.
        unsafe {
            let get = libc::dlsym(libc::RTLD_DEFAULT, c"PyObject_GetArenaAllocator".as_ptr());
            let set = libc::dlsym(libc::RTLD_DEFAULT, c"PyObject_SetArenaAllocator".as_ptr());
            if get.is_null() || set.is_null() {
                return None;
            }
            let get: extern "C" fn(*mut Allocator) = transmute(get);
            let set: extern "C" fn(*const Allocator) = transmute(set);
            let mut before = new;
            get(&raw mut before);
            set(&raw const new);
            Some(before)
        }
    }

    extern "C" fn alloc(_ctx: *mut c_void, size: usize) -> *mut c_void {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        if state.end - state.next < size {
            let Some((start, end)) = region(size) else { return ptr::null_mut() };
            *state = State { next: start, end, quick: true, ..*state };
        }
        let at = state.next;
        state.next += size;
        state.touch(at, size);
        at as *mut c_void
    }

    impl State {
        /// Has the kernel find the memory now: huge pages, or many small ones at once.
        fn touch(&mut self, at: usize, size: usize) {
            let start = at as *mut c_void;
            // SAFETY: it is memory of ours that nobody uses yet.
            unsafe {
                if self.quick && at.is_multiple_of(HUGE) {
                    let began = Instant::now();
                    start.cast::<u8>().write_volatile(0);
                    if began.elapsed() > SLOW {
                        self.quick = false;
                        libc::madvise(start, self.end - at, libc::MADV_NOHUGEPAGE);
                    }
                }
                if !self.quick {
                    libc::madvise(start, size, libc::MADV_POPULATE_WRITE);
                }
            }
        }
    }

    /// A new region, aligned so that huge pages fit, with room for `size` bytes.
    fn region(size: usize) -> Option<(usize, usize)> {
        let len = REGION.max(size.next_multiple_of(HUGE));
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: it is memory that nobody has yet; what sticks out on both sides is given back untouched.
        unsafe {
            let got = libc::mmap(ptr::null_mut(), len + HUGE, protection, flags, -1, 0);
            if got == libc::MAP_FAILED {
                return None;
            }
            let first = got as usize;
            let start = first.next_multiple_of(HUGE);
            if start > first {
                libc::munmap(got, start - first);
            }
            let rest = first + HUGE - start;
            if rest > 0 {
                libc::munmap((start + len) as *mut c_void, rest);
            }
            // Where there are none, it is memory like any other.
            libc::madvise(start as *mut c_void, len, libc::MADV_HUGEPAGE);
            Some((start, start + len))
        }
    }

    /// As CPython frees its own arenas: those of ours that are left when the allocator is its own again are freed by it.
    extern "C" fn free(_ctx: *mut c_void, at: *mut c_void, size: usize) {
        // SAFETY: Python frees an arena when it has no object in it, as it got it.
        unsafe { libc::munmap(at, size) };
    }
}
