//! `logs show`: what was written, once or as it comes.

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_metadata::TaskRecord;

use super::lines::{Assembly, Filter, Line, Printer};
use super::{Streams, attempt_of, follow, is_parameters, named, writer};
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::target;
use crate::terminal::time::rfc3339;

// What to show. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Whose: `run`, `run/step` or `run/step/task`, after `Flow/` where the flow is not known
    #[arg(value_name = "PATHSPEC")]
    pathspec: Option<String>,

    #[command(flatten)]
    streams: Streams,

    /// Put the time before each line
    #[arg(long)]
    timestamps: bool,

    /// Which attempt, from 0, instead of the latest
    #[arg(long, value_name = "N", conflicts_with = "follow")]
    attempt: Option<u32>,

    /// Go on with what is being written, until the task or the run is over
    #[arg(short, long)]
    follow: bool,

    /// Only lines in which this regular expression is found
    #[arg(long, value_name = "PATTERN")]
    grep: Option<String>,

    /// Let `--grep` find small letters for large ones, and the other way round
    #[arg(short, long, requires = "grep")]
    ignore_case: bool,

    /// Only the last lines of each task
    #[arg(long, value_name = "N")]
    tail: Option<usize>,
}

impl ShowArgs {
    fn filter(&self) -> Result<Filter> {
        let regex = |text: &String| {
            regex::bytes::RegexBuilder::new(text)
                .case_insensitive(self.ignore_case)
                .build()
                .or_error(codes::USAGE, || format!("`--grep` is no regular expression: `{text}`"))
                .map_err(|e: Error| e.hint("put `\\` before a character that is meant as it stands"))
        };
        let grep = self.grep.as_ref().map(regex).transpose()?;
        Ok(Filter { streams: self.streams.wanted(), grep, tail: self.tail })
    }
}

/// Shows logs.
pub(super) fn run(arguments: &ShowArgs, context: &mut Context<'_>) -> Answer {
    let filter = arguments.filter()?;
    let pathspec = named(arguments.pathspec.as_ref(), "show")?;
    let records = context.records()?;
    let spec = target::parse(pathspec, context, &records)?;
    let record = target::run(&records, &spec)?;
    let mut printer = Printer::new(arguments.timestamps);
    if arguments.follow {
        return follow::run(&follow::Asked { records, spec, run: record, filter }, &mut printer, context);
    }
    let tasks = target::tasks(&records, &spec)?;
    let mut data = Vec::new();
    for task in tasks.iter().filter(|task| !is_parameters(task)) {
        let (run, written) = writer(&records, &record, task)?;
        let attempt = attempt_of(&record.flow, &run, &written, arguments.attempt)?;
        let mut frames = records.files.read_log(&record.flow, &run, written.task, attempt)?;
        frames.retain(|frame| filter.streams.contains(&frame.stream));
        let one_stream = frames.windows(2).all(|pair| pair[0].stream == pair[1].stream);
        let as_written = one_stream && !arguments.timestamps && !filter.reads_lines() && !context.output.json;
        let mut assembly = Assembly::default();
        let bytes = if as_written {
            frames.into_iter().flat_map(|frame| frame.bytes).collect()
        } else {
            assembly.add(frames);
            let mut lines = assembly.take();
            filter.keep(&mut lines);
            if context.output.json {
                data.push(task_data(task, attempt, &lines));
                continue;
            }
            printer.print(&lines)
        };
        if tasks.len() > 1 && !bytes.is_empty() {
            let name = format!("{}/{}/{}/{}", record.flow, record.run, task.step, task.task);
            context.output.remark(&format!("{}\n", context.output.err.dim(&format!("── {name}"))));
        }
        if context.output.bytes(&bytes).is_err() {
            break; // nobody reads on
        }
    }
    Ok(Reply::new("", json!({"tasks": data})))
}

fn task_data(task: &TaskRecord, attempt: u32, lines: &[Line]) -> Value {
    let lines: Vec<Value> = lines.iter().map(line_data).collect();
    json!({"step": task.step, "task": task.task.to_string(), "attempt": attempt, "lines": lines})
}

/// A line for programs.
pub(super) fn line_data(line: &Line) -> Value {
    json!({"time": rfc3339(line.at), "stream": line.stream, "text": String::from_utf8_lossy(&line.bytes)})
}
