//! The `spinloom` command. Everything is in the library, which the Python extension uses too, but for the server.

use std::process::ExitCode;

use spinloom_cli::{Demand, LogFormat, Serve, Serving};
use spinloom_diagnostics::{ResultExt as _, codes};
use spinloom_server::{Auth, Log, Options, Tokens};

fn main() -> ExitCode {
    let argv: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    ExitCode::from(spinloom_cli::native_main(&argv, SERVE))
}

/// The server is part of this program alone: the library, which Python loads, does not refer to it.
const SERVE: Serve = |request, ready| {
    let auth = match request.demand {
        Demand::Nothing => Auth::None,
        Demand::Token => Auth::Token,
        Demand::Header(name) => Auth::Proxy(
            name.parse().or_error(codes::USAGE, || format!("`{name}` cannot be the name of a header"))?,
        ),
    };
    let (read, write) = request.tokens;
    let tokens = match auth {
        Auth::None => None,
        _ => Some(Tokens::from(read, write, &request.store)?),
    };
    let token = tokens.as_ref().filter(|_| auth == Auth::Token).map(|tokens| tokens.read.clone());
    spinloom_server::log(match request.log {
        LogFormat::Text => Log::Text,
        LogFormat::Json => Log::Json,
    });
    let options = Options {
        listen: request.listen,
        metadata: request.metadata,
        policy: request.policy,
        auth,
        tokens,
        names: request.names,
        audit: request.audit,
        otlp: request.otlp,
        plugins: request.plugins,
        prefix: request.prefix,
        ..Options::local(request.store)
    };
    spinloom_server::serve(options, |at| ready(Serving { at, token }))
};
