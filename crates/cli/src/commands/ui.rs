//! `ui`: opens the page of something in a browser, from a server that is there or is started for it.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use spinloom_flow::Pathspec;

use super::server;
use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::target;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("ui", "open the list of runs"),
    ("ui TrainFlow/latest", "open the newest run of a flow"),
    ("ui 58/train/3", "open a task"),
    ("ui --no-browser", "only say where it is"),
];

/// Open the monitoring GUI
///
/// Opens the page of a flow, run, step or task in your browser. A server of this store that is running is used (its address can be
/// set as `SPINLOOM_UI_URL`); otherwise one is started, for this machine alone, until Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to open: a pathspec such as `TrainFlow/58/train/3`
    #[arg(value_name = "PATHSPEC")]
    path: Option<String>,

    /// The port of the server
    #[arg(long, value_name = "PORT", default_value_t = server::PORT)]
    port: u16,

    /// Only say the address
    #[arg(long)]
    no_browser: bool,
}

/// Opens it.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let page = match &arguments.path {
        Some(text) => page(&target::parse(text, context, &context.records()?)?),
        None => "/".to_owned(),
    };
    if let Some(base) = context.settings.ui_url() {
        let url = format!("{base}{page}");
        open(&url, arguments.no_browser);
        return Ok(opened(&url));
    }
    let own = context.place()?.metadata.to_string();
    let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), arguments.port);
    if arguments.port != 0 && served(at).is_some_and(|metadata| metadata == own) {
        let url = format!("http://{at}{page}");
        open(&url, arguments.no_browser);
        return Ok(opened(&url));
    }
    serve(arguments, context, at, &page)
}

fn serve(arguments: &Arguments, context: &Context<'_>, at: SocketAddr, page: &str) -> Answer {
    // Another server, or another program, may have the usual port.
    let taken = arguments.port == server::PORT && TcpListener::bind(at).is_err();
    let at = SocketAddr::new(at.ip(), if taken { 0 } else { arguments.port });
    server::serve(at, context, page.trim_start_matches('/'), &|url| open(url, arguments.no_browser))?;
    Ok(Reply::new(String::new(), json!({"ended": Value::Null})))
}

fn opened(url: &str) -> Reply {
    Reply::new(format!("{url}\n"), json!({"url": url}))
}

/// The browser is started beside this process; a machine without one has the address that was printed.
fn open(url: &str, only_say: bool) {
    if !only_say {
        let _ = open::that_detached(url);
    }
}

/// The path of a page; what it shows further down is told behind `#` and `?`.
fn page(spec: &Pathspec) -> String {
    let parts = [
        Some(spec.flow.to_string()),
        spec.run.as_ref().map(ToString::to_string),
        spec.step.as_ref().map(ToString::to_string),
        spec.task.as_ref().map(ToString::to_string),
    ];
    parts.into_iter().flatten().map(|part| format!("/{part}")).collect()
}

/// The metadata that a server of ours shows, if one is there.
fn served(at: SocketAddr) -> Option<String> {
    let answer = ask(at).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let about: Value = serde_json::from_str(body).ok()?;
    Some(about["metadata"].as_str()?.to_owned())
}

fn ask(at: SocketAddr) -> io::Result<String> {
    let patience = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&at, patience)?;
    stream.set_read_timeout(Some(patience))?;
    let question = format!("GET /api/v1/about HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_has_a_page() {
        let page = |text: &str| page(&text.parse().unwrap());
        assert_eq!(page("TrainFlow"), "/TrainFlow");
        assert_eq!(page("TrainFlow/58"), "/TrainFlow/58");
        assert_eq!(page("TrainFlow/58/train/3"), "/TrainFlow/58/train/3");
    }
}
