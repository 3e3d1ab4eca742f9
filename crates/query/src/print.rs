//! A query as text, as it would be typed.

use std::fmt::{self, Display, Formatter};

use crate::time::print_duration;
use crate::{Filter, Op, Pattern, Query, Term, ValueTest};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, term) in self.terms.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        self.filter.fmt(f)
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(words) => joined(f, words, |f, word| {
                let plain = !word.starts_with('-') && !word.contains([':', '<', '>', '=']);
                value(f, word, plain)
            }),
            Self::Field { field, values } => {
                write!(f, "{}:", field.as_str())?;
                patterns(f, values)
            }
            Self::Status(wanted) => {
                f.write_str("status:")?;
                joined(f, wanted, |f, status| f.write_str(status.as_str()))
            }
            Self::Duration { op, us } => write!(f, "dur{}{}", op.as_str(), print_duration(*us)),
            Self::Time { field, op, moment } => write!(f, "{}{}{moment}", field.as_str(), op.as_str()),
            Self::Value { of, name, test } => {
                write!(f, "{}{name}", of.prefix())?;
                match test {
                    ValueTest::Is(values) => {
                        f.write_str(Op::Is.as_str())?;
                        patterns(f, values)
                    }
                    ValueTest::Compares(op, number) => write!(f, "{}{number}", op.as_str()),
                }
            }
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        value(f, &self.text, self.open == self.text.contains('*'))
    }
}

fn patterns(f: &mut Formatter<'_>, values: &[Pattern]) -> fmt::Result {
    joined(f, values, |f, pattern| pattern.fmt(f))
}

fn joined<T>(
    f: &mut Formatter<'_>,
    values: &[T],
    each: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (n, value) in values.iter().enumerate() {
        if n > 0 {
            f.write_str("|")?;
        }
        each(f, value)?;
    }
    Ok(())
}

/// In quotes, unless it is `plain` and reads as itself.
fn value(f: &mut Formatter<'_>, text: &str, plain: bool) -> fmt::Result {
    if plain && !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '|' || c == '"') {
        // What begins with `=` would be read as an operator's second character.
        if !text.starts_with('=') {
            return f.write_str(text);
        }
    }
    f.write_str("\"")?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}
