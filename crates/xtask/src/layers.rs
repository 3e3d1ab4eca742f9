//! Which crate uses which, against `[workspace.metadata.layers]` of the root manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use crate::tree::Tree;

const PREFIX: &str = "spinloom-";

/// In the table: may use everything, and is used by tests only.
const EVERYTHING: &str = "*";

/// What `cargo metadata` says, as far as layers are concerned.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    packages: Vec<Package>,
    metadata: Metadata,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    layers: BTreeMap<String, Vec<String>>,
}

impl Workspace {
    /// Asks cargo about the workspace; nothing is downloaded.
    pub fn read(tree: &Tree) -> Result<Self, String> {
        let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
        Self::parse(&tree.output("cargo", &arguments)?)
    }

    /// Reads the output of `cargo metadata`.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|e| format!("`cargo metadata` was not understood: {e}\n"))
    }

    /// Fails with every edge the table does not allow, and with every crate it does not know.
    pub fn check(&self) -> Result<String, String> {
        let layers = &self.metadata.layers;
        let mut wrong = String::new();
        let crates: BTreeSet<&str> = self.packages.iter().map(|p| short(&p.name)).collect();
        for name in &crates {
            if !layers.contains_key(*name) {
                let _ = writeln!(wrong, "`{name}` has no line in [workspace.metadata.layers]");
            }
        }
        for name in layers.keys().filter(|name| !crates.contains(name.as_str())) {
            let _ = writeln!(wrong, "[workspace.metadata.layers] names `{name}`, which is no crate");
        }
        let mut edges = 0;
        for package in &self.packages {
            for dependency in package.dependencies.iter().filter(|d| crates.contains(short(&d.name))) {
                edges += 1;
                let (user, used) = (short(&package.name), short(&dependency.name));
                if !self.allows(user, used, dependency.kind.as_deref()) {
                    let kind =
                        dependency.kind.as_deref().map(|k| format!(" ({k}-dependency)")).unwrap_or_default();
                    let _ = writeln!(wrong, "`{user}` may not use `{used}`{kind}");
                }
            }
        }
        if wrong.is_empty() {
            Ok(format!("layers: {edges} edges between {} crates, all allowed\n", crates.len()))
        } else {
            wrong.push_str("the allowed directions are in [workspace.metadata.layers] of Cargo.toml\n");
            Err(wrong)
        }
    }

    fn allows(&self, user: &str, used: &str, kind: Option<&str>) -> bool {
        let layers = &self.metadata.layers;
        let may = |name: &str, what: &str| {
            layers.get(name).is_some_and(|allowed| allowed.iter().any(|a| a == what || a == EVERYTHING))
        };
        // A crate for tests only may be used by tests only, whoever they belong to.
        if may(used, EVERYTHING) { kind == Some("dev") } else { may(user, used) }
    }

    /// The allowed directions, without those that follow from others, as Mermaid.
    pub fn diagram(&self) -> String {
        let mut out = String::from("```mermaid\ngraph BT\n");
        for (user, allowed) in &self.metadata.layers {
            for used in allowed.iter().filter(|used| *used != EVERYTHING) {
                let indirect = allowed.iter().any(|other| other != used && self.reaches(other, used));
                if !indirect {
                    let _ = writeln!(out, "    {user} --> {used}");
                }
            }
        }
        out.push_str("```\n");
        out
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let next = self.metadata.layers.get(from).map(Vec::as_slice).unwrap_or_default();
        next.iter().any(|name| name == to || (name != from && self.reaches(name, to)))
    }
}

fn short(package: &str) -> &str {
    package.strip_prefix(PREFIX).unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of `flow` and `engine` and `testkit`, where `user` depends on `used`.
    fn with_edge(user: &str, used: &str, kind: Option<&str>) -> Workspace {
        let packages: Vec<_> = ["flow", "engine", "testkit"]
            .iter()
            .map(|name| {
                let dependencies = if *name == user {
                    vec![
                        serde_json::json!({"name": format!("spinloom-{used}"), "kind": kind}),
                        serde_json::json!({"name": "serde", "kind": null}),
                    ]
                } else {
                    vec![]
                };
                serde_json::json!({"name": format!("spinloom-{name}"), "dependencies": dependencies})
            })
            .collect();
        let layers = serde_json::json!({"flow": [], "engine": ["flow"], "testkit": ["*"]});
        let json = serde_json::json!({"packages": packages, "metadata": {"layers": layers}});
        Workspace::parse(&json.to_string()).unwrap()
    }

    #[test]
    fn an_edge_of_the_table_is_allowed() {
        let said = with_edge("engine", "flow", None).check().unwrap();
        assert_eq!(said, "layers: 1 edges between 3 crates, all allowed\n");
    }

    #[test]
    fn an_edge_the_other_way_is_named() {
        let said = with_edge("flow", "engine", None).check().unwrap_err();
        assert!(said.starts_with("`flow` may not use `engine`\n"), "{said}");
        let said = with_edge("flow", "engine", Some("dev")).check().unwrap_err();
        assert!(said.starts_with("`flow` may not use `engine` (dev-dependency)\n"), "{said}");
    }

    #[test]
    fn only_tests_use_the_testkit() {
        assert!(with_edge("flow", "testkit", Some("dev")).check().is_ok());
        assert!(with_edge("flow", "testkit", None).check().is_err());
        assert!(with_edge("testkit", "engine", None).check().is_ok());
    }

    #[test]
    fn a_crate_without_a_line_and_a_line_without_a_crate_are_named() {
        let mut workspace = with_edge("engine", "flow", None);
        let line = workspace.metadata.layers.remove("flow").unwrap();
        workspace.metadata.layers.insert("core".to_owned(), line);
        let said = workspace.check().unwrap_err();
        assert!(said.contains("`flow` has no line in [workspace.metadata.layers]\n"), "{said}");
        assert!(said.contains("names `core`, which is no crate\n"), "{said}");
    }

    #[test]
    fn the_diagram_leaves_out_what_follows() {
        let layers = serde_json::json!({"a": [], "b": ["a"], "c": ["b", "a"], "t": ["*"]});
        let json = serde_json::json!({"packages": [], "metadata": {"layers": layers}});
        let diagram = Workspace::parse(&json.to_string()).unwrap().diagram();
        assert_eq!(diagram, "```mermaid\ngraph BT\n    b --> a\n    c --> b\n```\n");
    }

    #[test]
    fn this_workspace_keeps_its_layers() {
        Workspace::read(&Tree::of_this_workspace()).unwrap().check().unwrap();
    }
}
