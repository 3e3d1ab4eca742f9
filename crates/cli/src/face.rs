//! The two faces: from words to a command, from its answer to an exit code.

use std::cell::OnceCell;
use std::time::Instant;

use clap::{ArgMatches, Args};
use spinloom_diagnostics::{Error, ExitCode, Result, codes};
use spinloom_settings::{Colour, Output as Format, Settings};

use crate::arguments::{FlowArgs, GlobalArgs, ProjectArgs, TriggerArgs, When};
use crate::commands;
use crate::configs::{Configs, When as Settle};
use crate::context::{Context, Flow};
use crate::handover::{command_of, handover};
use crate::mixed;
use crate::reply::{Answer, Output, Problems, Reply};
use crate::terminal::Screen;
use crate::terminal::paint::Paint;
use crate::terminal::summary::Commands;
use crate::tree::{self, Look};
use crate::usage::{Misread, misread};
use crate::{FlowHost, Serve, Surface, values};

/// [`flow_main_with`] the settings of this process.
pub fn flow_main(argv: &[String], host: &mut dyn FlowHost) -> u8 {
    flow(Settings::from_process(), argv, host)
}

/// The command line of an imported flow: `python flow.py <argv>`, or `spinloom <argv>` without the flow file.
///
/// Prints, and returns the exit code: Metaflow's (0, 1 or 2) on the Python surface.
pub fn flow_main_with(settings: Settings, argv: &[String], host: &mut dyn FlowHost) -> u8 {
    flow(Ok(settings), argv, host)
}

fn flow(settings: Result<Settings>, argv: &[String], host: &mut dyn FlowHost) -> u8 {
    let surface = host.surface();
    let exit = run(settings, argv, surface, Some(host), None);
    match surface {
        Surface::Python => exit.metaflow(),
        Surface::Native => exit.native(),
    }
}

/// The `spinloom` command. `argv` is without the program. Prints, and returns the exit code.
pub fn native_main(argv: &[String], serve: Serve) -> u8 {
    run(Settings::from_process(), argv, Surface::Native, None, Some(serve)).native()
}

fn run(
    settings: Result<Settings>,
    argv: &[String],
    surface: Surface,
    host: Option<&mut dyn FlowHost>,
    serve: Option<Serve>,
) -> ExitCode {
    let began = Instant::now();
    // Until the words are understood they are only looked at for how to answer.
    let command = command_of(argv).unwrap_or_default().to_owned();
    let mut line = Line { argv, surface, command, output: first_output(argv, settings.as_ref().ok()), serve };
    let answer = settings.map_err(Problems::from).and_then(|settings| line.carry_out(settings, host));
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    line.output.answer(&line.command, &answer, took_ms);
    answer.map_or_else(|problems| problems.exit(), |reply| reply.exit())
}

/// One command line on its way.
struct Line<'a> {
    argv: &'a [String],
    surface: Surface,
    command: String,
    output: Output,
    serve: Option<Serve>,
}

