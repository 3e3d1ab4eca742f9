//! A list of numbers as short text: `5-1004`, `3,1-2`. Order and repetitions are kept.
//!
//! A join over a thousand tasks has a thousand parents with consecutive ids, which this stores in seven bytes.

use spinloom_diagnostics::{Error, Result, codes};

/// No list is longer than this. Stored text is not trusted to say how much memory a reader takes.
const MAX_LEN: u64 = 1 << 24;

/// `numbers` as ranges, both ends included: consecutive, ascending numbers become one.
pub(crate) fn ranges_of(numbers: impl IntoIterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for n in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(n) => *last = n,
            _ => ranges.push((n, n)),
        }
    }
    ranges
}

/// The text of `numbers`: runs of consecutive, ascending numbers become `first-last`.
pub(crate) fn encode(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut text = String::new();
    for (first, last) in ranges_of(numbers) {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&first.to_string());
        if last > first {
            text.push('-');
            text.push_str(&last.to_string());
        }
    }
    text
}

/// The numbers of a text made by [`encode`].
///
/// # Errors
/// `SL0403` if it is not such a text.
pub(crate) fn decode(text: &str) -> Result<Vec<u64>> {
    let mut numbers = Vec::new();
    decode_into(text, &mut numbers)?;
    Ok(numbers)
}

/// As [`decode`], in place of what was in `numbers`.
pub(crate) fn decode_into(text: &str, numbers: &mut Vec<u64>) -> Result<()> {
    numbers.clear();
    ranges(text, &mut |first, last| numbers.extend(first..=last))
}

/// The ranges of a text made by [`encode`], both ends included, in place of what was in `found`.
pub(crate) fn ranges_into(text: &str, found: &mut Vec<(u64, u64)>) -> Result<()> {
    found.clear();
    ranges(text, &mut |first, last| found.push((first, last)))
}

fn ranges(text: &str, each: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let mut room = MAX_LEN;
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(a), Ok(b)) if a <= b && b - a < room => {
                room -= b - a + 1;
                each(a, b);
            }
            _ => return Err(Error::new(codes::STORE_CORRUPT, format!("`{text}` is no list of ids"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn consecutive_ids_are_a_range() {
        assert_eq!(encode(5..=1004), "5-1004");
        assert_eq!(encode([3, 1, 2]), "3,1-2");
        assert_eq!(encode([7, 7, 8]), "7,7-8");
        assert_eq!(encode([]), "");
        assert_eq!(encode([u64::MAX, 0]), format!("{},0", u64::MAX));
    }

    #[test]
    fn text_that_is_no_list_is_refused() {
        for bad in ["x", "5-", "-5", "9-3", "1,,2", "1-2-3", "0-18446744073709551615", "1-16777217"] {
            assert_eq!(decode(bad).unwrap_err().code(), codes::STORE_CORRUPT, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_list_round_trips(numbers in prop::collection::vec(prop_oneof![0..20u64, any::<u64>()], 0..60)) {
            let text = encode(numbers.iter().copied());
            prop_assert_eq!(decode(&text).unwrap(), numbers.clone());
            let mut ranges = vec![(1, 1)];
            ranges_into(&text, &mut ranges).unwrap();
            prop_assert_eq!(ranges, ranges_of(numbers));
        }
    }
}
