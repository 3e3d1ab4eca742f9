//! Processors, memory and GPUs: what a task needs, and what a machine has for tasks.

use std::fmt;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};

/// An amount of each. Sums saturate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resources {
    /// Processors, in thousandths.
    pub cpu_milli: u64,
    /// Memory, MiB.
    pub memory_mib: u64,
    /// GPUs.
    pub gpu: u64,
}

impl Resources {
    /// Whether none of it is more than of `bound`.
    pub fn within(self, bound: Self) -> bool {
        self.cpu_milli <= bound.cpu_milli && self.memory_mib <= bound.memory_mib && self.gpu <= bound.gpu
    }

    fn each(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            cpu_milli: f(self.cpu_milli, other.cpu_milli),
            memory_mib: f(self.memory_mib, other.memory_mib),
            gpu: f(self.gpu, other.gpu),
        }
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cpu, memory, gpu] = [self.cpu_milli, self.memory_mib, self.gpu]
            .map(|amount| if amount == u64::MAX { "any".to_owned() } else { amount.to_string() });
        let cpu =
            if self.cpu_milli == u64::MAX { cpu } else { format!("{}", self.cpu_milli as f64 / 1000.0) };
        write!(f, "cpu={cpu},memory={memory},gpu={gpu}")
    }
}

/// `cpu=4,memory=16000,gpu=1`: what is not named is not bounded.
impl FromStr for Resources {
    type Err = Error;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut budget = Self { cpu_milli: u64::MAX, memory_mib: u64::MAX, gpu: u64::MAX };
        let wrong = |what: String| {
            Error::new(codes::USAGE, what)
                .hint("write for example `cpu=4,memory=16000,gpu=1`; memory is in MiB")
        };
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, amount) =
                part.split_once('=').ok_or_else(|| wrong(format!("`{part}` of the budget has no `=`")))?;
            let amount: f64 = amount
                .trim()
                .parse()
                .ok()
                .filter(|amount| (0.0..1e12).contains(amount))
                .ok_or_else(|| wrong(format!("`{amount}` is no amount of `{}`", name.trim())))?;
            match name.trim() {
                "cpu" => budget.cpu_milli = (amount * 1000.0) as u64,
                "memory" => budget.memory_mib = amount as u64,
                "gpu" => budget.gpu = amount as u64,
                other => {
                    let known = ["cpu", "memory", "gpu"];
                    return Err(wrong(format!("the budget knows no `{other}`")).suggest(other, known));
                }
            }
        }
        Ok(budget)
    }
}

impl Add for Resources {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }
}

impl Sub for Resources {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.each(other, u64::saturating_sub)
    }
}

impl Mul<u64> for Resources {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        self.each(Self { cpu_milli: times, memory_mib: times, gpu: times }, u64::saturating_mul)
    }
}
