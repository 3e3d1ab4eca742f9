//! The `spinloom` command. Everything is in the library, which the Python extension uses too.

use std::process::ExitCode;

fn main() -> ExitCode {
    let argv: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    ExitCode::from(spinloom_cli::native_main(&argv))
}
