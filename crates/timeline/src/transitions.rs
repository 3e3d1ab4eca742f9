//! Where tasks went on to. Most tasks of a step say the same, so each text is read and kept once.

use std::collections::HashMap;

use serde::Deserialize;

/// What a finished task said of what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transition {
    /// The steps that follow.
    pub steps: Vec<String>,
    /// How many tasks of the step that follows, if it fanned out.
    pub count: Option<u64>,
    /// What people call the items it fanned out over; none if they have no short names.
    pub labels: Vec<Box<str>>,
}

/// The `next` of a result, as far as it matters here.
#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    steps: Vec<String>,
    #[serde(default)]
    foreach: Option<Foreach>,
}

#[derive(Deserialize)]
struct Foreach {
    #[serde(default)]
    count: u64,
    #[serde(default)]
    labels: Vec<Box<str>>,
}

/// Transitions, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transitions {
    known: HashMap<String, u32>,
    all: Vec<Transition>,
}

impl Transitions {
    /// The number of a transition; what cannot be read leads nowhere.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let read: Option<Written> = serde_json::from_str(text).unwrap_or_default();
        let transition = read
            .map(|written| {
                let (count, labels) =
                    written.foreach.map(|fan| (Some(fan.count), fan.labels)).unwrap_or_default();
                Transition { steps: written.steps, count, labels }
            })
            .unwrap_or_default();
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(transition);
        self.known.insert(text.to_owned(), number);
        number
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Transition> {
        self.all.get(number as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_is_read_once() {
        let mut transitions = Transitions::default();
        let fan = r#"{"steps":["train"],"foreach":{"var":"xs","count":5}}"#;
        assert_eq!(
            [fan, "null", fan, "{", r#"{"steps":["a","b"]}"#].map(|t| transitions.number(t)),
            [0, 1, 0, 2, 3]
        );
        assert_eq!(transitions.get(0).unwrap().count, Some(5));
        assert_eq!(transitions.get(1), Some(&Transition::default()));
        assert_eq!(transitions.get(3).unwrap().steps, ["a", "b"]);
    }
}
