//! The space of a sweep: axes, and the points of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::exact;

use crate::overrides::parse_value;

/// What one trial is run with: keys and their values, in the order of the axes.
pub type Values = Vec<(String, Value)>;

/// One axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// The key: of a parameter, a config or the settings.
    pub key: String,
    /// What it may be.
    pub choices: Choices,
}

/// What a key may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Choices {
    /// One of these.
    Values {
        /// The values.
        values: Vec<Value>,
    },
    /// Anything between two numbers.
    Range {
        /// The lowest.
        low: f64,
        /// The highest.
        high: f64,
        /// Whole numbers only.
        whole: bool,
        /// Evenly by order of magnitude.
        log: bool,
    },
}

impl Axis {
    /// Reads `key=a,b,c`, `key=low..high` or `key=log(low..high)`.
    ///
    /// # Errors
    /// `SL0821` for what is none of these.
    pub fn parse(option: &str, word: &str) -> Result<Self> {
        let problem = |why: &str| {
            Error::new(codes::BAD_SWEEP, format!("`{option} {word}` {why}")).hint(format!(
                "write `{option} key=a,b,c`; a range is `key=0.1..0.9`, `key=1..9` or `key=log(0.001..1)`"
            ))
        };
        let (key, text) = word.split_once('=').ok_or_else(|| problem("has no values"))?;
        let (key, text) = (key.trim(), text.trim());
        if key.is_empty() || text.is_empty() {
            return Err(problem("has no values"));
        }
        let (log, inner) = match text.strip_prefix("log(").and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        let ends = inner.split_once("..").and_then(|(low, high)| {
            let (low, high) = (low.trim(), high.trim());
            let whole = low.parse::<i64>().is_ok() && high.parse::<i64>().is_ok();
            Some((low.parse::<f64>().ok()?, high.parse::<f64>().ok()?, whole))
        });
        let choices = match ends {
            Some((low, high, _)) if !(low.is_finite() && high.is_finite()) || low >= high => {
                return Err(problem("is a range that holds nothing"));
            }
            Some((low, ..)) if log && low <= 0.0 => {
                return Err(problem("begins at nothing, where orders of magnitude have no end"));
            }
            Some((low, high, whole)) => Choices::Range { low, high, whole, log },
            None if log => return Err(problem("is no range")),
            None => Choices::Values { values: values(text).map_err(|why| problem(&why))? },
        };
        Ok(Self { key: key.to_owned(), choices })
    }

    /// The values of a grid.
    ///
    /// # Errors
    /// `SL0821` for a range, which has no end of them.
    fn all(&self) -> Result<&[Value]> {
        match &self.choices {
            Choices::Values { values } => Ok(values),
            Choices::Range { .. } => {
                Err(Error::new(codes::BAD_SWEEP, format!("a grid cannot have the range of `{}`", self.key))
                    .hint("name its values, or sample it: `--random N`"))
            }
        }
    }

    fn draw(&self, random: &mut fastrand::Rng) -> Value {
        match &self.choices {
            Choices::Values { values } => {
                values.get(random.usize(0..values.len().max(1))).cloned().unwrap_or_default()
            }
            Choices::Range { low, high, whole, log } => {
                // The highest whole number is as likely as any.
                let top = if *whole { high + 1.0 } else { *high };
                let at = random.f64();
                let number = match log {
                    true => (low.ln() + at * (top.ln() - low.ln())).exp(),
                    false => low + at * (top - low),
                };
                match whole {
                    #[allow(clippy::cast_possible_truncation, reason = "between two whole numbers")]
                    true => Value::from(number.floor().clamp(*low, *high) as i64),
                    false => exact::from_f64(number.clamp(*low, *high)),
                }
            }
        }
    }
}

