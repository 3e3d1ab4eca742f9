//! The task protocol: messages over a `SOCK_SEQPACKET` socket between the engine, the zygote and its tasks.
//! Other pairs of processes send other headers the same way: [`send`] and [`receive`] carry any.
//!
//! A message is a JSON header, a binary body and some descriptors:
//! `u32 LE header length, header, body`. A message larger than [`INLINE_LIMIT`] travels as a memfd, whose descriptor comes
//! last; the packet then holds the single byte `F`. Version: [`PROTOCOL_VERSION`], sent in every header.

use std::io::{IoSlice, IoSliceMut, Read as _, Seek as _, Write as _};
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spinloom_flow::TaskId;

use crate::Fitness;

/// Version of the protocol. Both ends are of one build; a task of another build is refused.
pub const PROTOCOL_VERSION: u32 = 1;
/// The largest message that travels in a packet, bytes.
pub const INLINE_LIMIT: usize = 64 * 1024;
const MARK_MEMFD: u8 = b'F';
const MARK_INLINE: u8 = b'I';
const MAX_FDS: usize = 6;

/// The header of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Header {
    /// Engine → zygote: fork a task. Body: its spec. Descriptors: stdout and stderr, write ends.
    Task {
        /// [`PROTOCOL_VERSION`].
        v: u32,
        /// The task.
        id: TaskId,
        /// In an interpreter of its own, instead of a fork of the zygote's.
        #[serde(default)]
        fresh: bool,
        /// Of this environment, which an `environment` told of; else of the driver's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<u32>,
    },
    /// Engine → zygote: how the interpreter of an environment is started. Body: an [`Interpreter`](crate::Interpreter).
    /// Descriptors, if one is to be started now as a zygote: its socket, and where it prints while it imports the flow.
    Environment {
        /// What `task`s call it.
        id: u32,
    },
    /// Zygote of an environment → engine: it has imported the flow.
    Imported {
        /// Whether tasks may be forked from it.
        #[serde(flatten)]
        fitness: Fitness,
    },
    /// Engine → zygote: send a signal to a task's process group.
    Kill {
        /// The task.
        id: TaskId,
        /// The signal's number.
        signal: i32,
    },
    /// Engine → zygote: leave, once no task is left.
    Quit,
    /// Zygote → engine: the task has a process.
    Forked {
        /// The task.
        id: TaskId,
        /// Its process; negative: minus the errno that kept it from being forked.
        pid: i32,
    },
    /// Task → engine: what it says. Body: `result` JSON, then the manifest record.
    Result {
        /// The task.
        id: TaskId,
        /// Length of the JSON, bytes.
        result: u32,
        /// When the step's own code began and ended, microseconds of the clock that nobody sets, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<(i64, i64)>,
    },
    /// Zygote → engine: the process is gone. Always follows its `result`, if there was one.
    Exit {
        /// The task.
        id: TaskId,
        /// The wait status.
        status: i32,
        /// CPU time, µs.
        cpu_us: u64,
        /// Peak resident memory, KiB.
        max_rss_kib: u64,
    },
}

/// A received message.
#[derive(Debug)]
pub struct Message<H = Header> {
    /// What it is.
    pub header: H,
    /// Its body.
    pub body: Vec<u8>,
    /// Its descriptors, the memfd excepted.
    pub fds: Vec<OwnedFd>,
}

/// Sends one message. Blocking or not as the socket is (`EAGAIN` then comes back).
///
/// # Errors
/// What `sendmsg` or `memfd_create` said.
pub fn send<H: Serialize>(
    socket: BorrowedFd<'_>,
    header: &H,
    body: &[&[u8]],
    fds: &[RawFd],
) -> nix::Result<()> {
    let head = serde_json::to_vec(header).map_err(|_| Errno::EINVAL)?;
    let head_len = u32::try_from(head.len()).map_err(|_| Errno::EMSGSIZE)?.to_le_bytes();
    let total = 5 + head.len() + body.iter().map(|b| b.len()).sum::<usize>();
    let parts = [&[MARK_INLINE][..], &head_len, &head].into_iter().chain(body.iter().copied());
    if total <= INLINE_LIMIT {
        let slices: Vec<IoSlice<'_>> = parts.map(IoSlice::new).collect();
        return packet(socket, &slices, fds);
    }
    let mut file = std::fs::File::from(memfd_create(c"spinloom-message", MFdFlags::MFD_CLOEXEC)?);
    for part in parts {
        file.write_all(part).map_err(|e| Errno::from_raw(e.raw_os_error().unwrap_or(libc_eio())))?;
    }
    let mut all = fds.to_vec();
    all.push(file.as_raw_fd());
    packet(socket, &[IoSlice::new(&[MARK_MEMFD])], &all)
}

