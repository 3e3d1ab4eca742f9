//! `server`: shows what is recorded, over HTTP.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::context::{Context, Place};
use crate::reply::{Answer, Reply};
use crate::serving::{Demand, LogFormat, Serve, ServeRequest, Serving};
use crate::storage;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("server", "show this project's runs at http://127.0.0.1:8040"),
    ("server --port 0", "at any port that is free"),
    ("server --host 0.0.0.0", "for other machines, which need the token that is printed"),
];

/// Show what is recorded, over HTTP
///
/// Serves the monitoring API, and is a metadata service for this project's store. Runs on this machine never wait for it and never
/// need it. Ends with Ctrl-C, when what it is being asked is answered.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,

    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    port: u16,

    /// What is demanded of those who ask: `none`, `token`, or `header:NAME` where a proxy says in that header who it is
    /// [default: `none` at an address of this machine alone, else `token`]
    #[arg(long, value_name = "HOW")]
    auth: Option<String>,

    /// A name the server goes by, such as `spinloom.example.org`; may be given again
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,

    /// Append a line of JSON to this file for each request that records something: when, who, what
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,

    /// The folder of plugins, which add to the pages [default: `plugins` in the store]
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,

    /// Only ask a server that runs there whether it is well
    #[arg(long)]
    check: bool,

    /// How to tell, on standard error, what happens
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,

    /// Tell a collector of OpenTelemetry at this address of requests and counts: OTLP over HTTP, as JSON
    #[arg(long, value_name = "URL")]
    otlp: Option<String>,

    /// A path that everything is below too, for proxies that pass it on
    #[arg(long, value_name = "PATH", value_parser = prefix)]
    path_prefix: Option<String>,
}

/// The port of a server, unless it is told another.
pub(super) const PORT: u16 = 8040;

/// A prefix as routes have it: `/a/b`.
fn prefix(path: &str) -> std::result::Result<String, String> {
    let path = path.trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if path.is_empty() || !path.chars().all(plain) {
        return Err("a path is letters, digits, `-`, `_` and `.` between slashes".to_owned());
    }
    Ok(format!("/{path}"))
}

/// Serves.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    if arguments.check {
        return check(arguments);
    }
    let at = SocketAddr::new(arguments.host, arguments.port);
    let request = ServeRequest {
        demand: demand(arguments)?,
        names: arguments.names.clone(),
        audit: arguments.audit.clone(),
        log: arguments.log,
        otlp: arguments.otlp.clone(),
        plugins: arguments.plugins.clone(),
        prefix: arguments.path_prefix.clone(),
        ..request(at, context)?
    };
    start(request, context, "", &|_| ())?;
    Ok(Reply::new(String::new(), json!({"ended": Value::Null})))
}

/// Serves to this machine alone; says where the page at `path` is, to `opened` too.
pub(crate) fn serve(at: SocketAddr, context: &Context<'_>, path: &str, opened: &dyn Fn(&str)) -> Result<()> {
    start(request(at, context)?, context, path, opened)
}

fn request(listen: SocketAddr, context: &Context<'_>) -> Result<ServeRequest> {
    let Place { metadata, store } = context.place()?.clone();
    Ok(ServeRequest {
        listen,
        metadata,
        store,
        policy: storage::policy(context, false)?,
        demand: Demand::Nothing,
        tokens: context.settings.server_tokens(),
        names: Vec::new(),
        audit: None,
        log: LogFormat::Text,
        otlp: None,
        plugins: None,
        prefix: None,
    })
}

fn start(request: ServeRequest, context: &Context<'_>, path: &str, opened: &dyn Fn(&str)) -> Result<()> {
    let serve = program(context)?;
    let output = context.output;
    serve(request, &mut |serving| {
        let url = address(&serving, path);
        output.remark(&format!("{} {}\n", output.err.bold("serving"), output.err.hint(&url)));
        opened(&url);
    })
}

