//! Reading a query.

use std::ops::Range;
use std::str::FromStr;

use spinloom_diagnostics::{Error, codes, did_you_mean};
use spinloom_flow::RunStatus;

use crate::time::parse_duration;
use crate::{Field, Filter, Moment, Op, Pattern, Query, Term, TimeField, ValueOf, ValueTest};

/// States a run can be asked for.
pub(crate) const STATUSES: [RunStatus; 5] =
    [RunStatus::Running, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped, RunStatus::Lost];

/// Why a query cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The character it begins at, from 1.
    pub column: usize,
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        let message = format!("{} (character {} of the query)", invalid.message, invalid.column);
        Self::new(codes::BAD_QUERY, message).hint(invalid.hint)
    }
}

impl FromStr for Query {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut reader = Reader { text, at: 0 };
        let mut terms = Vec::new();
        while reader.skip_space() {
            terms.push(reader.term()?);
        }
        Ok(Self { terms })
    }
}

/// One value, and where it stands.
struct Value {
    pattern: Pattern,
    at: Range<usize>,
}

pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over space; says whether anything follows.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        !self.rest().is_empty()
    }

    fn term(&mut self) -> Result<Term, Invalid> {
        let start = self.at;
        let negated = self.rest().starts_with('-');
        if negated {
            self.at += 1;
            if self.rest().chars().next().is_none_or(char::is_whitespace) {
                let hint = "write `-` at once before what must not hold, as in `-tag:test`";
                return Err(self.wrong(start..self.at, "a `-` with nothing after it", hint));
            }
        }
        let filter = match self.key() {
            Some((key, op)) => self.filter(start, key, op)?,
            None => Filter::Text(self.values()?.into_iter().map(|value| value.pattern.text).collect()),
        };
        Ok(Term { negated, filter })
    }

    /// The key and the operator that follow, if they do.
    pub(crate) fn key(&mut self) -> Option<(&'a str, Op)> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')))?;
        let (key, tail) = rest.split_at(end);
        let (op, len) = match tail.as_bytes() {
            [b'<', b'=', ..] => (Op::AtMost, 2),
            [b'>', b'=', ..] => (Op::AtLeast, 2),
            [b'<', ..] => (Op::Less, 1),
            [b'>', ..] => (Op::More, 1),
            [b':' | b'=', ..] => (Op::Is, 1),
            _ => return None,
        };
        if key.is_empty() {
            return None;
        }
        self.at += end + len;
        Some((key, op))
    }

    fn filter(&mut self, start: usize, key: &str, op: Op) -> Result<Filter, Invalid> {
        let key_at = start..self.at;
        if let Some(field) = Field::ALL.into_iter().find(|field| field.as_str() == key) {
            self.only_is(key_at, key, op)?;
            return Ok(Filter::Field { field, values: patterns(self.values()?) });
        }
        if let Some((of, name)) = ValueOf::split(key).filter(|(_, name)| !name.is_empty()) {
            return self.value_of(of, name, op);
        }
        match key {
            "status" => {
                self.only_is(key_at, key, op)?;
                let values = self.values()?;
                values.iter().map(|value| self.status(value)).collect::<Result<_, _>>().map(Filter::Status)
            }
            "dur" | "duration" => self.duration(key_at, op),
            "started" => self.time(TimeField::Started, op),
            "finished" => self.time(TimeField::Finished, op),
            _ => Err(self.unknown(key_at, key)),
        }
    }

    fn only_is(&self, at: Range<usize>, key: &str, op: Op) -> Result<(), Invalid> {
        if op == Op::Is {
            return Ok(());
        }
        let message = format!("`{key}` cannot be compared with `{}`", op.as_str());
        Err(self.wrong(at, message, format!("write `{key}:value`")))
    }

    fn status(&self, value: &Value) -> Result<RunStatus, Invalid> {
        let typed = value.pattern.text.as_str();
        let names = STATUSES.map(RunStatus::as_str);
        STATUSES.into_iter().find(|status| status.as_str() == typed).ok_or_else(|| {
            let hint = match did_you_mean(typed, names) {
                Some(best) => format!("did you mean `{best}`?"),
                None => "a run is `running`, `done`, `failed`, `stopped` or `lost`".to_owned(),
            };
            self.wrong(value.at.clone(), format!("`{typed}` is no status"), hint)
        })
    }

    fn duration(&mut self, key_at: Range<usize>, op: Op) -> Result<Filter, Invalid> {
        if op == Op::Is {
            let hint = "write `dur>1h` or `dur<=90s`";
            return Err(self.wrong(key_at, "a duration is compared with `<` or `>`", hint));
        }
        let value = self.one()?;
        let text = &value.pattern.text;
        match parse_duration(text) {
            Some(us) => Ok(Filter::Duration { op, us }),
            None => {
                let hint = "durations are such as `90s`, `5m`, `1h30m` or `2d`";
                Err(self.wrong(value.at.clone(), format!("`{text}` is no duration"), hint))
            }
        }
    }

    fn time(&mut self, field: TimeField, op: Op) -> Result<Filter, Invalid> {
        let value = self.one()?;
        let text = &value.pattern.text;
        match Moment::parse(text) {
            Some(moment) => Ok(Filter::Time { field, op, moment }),
            None => {
                let hint =
                    "times are such as `2026-01-31`, `2026-01-31T12:30`, `today` or `-7d`, seven days ago";
                Err(self.wrong(value.at.clone(), format!("`{text}` is no time"), hint))
            }
        }
    }

    fn value_of(&mut self, of: ValueOf, name: &str, op: Op) -> Result<Filter, Invalid> {
        let test = if op == Op::Is {
            ValueTest::Is(patterns(self.values()?))
        } else {
            let value = self.one()?;
            let number = value.pattern.number().ok_or_else(|| {
                let message = format!("`{}` is no number", value.pattern.text);
                let hint = format!("to look for a text write `{}{name}:text`", of.prefix());
                self.wrong(value.at.clone(), message, hint)
            })?;
            ValueTest::Compares(op, number)
        };
        Ok(Filter::Value { of, name: name.to_owned(), test })
    }

    fn unknown(&self, at: Range<usize>, key: &str) -> Invalid {
        let keys = Field::ALL.into_iter().map(Field::as_str).chain(["status", "dur", "started", "finished"]);
        let hint = match did_you_mean(key, keys) {
            Some(best) => format!("did you mean `{best}`?"),
            None if key.starts_with("project_branch") => {
                "write `branch:…`, or the tag as `tag:project_branch:…`".to_owned()
            }
            None => format!(
                "to look for a tag write `tag:{key}:…`, for a parameter `param.{key}`, for an artifact `artifact.{key}`, for a text put it in quotes"
            ),
        };
        self.wrong(at, format!("there is no key `{key}`"), hint)
    }

    /// The only value.
    fn one(&mut self) -> Result<Value, Invalid> {
        let start = self.at;
        let mut values = self.values()?;
        match values.pop() {
            Some(value) if values.is_empty() => Ok(value),
            _ => {
                let hint = "write one term for each";
                Err(self.wrong(start..self.at, "only one value can be compared with", hint))
            }
        }
    }

    /// One value or more, with `|` between.
    fn values(&mut self) -> Result<Vec<Value>, Invalid> {
        let mut values = vec![self.value()?];
        while self.rest().starts_with('|') {
            self.at += 1;
            values.push(self.value()?);
        }
        Ok(values)
    }

    fn value(&mut self) -> Result<Value, Invalid> {
        let start = self.at;
        let pattern = if self.rest().starts_with('"') {
            Pattern::exact(self.quoted()?)
        } else {
            let rest = self.rest();
            let end = rest.find(|c: char| c.is_whitespace() || c == '|' || c == '"').unwrap_or(rest.len());
            self.at += end;
            Pattern::bare(&rest[..end])
        };
        if pattern.text.is_empty() {
            return Err(self.wrong(
                start..self.at,
                "a value is missing",
                "write it here, without a space before it",
            ));
        }
        let follows = self.rest().chars().next();
        if let Some(c) = follows.filter(|c| !c.is_whitespace() && *c != '|') {
            let hint = "put all of the value in quotes, and `\\\"` for a quote in it";
            return Err(self.wrong(
                self.at..self.at + c.len_utf8(),
                "a quote in the middle of a value",
                hint,
            ));
        }
        Ok(Value { pattern, at: start..self.at })
    }

    fn quoted(&mut self) -> Result<String, Invalid> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((n, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += n + 1;
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(self.wrong(start..self.text.len(), "a quote is not closed", "end it with `\"`"))
    }

    fn wrong(&self, at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Invalid {
        let column = self.text.get(..at.start).map_or(0, |before| before.chars().count()) + 1;
        Invalid { at, message: message.into(), hint: hint.into(), column }
    }
}

fn patterns(values: Vec<Value>) -> Vec<Pattern> {
    values.into_iter().map(|value| value.pattern).collect()
}
