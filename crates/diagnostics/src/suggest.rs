//! "Did you mean …?"

/// The candidate most like `typed`, if one is like it enough to be worth saying.
///
/// Likeness is Jaro-Winkler (`strsim`), at least 0.8, ignoring case; failing that, one letter more, less, other or swapped.
pub fn did_you_mean<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let like = candidates
        .iter()
        .map(|c| (strsim::jaro_winkler(&typed, &c.to_lowercase()), *c))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c);
    // Jaro-Winkler knows no swap in a short word: `rnu`.
    let one_slip = |c: &&str| typed.len() > 2 && strsim::osa_distance(&typed, &c.to_lowercase()) <= 1;
    like.or_else(|| candidates.iter().copied().find(one_slip))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [&str; 4] = ["start", "train", "join", "end"];

    #[test]
    fn a_slip_of_the_fingers_is_recognised() {
        assert_eq!(did_you_mean("trian", STEPS), Some("train"));
        assert_eq!(did_you_mean("ennd", STEPS), Some("end"));
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(did_you_mean("TRAIN", STEPS), Some("train"));
        assert_eq!(did_you_mean("trainflow", ["TrainFlow"]), Some("TrainFlow"));
    }

    #[test]
    fn the_likest_wins() {
        assert_eq!(did_you_mean("model_2", ["model_10", "model_22", "module"]), Some("model_22"));
    }

    #[test]
    fn nothing_is_suggested_for_something_else() {
        assert_eq!(did_you_mean("publish", STEPS), None);
        assert_eq!(did_you_mean("train", []), None);
    }
}
