//! Logs are byte-exact, with time and stream.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{fs, path::Path};

use common::{Project, flow, run};
use spinloom_flow::{TaskId, event::LogStream};

#[test]
fn a_log_is_made_by_its_first_bytes() {
    let project = Project::new();
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    let read = |attempt| project.store.read_log(&flow(), &run(), TaskId(7), attempt).unwrap();
    log.append(LogStream::Stdout, 1, b"").unwrap();
    assert_eq!((log.size(), project.log_path().exists()), (0, false));
    assert_eq!(read(0), []);
    log.append(LogStream::Stderr, 1_700_000_000_000_001, b"half a \xc3").unwrap();
    log.append(LogStream::Stdout, 1_700_000_000_000_002, &vec![b'x'; 200_000]).unwrap();
    let frames = read(0);
    assert_eq!((frames[0].stream, frames[0].at), (LogStream::Stderr, 1_700_000_000_000_001));
    assert_eq!(frames[0].bytes, b"half a \xc3");
    assert_eq!((frames[1].stream, frames[1].bytes.len(), frames.len()), (LogStream::Stdout, 200_000, 2));
    assert_eq!(log.size(), 200_000 + 8 + 26);
    assert_eq!(read(1), []);
}

#[test]
fn the_frame_is_that_of_the_seams_page() {
    let project = Project::new();
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    log.append(LogStream::Stderr, 0x0102_0304, b"hi").unwrap();
    let bytes = fs::read(project.log_path()).unwrap();
    assert_eq!(bytes, [1, 4, 3, 2, 1, 0, 0, 0, 0, 2, 0, 0, 0, b'h', b'i']);
}

#[test]
fn a_log_on_a_full_disk_is_an_error_and_keeps_what_it_has() {
    let project = Project::new();
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    fs::create_dir_all(project.log_path().parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(Path::new("/dev/full"), project.log_path()).unwrap();
    let error = log.append(LogStream::Stdout, 1, b"hello").unwrap_err();
    assert_eq!(error.code(), spinloom_diagnostics::codes::DISK_FULL);
    assert!(!error.hints().is_empty());
    assert_eq!(log.size(), 0);
}

#[test]
fn a_growing_log_is_read_bit_by_bit() {
    let project = Project::new();
    let mut reader = project.store.log_reader(&flow(), &run(), TaskId(7), 0);
    assert_eq!(reader.read().unwrap(), []);
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    log.append(LogStream::Stdout, 1, b"one").unwrap();
    assert_eq!(reader.read().unwrap()[0].bytes, b"one");
    assert_eq!(reader.read().unwrap(), []);
    log.append(LogStream::Stdout, 2, b"two").unwrap();
    // A frame that is being written is not there yet.
    let whole = fs::read(project.log_path()).unwrap();
    fs::write(project.log_path(), &whole[..whole.len() - 1]).unwrap();
    assert_eq!(reader.read().unwrap(), []);
    fs::write(project.log_path(), &whole).unwrap();
    assert_eq!(reader.read().unwrap()[0].bytes, b"two");
}

/// LG-03: the notice stands where the stream began; the other stream is untouched, and nothing else is left behind.
#[test]
fn a_scrubbed_stream_is_its_notice() {
    let project = Project::new();
    let mut log = project.store.log_writer(&flow(), &run(), TaskId(7), 0);
    log.append(LogStream::Stderr, 1, b"kept 1\n").unwrap();
    log.append(LogStream::Stdout, 2, b"secret\n").unwrap();
    log.append(LogStream::Stderr, 3, b"kept 2\n").unwrap();
    log.append(LogStream::Stdout, 4, b"secret too").unwrap();
    let id = (&flow(), &run(), TaskId(7));
    let scrub =
        |attempt, streams: &[LogStream]| project.store.scrub_log(id, attempt, streams, "gone\n").unwrap();
    assert!(scrub(0, &[LogStream::Stdout]));
    let frames = project.store.read_log(&flow(), &run(), TaskId(7), 0).unwrap();
    let seen: Vec<(i64, &[u8])> = frames.iter().map(|f| (f.at, f.bytes.as_slice())).collect();
    assert_eq!(seen, [(1, b"kept 1\n".as_slice()), (2, b"gone\n"), (3, b"kept 2\n")]);
    assert_eq!(project.files("runs").len(), 1);
    assert!(!scrub(1, &[LogStream::Stdout]), "there is no such log");
}
