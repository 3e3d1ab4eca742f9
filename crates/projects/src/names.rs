//! Names: of branches as they are part of other names, of bindings, and of what is deployed.

use spinloom_diagnostics::{Error, Result, codes};

/// Longest slug of a branch, characters.
const SLUG: usize = 40;
/// Longest id: what schedulers take.
const ID: usize = 128;
/// Longest label of a binding.
const LABEL: usize = 64;

const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The branch as a part of names: lower case; runs of anything but letters, digits and `_` are one `_`.
///
/// If more than the case changed, four digits of the name's hash follow: `feat/a` and `feat_a` are two branches.
pub fn slug(branch: &str) -> String {
    let lower = branch.to_lowercase();
    let mut text = String::new();
    for c in lower.chars() {
        let fits = c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if fits {
            text.push(c);
        } else if !text.ends_with('\u{0}') {
            text.push('\u{0}');
        }
    }
    let text = text.trim_matches('\u{0}').replace('\u{0}', "_");
    if text == lower && text.len() <= SLUG {
        return text;
    }
    let mut text: String = text.chars().take(SLUG).collect();
    text.push('_');
    text + &digits(blake3::hash(branch.as_bytes()).as_bytes(), BASE36, 4)
}

/// The first digits of a hash.
pub(crate) fn digits(hash: &[u8], alphabet: &[u8], count: usize) -> String {
    let mut number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let base = alphabet.len() as u64;
    let mut text = String::new();
    for _ in 0..count {
        let digit = usize::try_from(number % base).unwrap_or(0);
        text.push(char::from(alphabet.get(digit).copied().unwrap_or(b'0')));
        number /= base;
    }
    text
}

/// Eight digits of base 62 that stand for a text.
pub(crate) fn short(text: &str) -> String {
    digits(blake3::hash(text.as_bytes()).as_bytes(), BASE62, 8)
}

/// Whether a label of a binding may be called so.
pub(crate) fn is_label(text: &str) -> bool {
    text.len() <= LABEL
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
        && text != DEFAULT
}

/// What an artefact that is not bound has in the place of a label.
pub const DEFAULT: &str = "default";

/// What a file is called without its folder and its ending, and without the project's name in front.
pub fn stem(path: &str, project: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let endings = [".sch.yaml", ".sch.yml", ".tbl.yaml", ".tbl.yml", ".py", ".yaml", ".yml"];
    let name = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    name.strip_prefix(project).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name).to_owned()
}

/// The id of what is deployed: `<project>.branch_<slug>.[<binding>.]<stem>`; on the branch of production without the branch.
///
/// # Errors
/// `SL0806` for one that schedulers would refuse.
pub fn id(project: &str, slug: Option<&str>, binding: &str, stem: &str, file: &str) -> Result<String> {
    let branch = slug.map(|slug| format!("branch_{slug}"));
    let binding = (binding != DEFAULT).then(|| binding.to_owned());
    let parts = [Some(project.to_owned()), branch, binding, Some(stem.to_owned())];
    let id = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
    let refused = |why: String| {
        Error::new(codes::BAD_ARTEFACT, format!("`{id}` cannot be the id of what is deployed"))
            .cause(why)
            .at(file, None)
    };
    if let Some(bad) = stem.chars().find(|c| !(c.is_ascii_alphanumeric() || "_-.".contains(*c))) {
        return Err(refused(format!("schedulers do not take `{bad}` in names"))
            .hint("rename the file: letters, digits, `_`, `-` and `.` are taken"));
    }
    if stem.is_empty() || stem.starts_with(['.', '-']) || stem.ends_with(['.', '-']) {
        return Err(refused("it begins or ends with a sign".to_owned()).hint("rename the file"));
    }
    if id.len() > ID {
        return Err(refused(format!("it has {} characters, and schedulers take {ID}", id.len()))
            .hint("shorten the names of the file, the binding or the branch"));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_become_parts_of_names() {
        assert_eq!(slug("demoX"), "demox");
        assert_eq!(slug("main"), "main");
        assert_eq!(slug("feat_a"), "feat_a");
        let slashed = slug("feat/a");
        assert!(slashed.starts_with("feat_a_") && slashed.len() == 11, "{slashed}");
        assert_ne!(slashed, slug("feat-a"));
        assert_eq!(slug(&"x".repeat(50)).len(), SLUG + 5);
        assert_eq!(slug("--").len(), 5);
    }

    #[test]
    fn stems_lose_the_project_and_the_ending() {
        assert_eq!(stem("workflows/demo.main.sch.yaml", "demo"), "main");
        assert_eq!(stem("metaflows/training.py", "demo"), "training");
        assert_eq!(stem("schemas/demo_features_f.tbl.yaml", "demo"), "demo_features_f");
    }

    #[test]
    fn ids_follow_their_grammar() {
        let of = |slug, binding, stem: &str| id("demo", slug, binding, stem, "x.py");
        assert_eq!(of(Some("demox"), "EXP_01", "training").unwrap(), "demo.branch_demox.EXP_01.training");
        assert_eq!(of(Some("demox"), DEFAULT, "main").unwrap(), "demo.branch_demox.main");
        assert_eq!(of(None, "EXP_01", "training").unwrap(), "demo.EXP_01.training");
        for bad in ["a b", "", ".a", "a-", &"x".repeat(200)] {
            assert!(of(None, DEFAULT, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels() {
        for good in ["EXP_01", "a", "B2"] {
            assert!(is_label(good), "{good}");
        }
        for bad in ["", "1a", "a.b", "a-b", "default", &"x".repeat(65)] {
            assert!(!is_label(bad), "{bad}");
        }
    }
}
