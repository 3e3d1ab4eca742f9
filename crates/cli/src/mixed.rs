//! Command lines in which words of ours and of a flow's are mixed: `flow run training --binding EXP_01 --alpha 0.5`.

use crate::handover::command_at;
use crate::tree::{self, Look};

/// The commands of `flow` that hand words on to one.
const FLOW: [&str; 4] = ["run", "resume", "spin", "deploy"];

/// The same words, those of ours first and all others behind `--`.
pub(crate) fn arrange(argv: &[String], look: &Look<'_>) -> Vec<String> {
    let Some(at) = command_at(argv).filter(|_| look.script.is_none()) else { return argv.to_vec() };
    let root = tree::build(look);
    let (command, from) = match (argv[at].as_str(), argv.get(at + 1)) {
        ("sweep", _) => (root.find_subcommand("sweep"), at + 1),
        ("flow" | "metaflow", Some(name)) if FLOW.contains(&name.as_str()) => {
            (root.find_subcommand("flow").and_then(|flow| flow.find_subcommand(name.as_str())), at + 2)
        }
        _ => return argv.to_vec(),
    };
    let known = |word: &str| {
        let option = word.split('=').next().unwrap_or(word);
        let arguments =
            command.into_iter().flat_map(|command| command.get_arguments()).chain(root.get_arguments());
        let fits = |arg: &&clap::Arg| match option.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            None => arg.get_short().is_some_and(|short| option[1..].starts_with(short)),
        };
        arguments.into_iter().find(fits).map(|arg| {
            let attached = word.contains('=') || (!word.starts_with("--") && word.len() > 2);
            arg.get_action().takes_values() && !attached
        })
    };
    let mut ours = argv[..from].to_vec();
    let mut theirs = Vec::new();
    let mut words = argv[from..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--" => theirs.extend(words.by_ref().cloned()),
            "--help" | "-h" => ours.push(word.clone()),
            _ if word.starts_with('-') && word.len() > 1 => match known(word) {
                Some(takes) => {
                    ours.push(word.clone());
                    ours.extend(words.by_ref().take(usize::from(takes)).cloned());
                }
                None => theirs.push(word.clone()),
            },
            _ => theirs.push(word.clone()),
        }
    }
    if !theirs.is_empty() {
        ours.push("--".to_owned());
        ours.extend(theirs);
    }
    ours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Surface;

    #[test]
    fn words_are_sorted() {
        let look = Look {
            surface: Surface::Native,
            program: "spinloom",
            script: None,
            parameters: &[],
            project: false,
            configs: false,
            triggered: false,
            columns: 80,
            flow: false,
        };
        for (typed, arranged) in [
            ("flow run training --binding EXP_01 --x 1", "flow run --binding EXP_01 -- training --x 1"),
            ("flow run --x 1 --binding=EXP_01 --json", "flow run --binding=EXP_01 --json -- --x 1"),
            ("--quiet metaflow run -j4 a=1 --all", "--quiet metaflow run -j4 --all -- a=1"),
            ("flow run t -- --binding x", "flow run -- t --binding x"),
            ("flow list --json", "flow list --json"),
            ("sweep flow.py --grid a=1,2 --x 1 -j 4", "sweep --grid a=1,2 -j 4 -- flow.py --x 1"),
            ("sweep --list", "sweep --list"),
            ("run flow.py --x 1", "run flow.py --x 1"),
            ("flow run --help", "flow run --help"),
        ] {
            let words: Vec<String> = typed.split(' ').map(str::to_owned).collect();
            assert_eq!(arrange(&words, &look).join(" "), arranged);
        }
    }
}
