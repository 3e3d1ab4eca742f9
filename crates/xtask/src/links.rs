//! Links between the repository's own Markdown pages.

use std::fmt::Write as _;
use std::path::Path;

use crate::tree::Tree;

/// Fails with every relative link of a Markdown page that leads to no file.
pub fn check(tree: &Tree) -> Result<String, String> {
    let (mut wrong, mut links) = (String::new(), 0);
    for page in tree.files()?.into_iter().filter(|path| path.ends_with(".md")) {
        let folder = Path::new(&page).parent().unwrap_or(Path::new("")).to_path_buf();
        for target in targets(&tree.read(&page)?) {
            links += 1;
            let path = folder.join(target.split('#').next().unwrap_or_default());
            if !tree.path(&path.to_string_lossy()).exists() {
                let _ = writeln!(wrong, "`{page}` links to `{target}`, which does not exist");
            }
        }
    }
    if wrong.is_empty() {
        Ok(format!("links: {links} between our pages, all lead somewhere\n"))
    } else {
        Err(wrong)
    }
}

/// The targets of inline links, but for addresses, anchors of the same page, and code.
fn targets(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String =
            line.split('`').enumerate().map(|(i, part)| if i % 2 == 0 { part } else { "" }).collect();
        for rest in prose.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.starts_with('#') && !target.contains(':') {
                found.push(target.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_count() {
        let page = "See [a](a.md#part), [`b`](../b.md), [c](https://example.org) and [d](#d).\n\
            `x[1](no.md)`\n```\n[e](no.md)\n```\n[f](f)\n";
        assert_eq!(targets(page), ["a.md#part", "../b.md", "f"]);
    }

    #[test]
    fn no_link_of_this_repository_is_dead() {
        check(&Tree::of_this_workspace()).unwrap();
    }
}
