//! What Metaflow itself keeps among the artifacts of a task: where it is, where it goes, how it ended.

use spinloom_flow::event::Failure;

use crate::documents::Included;
use crate::pickle::{Node, Pickle};

/// Where a task is among the iterations of a step that repeats itself, and among foreach items: `_foreach_stack`.
///
/// `None` if this is no such stack.
pub fn indices(pickle: &[u8]) -> Option<Vec<u64>> {
    let pickle = Pickle::read(pickle)?;
    let Node::Items(_) = pickle.root() else { return None };
    pickle.items(pickle.root()).map(|frame| number(frame_field(&pickle, frame, 3)?)).collect()
}

/// A field of a foreach frame: a named tuple, so an object whose class got its fields.
fn frame_field<'a>(pickle: &'a Pickle, frame: &'a Node, place: usize) -> Option<&'a Node> {
    match frame {
        Node::Object { arguments, .. } => pickle.items(pickle.node(*arguments)).nth(place),
        _ => None,
    }
}

/// The iterations of repeating steps a task is in: `_iteration_stack`.
pub fn iterations(pickle: &[u8]) -> Option<Vec<u64>> {
    let pickle = Pickle::read(pickle)?;
    let Node::Items(_) = pickle.root() else { return None };
    pickle.items(pickle.root()).map(number).collect()
}

fn number(node: &Node) -> Option<u64> {
    if let Node::Int(number) = node { u64::try_from(*number).ok() } else { None }
}

/// A whole number, such as `_foreach_num_splits`.
pub fn count(pickle: &[u8]) -> Option<u64> {
    number(Pickle::read(pickle)?.root())
}

/// How many tasks a gang has: `_parallel_ubf_iter`.
pub fn gang(pickle: &[u8]) -> Option<u64> {
    let pickle = Pickle::read(pickle)?;
    number(pickle.get(pickle.root(), "num_parallel")?)
}

/// A truth, such as `_task_ok`.
pub fn truth(pickle: &[u8]) -> Option<bool> {
    if let Node::Bool(truth) = Pickle::read(pickle)?.root() { Some(*truth) } else { None }
}

/// Where a task went: `_transition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Went {
    /// Its next steps; none after the last step.
    pub steps: Vec<String>,
    /// The artifact it fanned out over.
    pub foreach: Option<String>,
}

/// Reads `_transition`.
pub fn transition(pickle: &[u8]) -> Option<Went> {
    let pickle = Pickle::read(pickle)?;
    if *pickle.root() == Node::None {
        return Some(Went { steps: Vec::new(), foreach: None });
    }
    let mut parts = pickle.items(pickle.root());
    let step = |step| pickle.text(step).map(str::to_owned);
    let steps = pickle.items(parts.next()?).map(step).collect::<Option<Vec<String>>>()?;
    let foreach = parts.next().and_then(|var| pickle.text(var)).map(str::to_owned);
    Some(Went { steps, foreach })
}

/// Why an attempt failed: `_exception`. `None` if it did not, or nothing can be read of it.
pub fn failure(pickle: &[u8]) -> Option<Failure> {
    let pickle = Pickle::read(pickle)?;
    let text = |key| pickle.get(pickle.root(), key).and_then(|node| pickle.text(node)).map(str::to_owned);
    let kind = text("type")?;
    Some(Failure {
        kind: kind.rsplit('.').next().unwrap_or(&kind).to_owned(),
        message: text("exception").unwrap_or_default(),
        traceback: text("stacktrace"),
        ..Failure::default()
    })
}

