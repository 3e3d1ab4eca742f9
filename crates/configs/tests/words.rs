//! What is taken out of a command line, and what is left.

use spinloom_configs::{Given, Words, take};

fn shown(line: &str, command: &str) -> String {
    let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let words = Words {
        argv: &argv,
        command_at: argv.iter().position(|word| word == command),
        configs: &["config".to_owned(), "other".to_owned()],
        parameters: &["set".to_owned(), "config_value".to_owned()],
    };
    let told = match take(words) {
        Ok((Given { files, values, sets, .. }, rest)) => {
            format!("files {files:?}, values {values:?}, set {sets:?}; left: {}", rest.join(" "))
        }
        Err(error) => format!("{}: {error} ({})", error.code().id(), error.hints().join("; ")),
    };
    format!("{line}\n  {told}\n")
}

#[test]
fn words_about_configs_are_taken_wherever_they_stand() {
    let lines = [
        ("--config config my.json run --alpha 1", "run"),
        ("run --tag x --config config my.json --config other o.json --json", "run"),
        ("--config=config my.json --config-value other {} run", "run"),
        ("--set config.a.b=1 --set=other[0]=x run", "run"),
        ("run --config-value 3 --set 4", "run"),
        ("--set config.a=1 spin train", "spin"),
        ("spin train --set config.a=1 --set alpha=2", "spin"),
        ("run -- --config config my.json", "run"),
        ("run --config", "run"),
        ("run --config config", "run"),
        ("--config-value", "run"),
        ("--set confg.a=1 run", "run"),
    ];
    let shown: String = lines.iter().map(|(line, command)| shown(line, command)).collect();
    insta::assert_snapshot!(shown);
}
