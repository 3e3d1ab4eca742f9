//! Colour, or none. Colour never carries meaning alone: a mark or a word says the same.

use anstyle::{AnsiColor, Style};

/// Paints pieces of text, or leaves them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// Paints if `on`.
    pub(crate) const fn new(on: bool) -> Self {
        Self { on }
    }

    /// Whether there is colour.
    pub(crate) const fn is_on(self) -> bool {
        self.on
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn colour(self, colour: AnsiColor, text: &str) -> String {
        self.with(Style::new().fg_color(Some(colour.into())), text)
    }

    /// What went well.
    pub(crate) fn good(self, text: &str) -> String {
        self.colour(AnsiColor::Green, text)
    }

    /// What went wrong.
    pub(crate) fn bad(self, text: &str) -> String {
        self.with(Style::new().fg_color(Some(AnsiColor::Red.into())).bold(), text)
    }

    /// What deserves a look.
    pub(crate) fn warn(self, text: &str) -> String {
        self.colour(AnsiColor::Yellow, text)
    }

    /// What to do now: a hint or a command.
    pub(crate) fn hint(self, text: &str) -> String {
        self.colour(AnsiColor::Cyan, text)
    }

    /// What matters less.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What matters more.
    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }
}

/// Columns `text` takes, escape sequences not counted. Wide characters count as one: close enough for our own lines.
pub(crate) fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

/// Plain `text` cut to `columns`, with an ellipsis when something is lost.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(columns.saturating_sub(1)).collect();
    if columns > 0 {
        short.push('…');
    }
    short
}

/// Painted `text` cut to `columns`, escape sequences not counted and closed.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    let (mut left, mut escape, mut painted) = (columns.saturating_sub(1), false, false);
    for c in text.chars() {
        if escape || c == '\u{1b}' {
            escape = c != 'm';
            painted = true;
        } else if left == 0 {
            break;
        } else {
            left -= 1;
        }
        short.push(c);
    }
    short.push('…');
    if painted { short + "\u{1b}[0m" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_only_there_when_on() {
        assert_eq!(Paint::new(false).bad("x"), "x");
        assert_ne!(Paint::new(true).bad("x"), "x");
        assert_eq!(width(&Paint::new(true).bad("four")), 4);
    }

    #[test]
    fn cutting_keeps_the_width() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("longer", 0), "");
        assert_eq!(fit("longer", 5), "long…");
        let painted = fit(&Paint::new(true).bad("longer"), 5);
        assert_eq!(width(&painted), 5);
        assert!(painted.ends_with("\u{1b}[0m"), "{painted:?}");
    }
}
