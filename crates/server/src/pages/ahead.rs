//! What a page will want, told to browsers with its document: they fetch it together with the first script, not after that has run.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Dist;

/// Which addresses want what, as the build of the pages knows it.
static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    Dist::get("ahead.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// What the page at an address wants.
#[derive(Debug, Deserialize)]
struct Page {
    /// Words between slashes; `{name}` is any word.
    path: String,
    scripts: Vec<String>,
    styles: Vec<String>,
    /// Questions to the API, with the words of `path`.
    asks: Vec<String>,
}

/// Links for the head of the document at a path; none of an address that no page has. What the page asks the API for is known only where
/// nothing further is `chosen` by the address.
pub(super) fn links(path: &str, chosen: bool) -> String {
    let Some((page, words)) = PAGES.iter().find_map(|page| Some((page, words(&page.path, path)?))) else {
        return String::new();
    };
    let mut links = String::new();
    for style in &page.styles {
        let _ = write!(links, r#"<link rel="stylesheet" crossorigin href="./{style}">"#);
    }
    for script in &page.scripts {
        let _ = write!(links, r#"<link rel="modulepreload" crossorigin href="./{script}">"#);
    }
    // Other words may be written in more ways than one, and another address would be fetched for nothing.
    if !chosen && words.iter().all(|(_, word)| is_plain(word)) {
        for ask in &page.asks {
            let address = words.iter().fold(ask.clone(), |ask, (name, word)| ask.replace(name, word));
            let address = address.replace('&', "&amp;");
            let _ = write!(links, r#"<link rel="preload" as="fetch" crossorigin href=".{address}">"#);
        }
    }
    links
}

/// The words that stand for the names of a pattern, if an address is of that kind.
fn words<'p>(pattern: &'p str, path: &'p str) -> Option<Vec<(&'p str, &'p str)>> {
    let mut path = path.trim_end_matches('/').split('/');
    let mut words = Vec::new();
    for part in pattern.trim_end_matches('/').split('/') {
        let word = path.next()?;
        match part.starts_with('{') {
            true if !word.is_empty() => words.push((part, word)),
            _ if part == word => {}
            _ => return None,
        }
    }
    path.next().is_none().then_some(words)
}

/// Whether a word is written alike by everybody.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !word.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_where_names_are() {
        assert_eq!(words("/", "/"), Some(vec![]));
        assert_eq!(words("/compare", "/compare/"), Some(vec![]));
        assert_eq!(words("/{flow}/{run}", "/F/7"), Some(vec![("{flow}", "F"), ("{run}", "7")]));
        for other in ["/F", "/F/7/8", "/F//", "/"] {
            assert_eq!(words("/{flow}/{run}", other), None, "{other}");
        }
    }

    #[test]
    fn only_plain_words_are_asked_for_ahead() {
        assert!(is_plain("TrainFlow") && is_plain("argo-7_x.1"));
        assert!(!is_plain("a%20b") && !is_plain("a\"b") && !is_plain("..") && !is_plain("a+b"));
    }
}