fn libc_eio() -> i32 {
    Errno::EIO as i32
}

fn packet(socket: BorrowedFd<'_>, slices: &[IoSlice<'_>], fds: &[RawFd]) -> nix::Result<()> {
    let rights = [ControlMessage::ScmRights(fds)];
    let control = if fds.is_empty() { &rights[..0] } else { &rights[..] };
    loop {
        match sendmsg::<()>(socket.as_raw_fd(), slices, control, MsgFlags::MSG_NOSIGNAL, None) {
            Err(Errno::EINTR) => {}
            other => return other.map(|_| ()),
        }
    }
}

/// Receives one message; `None` when the other end is closed.
///
/// # Errors
/// What `recvmsg` said; `EPROTO` for a message that cannot be understood.
pub fn receive<H: DeserializeOwned>(
    socket: BorrowedFd<'_>,
    scratch: &mut Vec<u8>,
) -> nix::Result<Option<Message<H>>> {
    scratch.resize(INLINE_LIMIT, 0);
    let mut control = nix::cmsg_space!([RawFd; MAX_FDS]);
    let (length, mut fds) = {
        let mut slices = [IoSliceMut::new(scratch)];
        let got = loop {
            match recvmsg::<()>(
                socket.as_raw_fd(),
                &mut slices,
                Some(&mut control),
                MsgFlags::MSG_CMSG_CLOEXEC,
            ) {
                Err(Errno::EINTR) => {}
                // An end that closed with unread messages resets instead of ending.
                Err(Errno::ECONNRESET) => return Ok(None),
                other => break other?,
            }
        };
        let mut fds = Vec::new();
        for message in got.cmsgs()? {
            if let ControlMessageOwned::ScmRights(raw) = message {
                fds.extend(raw.into_iter().map(own));
            }
        }
        (got.bytes, fds)
    };
    if length == 0 {
        return Ok(None);
    }
    if scratch[0] == MARK_MEMFD {
        let fd = fds.pop().ok_or(Errno::EPROTO)?;
        let mut file = std::fs::File::from(fd);
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(|_| Errno::EPROTO)?;
        return parse(&bytes, fds).map(Some);
    }
    parse(&scratch[..length], fds).map(Some)
}

#[expect(unsafe_code, reason = "a descriptor that SCM_RIGHTS has just made is ours alone")]
fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel made this descriptor for this process in recvmsg, and nobody else knows its number.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

fn parse<H: DeserializeOwned>(bytes: &[u8], fds: Vec<OwnedFd>) -> nix::Result<Message<H>> {
    let (head, body) = (|| {
        let (length, rest) = bytes.get(1..)?.split_first_chunk::<4>()?;
        rest.split_at_checked(u32::from_le_bytes(*length) as usize)
    })()
    .ok_or(Errno::EPROTO)?;
    let header = serde_json::from_slice(head).map_err(|_| Errno::EPROTO)?;
    Ok(Message { header, body: body.to_vec(), fds })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).unwrap()
    }

    fn round_trip(body: &[u8], fds: &[RawFd]) -> Message {
        let (a, b) = pair();
        let header = Header::Result { id: TaskId(7), result: 3, code: Some((1, 2)) };
        send(a.as_fd(), &header, &[body], fds).unwrap();
        let got = receive(b.as_fd(), &mut Vec::new()).unwrap().unwrap();
        assert_eq!(got.header, header);
        got
    }

    #[test]
    fn small_bodies_travel_in_the_packet() {
        assert_eq!(round_trip(b"abc", &[]).body, b"abc");
        assert_eq!(round_trip(b"", &[]).body, b"");
    }

    #[test]
    fn large_bodies_travel_as_a_memfd_beside_descriptors() {
        let (extra, _peer) = pair();
        let body = vec![9u8; 5 << 20];
        let got = round_trip(&body, &[extra.as_raw_fd()]);
        assert_eq!(got.body, body);
        assert_eq!(got.fds.len(), 1);
    }

    #[test]
    fn a_closed_end_reads_as_the_end() {
        let (a, b) = pair();
        drop(a);
        assert!(receive::<Header>(b.as_fd(), &mut Vec::new()).unwrap().is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        let (a, b) = pair();
        for junk in [&b"x"[..], b"I\xff\xff\xff\xff", b"I\x02\0\0\0{}", b"F"] {
            packet(a.as_fd(), &[IoSlice::new(junk)], &[]).unwrap();
            assert_eq!(receive::<Header>(b.as_fd(), &mut Vec::new()).unwrap_err(), Errno::EPROTO);
        }
    }
}
