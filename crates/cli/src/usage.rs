//! What clap says, in our words.

use clap::Error as Clap;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use spinloom_diagnostics::{Error, codes, did_you_mean};

use crate::tree::COMMANDS;

/// What the words typed came to, if not a command to carry out.
#[derive(Debug)]
pub(crate) enum Misread {
    /// They asked for help: this is it.
    Help(String),
    /// They cannot be understood.
    Problem(Error),
}

/// Turns clap's error into ours. `help` is the command that explains, such as `python flow.py run --help`.
pub(crate) fn misread(error: &Clap, help: &str, colour: bool) -> Misread {
    if let ErrorKind::DisplayHelp | ErrorKind::DisplayVersion = error.kind() {
        let text = error.render();
        return Misread::Help(if colour { text.ansi().to_string() } else { text.to_string() });
    }
    let (message, suggestion) = words(error);
    let mut problem = Error::new(codes::USAGE, message);
    if let Some(suggestion) = suggestion {
        problem = problem.hint(format!("did you mean `{suggestion}`?"));
    }
    Misread::Problem(problem.hint(format!("see `{help}`")))
}

fn words(error: &Clap) -> (String, Option<String>) {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    // `--alpha <FLOAT>` is what clap calls an argument: people call it `--alpha`.
    let name = argument.split(' ').next().unwrap_or_default().split('=').next().unwrap_or_default();
    let name = name.trim_matches(['<', '>', '[', ']']);
    match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            (format!("there is no option `{name}`"), text(error, ContextKind::SuggestedArg))
        }
        ErrorKind::UnknownArgument => (format!("`{argument}` is one word too many"), None),
        ErrorKind::InvalidSubcommand => {
            let typed = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let known = COMMANDS.iter().map(|entry| entry.name);
            let like = text(error, ContextKind::SuggestedSubcommand);
            let like = like.or_else(|| did_you_mean(&typed, known).map(str::to_owned));
            (format!("there is no command `{typed}`"), like)
        }
        ErrorKind::InvalidValue if value.is_empty() => (format!("`{name}` needs a value"), None),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let allowed =
                text(error, ContextKind::ValidValue).map(|v| format!(", only {v}")).unwrap_or_default();
            (format!("`{name}` cannot be `{value}`{allowed}"), text(error, ContextKind::SuggestedValue))
        }
        ErrorKind::MissingRequiredArgument => (format!("{argument} is missing"), None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("a command is missing".to_owned(), None)
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg).unwrap_or_else(|| "another option".to_owned());
            (format!("`{name}` cannot be used with `{other}`"), None)
        }
        _ => {
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default();
            (first.trim_start_matches("error: ").to_owned(), None)
        }
    }
}

fn text(error: &Clap, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if kind == ContextKind::ValidValue => {
            Some(texts.iter().map(|t| format!("`{t}`")).collect::<Vec<_>>().join(", "))
        }
        ContextValue::Strings(texts) if kind == ContextKind::InvalidArg => Some(
            texts
                .iter()
                .map(|t| t.split(' ').next().unwrap_or_default()) // `--alpha <FLOAT>`, as above
                .map(|t| format!("`{}`", t.trim_end_matches("...").trim_matches(['<', '>'])))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}
