//! `logs`: what tasks wrote, byte for byte.

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use spinloom_datastore::LogFrame;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::event::LogStream;
use spinloom_metadata::{Provider as _, RunRecord, TaskRecord};

use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::target;
use crate::terminal::time::{rfc3339, stamp};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("logs Training/58/train", "what the tasks of a step wrote"),
    ("logs Training/58/train/3 --stderr --attempt 0", "one stream of a first attempt"),
    ("logs Training/latest --timestamps", "of all tasks of the newest run, with times"),
];

/// Show what tasks wrote to standard output and standard error
///
/// Prints the bytes as they were written, in the order they came.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Option<Inner>,

    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Show what tasks wrote (the same as without `show`)
    Show(ShowArgs),
}

// What to show. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Args)]
struct ShowArgs {
    /// Whose: `run`, `run/step` or `run/step/task`, after `Flow/` where the flow is not known
    #[arg(value_name = "PATHSPEC")]
    pathspec: Option<String>,

    /// Only standard output
    #[arg(long)]
    stdout: bool,

    /// Only standard error
    #[arg(long)]
    stderr: bool,

    /// Both streams (the default)
    #[arg(long)]
    both: bool,

    /// Put the time before each line
    #[arg(long)]
    timestamps: bool,

    /// Which attempt, from 0, instead of the latest
    #[arg(long, value_name = "N")]
    attempt: Option<u32>,
}

impl ShowArgs {
    fn wants(&self, stream: LogStream) -> bool {
        let neither = !self.stdout && !self.stderr;
        match stream {
            LogStream::Stdout => self.stdout || neither || (self.both && !self.stderr),
            LogStream::Stderr => self.stderr || neither || (self.both && !self.stdout),
        }
    }
}

/// Shows logs.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let arguments = match &arguments.inner {
        Some(Inner::Show(inner)) => inner,
        None => &arguments.show,
    };
    let Some(pathspec) = &arguments.pathspec else {
        let error = Error::new(codes::USAGE, "name the run, step or task whose logs to show");
        return Err(error.hint("write `logs Flow/run/step`").into());
    };
    let records = context.records()?;
    let spec = target::parse(pathspec, context, &records)?;
    let record = target::run(&records, &spec)?;
    let tasks = target::tasks(&records, &spec)?;
    let mut data = Vec::new();
    for task in tasks.iter().filter(|task| task.step.as_str() != "_parameters") {
        let mut frames = frames(&records, &record, task, arguments.attempt)?;
        frames.retain(|frame| arguments.wants(frame.stream));
        if context.output.json {
            data.push(task_data(task, &frames));
            continue;
        }
        if tasks.len() > 1 && !frames.is_empty() {
            let name = format!("{}/{}/{}/{}", record.flow, record.run, task.step, task.task);
            context.output.remark(&format!("{}\n", context.output.err.dim(&format!("── {name}"))));
        }
        for bytes in print(&frames, arguments.timestamps) {
            context.output.bytes(&bytes);
        }
    }
    Ok(Reply::new("", json!({"tasks": data})))
}

/// What an attempt wrote; what is adopted was written in the origin run (RE-11).
fn frames(
    records: &Records,
    run: &RunRecord,
    task: &TaskRecord,
    attempt: Option<u32>,
) -> Result<Vec<LogFrame>> {
    let flow = &run.flow;
    let (mut id, mut task) = (run.run.clone(), task.clone());
    while let Some((origin, origin_task)) = task.origin.clone() {
        let Some(found) = records.provider.task(flow, &origin, origin_task)? else { break };
        (id, task) = (origin, found);
    }
    if let Some(attempt) = attempt.filter(|attempt| *attempt > task.attempt) {
        let name = format!("{flow}/{id}/{}/{}", task.step, task.task);
        let message = format!("`{name}` has no attempt {attempt}");
        return Err(Error::new(codes::NOT_FOUND, message).hint(format!("its latest is {}", task.attempt)));
    }
    records.files.read_log(flow, &id, task.task, attempt.unwrap_or(task.attempt))
}

/// One line of one stream, with the time its first byte came.
struct Line {
    at: i64,
    stream: LogStream,
    bytes: Vec<u8>,
}

/// Whole lines, in the order they began. The bytes of a stream are those written, newlines included.
fn lines(frames: &[LogFrame]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open: [Option<usize>; 2] = [None, None];
    for frame in frames {
        let slot = usize::from(frame.stream == LogStream::Stderr);
        for part in frame.bytes.split_inclusive(|byte| *byte == b'\n') {
            match open[slot].and_then(|at| lines.get_mut(at)) {
                Some(line) => line.bytes.extend_from_slice(part),
                None => {
                    open[slot] = Some(lines.len());
                    lines.push(Line { at: frame.at, stream: frame.stream, bytes: part.to_vec() });
                }
            }
            if part.ends_with(b"\n") {
                open[slot] = None;
            }
        }
    }
    lines
}

/// What to print, piece by piece. Lines of one stream never break those of the other.
fn print(frames: &[LogFrame], timestamps: bool) -> Vec<Vec<u8>> {
    let zone = TimeZone::system();
    let lines = lines(frames);
    let count = lines.len();
    let mixed = lines.iter().any(|line| line.stream != lines[0].stream);
    let piece = |(i, mut line): (usize, Line)| {
        // A stream's last line may lack its newline; it gets one only where something else follows.
        let broken = !line.bytes.ends_with(b"\n");
        if broken && i + 1 < count && (mixed || timestamps) {
            line.bytes.push(b'\n');
        }
        if timestamps {
            let mut stamped = format!("{} ", stamp(line.at, &zone)).into_bytes();
            stamped.append(&mut line.bytes);
            return stamped;
        }
        line.bytes
    };
    lines.into_iter().enumerate().map(piece).collect()
}

fn task_data(task: &TaskRecord, frames: &[LogFrame]) -> Value {
    let lines: Vec<Value> = lines(frames)
        .iter()
        .map(|line| {
            let text = String::from_utf8_lossy(&line.bytes);
            json!({"time": rfc3339(line.at), "stream": line.stream, "text": text})
        })
        .collect();
    json!({"step": task.step, "task": task.task.to_string(), "attempt": task.attempt, "lines": lines})
}
