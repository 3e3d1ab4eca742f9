//! What a fork finds on the heap.

#![expect(
    unsafe_code,
    reason = "the allocator's own figures, and memory that is given up on purpose, have no safe form"
)]

/// Uses up the free pieces that lie scattered over the heap, so that tasks allocate side by side at its end.
///
/// After a fork the first write to a page copies it. A small task makes some forty allocations, and the pieces that imports have
/// left free lie on nearly as many pages; at the heap's end they share a few. The pieces are lost to the zygote, which
/// allocates next to nothing. Only glibc tells where the end is; elsewhere this does nothing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn use_up_scattered() {
    use nix::libc;

    const LARGEST: usize = 16 * 1024;
    const MOST: usize = 20_000;
    // SAFETY: mallinfo2 and sbrk(0) only read. Each piece is either kept for ever or freed at once, and never looked into.
    unsafe {
        let end = libc::sbrk(0) as usize;
        let unused_end = end.saturating_sub(libc::mallinfo2().keepcost);
        let mut left = MOST;
        let sizes = [LARGEST, LARGEST / 2, LARGEST / 4, LARGEST / 8].into_iter();
        for size in sizes.chain((1..=64).rev().map(|sixteens| sixteens * 16)) {
            while left > 0 {
                left -= 1;
                let piece = libc::malloc(size - 8);
                if piece as usize >= unused_end || piece.is_null() {
                    libc::free(piece);
                    break;
                }
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn use_up_scattered() {}
