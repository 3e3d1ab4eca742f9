//! The tree of commands, for either face: one table, from which help, completions and parsing come.

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Arg, Args, Command};
use spinloom_flow::graph::ParameterDoc;

use crate::Surface;
use crate::arguments::{ConfigArgs, FlowArgs, GlobalArgs, ProjectArgs, TriggerArgs};
use crate::commands as c;
use crate::values::add_parameters;

/// How commands are grouped in help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Develop,
    Project,
    Inspect,
    Keep,
    Setup,
}

const GROUPS: [(Group, &str); 5] = [
    (Group::Develop, "Develop"),
    (Group::Project, "Manage a project"),
    (Group::Inspect, "Inspect"),
    (Group::Keep, "Look after the store"),
    (Group::Setup, "Setup"),
];
/// Commands that are about no flow in particular: the `spinloom` command has them, a flow's file does not.
const NATIVE: [&str; 20] = [
    "sweep",
    "project",
    "settings",
    "flow",
    "table",
    "workflow",
    "server",
    "ui",
    "artifact",
    "code",
    "config",
    "import",
    "runs",
    "retention",
    "gc",
    "fsck",
    "environment",
    "extensions",
    "daemon",
    "completions",
];

/// Of the commands that need a flow, those that consist of commands themselves.
const NESTED: [&str; 1] = ["package"];

/// One command.
pub(crate) struct Entry {
    /// The word.
    pub(crate) name: &'static str,
    /// Needs the imported flow: the native face hands it to Python.
    pub(crate) flow: bool,
    group: Group,
    build: fn(Command) -> Command,
    /// What to type, without the program, and what for.
    examples: &'static [(&'static str, &'static str)],
}

impl Entry {
    /// Consists of commands itself: the flow is named after the inner one.
    pub(crate) fn is_nested(&self) -> bool {
        NESTED.contains(&self.name)
    }
}

macro_rules! entry {
    ($name:literal, $group:ident, $flow:literal, $module:ident) => {
        Entry {
            name: $name,
            flow: $flow,
            group: Group::$group,
            build: c::$module::Arguments::augment_args,
            examples: c::$module::EXAMPLES,
        }
    };
}

/// Every command, in the order of help.
pub(crate) const COMMANDS: [Entry; 36] = [
    entry!("run", Develop, true, run),
    entry!("resume", Develop, true, resume),
    entry!("spin", Develop, true, spin),
    entry!("check", Develop, true, check),
    entry!("sweep", Develop, false, sweep),
    entry!("project", Project, false, project),
    entry!("settings", Project, false, settings),
    entry!("flow", Project, false, flow),
    entry!("table", Project, false, table),
    entry!("workflow", Project, false, workflow),
    entry!("show", Inspect, false, show),
    entry!("list", Inspect, false, list),
    entry!("logs", Inspect, false, logs),
    entry!("artifact", Inspect, false, artifact),
    entry!("card", Inspect, false, card),
    entry!("config", Inspect, false, config),
    entry!("dump", Inspect, true, dump),
    entry!("tag", Inspect, false, tag),
    entry!("code", Inspect, false, code),
    entry!("package", Inspect, true, package),
    entry!("output-dot", Inspect, true, output_dot),
    entry!("output-raw", Inspect, true, output_raw),
    entry!("ui", Inspect, false, ui),
    entry!("server", Inspect, false, server),
    entry!("runs", Keep, false, runs),
    entry!("retention", Keep, false, retention),
    entry!("gc", Keep, false, gc),
    entry!("fsck", Keep, false, fsck),
    entry!("import", Setup, false, import),
    entry!("environment", Setup, false, environment),
    entry!("explain", Setup, false, explain),
    entry!("extensions", Setup, false, extensions),
    entry!("daemon", Setup, false, daemon),
    entry!("completions", Setup, false, completions),
    entry!("version", Setup, false, version),
    entry!("help", Setup, false, help),
];

