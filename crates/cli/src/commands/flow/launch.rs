//! Starting flows under their settings: which commands that takes, and what became of them.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};
use spinloom_diagnostics::{Error, ExitCode, codes};
use spinloom_projects::{Artefact, Override, slug};

use crate::commands::shown::table;
use crate::context::Context;
use crate::projects::Loaded;
use crate::python::Program;
use crate::reply::{Answer, Problems, Reply};

/// A command that is to be run.
pub(super) struct Job {
    flow: String,
    binding: String,
    settings: String,
    hash: String,
    words: Vec<String>,
}

/// The commands that run flows under bindings. Their settings are written.
pub(super) fn prepare(
    loaded: &Loaded,
    chosen: &[(&Artefact, String)],
    command: &str,
    settings: &[Override],
    rest: &[String],
    context: &Context<'_>,
) -> Result<Vec<Job>, Problems> {
    let python = Program::new(None, &context.settings, Vec::new());
    python.check()?;
    let mut jobs = Vec::new();
    let mut problems: Vec<Error> = Vec::new();
    for (flow, binding) in chosen {
        let (path, compiled) = match loaded.compile(flow, binding, settings, &[]) {
            Ok(done) => done,
            Err(found) => {
                problems.extend(
                    found.0.into_iter().filter(|error| !problems.contains(error)).collect::<Vec<_>>(),
                );
                continue;
            }
        };
        let text = std::fs::read_to_string(loaded.project.root.join(&flow.path)).unwrap_or_default();
        let mut words = vec![python.interpreter.path.display().to_string(), flow.path.clone()];
        words.extend(loaded.project.file.options.iter().cloned());
        if text.lines().any(|line| line.starts_with("@project(")) && !named(rest) {
            words.extend(branch(loaded));
        }
        words.extend(["--config".to_owned(), "settings".to_owned(), path.display().to_string()]);
        words.push(command.to_owned());
        words.extend(rest.iter().cloned());
        jobs.push(Job {
            flow: flow.stem.clone(),
            binding: binding.clone(),
            settings: path.display().to_string(),
            hash: compiled.hash(),
            words,
        });
    }
    if problems.is_empty() { Ok(jobs) } else { Err(problems.into()) }
}

/// Whether the branch of `@project` is given.
fn named(rest: &[String]) -> bool {
    rest.iter().any(|word| word.starts_with("--branch") || word == "--production")
}

/// The branch that `@project` is told.
fn branch(loaded: &Loaded) -> Vec<String> {
    if loaded.project.is_production() {
        return vec!["--production".to_owned()];
    }
    vec!["--branch".to_owned(), slug(&loaded.project.facts.branch())]
}

/// Runs them: one by becoming it, several side by side.
pub(super) fn go(
    loaded: &Loaded,
    jobs: &[Job],
    at_once: usize,
    dry_run: bool,
    context: &Context<'_>,
) -> Answer {
    let cwd = context.settings.cwd();
    let here = cwd == loaded.project.root;
    let mut shown = String::from("Spinloom Execution:\n");
    for job in jobs {
        shown += &format!("- {}\n", line(job, here, loaded));
    }
    let data = |codes: &[Option<i32>]| {
        let one = |(job, code): (&Job, &Option<i32>)| {
            json!({
                "flow": job.flow, "binding": job.binding, "settings": job.settings, "hash": job.hash,
                "command": job.words, "folder": loaded.project.root, "exit_code": code,
            })
        };
        jobs.iter().zip(codes).map(one).collect::<Vec<Value>>()
    };
    if dry_run {
        return Ok(Reply::new(shown, json!({"runs": data(&vec![None; jobs.len()])})));
    }
    context.output.remark(&shown);
    if let ([job], false) = (jobs, context.output.json) {
        use std::os::unix::process::CommandExt as _;
        return Err(failed(job, &start(job, loaded).exec()).into());
    }
    let results = all(loaded, jobs, at_once, context)?;
    let codes: Vec<Option<i32>> =
        results.iter().map(|status| status.and_then(|status| status.code())).collect();
    let bad = results.iter().filter(|status| !status.is_some_and(|status| status.success())).count();
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .zip(&codes)
        .map(|(job, code)| {
            let paint = context.output.out;
            let state = match code {
                Some(0) => paint.good("✓ done"),
                Some(code) => paint.bad(&format!("✗ failed ({code})")),
                None => paint.bad("✗ killed"),
            };
            vec![job.flow.clone(), job.binding.clone(), job.hash.clone(), state]
        })
        .collect();
    let mut reply = Reply::new(table(&rows), json!({"runs": data(&codes)}));
    if bad > 0 {
        let message = format!("{bad} of {} runs failed", jobs.len());
        reply.failed = Some((ExitCode::UserCode, json!({"code": null, "message": message})));
    }
    Ok(reply)
}

fn start(job: &Job, loaded: &Loaded) -> Command {
    let mut command = Command::new(&job.words[0]);
    command.args(&job.words[1..]).current_dir(&loaded.project.root);
    command
}

fn failed(job: &Job, error: &std::io::Error) -> Error {
    Error::new(codes::ENVIRONMENT, format!("`{}` cannot be started", job.words[0])).cause(error)
}

/// Runs commands, so many at once; the lines of each begin with its binding if there is more than one.
fn all(
    loaded: &Loaded,
    jobs: &[Job],
    at_once: usize,
    context: &Context<'_>,
) -> Result<Vec<Option<ExitStatus>>, Problems> {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..jobs.len()).collect());
    let results: Mutex<Vec<Option<ExitStatus>>> = Mutex::new(vec![None; jobs.len()]);
    let problem: Mutex<Option<Error>> = Mutex::new(None);
    let json = context.output.json;
    let width = jobs.iter().map(|job| job.binding.len()).max().unwrap_or(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(next) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                    match one(&jobs[next], loaded, json, width) {
                        Ok(status) => {
                            if let Ok(mut results) = results.lock() {
                                results[next] = Some(status);
                            }
                        }
                        Err(error) => {
                            if let Ok(mut problem) = problem.lock() {
                                problem.get_or_insert(failed(&jobs[next], &error));
                            }
                        }
                    }
                }
            });
        }
    });
    match problem.into_inner() {
        Ok(None) => Ok(results.into_inner().unwrap_or_default()),
        Ok(Some(error)) => Err(error.into()),
        Err(_) => Err(Error::new(codes::INTERNAL, "a thread that ran a flow ended early").into()),
    }
}

fn one(job: &Job, loaded: &Loaded, json: bool, width: usize) -> std::io::Result<ExitStatus> {
    let mut child =
        start(job, loaded).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let head = format!("{:<width$} | ", job.binding);
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        // Answers for programs are on standard output: there what flows print is no part of it.
        scope.spawn(|| copy(out, &head, !json));
        scope.spawn(|| copy(err, &head, false));
    });
    child.wait()
}

fn copy(from: Option<impl Read>, head: &str, out: bool) {
    let Some(from) = from else { return };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        let whole = [head.as_bytes(), line.strip_suffix(b"\n").unwrap_or(&line), b"\n"].concat();
        // A reader that went away is no failure.
        let _ = if out { std::io::stdout().write_all(&whole) } else { std::io::stderr().write_all(&whole) };
        line.clear();
    }
}

/// The command as a shell takes it.
fn line(job: &Job, here: bool, loaded: &Loaded) -> String {
    let words: Vec<String> = job.words.iter().map(|word| quoted(word)).collect();
    let words = words.join(" ");
    if here {
        words
    } else {
        format!("(cd {} && {words})", quoted(&loaded.project.root.display().to_string()))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
