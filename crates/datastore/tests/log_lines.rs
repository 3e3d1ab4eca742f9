//! Lines of logs by their numbers, from an index that is made by reading and extended as a log grows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::ops::ControlFlow;

use common::{Project, cloud::Cloud, flow, run};
use proptest::prelude::*;
use spinloom_datastore::{LogFile, LogLine, LogWriter, ResourcePoint, Resources};
use spinloom_flow::{TaskId, event::LogStream};

const OUT: LogStream = LogStream::Stdout;
const ERR: LogStream = LogStream::Stderr;

fn writer(project: &Project) -> LogWriter {
    project.store.log_writer(&flow(), &run(), TaskId(7), 0)
}

fn open(project: &Project) -> LogFile {
    let mut log = project.store.log_file(&flow(), &run(), TaskId(7), 0).unwrap().unwrap();
    log.refresh(u64::MAX).unwrap();
    log
}

fn texts(lines: &[LogLine]) -> Vec<String> {
    lines.iter().map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect()
}

#[test]
fn a_task_that_wrote_nothing_has_no_log() {
    let project = Project::new();
    assert!(project.store.log_file(&flow(), &run(), TaskId(7), 0).unwrap().is_none());
}

#[test]
fn lines_are_numbered_in_the_order_they_begin_in_and_each_stream_counts_for_itself() {
    let project = Project::new();
    let mut log = writer(&project);
    for (at, stream, text) in [(1, OUT, "a\nhalf "), (2, ERR, "whole\n"), (3, OUT, "a line\nrest")] {
        log.append(stream, at, text.as_bytes()).unwrap();
    }
    let log = open(&project);
    let lines = log.lines(None, 0..10).unwrap();
    assert_eq!(texts(&lines), ["a", "half a line", "whole", "rest"]);
    assert_eq!(lines.iter().map(|line| line.at).collect::<Vec<_>>(), [1, 1, 2, 3]);
    assert_eq!(lines.iter().map(|line| line.open).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(texts(&log.lines(None, 1..3).unwrap()), ["half a line", "whole"]);
    assert_eq!(texts(&log.lines(Some(OUT), 1..3).unwrap()), ["half a line", "rest"]);
    assert_eq!(log.lines(Some(ERR), 0..9).unwrap()[0].number, 0);
    assert_eq!((log.extent(None).lines, log.extent(Some(OUT)).lines, log.extent(Some(ERR)).bytes), (4, 3, 6));
}

#[test]
fn carriage_returns_overwrite() {
    let project = Project::new();
    let mut log = writer(&project);
    log.append(ERR, 1, b"\r 10%\r 20%").unwrap();
    log.append(ERR, 2, b"\r100%\r\nwindows\r\n\xff<b>\x1b[31m\r").unwrap();
    let lines = open(&project).lines(None, 0..9).unwrap();
    assert_eq!(texts(&lines), ["100%", "windows", "\u{fffd}<b>\u{1b}[31m"]);
    assert_eq!(lines[0].overwritten, 3);
    assert_eq!(lines[1].overwritten, 0);
}

#[test]
fn a_progress_bar_of_megabytes_costs_a_page_nothing() {
    let project = Project::new();
    let mut log = writer(&project);
    log.append(OUT, 1, b"before\n").unwrap();
    for step in 0..40_000 {
        log.append(
            ERR,
            2,
            format!("\r{step:>6} of 40000, and so on and so forth until it is over").as_bytes(),
        )
        .unwrap();
        if step == 20_000 {
            log.append(OUT, 3, b"between\n").unwrap();
        }
    }
    log.append(ERR, 4, b"\n").unwrap();
    log.append(OUT, 5, b"after\n").unwrap();
    let log = open(&project);
    let lines = log.lines(None, 0..2).unwrap();
    assert_eq!(texts(&lines)[1], " 39999 of 40000, and so on and so forth until it is over");
    assert!(!lines[1].open);
    assert_eq!(texts(&log.lines(None, 2..9).unwrap()), ["between", "after"]);
}

#[test]
fn a_line_is_shown_in_part_if_it_is_too_long() {
    let project = Project::new();
    writer(&project).append(OUT, 1, &[vec![b'x'; 300_000], b"\nnext\n".to_vec()].concat()).unwrap();
    let lines = open(&project).lines(None, 0..9).unwrap();
    assert_eq!((lines[0].text.len(), lines[0].cut, lines[1].cut), (32 << 10, true, false));
}

#[test]
fn a_frame_that_is_not_whole_is_not_there_yet_and_a_damaged_one_ends_the_log() {
    let project = Project::new();
    writer(&project).append(OUT, 1, b"one\n").unwrap();
    let whole = std::fs::read(project.log_path()).unwrap();
    std::fs::write(project.log_path(), [&whole[..], &whole[..10]].concat()).unwrap();
    let mut log = open(&project);
    assert_eq!((log.extent(None).lines, log.extent(None).damaged_at), (1, None));
    std::fs::write(project.log_path(), [&whole[..], &whole[..]].concat()).unwrap();
    log.refresh(u64::MAX).unwrap();
    assert_eq!(log.extent(None).lines, 2);
    std::fs::write(project.log_path(), [&whole[..], &[9; 40]].concat()).unwrap();
    let log = open(&project);
    assert_eq!((log.extent(None).lines, log.extent(None).damaged_at), (1, Some(whole.len() as u64)));
    assert_eq!(texts(&log.lines(None, 0..9).unwrap()), ["one"]);
}

#[test]
fn a_scrubbed_log_is_another_file() {
    let project = Project::new();
    writer(&project).append(OUT, 1, b"secret\n").unwrap();
    let log = open(&project);
    assert!(!log.is_replaced());
    project.store.scrub_log((&flow(), &run(), TaskId(7)), 0, &[OUT], "gone\n").unwrap();
    assert!(log.is_replaced());
    assert_eq!(texts(&open(&project).lines(None, 0..9).unwrap()), ["gone"]);
}

#[test]
fn an_index_is_made_bit_by_bit() {
    let project = Project::new();
    let mut writer = writer(&project);
    for line in 0..50_000 {
        writer.append(OUT, 1, format!("line {line}\n").as_bytes()).unwrap();
    }
    let mut log = project.store.log_file(&flow(), &run(), TaskId(7), 0).unwrap().unwrap();
    log.refresh(100_000).unwrap();
    let first = log.extent(None);
    assert!(!first.complete && first.lines > 1000 && first.lines < 50_000, "{first:?}");
    while !log.extent(None).complete {
        log.refresh(100_000).unwrap();
    }
    assert_eq!(log.extent(None).lines, 50_000);
    assert_eq!(texts(&log.lines(None, 49_999..60_000).unwrap()), ["line 49999"]);
}

#[test]
fn a_log_and_a_curve_are_read_where_they_were_not_written() {
    let cloud = Cloud::new();
    let (a, b) = (cloud.machine("a"), cloud.machine("b"));
    let pack = a.pack(&flow(), &run()).unwrap();
    a.log_writer(&flow(), &run(), TaskId(1), 0).append(OUT, 5, b"one\ntwo\n").unwrap();
    pack.send_log(&a, TaskId(1), 0);
    let point = ResourcePoint { at_us: 9, cpu_us: 8, rss_kib: 7, processes: 1, ..ResourcePoint::default() };
    let curve = Resources { started_at: 3, points: vec![point] };
    let writer = pack.resource_writer(&a);
    writer.write(TaskId(1), 0, &curve).unwrap();
    writer.send(TaskId(1), 0);
    pack.sync().unwrap();
    let mut log = b.log_file(&flow(), &run(), TaskId(1), 0).unwrap().unwrap();
    log.refresh(u64::MAX).unwrap();
    assert_eq!((texts(&log.lines(None, 1..9).unwrap()), log.is_fetched()), (vec!["two".to_owned()], true));
    assert_eq!(b.resources(&flow(), &run(), TaskId(1), 0).unwrap(), Some(curve));
    assert_eq!(b.resources(&flow(), &run(), TaskId(2), 0).unwrap(), None);
}

/// What the lines are, by putting together all frames at once.
fn expected(frames: &[(LogStream, Vec<u8>)], stream: Option<LogStream>) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut open = [None, None];
    for (of, bytes) in frames.iter().filter(|(of, _)| stream.is_none_or(|one| one == *of)) {
        let slot = usize::from(*of == ERR);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let at = *open[slot].get_or_insert_with(|| {
                lines.push(Vec::new());
                lines.len() - 1
            });
            lines[at].extend(part.strip_suffix(b"\n").unwrap_or(part));
            if part.ends_with(b"\n") {
                open[slot] = None;
            }
        }
    }
    lines
}

