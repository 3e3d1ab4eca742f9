//! What tags a run may carry (CU-05). Pure; every provider applies these rules inside its own transaction.

use std::collections::BTreeSet;

use spinloom_diagnostics::{Error, Result, codes};

/// A run carries at most this many user tags.
pub const MAX_USER_TAGS: usize = 50;
/// A user tag has at most this many characters.
pub const MAX_TAG_CHARS: usize = 500;

/// The user tags a run has after `remove` and then `add`.
///
/// Adding a tag that is a system tag already changes nothing; removing one the run does not have neither.
///
/// # Errors
/// `SL0303` if `remove` names a system tag, a tag of `add` is empty or too long, or there would be too many.
pub(crate) fn changed(
    user: &BTreeSet<String>,
    system: &BTreeSet<String>,
    add: &[String],
    remove: &[String],
) -> Result<BTreeSet<String>> {
    if let Some(tag) = remove.iter().find(|t| system.contains(*t)) {
        return Err(Error::new(codes::BAD_TAG, format!("the system tag `{tag}` cannot be removed"))
            .hint("only tags added by a user can be removed"));
    }
    let mut tags: BTreeSet<String> = user.iter().filter(|t| !remove.contains(t)).cloned().collect();
    for tag in add {
        check(tag)?;
        if !system.contains(tag) {
            tags.insert(tag.clone());
        }
    }
    if tags.len() > MAX_USER_TAGS {
        let message = format!("a run has at most {MAX_USER_TAGS} tags, and this would make {}", tags.len());
        return Err(Error::new(codes::BAD_TAG, message).hint("remove some tags first"));
    }
    Ok(tags)
}

fn check(tag: &str) -> Result<()> {
    if tag.is_empty() {
        return Err(Error::new(codes::BAD_TAG, "a tag cannot be empty"));
    }
    let chars = tag.chars().count();
    if chars > MAX_TAG_CHARS {
        let start: String = tag.chars().take(20).collect();
        let message = format!("the tag `{start}…` has {chars} characters, more than {MAX_TAG_CHARS}");
        return Err(Error::new(codes::BAD_TAG, message));
    }
    Ok(())
}
