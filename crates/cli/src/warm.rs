//! Command lines that a warm interpreter can run: tried first, never needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_settings::Settings;
use spinloom_warm::Spot;
use spinloom_warm::launcher::{self, Command, Outcome};

use crate::python::Program;

/// What one does again and again while writing a flow, and what takes no longer than Python takes to import it.
const COMMANDS: [&str; 2] = ["spin", "check"];

/// Has a warm interpreter run `program`, and ends as it ends. Returns if `program` is to be run cold; it is usable then.
///
/// # Errors
/// `SL0202` if the processes that ran it were killed; `SL0501` if the interpreter cannot be used.
pub(crate) fn run(command: &str, script: &str, settings: &Settings, program: &mut Program) -> Result<()> {
    let told = program.words.iter().any(|word| word == "-v" || word == "--verbose");
    let spot = match spot(command, script, settings, program) {
        Ok(spot) => spot,
        Err(why) => {
            remark(told, &why);
            return program.check();
        }
    };
    // Whether it runs warm or cold, it tells what it has imported.
    program.environment.push(("SPINLOOM_WARM_REPORT".into(), spot.socket().into()));
    let start = match attempt(&spot, script, settings, program) {
        Ok(Outcome::Ran(status)) => launcher::end_like(status),
        Ok(Outcome::Cold { why, start }) => {
            remark(told, &why);
            start
        }
        Err(error) if error.code() == codes::ENVIRONMENT => {
            complain(&error);
            false
        }
        Err(error) => return Err(error),
    };
    program.check()?;
    if start && let Err(error) = begin(&spot, script, settings, program) {
        complain(&error);
    }
    Ok(())
}

fn spot(command: &str, script: &str, settings: &Settings, program: &Program) -> Result<Spot, String> {
    if !COMMANDS.contains(&command) {
        return Err(format!("`{command}` always starts cold"));
    }
    if !settings.spin_daemon() {
        return Err("`SPINLOOM_SPIN_DAEMON` says no, or this is continuous integration".to_owned());
    }
    let path = &program.interpreter.path;
    if path.components().count() < 2 {
        return Err(format!("`{}` is whichever is found first", path.display()));
    }
    Ok(Spot::new(settings, &folder(script, settings), &settings.cwd().join(path)))
}

/// The folder of the flow's file, as Python has it in its search path.
fn folder(script: &str, settings: &Settings) -> PathBuf {
    let file = settings.cwd().join(script);
    file.parent().map_or_else(|| settings.cwd().to_owned(), Path::to_owned)
}

fn attempt(spot: &Spot, script: &str, settings: &Settings, program: &Program) -> Result<Outcome> {
    launcher::ask(
        spot,
        &Command {
            words: program.words.clone(),
            folder: folder(script, settings),
            environment: program.environment.clone(),
        },
    )
}

/// Starts the process that learns from this cold command, and keeps an interpreter warm for the next.
fn begin(spot: &Spot, script: &str, settings: &Settings, program: &Program) -> Result<()> {
    let own = std::process::id().to_string(); // which Python has after us
    let folder = folder(script, settings);
    let words: [OsString; 8] = [
        "daemon".into(),
        "serve".into(),
        "--folder".into(),
        folder.into(),
        "--interpreter".into(),
        spot.interpreter.clone().into(),
        "--after".into(),
        own.into(),
    ];
    launcher::start(spot, &words, &program.environment)
}

fn remark(told: bool, why: &str) {
    if told {
        eprintln!("cold start: {why}");
    }
}

fn complain(error: &Error) {
    let hints: String = error.hints().iter().map(|hint| format!("\nhint: {hint}")).collect();
    eprintln!("warning: this starts cold: {error}{hints}");
}