/// How a command line is drawn.
pub(crate) struct Look<'a> {
    /// Which face.
    pub(crate) surface: Surface,
    /// The program as typed: `spinloom`, or `python flow.py`.
    pub(crate) program: &'a str,
    /// The flow file as typed.
    pub(crate) script: Option<&'a str>,
    /// Parameters of the flow.
    pub(crate) parameters: &'a [ParameterDoc],
    /// The flow belongs to a project.
    pub(crate) project: bool,
    /// The flow has configs.
    pub(crate) configs: bool,
    /// The flow runs when others have.
    pub(crate) triggered: bool,
    /// How wide help may be.
    pub(crate) columns: usize,
    /// The command line has a flow: all of `python flow.py`, and what native commands hand to Python.
    pub(crate) flow: bool,
}

const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";
const ROOT: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\nOptions:\n{options}{after-help}";

/// The tree.
pub(crate) fn build(look: &Look<'_>) -> Command {
    let root = Command::new("spinloom")
        .bin_name(look.program)
        .about("Workflows for machine learning as ordinary Python classes")
        .version(env!("CARGO_PKG_VERSION"))
        .styles(styles())
        .term_width(look.columns.min(100))
        .args_override_self(true)
        .disable_help_subcommand(true)
        .infer_long_args(false)
        .subcommand_value_name("COMMAND");
    let mut root = GlobalArgs::augment_args(root);
    if look.flow {
        root = FlowArgs::augment_args(root);
        if look.project {
            root = ProjectArgs::augment_args(root);
        }
        if look.configs {
            root = ConfigArgs::augment_args(root);
        }
        if look.triggered {
            root = TriggerArgs::augment_args(root);
        }
        root = root.next_help_heading("Flow options");
        let with = Arg::new("top-with").long("with").value_name("SPEC").action(clap::ArgAction::Append);
        root = root.arg(with.help("Add a decorator to all steps that lack it; may be repeated"));
    }
    let names: Vec<&str> = look.parameters.iter().map(|p| p.name.as_str()).collect();
    // After `run`, a parameter hides a global option of the same name: that one is typed before the command then.
    let mut root = root.mut_args(|arg| {
        let taken = arg.get_long().is_some_and(|long| names.contains(&long));
        if taken { arg.global(false) } else { arg }
    });
    for entry in COMMANDS.iter().filter(|e| look.surface == Surface::Native || !NATIVE.contains(&e.name)) {
        root = root.subcommand(command(entry, look));
    }
    root = root.about("Workflows for machine learning as ordinary Python classes");
    let groups = groups(&root, look);
    let start = "Examples:\n";
    let examples = match look.surface {
        Surface::Python => format!("{start}  {0} run\n  {0} show\n\n", look.program),
        Surface::Native => format!("{start}  {0} run flow.py\n  {0} list\n\n", look.program),
    };
    root.help_template(ROOT).before_help(examples + &groups)
}

fn command(entry: &Entry, look: &Look<'_>) -> Command {
    let mut command = Command::new(entry.name).args_override_self(true);
    if entry.flow && look.surface == Surface::Native && !look.flow {
        let flow = Arg::new("FLOW").required(true).help("The flow file, such as `flow.py`");
        command = match entry.is_nested() {
            false => (entry.build)(command.arg(flow)),
            true => (entry.build)(command).mut_subcommands(|inner| inner.arg(flow.clone())),
        };
    } else {
        command = (entry.build)(command);
    }
    // One layout of help, not two: what `--help` says of an option fits on its line.
    if let Some(about) = command.get_long_about().cloned() {
        command = command.about(about).long_about(None::<&str>);
    }
    if entry.flow && !look.flow {
        command = FlowArgs::augment_args(command);
    }
    if entry.name == "run" {
        if look.parameters.iter().any(|p| p.name == "help") {
            command = command.disable_help_flag(true);
        }
        for (option, otherwise) in [("until", "until-step"), ("without", "without-decorator")] {
            if look.parameters.iter().any(|p| p.name == option) {
                // Metaflow has no such option, so flows may have such a parameter: it wins.
                command = command.mut_arg(option, |arg| arg.long(otherwise));
            }
        }
        command = add_parameters(command, look.parameters);
    }
    if entry.flow
        && look.surface == Surface::Native
        && !entry.is_nested()
        && let Some(script) = look.script
    {
        // The file was taken out of the words before they got here; people still type it.
        let mut built = command.clone(); // usage is known of a built command only, and building is for the root
        built.build();
        let usage = built.render_usage().to_string();
        let rest = usage.trim_start_matches("Usage: ").trim_start_matches(entry.name).to_owned();
        command = command.override_usage(format!("{} {} {script}{rest}", look.program, entry.name));
    }
    let examples = examples(entry, look);
    if examples.is_empty() {
        return command;
    }
    command.help_template(TEMPLATE).before_help(format!("Examples:\n{examples}\n"))
}

