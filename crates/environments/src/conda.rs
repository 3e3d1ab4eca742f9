//! Environments of conda's packages, by micromamba.
//!
//! Which commands are run is tested; that they do what they should is not, where the project has no channel to reach.

use std::path::Path;

use serde_json::Value;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::plan::Need;
use crate::python::Python;
use crate::tool::{Ended, Tool};

/// The channel of packages that name none and for which the user has configured none.
const CHANNEL: &str = "conda-forge";

/// The words that resolve, and install nothing.
fn resolving(need: &Need, driver: &Python) -> Vec<String> {
    let version = need.version(driver);
    let python = if version.starts_with(['<', '>', '=', '!', '~']) {
        format!("python{version}")
    } else {
        format!("python={version}")
    };
    let words = ["create", "--dry-run", "--json", "--yes", "--name", "spinloom", "--channel", CHANNEL];
    let words = words.into_iter().map(str::to_owned);
    words.chain([python]).chain(need.requirements.iter().cloned()).collect()
}

/// The words that install what a lock says.
fn installing(prefix: &Path, lock: &Path) -> Vec<String> {
    let (prefix, lock) = (prefix.display().to_string(), lock.display().to_string());
    ["create", "--yes", "--quiet", "--prefix", &prefix, "--file", &lock].map(str::to_owned).into()
}

/// The addresses of all packages, with their hashes: an explicit list, as conda calls it.
pub(crate) fn resolve(tool: &Tool, need: &Need, driver: &Python) -> Result<String> {
    let words = resolving(need, driver);
    let ended = tool.run(&words.iter().map(String::as_str).collect::<Vec<_>>(), "")?;
    if !ended.ok {
        return Err(failed(need, "cannot be resolved", &ended));
    }
    explicit(&ended.stdout).ok_or_else(|| failed(need, "cannot be resolved", &ended))
}

/// From what a dry run would link to an explicit list.
fn explicit(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let links = answer["actions"]["LINK"].as_array()?;
    let mut lines: Vec<String> = links
        .iter()
        .map(|link| Some(format!("{}#{}", link["url"].as_str()?, link["md5"].as_str()?)))
        .collect::<Option<_>>()?;
    lines.sort();
    Some(format!("@EXPLICIT\n{}\n", lines.join("\n")))
}

/// An environment with what a lock says.
pub(crate) fn build(tool: &Tool, need: &Need, lock: &str, prefix: &Path) -> Result<()> {
    let file = prefix.with_extension("txt"); // its ending says what it is
    std::fs::write(&file, lock).or_error(codes::STORE_IO, crate::files::broken(&file))?;
    let words = installing(prefix, &file);
    let ended = tool.run(&words.iter().map(String::as_str).collect::<Vec<_>>(), "");
    let _gone = std::fs::remove_file(&file);
    let ended = ended?;
    if ended.ok { Ok(()) } else { Err(failed(need, "cannot be installed", &ended)) }
}

fn failed(need: &Need, what: &str, ended: &Ended) -> Error {
    let said = if ended.stderr.trim().is_empty() { &ended.stdout } else { &ended.stderr };
    need.error(codes::DEPENDENCIES, what).cause(said.trim())
}

#[cfg(test)]
mod tests {
    use spinloom_flow::StepName;

    use super::*;
    use crate::decorators::Asker;
    use crate::plan::Manager;

    /// DE-12: what micromamba is asked.
    #[test]
    fn a_need_becomes_the_words_of_micromamba() {
        let need = Need {
            manager: Manager::Conda,
            requirements: vec!["bioconda::samtools==1.2".into(), "numpy>=1.2".into()],
            python: Some("3.12".into()),
            project: None,
            steps: vec![StepName::new("train").unwrap()],
            asker: Asker { name: "@conda".into(), file: "flow.py".into(), line: 3 },
        };
        let driver = Python {
            executable: "/v/bin/python".into(),
            base: "/usr/bin/python3".into(),
            version: "3.11.7".into(),
            platform: "cpython-linux-x86_64".into(),
            package: "/p/spinloom".into(),
            compat: None,
        };
        let install = installing(Path::new("/c/built/ab"), Path::new("/c/built/ab.txt"));
        insta::assert_debug_snapshot!([resolving(&need, &driver), install]);
    }

    #[test]
    fn what_would_be_linked_is_an_explicit_list() {
        let answer = r#"{"actions": {"LINK": [{"url": "https://c.example/b.conda", "md5": "2"}, {"url": "https://c.example/a.conda", "md5": "1"}]}}"#;
        assert_eq!(
            explicit(answer).unwrap(),
            "@EXPLICIT\nhttps://c.example/a.conda#1\nhttps://c.example/b.conda#2\n"
        );
        assert_eq!(explicit("{}"), None);
    }
}
