//! `daemon`: the processes that keep interpreters warm.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_settings::Settings;
use spinloom_warm::{Figures, Spot, launcher, spot};

use crate::context::Context;
use crate::reply::{Answer, Output, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("daemon status", "what keeps this project's Python warm, and why the last spin was cold"),
    ("daemon stop --all", "stop them all; the next spin starts one again"),
];

/// Look after the process that lets `spin` start at once
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Say what it has loaded, what it takes, and why the last command was served cold
    Status(Which),
    /// Stop it; commands it serves are finished first
    Stop(Which),
    /// Print its log
    Logs(Which),
    /// Be it
    #[command(hide = true)]
    Serve(ServeArgs),
}

#[derive(Debug, Args)]
struct Which {
    /// Those of all your projects, not only of the one you are in
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// A folder of the project
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// The interpreter to keep warm
    #[arg(long, value_name = "FILE")]
    interpreter: PathBuf,

    /// The process to learn from, which is not to be slowed down
    #[arg(long, value_name = "PID")]
    after: Option<i32>,
}

/// Shows, stops, or is one.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Answer {
    let settings = &context.settings;
    match &arguments.inner {
        Inner::Status(which) => status(which, settings),
        Inner::Stop(which) => stop(which, settings),
        Inner::Logs(which) => logs(which, settings, context.output),
        Inner::Serve(serve) => be(serve, settings),
    }
}

/// The supervisors asked for, by their sockets.
fn found(which: &Which, settings: &Settings) -> Result<Vec<(PathBuf, Figures)>> {
    let here = spot::project_of(settings.cwd());
    let mut found = Vec::new();
    for socket in spot::all(settings)? {
        if let Some(figures) = launcher::figures(&socket)?
            && (which.all || figures.project == here)
        {
            found.push((socket, figures));
        }
    }
    Ok(found)
}

fn status(which: &Which, settings: &Settings) -> Answer {
    let found = found(which, settings)?;
    let mut text: String = found.iter().map(|(_, figures)| described(figures)).collect::<Vec<_>>().join("\n");
    if found.is_empty() {
        text = format!("{}\n", nothing(which, settings));
    }
    let daemons: Vec<&Figures> = found.iter().map(|(_, figures)| figures).collect();
    let data = serde_json::to_value(&daemons).or_error(codes::INTERNAL, || "cannot encode figures".into())?;
    Ok(Reply::new(text, json!({ "daemons": data })))
}

fn nothing(which: &Which, settings: &Settings) -> String {
    let project = spot::project_of(settings.cwd());
    if which.all {
        "none is running".to_owned()
    } else {
        format!("none is running for `{}`", project.display())
    }
}

fn described(figures: &Figures) -> String {
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let minutes = figures.uptime_s / 60;
    let state = match figures.state.as_str() {
        "ready" => format!("ready, {} modules loaded", figures.modules),
        "making" => "loading modules".to_owned(),
        "waiting" => "waiting for a first command to tell what it imports".to_owned(),
        "leaving" => "leaving".to_owned(),
        _ => "cannot be warm".to_owned(),
    };
    let mut text = format!("{}\n", figures.project.display());
    let mut line = |name: &str, value: String| text += &format!("  {name:<12} {value}\n");
    line("interpreter", figures.interpreter.display().to_string());
    line("state", state);
    line("process", format!("{}, for {minutes} min", figures.pid));
    line(
        "memory",
        format!("{} warm interpreter, {} supervisor", mib(figures.warm_bytes), mib(figures.supervisor_bytes)),
    );
    line("served", format!("{} warm, {} cold, {} running", figures.warm, figures.cold, figures.running));
    if let Some(why) = &figures.why_cold {
        line("last cold", why.clone());
    }
    for (module, why) in &figures.dropped {
        line("not loaded", format!("{module}: {why}"));
    }
    line("log", figures.log.display().to_string());
    text
}

fn stop(which: &Which, settings: &Settings) -> Answer {
    let mut stopped: Vec<Figures> = Vec::new();
    for (socket, _) in found(which, settings)? {
        stopped.extend(launcher::stop(&socket)?);
    }
    let told = |figures: &Figures| {
        let rest = match figures.running {
            0 => String::new(),
            running => format!("; it leaves when the {running} running command(s) are over"),
        };
        format!("stopped {} of `{}`{rest}\n", figures.pid, figures.project.display())
    };
    let text = match stopped.as_slice() {
        [] => format!("{}\n", nothing(which, settings)),
        stopped => stopped.iter().map(told).collect(),
    };
    let pids: Vec<Value> =
        stopped.iter().map(|figures| json!({"pid": figures.pid, "running": figures.running})).collect();
    Ok(Reply::new(text, json!({ "stopped": pids })))
}

fn logs(which: &Which, settings: &Settings, output: Output) -> Answer {
    let found = found(which, settings)?;
    if found.is_empty() {
        return Err(Error::new(codes::NOT_FOUND, nothing(which, settings))
            .hint("`spinloom spin flow.py …` starts one, unless `SPINLOOM_SPIN_DAEMON` is `0`")
            .into());
    }
    let mut data = Vec::new();
    for (_, figures) in &found {
        let text = std::fs::read(&figures.log).unwrap_or_default();
        if !output.json {
            let _nobody_reads = output.bytes(&text);
        }
        data.push(json!({"pid": figures.pid, "log": figures.log, "text": String::from_utf8_lossy(&text)}));
    }
    Ok(Reply { silent: !output.json, ..Reply::new("", json!({ "logs": data })) })
}

fn be(arguments: &ServeArgs, settings: &Settings) -> Answer {
    launcher::detach()?;
    let spot = Spot::new(settings, &arguments.folder, &arguments.interpreter);
    spinloom_warm::serve(settings, spot, arguments.after)?;
    Ok(Reply { silent: true, ..Reply::default() })
}