impl Line<'_> {
    fn carry_out(&mut self, settings: Settings, host: Option<&mut dyn FlowHost>) -> Answer {
        if host.is_none()
            && let Some(handover) = handover(self.argv)
        {
            return Err(handover.go(&settings).into());
        }
        let script = host.as_ref().map(|host| host.script().to_owned());
        let commands = commands_of(self.surface, script.as_deref());
        // What needs no flow also works for one that cannot be described.
        let simple = ["version", "explain"].contains(&self.command.as_str());
        let mut rest = self.argv.to_vec();
        let mut flow = match host {
            Some(host) if !simple => {
                let when = Settle::of(&self.command, self.argv);
                let configs = Configs::of(host, self.argv, &settings)?.map(|(configs, words)| {
                    rest = words;
                    configs
                });
                Some(Flow::describe(host, configs, when, &settings)?)
            }
            _ => None,
        };
        let parameters = flow.as_mut().map(|flow| flow.doc.parameters.clone()).unwrap_or_default();
        let look = Look {
            surface: self.surface,
            program: &commands.program.clone(),
            script: script.as_deref(),
            parameters: &parameters,
            project: flow.as_ref().is_some_and(|flow| flow.doc.decorator("project").is_some()),
            configs: flow.as_ref().is_some_and(|flow| flow.configs.is_some()),
            triggered: flow.as_ref().is_some_and(|flow| flow.doc.decorator("trigger_on_finish").is_some()),
            columns: Screen::of_process(false, settings.columns()).columns,
            flow: script.is_some(),
        };
        let matches = match self.parse(&look, &rest) {
            Ok(matches) => matches,
            Err(Misread::Help(text)) => {
                self.output.json = false;
                return Ok(Reply::new(text, serde_json::Value::Null));
            }
            Err(Misread::Problem(error)) => return Err(error.into()),
        };
        let globals: GlobalArgs = read(&matches)?;
        let top: Option<FlowArgs> = script.is_some().then(|| read(&matches)).transpose()?;
        let project: Option<ProjectArgs> = look.project.then(|| read(&matches)).transpose()?;
        let triggered: Option<TriggerArgs> = look.triggered.then(|| read(&matches)).transpose()?;
        let quiet = values::switch(&settings, "", "quiet", globals.quiet)? && !globals.not_quiet;
        self.output = output(&globals, top.as_ref(), quiet, &settings);
        let top_with = script.is_some().then(|| matches.get_many::<String>("top-with")).flatten();
        let mut context = Context {
            screen: Screen::of_process(!settings.live_progress(), settings.columns()),
            top_with: top_with.map(|specs| specs.cloned().collect()).unwrap_or_default(),
            typed: matches.subcommand().map(|(_, sub)| values::typed(sub, &parameters)).unwrap_or_default(),
            settings,
            globals,
            top,
            project,
            triggered,
            surface: self.surface,
            flow,
            output: self.output,
            commands,
            argv: self.argv.to_vec(),
            serve: self.serve,
            found: OnceCell::new(),
        };
        let notes = context.flow.as_mut().and_then(|flow| flow.configs.as_mut());
        for note in notes.map(|configs| std::mem::take(&mut configs.notes)).unwrap_or_default() {
            context.output.remark(&format!("{}: {note}\n", context.output.err.warn("warning")));
        }
        self.dispatch(&matches, &look, &mut context)
    }

    fn parse(&self, look: &Look<'_>, argv: &[String]) -> Result<ArgMatches, Misread> {
        let colour = self.output.out.is_on();
        let mut words = vec!["spinloom".to_owned()];
        words.extend(mixed::arrange(argv, look));
        tree::build(look).try_get_matches_from(words).map_err(|error| {
            let needs_flow = tree::COMMANDS.iter().any(|entry| entry.flow && entry.name == self.command);
            let script = look.script.filter(|_| needs_flow && self.surface == Surface::Native);
            let words = [look.program, &self.command, script.unwrap_or_default(), "--help"];
            let help = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            misread(&error, &help, colour)
        })
    }

    fn dispatch(&mut self, matches: &ArgMatches, look: &Look<'_>, context: &mut Context<'_>) -> Answer {
        let Some((name, sub)) = matches.subcommand() else {
            if self.surface == Surface::Python {
                "check".clone_into(&mut self.command);
                return commands::check::run(&commands::check::Arguments::default(), context);
            }
            return commands::help::overview(look);
        };
        self.command = match sub.subcommand() {
            Some((inner, _)) => format!("{name} {inner}"),
            None => name.to_owned(),
        };
        match name {
            "run" => commands::run::run(&read(sub)?, context),
            "resume" => commands::resume::run(&read(sub)?, context),
            "spin" => commands::spin::run(&read(sub)?, context),
            "check" => commands::check::run(&read(sub)?, context),
            "sweep" => commands::sweep::run(&read(sub)?, context),
            "project" => commands::project::run(&read(sub)?, context),
            "settings" => commands::settings::run(&read(sub)?, context),
            "flow" => commands::flow::run(&read(sub)?, context),
            "table" => commands::table::run(&read(sub)?, context),
            "workflow" => commands::workflow::run(&read(sub)?, context),
            "show" => commands::show::run(&read(sub)?, context),
            "list" => commands::list::run(&read(sub)?, context),
            "logs" => commands::logs::run(&read(sub)?, context),
            "artifact" => commands::artifact::run(&read(sub)?, context),
            "card" => commands::card::run(&read(sub)?, context),
            "config" => commands::config::run(&read(sub)?, context),
            "dump" => commands::dump::run(&read(sub)?, context),
            "tag" => commands::tag::run(&read(sub)?, context),
            "import" => commands::import::run(&read(sub)?, context),
            "output-dot" => commands::output_dot::run(&read(sub)?, context),
            "output-raw" => commands::output_raw::run(&read(sub)?, context),
            "runs" => commands::runs::run(&read(sub)?, context),
            "retention" => commands::retention::run(&read(sub)?, context),
            "gc" => commands::gc::run(&read(sub)?, context),
            "fsck" => commands::fsck::run(&read(sub)?, context),
            "server" => commands::server::run(&read(sub)?, context),
            "ui" => commands::ui::run(&read(sub)?, context),
            "environment" => commands::environment::run(&read(sub)?, context),
            "package" => commands::package::run(&read(sub)?, context),
            "code" => commands::code::run(&read(sub)?, context),
            "extensions" => commands::extensions::run(&read(sub)?, context),
            "explain" => commands::explain::run(&read(sub)?, context),
            "daemon" => commands::daemon::run(&read(sub)?, context),
            "completions" => commands::completions::run(&read(sub)?, look),
            "version" => commands::version::run(&read(sub)?, context),
            "help" => commands::help::run(&read(sub)?, look),
            _ => Err(Error::new(codes::INTERNAL, format!("the command `{name}` leads nowhere")).into()),
        }
    }
}