fn examples(entry: &Entry, look: &Look<'_>) -> String {
    let typed = |words: &str| {
        let (name, rest) = words.split_once(' ').unwrap_or((words, ""));
        let flow =
            if entry.flow && look.surface == Surface::Native { look.script.unwrap_or("flow.py") } else { "" };
        let (inner, rest) = match entry.flow && entry.is_nested() {
            true => rest.split_once(' ').unwrap_or((rest, "")),
            false => ("", rest),
        };
        let words: Vec<&str> =
            [look.program, name, inner, flow, rest].into_iter().filter(|w| !w.is_empty()).collect();
        words.join(" ")
    };
    entry.examples.iter().map(|(words, what)| format!("  # {what}\n  {}\n", typed(words))).collect()
}

fn groups(root: &Command, look: &Look<'_>) -> String {
    let mut text = String::new();
    for (group, title) in GROUPS {
        let known = |e: &&Entry| e.group == group && root.find_subcommand(e.name).is_some();
        if !COMMANDS.iter().any(|e| known(&e)) {
            continue;
        }
        text += &format!("{title}:\n");
        for entry in COMMANDS.iter().filter(known) {
            if let Some(command) = root.find_subcommand(entry.name) {
                let about = command.get_about().map(ToString::to_string).unwrap_or_default();
                text += &format!("  {:<12} {}\n", entry.name, about.lines().next().unwrap_or_default());
            }
        }
        text.push('\n');
    }
    let help = format!("See `{} help <COMMAND>` for each of them.\n\n", look.program);
    text + &help
}

fn styles() -> Styles {
    Styles::styled()
        .header(AnsiColor::Green.on_default().bold())
        .usage(AnsiColor::Green.on_default().bold())
        .literal(AnsiColor::Cyan.on_default().bold())
        .placeholder(AnsiColor::Cyan.on_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters() -> Vec<ParameterDoc> {
        let one = |name: &str, more: serde_json::Value| {
            let mut doc = json!({"name": name, "attribute": name, "type": "str"});
            if let (Some(doc), Some(more)) = (doc.as_object_mut(), more.as_object()) {
                doc.extend(more.clone());
            }
            serde_json::from_value(doc).unwrap()
        };
        vec![
            one(
                "alpha",
                json!({"type": "float", "default": 0.5, "default_kind": "value", "help": "Learning rate"}),
            ),
            one("who_is_it", json!({"required": true})),
            one("flag", json!({"type": "bool", "default": true, "default_kind": "value"})),
            one("hidden", json!({"default": "x", "default_kind": "value", "show_default": false})),
            one("made", json!({"type": "json", "default_kind": "function", "help": "Made up"})),
            one("quiet", json!({"help": "Also an option of ours"})),
        ]
    }

    #[test]
    fn nested_commands_for_flows_are_listed() {
        for entry in COMMANDS.iter().filter(|entry| entry.flow) {
            let nested = (entry.build)(Command::new(entry.name)).has_subcommands();
            assert_eq!(entry.is_nested(), nested, "`{}`", entry.name);
        }
    }

    /// RU-21: parameters have their help, default and required mark; either face says what to type on it.
    #[test]
    fn parameters_are_options_of_run() {
        let parameters = parameters();
        let mut shown = String::new();
        for (surface, program) in [(Surface::Python, "python flow.py"), (Surface::Native, "spinloom")] {
            let script = Some("flow.py");
            let look = Look {
                surface,
                program,
                script,
                parameters: &parameters,
                project: false,
                configs: false,
                triggered: false,
                columns: 80,
                flow: true,
            };
            let mut root = build(&look);
            root.clone().debug_assert();
            root.build();
            for name in ["run", "resume"] {
                shown += &root.find_subcommand_mut(name).unwrap().render_help().to_string();
                shown += "----\n";
            }
        }
        insta::assert_snapshot!(shown);
    }
}
