//! A store that was opened, and used, before a fork works after it on both sides. Alone in its program: it forks.
#![allow(clippy::unwrap_used, unsafe_code)]

use std::thread;

use bytes::Bytes;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use spinloom_objects::Objects;
use spinloom_storekit::S3Server;

#[test]
fn a_store_works_on_both_sides_of_a_fork() {
    let server = S3Server::start(&["bucket"]);
    let o = Objects::open(&"s3://bucket".parse().unwrap(), &server.options()).unwrap();
    let value = Bytes::from(vec![7_u8; 20 << 20]);
    o.put("before", vec![value.clone()]).unwrap();
    // SAFETY: the child uses none of the parent's threads or locks, and leaves without unwinding.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            let read = o.get("before").unwrap().unwrap() == value;
            let put = o.put("from the child", vec![value]).is_ok();
            drop(o);
            // SAFETY: nothing of the parent's is to be flushed or dropped here.
            unsafe { nix::libc::_exit(if read && put { 0 } else { 1 }) }
        }
        ForkResult::Parent { child } => {
            let ours = thread::spawn({
                let o = o.clone();
                move || o.get("before").unwrap().unwrap().len()
            });
            assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0));
            assert_eq!(ours.join().unwrap(), 20 << 20);
            assert_eq!(o.head("from the child").unwrap().unwrap().size, 20 << 20);
        }
    }
}
