//! A query asked of one run.

use jiff::tz::TimeZone;
use serde_json::Value;
use spinloom_flow::RunStatus;

use crate::{Field, Filter, Op, Pattern, Query, TimeField, ValueOf, ValueTest};

/// What time it is, and where.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Microseconds since the epoch.
    pub now: i64,
    /// Where days begin.
    pub zone: TimeZone,
}

/// A value that is no list and no object.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl Scalar {
    /// The value that JSON has; none of a list, an object and `null`.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Bool(flag) => Some(Self::Flag(*flag)),
            _ => None,
        }
    }
}

/// What is known of a run.
pub trait Facts {
    /// Its flow.
    fn flow(&self) -> &str;
    /// Its id.
    fn run(&self) -> &str;
    /// Who started it.
    fn user(&self) -> &str;
    /// Its tags, of users and of the system.
    fn tags(&self) -> impl Iterator<Item = &str>;
    /// Its state.
    fn status(&self) -> RunStatus;
    /// The run it resumes.
    fn origin(&self) -> Option<&str>;
    /// The steps of its flow.
    fn steps(&self) -> impl Iterator<Item = &str>;
    /// When it was made.
    fn started_at(&self) -> i64;
    /// When it ended.
    fn finished_at(&self) -> Option<i64>;
    /// When its driver was last heard of.
    fn heartbeat_at(&self) -> i64;
    /// A parameter, or an artifact it ended with.
    fn value(&self, of: ValueOf, name: &str) -> Option<Scalar>;

    /// From its start to its end; to `now` while it is running, to its last sign of life if it is lost.
    fn duration(&self, now: i64) -> i64 {
        let end = match (self.finished_at(), self.status()) {
            (Some(end), _) => end,
            (None, RunStatus::Running) => now,
            (None, _) => self.heartbeat_at(),
        };
        end.saturating_sub(self.started_at()).max(0)
    }
}

impl Query {
    /// Whether a run is one of those asked for.
    pub fn matches(&self, facts: &impl Facts, clock: &Clock) -> bool {
        self.terms.iter().all(|term| term.filter.matches(facts, clock) != term.negated)
    }
}

impl Filter {
    /// Whether it holds for a run.
    pub fn matches(&self, facts: &impl Facts, clock: &Clock) -> bool {
        match self {
            Self::Text(words) => words.iter().any(|word| text_in(&word.to_lowercase(), facts)),
            Self::Field { field, values } => values.iter().any(|value| field_fits(*field, value, facts)),
            Self::Status(wanted) => wanted.contains(&facts.status()),
            Self::Duration { op, us } => op.holds(facts.duration(clock.now), *us),
            Self::Time { field, op, moment } => {
                let at = match field {
                    TimeField::Started => Some(facts.started_at()),
                    TimeField::Finished => facts.finished_at(),
                };
                let (from, to) = op.range(moment.range(clock));
                at.is_some_and(|at| from <= at && at < to)
            }
            Self::Value { of, name, test } => facts.value(*of, name).is_some_and(|value| test.fits(&value)),
        }
    }
}

impl Op {
    /// The times that compare so with a stretch of time: from the first to just before the second.
    pub fn range(self, (from, to): (i64, i64)) -> (i64, i64) {
        match self {
            Self::Is => (from, to.max(from.saturating_add(1))),
            Self::Less => (i64::MIN, from),
            Self::AtMost => (i64::MIN, to.max(from.saturating_add(1))),
            Self::More | Self::AtLeast => (from, i64::MAX),
        }
    }
}

impl ValueTest {
    /// Whether a value is as wanted.
    pub fn fits(&self, value: &Scalar) -> bool {
        match (self, value) {
            (Self::Compares(op, wanted), Scalar::Number(number)) => op.holds(*number, *wanted),
            (Self::Compares(..), _) => false,
            (Self::Is(patterns), value) => patterns.iter().any(|pattern| is(pattern, value)),
        }
    }
}

fn is(pattern: &Pattern, value: &Scalar) -> bool {
    match value {
        Scalar::Text(text) => pattern.fits(text),
        Scalar::Flag(flag) => {
            pattern.fits(if *flag { "true" } else { "false" })
                || pattern.fits(if *flag { "True" } else { "False" })
        }
        Scalar::Number(number) => {
            pattern.number() == Some(*number) || (pattern.open && pattern.fits(&number.to_string()))
        }
    }
}

fn text_in(lower: &str, facts: &impl Facts) -> bool {
    let within = |text: &str| text.to_lowercase().contains(lower);
    within(facts.run()) || within(facts.flow()) || within(facts.user()) || facts.tags().any(within)
}

fn field_fits(field: Field, value: &Pattern, facts: &impl Facts) -> bool {
    match field {
        Field::Tag => facts.tags().any(|tag| value.fits(tag)),
        Field::User => value.fits(facts.user()),
        Field::Flow => value.fits(facts.flow()),
        Field::Run => value.fits(facts.run()),
        Field::Origin => facts.origin().is_some_and(|origin| value.fits(origin)),
        Field::Step => facts.steps().any(|step| value.fits(step)),
        Field::Project | Field::Branch => {
            let prefix = field.tag_prefix().unwrap_or_default();
            facts.tags().any(|tag| tag.strip_prefix(prefix).is_some_and(|name| value.fits(name)))
        }
    }
}
