//! How long files may be. Functions and parameters are clippy's and ruff's to count.

use std::fmt::Write as _;

use crate::tree::Tree;

/// The hard stop. Half of all files should be far below it.
const MOST_LINES: usize = 1000;

/// Fails with every source file over the hard stop; reports what is usual.
pub fn check(tree: &Tree) -> Result<String, String> {
    let mut lengths = Vec::new();
    for path in tree.files()?.into_iter().filter(|path| is_source(path)) {
        let lines = tree.read(&path)?.lines().count();
        lengths.push((lines, path));
    }
    judge(lengths)
}

/// What people write: declarations of types are made from the API's document.
fn is_source(path: &str) -> bool {
    !path.ends_with(".d.ts")
        && [".rs", ".py", ".pyi", ".ts", ".tsx"].iter().any(|ending| path.ends_with(ending))
}

fn judge(mut lengths: Vec<(usize, String)>) -> Result<String, String> {
    lengths.sort();
    let mut wrong = String::new();
    for (lines, path) in lengths.iter().rev().take_while(|(lines, _)| *lines > MOST_LINES) {
        let _ = writeln!(wrong, "`{path}` has {lines} lines; {MOST_LINES} is the most a file may have");
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let at = |percent: usize| lengths.get(lengths.len() * percent / 100).map_or(0, |(lines, _)| *lines);
    let longest = lengths.last().map(|(lines, path)| format!("{lines} ({path})")).unwrap_or_default();
    Ok(format!(
        "limits: {} files, lines: median {}, 90% {}, longest {longest}\n",
        lengths.len(),
        at(50),
        at(90)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_stop_is_named() {
        let lengths = vec![(1001, "long.rs".to_owned()), (10, "short.rs".to_owned())];
        assert_eq!(
            judge(lengths).unwrap_err(),
            "`long.rs` has 1001 lines; 1000 is the most a file may have\n"
        );
    }

    #[test]
    fn the_usual_is_reported() {
        let lengths = [5, 1000, 30].map(|lines| (lines, format!("{lines}.rs"))).to_vec();
        let said = judge(lengths).unwrap();
        assert_eq!(said, "limits: 3 files, lines: median 30, 90% 1000, longest 1000 (1000.rs)\n");
    }
}
