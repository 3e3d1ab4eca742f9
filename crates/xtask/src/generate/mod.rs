//! Pages made from the code, committed so that they can be read and linked; `--check` keeps them true.

mod errors;
mod exit_codes;
mod settings;

use std::fmt::Write as _;

use crate::layers::Workspace;
use crate::tree::Tree;

const DIAGRAM_START: &str = "<!-- layers: written by `make generate` -->\n";
const DIAGRAM_END: &str = "<!-- end of layers -->\n";

/// A file, and what it should hold.
struct Page {
    path: String,
    text: String,
}

impl Page {
    fn is_stale(&self, tree: &Tree) -> bool {
        tree.read(&self.path).ok().as_deref() != Some(&self.text)
    }
}

/// Writes every page that is not up to date.
pub fn write(tree: &Tree) -> Result<String, String> {
    let mut said = String::new();
    for page in stale(tree)? {
        std::fs::write(tree.path(&page.path), &page.text).map_err(|e| format!("{}: {e}\n", page.path))?;
        let _ = writeln!(said, "wrote {}", page.path);
    }
    Ok(said)
}

/// Fails with every page that is not up to date.
pub fn check(tree: &Tree) -> Result<String, String> {
    let stale = stale(tree)?;
    if stale.is_empty() {
        return Ok("generate: every generated page is up to date\n".to_owned());
    }
    let names: String = stale.iter().map(|page| format!("`{}` is not up to date\n", page.path)).collect();
    Err(names + "run `make generate` and commit what it writes\n")
}

fn stale(tree: &Tree) -> Result<Vec<Page>, String> {
    Ok(pages(tree)?.into_iter().filter(|page| page.is_stale(tree)).collect())
}

fn pages(tree: &Tree) -> Result<Vec<Page>, String> {
    let reference = |name: &str, body: String| Page {
        path: format!("docs/reference/{name}.md"),
        text: format!("<!-- Written by `make generate`. Edits here are lost. -->\n{body}"),
    };
    Ok(vec![
        reference("errors", errors::page()),
        reference("exit-codes", exit_codes::page()),
        reference("settings", settings::page()),
        Page { path: "schemas/openapi.json".to_owned(), text: spinloom_server::openapi() },
        architecture(tree)?,
    ])
}

/// `ARCHITECTURE.md` with the diagram of the layers renewed.
fn architecture(tree: &Tree) -> Result<Page, String> {
    let path = "ARCHITECTURE.md".to_owned();
    let text = tree.read(&path)?;
    let text = between(&text, &Workspace::read(tree)?.diagram())
        .ok_or_else(|| format!("`{path}` lacks the marks round its diagram of layers\n"))?;
    Ok(Page { path, text })
}

/// `text` with what stands between the marks replaced.
fn between(text: &str, new: &str) -> Option<String> {
    let (before, rest) = text.split_once(DIAGRAM_START)?;
    let (_, after) = rest.split_once(DIAGRAM_END)?;
    Some(format!("{before}{DIAGRAM_START}{new}{DIAGRAM_END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = format!("a\n{DIAGRAM_START}old\n{DIAGRAM_END}b\n");
        assert_eq!(between(&text, "new\n").unwrap(), format!("a\n{DIAGRAM_START}new\n{DIAGRAM_END}b\n"));
        assert_eq!(between("no marks", "new"), None);
    }

    #[test]
    fn a_page_that_was_edited_or_is_missing_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::new(folder.path().to_path_buf());
        let page = Page { path: "page.md".to_owned(), text: "generated".to_owned() };
        assert!(page.is_stale(&tree));
        std::fs::write(tree.path("page.md"), "edited").unwrap();
        assert!(page.is_stale(&tree));
        std::fs::write(tree.path("page.md"), "generated").unwrap();
        assert!(!page.is_stale(&tree));
    }

    #[test]
    fn the_committed_pages_are_up_to_date() {
        check(&Tree::of_this_workspace()).unwrap();
    }
}
