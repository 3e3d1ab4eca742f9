//! Tags of a run (CU-05).

use spinloom_diagnostics::codes;
use spinloom_metadata::{MAX_TAG_CHARS, MAX_USER_TAGS, NewRun, Provider, RunQuery};

use super::{code, new_run, text};

// CU-05
pub(super) fn tags_obey_their_limits(p: &mut dyn Provider) {
    let numbered = |n: usize| (0..n).map(|i| format!("t{i:02}")).collect::<Vec<_>>();
    let longest = "é".repeat(MAX_TAG_CHARS);
    let bad: [Vec<String>; 3] = [text(&[""]), vec![format!("{longest}x")], numbered(MAX_USER_TAGS + 1)];
    for tags in &bad {
        assert_eq!(code(p.create_run(&NewRun { tags: tags.clone(), ..new_run("F") })), codes::BAD_TAG.id());
    }
    assert_eq!(p.flows().unwrap(), [], "a refused run leaves nothing");
    let mut most = numbered(MAX_USER_TAGS);
    most[0] = longest;
    let run = p.create_run(&NewRun { tags: most.clone(), ..new_run("F") }).unwrap();
    for tags in bad.iter().chain([&text(&["more"])]) {
        assert_eq!(code(p.mutate_tags(&run.flow, &run.run, tags, &[])), codes::BAD_TAG.id());
    }
    assert_eq!(
        code(p.mutate_tags(&run.flow, &run.run, &[], &text(&["t01", "user:ann"]))),
        codes::BAD_TAG.id()
    );
    let unchanged = p.run(&run.flow, &run.run).unwrap().unwrap();
    assert_eq!(unchanged, run, "a refused change leaves everything");
    assert_eq!(p.mutate_tags(&run.flow, &run.run, &text(&["user:ann", "t01"]), &[]).unwrap(), run.tags);
    let swapped = p.mutate_tags(&run.flow, &run.run, &text(&["more"]), &text(&["t01"])).unwrap();
    assert_eq!(swapped.len(), MAX_USER_TAGS, "removals come first");
}

// CU-05, CU-08
pub(super) fn tags_are_changed_in_one_step(p: &mut dyn Provider) {
    let run = p.create_run(&NewRun { tags: text(&["a", "b"]), ..new_run("F") }).unwrap();
    let mut change = |add: &[&str], remove: &[&str]| {
        p.mutate_tags(&run.flow, &run.run, &text(add), &text(remove)).unwrap().join(" ")
    };
    assert_eq!(change(&["c", "c"], &[]), "a b c");
    assert_eq!(change(&[], &["a", "never there"]), "b c");
    assert_eq!(change(&["b", "d"], &["b", "c"]), "b d", "removed first, then added");
    assert_eq!(change(&[], &[]), "b d");
    let after = p.run(&run.flow, &run.run).unwrap().unwrap();
    assert_eq!((after.tags, after.system_tags), (text(&["b", "d"]), text(&["user:ann"])));
    let tagged =
        |tag: &str| p.runs(&run.flow, &RunQuery { tags: text(&[tag]), ..RunQuery::default() }).unwrap().len();
    assert_eq!((tagged("a"), tagged("d")), (0, 1));
    let odd = text(&["\"quoted\" 'twice'", "a\nb", "x\0y", "ü 🧵"]);
    assert_eq!(p.mutate_tags(&run.flow, &run.run, &odd, &text(&["b", "d"])).unwrap(), odd);
    assert_eq!(p.run(&run.flow, &run.run).unwrap().unwrap().tags, odd);
}
