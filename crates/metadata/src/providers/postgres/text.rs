//! Text of users as PostgreSQL can keep it: all but the character NUL.

use std::borrow::Cow;

/// No character that anybody writes; what follows it says what is meant.
const ESCAPE: char = '\u{10ffff}';

/// `text` as it is kept.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => kept.extend([ESCAPE, '0']),
            ESCAPE => kept.extend([ESCAPE, '1']),
            c => kept.push(c),
        }
    }
    Cow::Owned(kept)
}

/// What was meant by what is kept.
pub(super) fn meant(kept: String) -> String {
    if !kept.contains(ESCAPE) {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut rest = kept.chars();
    while let Some(c) = rest.next() {
        text.push(match c {
            ESCAPE if rest.next() == Some('0') => '\0',
            c => c,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in ["", "plain é", "a\0b", "\0\0", "\u{10ffff}", "\u{10ffff}0\0"] {
            let kept = kept(text).into_owned();
            assert!(!kept.contains('\0'));
            assert_eq!(meant(kept), text);
        }
    }
}
