//! Which runs are kept: rules of a file, the first that fits decides.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::{fmt, fs, io};

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunStatus};
use spinloom_metadata::RunRecord;

use crate::scope::Filter;

/// Where the rules are, in the folder of the store.
pub const FILE: &str = "retention.toml";

const HINT: &str = "a rule is `[[rule]]` with `action = \"delete\"` or `\"keep\"`, and any of `flow`, `tag`, `status`, `older_than`, `keep_last`";

/// What a rule does with the runs that fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// They stay, whatever later rules say.
    Keep,
    /// They are deleted.
    Delete,
}

/// A span of time: a number and a unit, such as `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    /// Microseconds.
    pub us: i64,
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const UNITS: [(&str, i64); 5] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = &text[number.len()..];
        let seconds = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some((_, seconds)) => Some(*seconds),
            None if unit.is_empty() && number == "0" => Some(1),
            None => None,
        };
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let count = digits.then(|| number.parse::<i64>().ok()).flatten();
        let us = count.zip(seconds).and_then(|(n, unit)| n.checked_mul(unit)?.checked_mul(1_000_000));
        us.map(|us| Self { us }).ok_or_else(|| {
            format!(
                "`{text}` is no span of time: write a number and `s`, `m`, `h`, `d` or `w`, such as `30d`"
            )
        })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, i64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
        let seconds = self.us / 1_000_000;
        let fits = |unit: i64| seconds >= unit && seconds % unit == 0;
        let (name, unit) = UNITS.into_iter().find(|(_, unit)| fits(*unit)).unwrap_or(("s", 1));
        write!(f, "{}{name}", seconds / unit)
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is for, for people.
    #[serde(default)]
    pub name: Option<String>,
    /// What it does.
    pub action: Action,
    /// Only runs of this flow.
    #[serde(default, deserialize_with = "flow_name")]
    pub flow: Option<FlowName>,
    /// Only runs with all of these tags.
    #[serde(default)]
    tag: Many<String>,
    /// Only runs in one of these states.
    #[serde(default)]
    status: Many<RunStatus>,
    /// Only runs that began longer ago.
    #[serde(default)]
    pub older_than: Option<Age>,
    /// Of a rule that deletes: the newest so many of each flow, of those that fit at whatever age, stay.
    #[serde(default)]
    pub keep_last: usize,
}

impl Rule {
    /// The runs it is about.
    pub fn filter(&self, now: i64) -> Filter {
        Filter {
            flow: self.flow.clone(),
            tags: self.tag.0.clone(),
            status: self.status.0.clone(),
            before: self.older_than.map(|age| now - age.us),
            keep_last: self.keep_last,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.action {
            Action::Keep => "keep",
            Action::Delete => "delete",
        })?;
        let mut said = false;
        let mut say = |f: &mut fmt::Formatter<'_>, text: String| {
            let sign = if said { ", " } else { " " };
            said = true;
            write!(f, "{sign}{text}")
        };
        if let Some(flow) = &self.flow {
            say(f, format!("of `{flow}`"))?;
        }
        for tag in &self.tag.0 {
            say(f, format!("tagged `{tag}`"))?;
        }
        if !self.status.0.is_empty() {
            let states: Vec<&str> = self.status.0.iter().map(|status| status.as_str()).collect();
            say(f, states.join(" or "))?;
        }
        if let Some(age) = &self.older_than {
            say(f, format!("older than {age}"))?;
        }
        if self.keep_last > 0 {
            say(f, format!("but not the newest {} of a flow", self.keep_last))?;
        }
        if said { Ok(()) } else { f.write_str(" everything else") }
    }
}

/// What the rules say of a run: which of them decided, and whether it is to be deleted.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The run.
    pub run: RunRecord,
    /// The rule that fits, by its place, from 0; none fits a run that is kept for that reason.
    pub rule: Option<usize>,
    /// Whether it goes.
    pub delete: bool,
}

/// The rules, in their order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules.
    #[serde(default, rename = "rule")]
    pub all: Vec<Rule>,
}

impl Rules {
    /// Reads the rules of the file at `path`; `None` if there is none. `shown` is what the file is called in errors.
    ///
    /// # Errors
    /// `SL0312` if they cannot be understood, with the line.
    pub fn read(path: &Path, shown: &str) -> Result<Option<Self>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                return Err(Error::new(codes::BAD_RETENTION, format!("`{shown}` cannot be read")).cause(e));
            }
        };
        Self::parse(&text, shown).map(Some)
    }

    /// Reads rules.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str, shown: &str) -> Result<Self> {
        let bad = |line: Option<u32>, what: String| {
            Error::new(codes::BAD_RETENTION, what).at(shown, line).hint(HINT)
        };
        let rules: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            bad(line, error.message().lines().next().unwrap_or_default().to_owned())
        })?;
        let starts: Vec<u32> =
            (1..).zip(text.lines()).filter(|(_, l)| l.trim() == "[[rule]]").map(|(n, _)| n).collect();
        for (index, rule) in rules.all.iter().enumerate() {
            let line = starts.get(index).copied();
            if rule.action == Action::Keep && rule.keep_last > 0 {
                let what = "`keep_last` is of rules that delete: how many of the newest stay".to_owned();
                return Err(bad(line, what));
            }
            if rule.status.0.contains(&RunStatus::Running) {
                return Err(bad(line, "runs that are `running` are never deleted".to_owned()));
            }
        }
        Ok(rules)
    }

    /// What becomes of these runs, which are newest first within each flow. The first rule that fits a run decides; one that fits none
    /// is kept.
    pub fn decide(&self, runs: Vec<RunRecord>, now: i64) -> Vec<Decision> {
        let filters: Vec<Filter> = self.all.iter().map(|rule| rule.filter(now)).collect();
        let mut seen: BTreeMap<(usize, FlowName), usize> = BTreeMap::new();
        let decide = |run: RunRecord| {
            for (index, filter) in
                filters.iter().enumerate().filter(|(_, filter)| filter.fits_at_any_age(&run))
            {
                *seen.entry((index, run.flow.clone())).or_default() += filter.keep_last.min(1);
            }
            let rule = filters.iter().position(|filter| filter.fits(&run));
            let delete = rule.is_some_and(|index| {
                let newer = seen.get(&(index, run.flow.clone())).copied().unwrap_or_default();
                let (rule, keep) = (&self.all[index], filters[index].keep_last);
                rule.action == Action::Delete && (keep == 0 || newer > keep)
            });
            Decision { run, rule, delete }
        };
        runs.into_iter().map(decide).collect()
    }
}

/// One value, or a list of them.
#[derive(Debug, Clone)]
struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a text or a list of texts")]
        enum Either {
            One(String),
            Many(Vec<String>),
        }
        let texts = match Either::deserialize(deserializer)? {
            Either::One(text) => vec![text],
            Either::Many(texts) => texts,
        };
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect::<Result<_, _>>().map(Self)
    }
}

fn flow_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FlowName>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX - 1) + 1
}
