//! `cargo xtask`: the checks and generators that look at the whole checkout.
//!
//! Not here: anything a user of Spinloom runs.

mod generate;
mod layers;
mod limits;
mod links;
mod tree;

use std::process::ExitCode;

use crate::tree::Tree;

const HELP: &str = "\
cargo xtask layers              fail on a crate using one it may not
cargo xtask layers --diagram    print the allowed directions as a Mermaid diagram
cargo xtask limits              fail on a file that is too long
cargo xtask links               fail on a link between our own pages that leads nowhere
cargo xtask generate            write the generated pages
cargo xtask generate --check    fail on a generated page that is not up to date
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprint!("{text}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; the text it ends with, good or bad.
fn run(arguments: &[&str]) -> Result<String, String> {
    let tree = Tree::of_this_workspace();
    match arguments {
        ["layers"] => layers::Workspace::read(&tree)?.check(),
        ["layers", "--diagram"] => Ok(layers::Workspace::read(&tree)?.diagram()),
        ["limits"] => limits::check(&tree),
        ["links"] => links::check(&tree),
        ["generate"] => generate::write(&tree),
        ["generate", "--check"] => generate::check(&tree),
        [] | ["help" | "--help" | "-h"] => Ok(HELP.to_owned()),
        _ => Err(format!("xtask does not know `{}`\n\n{HELP}", arguments.join(" "))),
    }
}
