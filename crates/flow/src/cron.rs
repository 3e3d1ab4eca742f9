//! Cron expressions: five fields, and a year as the sixth if there is one, as schedulers of flows take them (FD-02).

use std::ops::RangeInclusive;

/// One field: what it is called, its numbers, its names from the least number on, and what schedulers allow beside them.
struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    names: &'static [&'static str],
    more: &'static [Special],
}

/// What only some fields may have.
#[derive(Clone, Copy, PartialEq)]
enum Special {
    /// `?`: any.
    Any,
    /// `L`, `L-3`: the last.
    Last,
    /// `15W`: the weekday nearest to it.
    Weekday,
    /// `5L`, `2#3`: the last, or the third, of its weekday.
    OfMonth,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minute", range: 0..=59, names: &[], more: &[] },
    Field { name: "hour", range: 0..=23, names: &[], more: &[] },
    Field {
        name: "day of the month",
        range: 1..=31,
        names: &[],
        more: &[Special::Any, Special::Last, Special::Weekday],
    },
    Field { name: "month", range: 1..=12, names: &MONTHS, more: &[] },
    Field {
        name: "day of the week",
        range: 0..=7,
        names: &DAYS,
        more: &[Special::Any, Special::Last, Special::OfMonth],
    },
    Field { name: "year", range: 1970..=2199, names: &[], more: &[] },
];

/// Says what is wrong with a cron expression.
///
/// # Errors
/// What is wrong, as a clause.
pub fn check(expression: &str) -> Result<(), String> {
    let parts: Vec<&str> = expression.split_whitespace().collect();
    if !(5..=6).contains(&parts.len()) {
        return Err(format!("five fields are expected, or six with the year, not {}", parts.len()));
    }
    for (field, part) in FIELDS.iter().zip(&parts) {
        field.check(part)?;
    }
    Ok(())
}

impl Field {
    fn check(&self, text: &str) -> Result<(), String> {
        text.split(',').try_for_each(|item| self.item(item))
    }

    /// `*`, `5`, `1-5`, each perhaps with a step, or something special.
    fn item(&self, item: &str) -> Result<(), String> {
        if self.special(item)? {
            return Ok(());
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        if let Some(step) = step
            && !step.parse::<u32>().is_ok_and(|step| (1..=*self.range.end()).contains(&step))
        {
            return Err(format!("the {} `{item}` has a step that is no number of at least 1", self.name));
        }
        match range.split_once('-') {
            _ if range == "*" => Ok(()),
            Some((first, last)) => {
                let (first, last) = (self.number(first, item)?, self.number(last, item)?);
                // A week may be counted from any day on.
                let backwards = first > last && self.names != DAYS;
                if backwards {
                    return Err(format!("the {} `{item}` ends before it begins", self.name));
                }
                Ok(())
            }
            None => self.number(range, item).map(|_| ()),
        }
    }

    fn number(&self, text: &str, item: &str) -> Result<u32, String> {
        let upper = text.to_ascii_uppercase();
        if let Some(at) = self.names.iter().position(|name| *name == upper) {
            return Ok(self.range.start() + u32::try_from(at).unwrap_or_default());
        }
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        number.filter(|number| self.range.contains(number)).ok_or_else(|| {
            let names = self.names.first().zip(self.names.last());
            let names = names.map(|(first, last)| format!(" or {first} to {last}")).unwrap_or_default();
            let (low, high) = (self.range.start(), self.range.end());
            format!("the {} `{item}` is not from {low} to {high}{names}", self.name)
        })
    }

    /// Whether it is `?`, `L`, `L-3`, `15W`, `LW`, `5L` or `2#3`, where the field may have that.
    fn special(&self, item: &str) -> Result<bool, String> {
        let may = |special| self.more.contains(&special);
        let upper = item.to_ascii_uppercase();
        if upper == "?" {
            return if may(Special::Any) {
                Ok(true)
            } else {
                Err(format!("the {} cannot be `?`", self.name))
            };
        }
        if upper == "L" || (upper == "LW" && may(Special::Weekday)) {
            return Ok(may(Special::Last));
        }
        if let Some(days) = upper.strip_prefix("L-") {
            return Ok(may(Special::Last) && days.parse::<u32>().is_ok_and(|days| days <= 30));
        }
        if may(Special::Weekday)
            && let Some(day) = upper.strip_suffix('W')
        {
            return self.number(day, item).map(|_| true);
        }
        if may(Special::OfMonth) {
            if let Some(day) = upper.strip_suffix('L') {
                return self.number(day, item).map(|_| true);
            }
            if let Some((day, nth)) = upper.split_once('#') {
                self.number(day, item)?;
                return match nth.parse::<u32>() {
                    Ok(1..=5) => Ok(true),
                    _ => Err(format!("the {} `{item}` is not the first to the fifth of a month", self.name)),
                };
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FD-02: five fields, or six with a year; names, ranges, steps, and what AWS and Quartz add.
    #[test]
    fn expressions_that_schedulers_take() {
        for expression in [
            "* * * * *",
            "0 10 * * ? *",
            "*/15 9-17 ? * MON-FRI *",
            "0 0 1,15 jan-jun/2 *",
            "5 4 L * ?",
            "5 4 L-3 * ?",
            "5 4 15W * ? 2026-2030",
            "5 4 LW * ?",
            "0 0 ? * 6L *",
            "0 0 ? * 2#3 *",
            "0 0 * * FRI-MON",
            "0 0 * * 7",
        ] {
            assert_eq!(check(expression), Ok(()), "{expression}");
        }
    }

    #[test]
    fn expressions_that_mean_nothing() {
        let wrong = [
            "",
            "hourly",
            "* * * *",
            "0 0 0 * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * FOO *",
            "* * * * 8",
            "* * * * * 1969",
            "? * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "* * * * MON#6",
            "-1 * * * *",
            "1, * * * *",
            "L * * * *",
            "1.5 * * * *",
        ];
        let said: Vec<String> = wrong
            .iter()
            .map(|expression| format!("{expression:<14} {}", check(expression).err().unwrap_or_default()))
            .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