fn frame() -> impl Strategy<Value = (LogStream, Vec<u8>)> {
    let text = prop_oneof![
        4 => proptest::collection::vec(prop_oneof![3 => Just(b'a'), 1 => Just(b'\n')], 0..40),
        1 => (1_usize..60_000).prop_map(|len| vec![b'x'; len]),
        1 => (1_usize..3_000).prop_map(|lines| b"some words of a line\n".repeat(lines)),
    ];
    (prop_oneof![Just(OUT), Just(ERR)], text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_page_is_what_reading_everything_says(
        frames in proptest::collection::vec(frame(), 1..40),
        places in proptest::collection::vec((any::<prop::sample::Index>(), 1_u64..50), 8),
        grown in any::<bool>(),
    ) {
        let project = Project::new();
        let mut writer = writer(&project);
        let mut log = None;
        for (stream, bytes) in &frames {
            if !bytes.is_empty() {
                writer.append(*stream, 1, bytes).unwrap();
                if grown {
                    log.get_or_insert_with(|| open(&project)).refresh(u64::MAX).unwrap();
                }
            }
        }
        prop_assume!(writer.size() > 0);
        let log = log.unwrap_or_else(|| open(&project));
        for stream in [None, Some(OUT), Some(ERR)] {
            let all = expected(&frames, stream);
            prop_assert_eq!(log.extent(stream).lines, all.len() as u64);
            for (place, count) in &places {
                let from = place.index(all.len() + 1);
                let lines = log.lines(stream, from as u64..from as u64 + count).unwrap();
                let wanted: Vec<&[u8]> = all[from..].iter().take(*count as usize).map(|line| &line[..line.len().min(32 << 10)]).collect();
                prop_assert_eq!(lines.iter().map(|line| &line.text[..]).collect::<Vec<_>>(), wanted);
                prop_assert!(lines.iter().zip(from as u64..).all(|(line, number)| line.number == number));
            }
            let mut seen = vec![None; all.len()];
            log.each_line(stream, &mut |line| {
                seen[line.number as usize] = Some(line.text);
                ControlFlow::Continue(())
            }).unwrap();
            prop_assert_eq!(seen.into_iter().flatten().collect::<Vec<_>>(), all);
            let raw: Vec<u8> = frames.iter().filter(|(of, _)| stream.is_none_or(|one| one == *of)).flat_map(|(_, bytes)| bytes.clone()).collect();
            for (place, count) in &places {
                let from = place.index(raw.len() + 1);
                let to = (from + *count as usize * 100).min(raw.len());
                let mut got = Vec::new();
                log.raw(stream, from as u64..to as u64, &mut |part| {
                    got.extend_from_slice(part);
                    ControlFlow::Continue(())
                }).unwrap();
                prop_assert_eq!(&got[..], &raw[from..to]);
            }
        }
    }
}
