//! Which native command lines go to Python, and as what words.

use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, codes};
use spinloom_settings::Settings;

use crate::Surface;
use crate::python::Program;
use crate::tree::{self, COMMANDS, Look};
use crate::warm;

/// A command line for Python: `command flow.py rest`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Handover {
    /// The command.
    pub(crate) command: String,
    /// The flow file as typed.
    pub(crate) script: String,
    /// Everything else, options before the command first.
    pub(crate) rest: Vec<String>,
    /// `--python`.
    pub(crate) python: Option<PathBuf>,
}

/// The command of a command line: its first word that is no option, nor the value of one.
pub(crate) fn command_of(argv: &[String]) -> Option<&'static str> {
    let word = argv.get(command_at(argv)?)?;
    COMMANDS.iter().map(|entry| entry.name).find(|name| name == word)
}

/// Where the command is among the words.
pub(crate) fn command_at(argv: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = argv.get(at) {
        if !word.starts_with('-') {
            return Some(at);
        }
        at += 1 + values_after(word);
    }
    None
}

/// How many words after an option are its values.
fn values_after(word: &str) -> usize {
    match word.split_once('=') {
        Some(("--config" | "--config-value", _)) => 1,
        Some(_) => 0,
        None if word == "--config" || word == "--config-value" => 2,
        None => usize::from(word == "--set" || takes_value(word)),
    }
}

/// The command line for Python, if `argv` has a command that needs a flow, and names one.
pub(crate) fn handover(argv: &[String]) -> Option<Handover> {
    let (mut python, mut before) = (None, Vec::new());
    let mut words = argv.iter();
    let command = loop {
        let word = words.next()?;
        if !word.starts_with('-') {
            break word;
        }
        let inline = word.split_once('=').map(|(_, value)| value);
        let values: Vec<&String> = words.by_ref().take(values_after(word)).collect();
        if word.split('=').next() == Some("--python") {
            python = inline.or(values.first().map(|value| value.as_str())).map(PathBuf::from);
        } else {
            before.push(word.clone());
            before.extend(values.into_iter().cloned());
        }
    };
    let entry = COMMANDS.iter().find(|entry| entry.name == command)?;
    let mut rest: Vec<String> = words.cloned().collect();
    if let Some(at) = rest.iter().position(|w| w == "--python")
        && let Some(value) = rest.get(at + 1).cloned()
    {
        python = Some(value.into());
        rest.drain(at..at + 2);
    }
    let first_is_flow =
        entry.flow && !entry.is_nested() && rest.first().is_some_and(|word| !word.starts_with('-'));
    let at = match first_is_flow {
        true => 0,
        false if entry.flow || ["show", "config"].contains(&entry.name) => {
            rest.iter().position(|w| is_python_file(w))?
        }
        false => return None,
    };
    let script = rest.remove(at);
    before.extend(rest);
    Some(Handover { command: command.clone(), script, rest: before, python })
}

fn is_python_file(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|ending| ending == "py")
}

fn takes_value(option: &str) -> bool {
    let look = Look {
        surface: Surface::Native,
        program: "spinloom",
        script: None,
        parameters: &[],
        project: true,
        configs: false,
        triggered: true,
        columns: 80,
        flow: true,
    };
    let takes = |arg: &clap::Arg| {
        arg.get_action().takes_values()
            && arg.get_long().is_some_and(|l| option.strip_prefix("--") == Some(l))
    };
    option == "--python" || option == "--with" || tree::build(&look).get_arguments().any(takes)
}

impl Handover {
    /// Has Python do it: one that is warm, or by becoming Python. Returns only if that fails.
    pub(crate) fn go(&self, settings: &Settings) -> Error {
        if let Some(error) = self.missing(settings) {
            return error;
        }
        let words: Vec<String> =
            [&self.command, &self.script].into_iter().chain(&self.rest).cloned().collect();
        let mut program = Program::new(self.python.as_deref(), settings, words);
        match warm::run(&self.command, &self.script, settings, &mut program) {
            Ok(()) => program.exec(),
            Err(error) => error,
        }
    }

    fn missing(&self, settings: &Settings) -> Option<Error> {
        let path = settings.cwd().join(&self.script);
        if path.is_file() {
            return None;
        }
        let mut error = Error::new(codes::NOT_FOUND, format!("there is no flow file `{}`", self.script));
        let folder = path.parent().and_then(|folder| folder.read_dir().ok());
        let names: Vec<String> = folder
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        error = error.suggest(&name, names.iter().map(String::as_str).filter(|name| is_python_file(name)));
        Some(error.hint(format!("write `spinloom {} flow.py …`", self.command)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn words_for_python_are_put_in_order() {
        let told = |text: &str| {
            handover(&words(text)).map(|h| {
                let python = h.python.map(|p| format!(" ({})", p.display())).unwrap_or_default();
                format!("{} {} {}{python}", h.command, h.script, h.rest.join(" "))
            })
        };
        let shown: Vec<String> = [
            "run flow.py",
            "run flow.py --alpha 0.5 other.py",
            "run --max-workers 4 flow.py --tag x",
            "--quiet --color never run flow.py",
            "--python /p run flow.py --json",
            "--python=/p run flow.py",
            "--config c my.json run flow.py",
            "--config=c my.json --set c.a=1 run flow.py",
            "run flow.py --config c my.json",
            "config show flow.py --config c my.json",
            "config show Flow/58",
            "run --python /p flow.py",
            "resume flow.py train --origin-run-id 5",
            "run flwo",
            "run --help",
            "run",
            "package list flow.py --archive",
            "package save flow.py code.tgz",
            "package list",
            "show flow.py",
            "show Flow/58",
            "logs flow.py",
            "--version",
        ]
        .into_iter()
        .map(|text| format!("{text:<45} => {}", told(text).unwrap_or_else(|| "not for Python".to_owned())))
        .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }
}
