//! The display of one fixed run at several widths, and of a very wide foreach.

use std::path::Path;

use jiff::tz::TimeZone;
use spinloom_engine::{Halt, Listener as _, RunOutcome};
use spinloom_flow::event::{Failure, LogStream, TaskRef, Usage};
use spinloom_flow::{FlowName, RunEvent, RunId, RunStatus, StepName, TaskId, TaskStatus};

use super::listeners::LineListener;
use super::plan::Planned;
use super::summary::{Commands, Summary};
use super::*;

const T0: i64 = 1_795_419_431_098_000;

fn task(step: &str, id: u64, indices: &[u64]) -> TaskRef {
    TaskRef { step: StepName::new(step).unwrap(), task: TaskId(id), indices: indices.to_vec() }
}

fn at(ms: i64) -> i64 {
    T0 + ms * 1000
}

fn started(task: TaskRef, ms: i64) -> RunEvent {
    let pid = 100 + i32::try_from(task.task.0).unwrap();
    RunEvent::TaskStarted { task, attempt: 0, pid, at: at(ms) }
}

fn finished(task: TaskRef, took: i64, ms: i64) -> RunEvent {
    RunEvent::AttemptFinished {
        task,
        attempt: 0,
        status: TaskStatus::Done,
        failure: None,
        retrying: false,
        children: None,
        duration_us: took * 1000,
        usage: Usage { cpu_us: 12_000, max_rss_kib: 40_000, ..Usage::default() },
        at: at(ms),
    }
}

/// The end of a task that fans out.
fn fanned(task: TaskRef, children: u64, took: i64, ms: i64) -> RunEvent {
    match finished(task, took, ms) {
        RunEvent::AttemptFinished {
            task,
            attempt,
            status,
            failure,
            retrying,
            duration_us,
            usage,
            at,
            ..
        } => RunEvent::AttemptFinished {
            task,
            attempt,
            status,
            failure,
            retrying,
            children: Some(children),
            duration_us,
            usage,
            at,
        },
        other => other,
    }
}

fn failure() -> Failure {
    Failure {
        kind: "LinAlgError".to_owned(),
        message: "singular matrix".to_owned(),
        file: Some("/home/ann/train.py".to_owned()),
        line: Some(41),
        source: Some("        model.fit(x, y)".to_owned()),
        function: Some("train".to_owned()),
        ..Failure::default()
    }
}

fn failed(task: TaskRef, attempt: u32, retrying: bool, ms: i64) -> RunEvent {
    RunEvent::AttemptFinished {
        task,
        attempt,
        status: TaskStatus::Failed,
        failure: Some(failure()),
        retrying,
        children: None,
        duration_us: 2_200_000,
        usage: Usage::default(),
        at: at(ms),
    }
}

fn said(task: TaskRef, text: &str, ms: i64) -> RunEvent {
    RunEvent::Log { task, attempt: 0, stream: LogStream::Stdout, text: text.to_owned(), at: at(ms) }
}

fn begin(origin: Option<&str>) -> RunEvent {
    RunEvent::RunStarted {
        flow: FlowName::new("Training").unwrap(),
        run: RunId::new("58").unwrap(),
        origin: origin.map(|o| RunId::new(o).unwrap()),
        at: T0,
    }
}

/// A small foreach with logs, a retry and a failure.
fn story() -> Vec<RunEvent> {
    vec![
        begin(None),
        started(task("start", 1, &[]), 10),
        said(task("start", 1, &[]), "    indented * and  spaced\n\nlast\n", 200),
        fanned(task("start", 1, &[]), 2, 390, 400),
        started(task("train", 2, &[0]), 410),
        started(task("train", 3, &[1]), 420),
        said(task("train", 3, &[1]), "epoch 7/10 loss 0.412\n", 1500),
        finished(task("train", 2, &[0]), 1590, 2000),
        failed(task("train", 3, &[1]), 0, true, 2620),
        RunEvent::TaskStarted { task: task("train", 3, &[1]), attempt: 1, pid: 140, at: at(2630) },
        RunEvent::Notice { message: "`@resources` has no effect here".to_owned(), at: at(2700) },
        failed(task("train", 3, &[1]), 1, false, 4830),
        RunEvent::RunFinished { status: RunStatus::Failed, duration_us: 4_900_000, at: at(4900) },
    ]
}