/// The descriptor of an included file (PA-08): `None` if the artifact is none.
pub fn included(pickle: &[u8]) -> Option<Included> {
    let pickle = Pickle::read(pickle)?;
    // The first version kept the descriptor itself, the second an object that has it.
    let descriptor = pickle.get(pickle.root(), "_descriptor").unwrap_or(pickle.root());
    let text = |key| pickle.get(descriptor, key).and_then(|node| pickle.text(node)).map(str::to_owned);
    if !text("type")?.starts_with("uploader-v") {
        return None;
    }
    let is_text = pickle.get(descriptor, "is_text") != Some(&Node::Bool(false));
    let encoding = is_text.then(|| text("encoding").unwrap_or_else(|| "utf-8".into()));
    Some(Included {
        url: text("url")?,
        encoding,
        packed: text("sub-type").is_none_or(|kind| kind == "uploaded"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Each as Metaflow 2.19 wrote it.
    const FRAMES: &[u8] = b"\x80\x04\x95^\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x08__main__\x94\x8c\x0cForeachFrame\x94\x93\x94(\x8c\x05outer\x94\x8c\x05items\x94K\x03K\x00\x8c\x011\x94t\x94\x81\x94h\x03(\x8c\x05inner\x94\x8c\x06inners\x94K\x02K\x01\x8c\x01a\x94t\x94\x81\x94e.";
    const INTO: &[u8] = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00]\x94\x8c\x06jinner\x94aN\x86\x94.";
    const FAN: &[u8] = b"\x80\x04]\x94\x8c\x05inner\x94a\x8c\x06inners\x94\x86\x94.";
    const ERROR: &[u8] = b"\x80\x04\x8c\x12metaflow.exception\x94\x8c\x18MetaflowExceptionWrapper\x94\x93\x94N\x85\x94R\x94}\x94(\x8c\texception\x94\x8c\x03'x'\x94\x8c\x04type\x94\x8c\x11builtins.KeyError\x94\x8c\nstacktrace\x94\x8c\x0eKeyError: 'x'\n\x94ub.";
    const GANG: &[u8] = b"\x80\x04\x8c\x11metaflow.flowspec\x94\x8c\x0bParallelUBF\x94\x93\x94)\x81\x94}\x94\x8c\x0cnum_parallel\x94K\x02sb.";

    #[test]
    fn where_a_task_is_and_goes() {
        assert_eq!(indices(FRAMES), Some(vec![0, 1]));
        assert_eq!(indices(b"\x80\x04]\x94."), Some(vec![]));
        assert_eq!(indices(b"\x80\x04N."), None);
        assert_eq!(transition(INTO), Some(Went { steps: vec!["jinner".into()], foreach: None }));
        let fan = Went { steps: vec!["inner".into()], foreach: Some("inners".into()) };
        assert_eq!(transition(FAN), Some(fan));
        assert_eq!(transition(b"\x80\x04N."), Some(Went { steps: vec![], foreach: None }));
        assert_eq!(iterations(b"\x80\x04]\x94K\x02a."), Some(vec![2]));
        assert_eq!(
            (gang(GANG), count(b"\x80\x04K\x03."), truth(b"\x80\x04\x89.")),
            (Some(2), Some(3), Some(false))
        );
    }

    #[test]
    fn why_an_attempt_failed() {
        let failure = failure(ERROR).unwrap();
        assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("KeyError", "'x'"));
        assert_eq!(failure.traceback.as_deref(), Some("KeyError: 'x'\n"));
        assert_eq!(super::failure(b"\x80\x04N."), None);
    }

    #[test]
    fn an_included_file_is_told_by_its_descriptor() {
        let bytes = b"\x80\x04\x8c\x14metaflow.includefile\x94\x8c\x0cIncludedFile\x94\x93\x94)\x81\x94}\x94(\x8c\x0b_descriptor\x94}\x94(\x8c\x04type\x94\x8c\x0buploader-v2\x94\x8c\x03url\x94\x8c\x0elocal:///d/F/x\x94\x8c\x07is_text\x94\x89\x8c\x08sub-type\x94\x8c\x08external\x94u\x8c\x0c_cached_size\x94Nub.";
        let wanted = Included { url: "local:///d/F/x".into(), encoding: None, packed: false };
        assert_eq!(included(bytes), Some(wanted));
        assert_eq!(included(b"\x80\x04}\x94."), None);
    }
}