/// Who serves: the program, which the library is not.
pub(super) fn program(context: &Context<'_>) -> Result<Serve> {
    context.serve.ok_or_else(|| {
        Error::new(codes::USAGE, "a server is started by the `spinloom` program")
            .hint("run `spinloom server`")
    })
}

/// Asks a server of this machine whether it is well.
fn check(arguments: &Arguments) -> Answer {
    let host = match arguments.host {
        host if !host.is_unspecified() => host,
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
    };
    let at = SocketAddr::new(host, arguments.port);
    let said = ask(at).or_error(codes::METADATA_IO, || format!("no server answers at `{at}`"))?;
    if !said.starts_with("HTTP/1.1 200") {
        let line = said.lines().next().unwrap_or_default().to_owned();
        return Err(Error::new(codes::METADATA_IO, format!("the server at `{at}` is not well"))
            .cause(line)
            .into());
    }
    Ok(Reply::new(format!("the server at {at} is well\n"), json!({"well": true, "at": at.to_string()})))
}

/// What is answered to `GET /healthz`.
fn ask(at: SocketAddr) -> io::Result<String> {
    let patience = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&at, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream
        .write_all(format!("GET /healthz HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// What a browser is to open.
fn address(serving: &Serving, path: &str) -> String {
    let Serving { at, token } = serving;
    // Nobody can go to "all addresses".
    let host = match at.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        ip @ IpAddr::V4(_) => ip.to_string(),
    };
    let token = token.as_ref().map(|token| format!("?token={token}")).unwrap_or_default();
    format!("http://{host}:{}/{path}{token}", at.port())
}

fn demand(arguments: &Arguments) -> Result<Demand> {
    match arguments.auth.as_deref() {
        None if arguments.host.is_loopback() => Ok(Demand::Nothing),
        None | Some("token") => Ok(Demand::Token),
        Some("none") => Ok(Demand::Nothing),
        Some(other) => match other.strip_prefix("header:").filter(|name| !name.is_empty()) {
            Some(name) => Ok(Demand::Header(name.to_owned())),
            None => Err(Error::new(codes::USAGE, format!("`--auth {other}` means nothing"))
                .suggest(other, ["none", "token", "header:NAME"])
                .hint("it is `none`, `token` or `header:NAME`")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(host: &str, auth: Option<&str>) -> Arguments {
        Arguments {
            host: host.parse().unwrap(),
            port: 0,
            auth: auth.map(str::to_owned),
            names: Vec::new(),
            audit: None,
            plugins: None,
            check: false,
            log: LogFormat::Text,
            otlp: None,
            path_prefix: None,
        }
    }

    #[test]
    fn beyond_this_machine_a_token_is_demanded_unless_told_otherwise() {
        for (host, auth, wanted) in [
            ("127.0.0.1", None, Demand::Nothing),
            ("::1", None, Demand::Nothing),
            ("0.0.0.0", None, Demand::Token),
            ("192.0.2.7", None, Demand::Token),
            ("0.0.0.0", Some("none"), Demand::Nothing),
            ("127.0.0.1", Some("token"), Demand::Token),
            ("127.0.0.1", Some("header:X-User"), Demand::Header("X-User".to_owned())),
        ] {
            assert_eq!(demand(&arguments(host, auth)).unwrap(), wanted, "{host} {auth:?}");
        }
        let error = demand(&arguments("127.0.0.1", Some("tokn"))).unwrap_err();
        assert_eq!(error.hints()[0], "did you mean `token`?");
    }

    #[test]
    fn the_address_is_one_a_browser_can_open() {
        let at = |at: &str, token: Option<&str>| {
            address(&Serving { at: at.parse().unwrap(), token: token.map(str::to_owned) }, "")
        };
        assert_eq!(at("127.0.0.1:8040", None), "http://127.0.0.1:8040/");
        assert_eq!(at("[::1]:8040", None), "http://[::1]:8040/");
        assert_eq!(at("0.0.0.0:80", Some("abc")), "http://localhost:80/?token=abc");
    }
}
