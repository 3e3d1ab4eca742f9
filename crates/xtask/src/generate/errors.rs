//! `docs/reference/errors.md`: the page of each error code, one after another.

use std::fmt::Write as _;

use spinloom_diagnostics::{Code, all_codes};

/// The whole page.
pub fn page() -> String {
    let mut out = String::from(
        "# Errors\n\nEvery error has a code that stays the same between versions, and the native command ends with its exit code\n\
         ([exit codes](exit-codes.md)). These pages are compiled in: `spinloom explain SL0104` prints one.\n\n\
         | code | what | exit code |\n|---|---|---|\n",
    );
    for code in all_codes() {
        let (id, exit) = (code.id(), code.exit().native());
        let _ = writeln!(out, "| [`{id}`](#{}) | {} | {exit} |", anchor(code), title(code));
    }
    for code in all_codes() {
        // Its headings go one level down.
        let page: String = code.page().trim().lines().map(demoted).collect();
        let _ = write!(out, "\n{page}");
    }
    out
}

fn demoted(line: &str) -> String {
    if line.starts_with('#') { format!("#{line}\n") } else { format!("{line}\n") }
}

/// What the title says after the code.
fn title(code: &Code) -> &'static str {
    let first = code.page().lines().next().unwrap_or_default();
    first.split_once(": ").map_or(first, |(_, title)| title)
}

/// The anchor that Markdown renderers give the title.
fn anchor(code: &Code) -> String {
    let heading = code.page().lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' | '-' => Some('-'),
            c if c.is_alphanumeric() || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spinloom_diagnostics::codes;

    #[test]
    fn the_table_leads_to_each_code() {
        let page = page();
        for code in all_codes() {
            assert!(page.contains(&format!("| [`{0}`](#{1}) |", code.id(), anchor(code))), "{code:?}");
            assert!(page.contains(&format!("\n## {}", code.id())), "{code:?}");
        }
    }

    #[test]
    fn an_anchor_is_as_renderers_make_it() {
        assert_eq!(anchor(&codes::STORE_IO), "sl0401-the-store-cannot-be-read-or-written");
    }
}