/// Values between commas, each YAML; commas in brackets and quotes do not count.
fn values(text: &str) -> Result<Vec<Value>, String> {
    let (mut parts, mut part, mut depth, mut quote) = (Vec::new(), String::new(), 0_usize, None);
    for c in text.chars() {
        match (c, quote) {
            (_, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '{', None) => depth += 1,
            (']' | '}', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    let read = |part: &String| {
        parse_value(part.trim()).map_err(|why| format!("has `{}`, which is not YAML: {why}", part.trim()))
    };
    parts.iter().map(read).collect()
}

/// Every point of a grid, the last axis fastest.
///
/// # Errors
/// `SL0821` for an axis that is a range, or a key that is there twice.
pub fn grid(axes: &[Axis]) -> Result<Vec<Values>> {
    once(axes)?;
    let mut points: Vec<Values> = vec![Vec::new()];
    for axis in axes {
        let all = axis.all()?;
        points = points
            .into_iter()
            .flat_map(|point| {
                all.iter().map(move |value| [point.clone(), vec![(axis.key.clone(), value.clone())]].concat())
            })
            .collect();
    }
    Ok(points)
}

/// A point drawn at random: always the same for a seed and a number of a trial.
///
/// # Errors
/// `SL0821` for a key that is there twice.
pub fn sample(axes: &[Axis], seed: u64, trial: u64) -> Result<Values> {
    once(axes)?;
    let mixed = blake3::hash(&[seed.to_le_bytes(), trial.to_le_bytes()].concat());
    let bytes = mixed.as_bytes().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let mut random = fastrand::Rng::with_seed(bytes);
    Ok(axes.iter().map(|axis| (axis.key.clone(), axis.draw(&mut random))).collect())
}

fn once(axes: &[Axis]) -> Result<()> {
    for (at, axis) in axes.iter().enumerate() {
        if axes[..at].iter().any(|one| one.key == axis.key) {
            return Err(Error::new(codes::BAD_SWEEP, format!("`{}` is there twice", axis.key))
                .hint("name all its values at once"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(word: &str) -> String {
        match Axis::parse("--grid", word) {
            Ok(axis) => format!("{word}: {} {:?}\n", axis.key, axis.choices),
            Err(error) => crate::told(&error),
        }
    }

    #[test]
    fn axes_are_read() {
        let all = [
            "lr=0.1,0.01",
            "model.kind=ridge, lasso",
            "features=[a,b],[c]",
            "name=\"a,b\",c",
            "lr=log(1e-4..1)",
            "depth=1..9",
            "x=0.5..1.5",
            "lr",
            "=1",
            "lr=",
            "lr=2..1",
            "lr=log(0..1)",
            "lr=log(1)",
            "lr=[1",
        ];
        insta::assert_snapshot!(all.iter().map(|word| told(word)).collect::<String>());
    }

    #[test]
    fn a_grid_has_every_point_once() {
        let axes = ["a=1,2", "b=x,y,z"].map(|word| Axis::parse("--grid", word).unwrap());
        let points = grid(&axes).unwrap();
        assert_eq!(points.len(), 6);
        assert_eq!(points[1], [("a".to_owned(), 1.into()), ("b".to_owned(), "y".into())]);
        let distinct: std::collections::BTreeSet<String> =
            points.iter().map(|point| format!("{point:?}")).collect();
        assert_eq!(distinct.len(), 6);
        assert!(grid(&[axes[0].clone(), axes[0].clone()]).is_err());
        assert!(grid(&[Axis::parse("--grid", "a=0..1").unwrap()]).is_err());
    }

    /// A trial is what it is whichever trials were drawn before it: that is how a sweep goes on after it was killed.
    #[test]
    fn samples_are_of_the_seed_and_in_range() {
        let axes = ["a=1..3", "b=log(0.001..1)", "c=x,y"].map(|word| Axis::parse("--space", word).unwrap());
        let mut whole = std::collections::BTreeSet::new();
        for trial in 0..200 {
            let values = sample(&axes, 7, trial).unwrap();
            assert_eq!(values, sample(&axes, 7, trial).unwrap());
            whole.insert(values[0].1.as_i64().unwrap());
            let b = values[1].1.as_f64().unwrap();
            assert!((0.001..=1.0).contains(&b));
        }
        assert_eq!(whole.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_ne!(sample(&axes, 7, 0).unwrap(), sample(&axes, 8, 0).unwrap());
    }
}
