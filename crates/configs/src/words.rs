//! The first pass over the words typed: what is about configs is taken out, before the flow can be described.

use spinloom_diagnostics::{Error, Result, codes};

use crate::Given;

/// A command line that is to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The words, without the program.
    pub argv: &'a [String],
    /// Where the command is among them.
    pub command_at: Option<usize>,
    /// Names of the flow's configs.
    pub configs: &'a [String],
    /// Names of the flow's parameters: after the command an option of that name is the parameter.
    pub parameters: &'a [String],
}

/// Takes `--config NAME FILE`, `--config-value NAME VALUE` and `--set NAME.KEY=VALUE` out of a command line, wherever they
/// stand; answers what they say, and the words that are left.
///
/// `spin` has a `--set` of its own: there it is about a config only with the key of one.
///
/// # Errors
/// `SL0001` for one without what it needs, or a `--set` of no config.
pub fn take(words: Words<'_>) -> Result<(Given, Vec<String>)> {
    let mut given = Given::default();
    let mut rest = Vec::new();
    let mut typed = words.argv.iter().enumerate();
    while let Some((at, word)) = typed.next() {
        if word == "--" {
            rest.push(word.clone());
            rest.extend(typed.map(|(_, word)| word.clone()));
            break;
        }
        let (option, inline) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if words.is_parameter(option, at) {
            rest.push(word.clone());
            continue;
        }
        let mut next = || typed.next().map(|(_, word)| word.clone());
        match option {
            "--config" | "--config-value" => {
                let second = if option == "--config" { "FILE" } else { "JSON" };
                let missing = || {
                    Error::new(
                        codes::USAGE,
                        format!("`{option}` needs the name of a config and a second word"),
                    )
                    .hint(format!("write `{option} NAME {second}`"))
                };
                let name = inline.or_else(&mut next).ok_or_else(missing)?;
                let what = next().ok_or_else(missing)?;
                let list = if option == "--config" { &mut given.files } else { &mut given.values };
                list.push((name, what));
            }
            "--set" => {
                let separate = inline.is_none();
                let Some(text) = inline.or_else(next) else {
                    rest.push(word.clone());
                    continue;
                };
                if words.is_set(&text, at)? {
                    given.sets.push(text);
                } else {
                    rest.push(word.clone());
                    rest.extend(separate.then_some(text));
                }
            }
            _ => rest.push(word.clone()),
        }
    }
    Ok((given, rest))
}

impl Words<'_> {
    fn is_parameter(&self, option: &str, at: usize) -> bool {
        self.command_at.is_some_and(|command| at > command && self.argv[command] == "run")
            && option.strip_prefix("--").is_some_and(|name| {
                self.parameters.iter().any(|p| p.replace('_', "-") == name.replace('_', "-"))
            })
    }

    /// Whether a `--set` is about a config; if not, it is `spin`'s.
    fn is_set(&self, text: &str, at: usize) -> Result<bool> {
        let key = text.split('=').next().unwrap_or_default();
        let (name, deeper) = match key.find(['.', '[']) {
            Some(end) => (&key[..end], true),
            None => (key, false),
        };
        let known = self.configs.iter().any(|config| config == name);
        let spins = self.command_at.is_some_and(|command| at > command && self.argv[command] == "spin");
        if spins {
            return Ok(known && deeper);
        }
        if known {
            return Ok(true);
        }
        Err(Error::new(codes::USAGE, format!("`--set {text}` names no config of the flow"))
            .suggest(name, self.configs.iter().map(String::as_str))
            .hint("write `--set config.key=value`, with the name of a config"))
    }
}
