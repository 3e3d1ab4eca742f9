//! `help`: of everything, or of one command.

use clap::{Arg, ArgAction, Args, Command};
use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, codes};

use crate::reply::{Answer, Reply};
use crate::tree::{self, COMMANDS, Look};
use crate::values;

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("help run", "how to run a flow"), ("help --json", "every command and option, for programs")];

/// Show what there is, or how a command works
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The command
    command: Option<String>,
}

/// Prints help. For programs there is also what may be typed, flow and parameters included: `Runner` asks for it.
pub(crate) fn run(arguments: &Arguments, look: &Look<'_>) -> Answer {
    let Some(name) = &arguments.command else { return overview(look) };
    let mut root = tree::build(look);
    let options = options(root.find_subcommand(name), look);
    root.build();
    match root.find_subcommand_mut(name) {
        Some(command) => Ok(reply(command, options)),
        None => Err(Error::new(codes::USAGE, format!("there is no command `{name}`"))
            .suggest(name, COMMANDS.iter().map(|entry| entry.name))
            .hint(format!("`{} help` lists them", look.program))
            .into()),
    }
}

/// Prints the help of everything.
pub(crate) fn overview(look: &Look<'_>) -> Answer {
    let root = tree::build(look);
    let mut reply = reply(&mut root.clone(), options(Some(&root), look));
    let command = |c: &Command| (c.get_name().to_owned(), json!({"options": options(Some(c), look)}));
    reply.data["commands"] = root.get_subcommands().map(command).collect::<Map<_, _>>().into();
    Ok(reply)
}

fn reply(command: &mut Command, options: Value) -> Reply {
    let text = command.render_help().to_string();
    Reply::new(text.clone(), json!({"text": text, "options": options}))
}

/// What may be typed after the command, options of the whole command line left out.
fn options(command: Option<&Command>, look: &Look<'_>) -> Value {
    let described = |arg: &Arg| {
        let name = arg.get_long().map_or_else(|| arg.get_id().to_string(), str::to_owned);
        let parameter = look.parameters.iter().find(|p| values::id(p) == arg.get_id().as_str());
        json!({
            "name": name,
            "positional": arg.is_positional(),
            "takes_value": arg.is_positional() || arg.get_action().takes_values(),
            "values": arg.get_num_args().map_or(1, |range| range.max_values()),
            "repeats": matches!(arg.get_action(), ArgAction::Append),
            "help": arg.get_help().map(ToString::to_string),
            "parameter": parameter.map(|p| json!({
                "type": p.kind, "required": p.required, "default": p.default, "separator": p.separator,
            })),
        })
    };
    command.into_iter().flat_map(Command::get_arguments).map(described).collect()
}
