//! The `spinloom` command. Everything is in the library, which the Python extension uses too.

use std::process::ExitCode;

use spinloom_cli::{Serve, ServeRequest};
use spinloom_server::Options;

fn main() -> ExitCode {
    let argv: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    ExitCode::from(spinloom_cli::native_main(&argv, SERVE))
}

/// The server is part of this program alone: the library, which Python loads, does not refer to it.
const SERVE: Serve = |request: ServeRequest, ready| {
    let ServeRequest { listen, metadata, store, policy, deadline } = request;
    spinloom_server::serve(Options { listen, metadata, store, policy, deadline }, ready)
};