fn read<A: Args>(matches: &ArgMatches) -> Result<A> {
    A::from_arg_matches(matches).map_err(|error| match misread(&error, "--help", false) {
        Misread::Problem(error) => error,
        Misread::Help(text) => Error::new(codes::INTERNAL, text),
    })
}

fn commands_of(surface: Surface, script: Option<&str>) -> Commands {
    match (surface, script) {
        (Surface::Python, Some(script)) => Commands { program: format!("python {script}"), script: None },
        (_, script) => Commands { program: "spinloom".to_owned(), script: script.map(str::to_owned) },
    }
}

fn first_output(argv: &[String], settings: Option<&Settings>) -> Output {
    let has = |word: &str| argv.iter().any(|w| w == word);
    let when =
        if has("--color=never") { Some(When::Never) } else { has("--color=always").then_some(When::Always) };
    let (out, err) = paints(when, settings);
    let json = has("--json") || has("--jsonl") || settings.is_some_and(|s| s.output() == Format::Json);
    Output { json, quiet: has("--quiet") || has("-q"), out, err }
}

fn output(globals: &GlobalArgs, top: Option<&FlowArgs>, quiet: bool, settings: &Settings) -> Output {
    let (out, err) = paints(globals.color, Some(settings));
    let json = globals.json || top.is_some_and(|top| top.jsonl) || settings.output() == Format::Json;
    Output { json, quiet, out, err }
}

/// The paints of standard output and standard error.
fn paints(when: Option<When>, settings: Option<&Settings>) -> (Paint, Paint) {
    let screen = Screen::of_process(false, None);
    let fixed = match (when, settings.map(Settings::colour)) {
        (Some(When::Always), _) => Some(true),
        (Some(When::Never), _) => Some(false),
        (Some(When::Auto), _) | (None, Some(Colour::Auto)) => None,
        (None, Some(Colour::Always)) => Some(true),
        (None, Some(Colour::Never) | None) => Some(false),
    };
    (Paint::new(fixed.unwrap_or(screen.stdout)), Paint::new(fixed.unwrap_or(screen.stderr)))
}