/// `start` fans out into `train`.
fn plan() -> Plan {
    let planned = |name: &str| Planned {
        name: name.to_owned(),
        inside: (name == "train").then(|| "start".to_owned()),
        fans_into: (name == "start").then(|| "train".to_owned()),
    };
    Plan(["start", "train", "join", "end"].map(planned).to_vec())
}

fn live(events: &[RunEvent], columns: usize, paint: Paint) -> String {
    let mut view = View::new(plan(), paint);
    let mut text = String::new();
    for event in events {
        for line in view.event(event, columns) {
            text += &format!("{line}\n");
        }
    }
    text
}

#[test]
fn live_lines_at_every_width() {
    let shown: Vec<String> = [40, 80, 200]
        .into_iter()
        .map(|w| format!("== {w} columns\n{}", live(&story(), w, Paint::new(false))))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_block_fits_every_width() {
    let mut shown = String::new();
    for columns in [40, 80, 200] {
        let mut view = View::new(plan(), Paint::new(false));
        for event in &story()[..7] {
            view.event(event, columns);
        }
        let block = view.block(at(1600), columns);
        assert!(block.iter().all(|line| paint::width(line) < columns), "{block:#?}");
        shown += &format!("== {columns} columns\n{}\n", block.join("\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn colour_adds_no_words() {
    let painted = live(&story(), 80, Paint::new(true));
    assert_ne!(painted, live(&story(), 80, Paint::new(false)));
    assert_eq!(anstream::adapter::strip_str(&painted).to_string(), live(&story(), 80, Paint::new(false)));
}

#[test]
fn ten_thousand_tasks_do_not_flood() {
    let mut events =
        vec![begin(None), started(task("start", 1, &[]), 0), fanned(task("start", 1, &[]), 10_000, 5, 5)];
    for i in 0..10_000 {
        let t = || task("train", 2 + i, &[i]);
        let ms = i64::try_from(i).unwrap();
        events.extend([started(t(), 10 + ms), said(t(), "noise\n", 10 + ms), finished(t(), 1, 11 + ms)]);
    }
    events
        .extend([started(task("join", 10_002, &[]), 10_100), finished(task("join", 10_002, &[]), 5, 10_105)]);
    let shown = live(&events, 80, Paint::new(false));
    insta::assert_snapshot!(shown);
}

#[test]
fn many_running_siblings_are_one_bar() {
    let mut view = View::new(plan(), Paint::new(false));
    view.event(&begin(None), 80);
    view.event(&fanned(task("start", 1, &[]), 40, 5, 5), 80);
    for i in 0..16 {
        view.event(&started(task("train", 2 + i, &[i]), 10), 80);
    }
    view.event(&finished(task("train", 2, &[0]), 100, 110), 80);
    view.event(&failed(task("train", 3, &[1]), 0, false, 115), 80);
    view.event(&said(task("train", 4, &[2]), "still at it\n", 118), 80);
    insta::assert_snapshot!(view.block(at(12_000), 80).join("\n"));
}

#[test]
fn a_resume_shows_what_it_cloned() {
    let adopted = |t: TaskRef| RunEvent::TaskAdopted { origin: t.task, task: t, at: at(1) };
    let events = [
        begin(Some("57")),
        adopted(task("start", 1, &[])),
        adopted(task("train", 2, &[0])),
        adopted(task("train", 3, &[1])),
        started(task("join", 4, &[]), 10),
        finished(task("join", 4, &[]), 5, 15),
    ];
    insta::assert_snapshot!(format!("{}\n{}", live(&events, 80, Paint::new(false)), lines(plain(), &events)));
}

fn lines(lines: Lines, events: &[RunEvent]) -> String {
    let mut out = Vec::new();
    let mut listener = LineListener::new(lines, Pulse::new(0, T0), &mut out);
    events.iter().for_each(|event| listener.event(event));
    String::from_utf8(out).unwrap()
}

fn plain() -> Lines {
    Lines::Plain(Plain::new(plan()))
}

fn metaflow(ui: Option<&str>) -> Metaflow {
    Metaflow::new(plan(), TimeZone::UTC, ui.map(str::to_owned))
}

/// RU-10: what Metaflow says every five minutes, in its words.
#[test]
fn what_is_at_work() {
    let mut console = metaflow(None);
    let mut shown = String::new();
    for event in &story()[..4] {
        console.event(event, &mut String::new());
    }
    console.progress(at(405), &mut shown);
    for event in &story()[4..7] {
        console.event(event, &mut String::new());
    }
    console.progress(at(1600), &mut shown);
    console.event(&finished(task("train", 2, &[0]), 1590, 2000), &mut String::new());
    console.event(&started(task("join", 4, &[]), 2100), &mut String::new());
    console.progress(at(2200), &mut shown);
    insta::assert_snapshot!(shown);
}

#[test]
fn it_is_said_once_an_interval() {
    let mut pulse = Pulse::new(300, 1000);
    assert_eq!(
        [1299, 1300, 1301, 1599, 1700, 1900].map(|now| pulse.is_due(now)),
        [false, true, false, false, true, false]
    );
    assert!(!Pulse::new(0, 1000).is_due(i64::MAX));
}

#[test]
fn a_run_links_to_the_ui() {
    let mut shown = String::new();
    metaflow(Some("http://ui")).event(&begin(None), &mut shown);
    assert!(shown.ends_with(" Workflow starting (run-id 58), see it in the UI at http://ui/Training/58\n"));
}

#[test]
fn plain_lines() {
    insta::assert_snapshot!(lines(plain(), &story()));
}

#[test]
fn metaflow_lines() {
    insta::assert_snapshot!(lines(Lines::Metaflow(metaflow(None)), &story()));
}

#[test]
fn json_lines() {
    insta::assert_snapshot!(lines(Lines::Json, &story()));
}

fn outcome(status: RunStatus, failed: Vec<(TaskRef, u32, Failure)>) -> RunOutcome {
    RunOutcome {
        run: RunId::new("58").unwrap(),
        status,
        tasks: 8,
        adopted: 3,
        failed,
        error: None,
        duration_us: 31_400_000,
        signal: None,
        halt: None,
    }
}

#[test]
fn summaries() {
    let flow = FlowName::new("Training").unwrap();
    let native = Commands { program: "spinloom".to_owned(), script: Some("train.py".to_owned()) };
    let python = Commands { program: "python train.py".to_owned(), script: None };
    let one = vec![(task("train", 3, &[1]), 1, failure())];
    let many: Vec<_> = (0..8).map(|i| (task("train", 3 + i, &[i]), 0, failure())).collect();
    let halt = Some(Halt::Until("train".parse().unwrap()));
    let mut shown = String::new();
    for (commands, outcome) in [
        (&native, outcome(RunStatus::Done, Vec::new())),
        (&native, RunOutcome { halt, ..outcome(RunStatus::Stopped, Vec::new()) }),
        (&native, outcome(RunStatus::Failed, one)),
        (&python, outcome(RunStatus::Failed, many)),
        (&python, outcome(RunStatus::Stopped, Vec::new())),
    ] {
        let summary =
            Summary { flow: &flow, outcome: &outcome, retried: 2, commands, cwd: Path::new("/home/ann") };
        shown += &format!("{}----\n", summary.render(80, Paint::new(false)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn auto_follows_the_terminal() {
    let tty = Screen { stdout: true, stderr: true, columns: 80, still: false };
    assert_eq!(tty.progress(true), Progress::Live);
    assert_eq!(Screen { columns: 59, ..tty }.progress(false), Progress::Plain);
    assert_eq!(Screen { still: true, ..tty }.progress(false), Progress::Plain);
    assert_eq!(Screen { stdout: false, ..tty }.progress(true), Progress::Metaflow);
    assert_eq!(Screen { stdout: false, ..tty }.progress(false), Progress::Live);
    assert_eq!(Screen { stderr: false, ..tty }.progress(false), Progress::Plain);
}
