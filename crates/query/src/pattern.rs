//! Values that may leave something open.

/// A value: itself, or with `*` for anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// As it was written, without quotes.
    pub text: String,
    /// A `*` stands for anything, also nothing. In quotes it is a star.
    pub open: bool,
}

impl Pattern {
    /// Exactly `text`.
    pub fn exact(text: impl Into<String>) -> Self {
        Self { text: text.into(), open: false }
    }

    /// As written without quotes: open if there is a `*`.
    pub fn bare(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { open: text.contains('*'), text }
    }

    /// Whether `value` fits.
    pub fn fits(&self, value: &str) -> bool {
        if !self.open {
            return self.text == value;
        }
        let mut parts = self.text.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = value.strip_prefix(first) else { return false };
        let mut last = "";
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                last = part;
                break;
            }
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }

    /// The number it is, if it is one.
    pub fn number(&self) -> Option<f64> {
        if self.open {
            return None;
        }
        self.text.parse().ok().filter(|n: &f64| n.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        let fits = |pattern: &str, value: &str| Pattern::bare(pattern).fits(value);
        assert!(fits("Train*", "Train") && fits("Train*", "TrainFlow") && !fits("Train*", "MyTrain"));
        assert!(fits("*Flow", "TrainFlow") && !fits("*Flow", "TrainFlows"));
        assert!(fits("a*b*c", "a--b--c") && fits("a*b*c", "abc") && !fits("a*b*c", "acb"));
        assert!(fits("*", "") && fits("**", "x") && fits("plain", "plain") && !fits("plain", "plainer"));
        assert!(!fits("aa*aa", "aaa"), "both ends need their own");
        assert!(!Pattern::exact("a*").fits("ab") && Pattern::exact("a*").fits("a*"));
    }

    #[test]
    fn numbers_are_seen() {
        assert_eq!(Pattern::bare("1e-3").number(), Some(0.001));
        assert_eq!(Pattern::bare("adam").number(), None);
        assert_eq!(Pattern::bare("inf").number(), None);
        assert_eq!(Pattern::bare("1*").number(), None);
    }
}
