//! Where packages come from, as pip is set up: uv does not read that itself.
//!
//! What is set for uv wins: then nothing of pip's is handed on. Credentials in addresses go to uv in its environment, and are
//! written nowhere.

use std::path::Path;
use std::process::{Command, Stdio};

/// What pip calls it, and uv.
const SETTINGS: [(&str, &str); 5] = [
    ("index-url", "UV_DEFAULT_INDEX"),
    ("extra-index-url", "UV_INDEX"),
    ("find-links", "UV_FIND_LINKS"),
    ("no-index", "UV_NO_INDEX"),
    ("cert", "SSL_CERT_FILE"),
];

/// Variables for uv, from the settings of the pip beside `python`; none if there is no pip.
pub(crate) fn variables(python: &Path) -> Vec<(String, String)> {
    let asked = Command::new(python)
        .args(["-m", "pip", "config", "list"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let Ok(output) = asked else { return Vec::new() };
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `section.key='value'` lines; the environment wins over a command's section, that over `global`.
fn parse(listed: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (theirs, ours) in SETTINGS {
        let value = [":env:", "install", "global"].iter().find_map(|section| {
            let start = format!("{section}.{theirs}=");
            listed.lines().find_map(|line| line.strip_prefix(&start))
        });
        let Some(value) = value else { continue };
        // Several are separated by newlines, which `repr` writes as `\n`.
        let separator = if theirs == "find-links" { "," } else { " " };
        let text = value.trim().trim_matches(['\'', '"']).replace("\\n", " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(separator);
        if !text.is_empty() {
            found.push((ours.to_owned(), text));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_pip_are_handed_on_the_nearest_first() {
        let listed = ":env:.find-links='/a /b'\nglobal.cert='/etc/ca.pem'\nglobal.index-url='https://one.example/simple'\n\
            install.index-url='https://two.example/simple'\nglobal.extra-index-url='\\nhttps://x.example\\nhttps://y.example'\nglobal.timeout='60'\n";
        insta::assert_debug_snapshot!(parse(listed));
    }
}
