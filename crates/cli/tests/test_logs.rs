//! `spinloom logs`.

use crate::snapshot;
use crate::support::Project;

#[test]
fn help() {
    snapshot!(Project::empty().all(&["help logs", "logs show --help", "logs scrub --help"]));
}

#[test]
fn of_tasks() {
    snapshot!(Project::recorded().all(&[
        "logs Training/1/start/1",
        "logs show Training/1/start/1 --stdout",
        "logs Training/1/start/1 --stderr",
        "logs Training/1/start/1 --timestamps",
        "logs Training/1",
        "logs Training/1/train --quiet",
        "logs Training/2/train/3",
        "logs Training/2/train/3 --attempt 0",
        "logs Training/1/end",
    ]));
}

/// Byte for byte, a missing last newline and bytes that are no text included.
#[test]
fn the_bytes_of_a_stream_are_those_written() {
    let project = Project::recorded();
    let out = project.command("logs Training/1/start/1 --stdout").output().unwrap();
    assert_eq!(out.stdout, b"  indented *\nhalf a line, no newline");
    let flow = spinloom_flow::FlowName::new("Training").unwrap();
    let run = spinloom_flow::RunId::new("1").unwrap();
    let store = spinloom_datastore::Datastore::open(&project.path().join(".spinloom")).unwrap();
    let bytes = [0xff, 0x00, b'\r', b'\n', 0xfe];
    let mut writer = store.log_writer(&flow, &run, spinloom_flow::TaskId(6), 0);
    writer.append(spinloom_flow::event::LogStream::Stdout, 7, &bytes).unwrap();
    assert_eq!(project.command("logs Training/1/end/6").output().unwrap().stdout, bytes);
}

/// RE-11: what was cloned was written in the origin run.
#[test]
fn of_a_cloned_task() {
    let project = Project::recorded();
    let flow = spinloom_flow::FlowName::new("Training").unwrap();
    let origin = spinloom_flow::RunId::new("2").unwrap();
    let store = spinloom_datastore::Datastore::open(&project.path().join(".spinloom")).unwrap();
    let mut writer = store.log_writer(&flow, &origin, spinloom_flow::TaskId(2), 0);
    writer.append(spinloom_flow::event::LogStream::Stdout, 7, b"from the origin\n").unwrap();
    assert_eq!(project.command("logs Training/3/train/2").output().unwrap().stdout, b"from the origin\n");
}

#[test]
fn for_programs() {
    snapshot!(Project::recorded().spinloom("logs Training/1/start --json"));
}

/// LG-03.
#[test]
fn lines_that_match() {
    snapshot!(Project::recorded().all(&[
        "logs Training/1/train/3 --grep EPOCH",
        "logs Training/1/train/3 --grep EPOCH.[0-9]$ -i",
        "logs Training/1/train/3 --tail 1",
        "logs Training/1/start/1 --tail 1 --json",
        "logs Training/1/train/3 --grep (",
        "logs Training/1/train/3 -i",
    ]));
}

/// A run that is over is not waited for.
#[test]
fn following_what_is_over() {
    snapshot!(Project::recorded().all(&["logs Training/1 --follow", "logs Training/2/train/3 -f"]));
}

/// LG-03: a done task's latest attempt by default; what was cloned is scrubbed where it was written.
#[test]
fn scrub() {
    snapshot!(Project::recorded().all(&[
        "logs scrub Training/1/start --stdout",
        "logs Training/1/start/1",
        "logs scrub Training/2/train/3",
        "logs Training/2/train/3",
        "logs scrub Training/2/train/3 --include-not-done --json",
        "logs Training/2/train/3",
        "logs Training/2/train/3 --attempt 0",
        "logs scrub Training/2/train/3 --include-not-done --all",
        "logs Training/2/train/3 --attempt 0",
        "logs scrub Training/1/end",
        "logs scrub Training/1",
        "logs scrub",
    ]));
}

#[test]
fn errors() {
    snapshot!(Project::recorded().all(&[
        "logs",
        "logs Training",
        "logs Training/1/strat",
        "logs Training/2/train/3 --attempt 7",
        "logs Training/1/train/9",
    ]));
}
