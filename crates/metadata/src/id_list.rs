//! A list of numbers as short text: `5-1004`, `3,1-2`. Order and repetitions are kept.
//!
//! A join over a thousand tasks has a thousand parents with consecutive ids, which this stores in seven bytes.

use spinloom_diagnostics::{Error, Result, codes};

/// No list is longer than this. Stored text is not trusted to say how much memory a reader takes.
const MAX_LEN: u64 = 1 << 24;

/// The text of `numbers`: runs of consecutive, ascending numbers become `first-last`.
pub(crate) fn encode(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut text = String::new();
    let mut open: Option<(u64, u64)> = None;
    for n in numbers {
        open = match open {
            Some((first, last)) if last.checked_add(1) == Some(n) => Some((first, n)),
            Some(done) => {
                push(&mut text, done);
                Some((n, n))
            }
            None => Some((n, n)),
        };
    }
    if let Some(done) = open {
        push(&mut text, done);
    }
    text
}

fn push(text: &mut String, (first, last): (u64, u64)) {
    if !text.is_empty() {
        text.push(',');
    }
    text.push_str(&first.to_string());
    if last > first {
        text.push('-');
        text.push_str(&last.to_string());
    }
}

/// The numbers of a text made by [`encode`].
///
/// # Errors
/// `SL0403` if it is not such a text.
pub(crate) fn decode(text: &str) -> Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(a), Ok(b)) if a <= b && b - a < MAX_LEN - numbers.len() as u64 => numbers.extend(a..=b),
            _ => return Err(Error::new(codes::STORE_CORRUPT, format!("`{text}` is no list of ids"))),
        }
    }
    Ok(numbers)
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
            prop_assert_eq!(decode(&encode(numbers.iter().copied())).unwrap(), numbers);
        }
    }
}
