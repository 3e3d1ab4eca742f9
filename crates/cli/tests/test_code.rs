//! `spinloom code` (OP-06).

use spinloom_datastore::package::{Contents, Source};

use crate::snapshot;
use crate::support::Project;

const FLOW: &str = "from helpers import double\n\n\nclass Training:\n    rate = 0.1\n";

/// `Training/1` had `flow.py`, `helpers.py` and `logo.rds`, which is no text; `Training/3` another `flow.py` and no helpers.
/// The folder is as it was for the first.
fn project() -> Project {
    let project = Project::recorded();
    project.write("flow.py", FLOW.replace("0.1", "0.2"));
    project.write("logo.rds", [0, 1, 2]);
    project.keep_code("Training", "3", "", &Contents::default());
    project.write("flow.py", FLOW);
    project.write("helpers.py", "def double(x):\n    return 2 * x\n");
    project.keep_code("Training", "1", "", &Contents::default());
    project
}

#[test]
fn help() {
    snapshot!(Project::empty().all(&[
        "help code",
        "code diff --help",
        "code pull --help",
        "code patch --help"
    ]));
}

#[test]
fn what_changed_since_a_run() {
    let project = project();
    let same = project.spinloom("code diff Training/1");
    project.write("flow.py", FLOW.replace("0.1", "0.3").trim_end());
    project.write("new.py", "x = 1\n");
    project.write("empty.py", "");
    project.write("logo.rds", [0, 9]);
    project.write("notes.txt", "no code");
    std::fs::remove_file(project.path().join("helpers.py")).unwrap();
    snapshot!(
        same + "\n"
            + &project.all(&[
                "code diff Training/1",
                "code diff Training/1 --stat --exit-code",
                "code diff Training/1 --color always",
                "code diff Training/1 --json",
            ])
    );
}

/// NO_COLOR is honoured, as everywhere.
#[test]
fn colour_is_for_terminals_that_want_it() {
    let project = project();
    project.write("flow.py", "other\n");
    let told = |command: &mut std::process::Command| {
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
    };
    assert!(told(project.command("code diff Training/1 --color always").env("NO_COLOR", "1")));
    assert!(!told(project.command("code diff Training/1").env("NO_COLOR", "1")));
    assert!(!told(&mut project.command("code diff Training/1")));
}

#[test]
fn what_changed_between_runs() {
    let project = project();
    snapshot!(project.all(&[
        "code diff Training/1 Training/3",
        "code diff-runs Training/1 Training/3",
        "code diff Training/1 Training/1 --exit-code",
        "code diff Training/1 Training/3 --exit-code --json",
    ]));
}

#[test]
fn compared_with_another_folder() {
    let project = project();
    project.write("elsewhere/flow.py", FLOW);
    std::fs::create_dir(project.path().join("empty")).unwrap();
    snapshot!(project.all(&["code diff Training/1 elsewhere --stat", "code diff Training/1 ./empty"]));
}

/// FD-12: what came from elsewhere is compared with what is there now, and left alone if it is not here.
#[test]
fn sources_are_compared_where_they_are() {
    let project = Project::recorded();
    project.write("flows/flow.py", FLOW);
    project.write("flows/query.sql", "select 1\n");
    project.write("shared/words.py", "WORDS = 3\n");
    let source = |path: &str, name: &str| Source { path: path.into(), name: name.into(), suffixes: None };
    let contents = Contents {
        suffixes: vec![".sql".into()],
        sources: vec![source("../shared", "shared"), source("../flows/flow.py", "copy/of.py")],
    };
    project.keep_code("Training", "1", "flows", &contents);
    project.write("flows/query.sql", "select 2\n");
    project.write("shared/words.py", "WORDS = 4\n");
    let here = project.spinloom("code diff Training/1 ./flows --stat");
    std::fs::rename(project.path().join("shared"), project.path().join("gone")).unwrap();
    snapshot!(here + "\n" + &project.spinloom("code diff Training/1 ./flows --stat"));
}

#[test]
fn pulling() {
    let project = project();
    let first = project.all(&["code pull Training/1", "code pull Training/1 --json"]);
    assert_eq!(std::fs::read_to_string(project.path().join("training_1_code/flow.py")).unwrap(), FLOW);
    project.write("training_1_code/flow.py", "mine");
    let second = project.all(&["code pull Training/1", "code pull Training/1 --overwrite"]);
    assert_eq!(std::fs::read_to_string(project.path().join("training_1_code/flow.py")).unwrap(), FLOW);
    std::os::unix::fs::symlink("/", project.path().join("link")).unwrap();
    snapshot!(
        first
            + "\n"
            + &second
            + "\n"
            + &project.all(&[
                "code pull Training/3 --dir new/folder",
                "code pull Training/2 --dir x",
                "code pull Training/99 --dir x",
                "code pull Training/1 --dir flow.py",
            ])
    );
    assert!(!project.path().join("x").exists());
}

/// What a patch turns the folder into is the code of the run.
#[test]
fn patching() {
    let project = project();
    project.write("flow.py", "class Other:\n    pass");
    std::fs::remove_file(project.path().join("helpers.py")).unwrap();
    project.write("logo.rds", [9]);
    project.write("mine.py", "stays = True\n");
    let told = project.all(&[
        "code patch Training/1",
        "code patch Training/1",
        "code patch Training/1 --file_path back.patch --json",
        "code patch Training/1 --file-path back.patch --overwrite",
    ]);
    let applied = std::process::Command::new("git")
        .args(["apply", "back.patch"])
        .current_dir(project.path())
        .status()
        .unwrap();
    assert!(applied.success());
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert_eq!((read("flow.py").as_str(), read("mine.py").as_str()), (FLOW, "stays = True\n"));
    assert!(read("helpers.py").starts_with("def double"));
    snapshot!(told + "\n" + &read("training_1.patch"));
}

#[test]
fn errors() {
    let project = project();
    snapshot!(project.all(&[
        "code",
        "code diff",
        "code diff Training/2",
        "code diff Training/1 nosuch",
        "code pull Training"
    ]));
    std::fs::remove_file(project.path().join("flow.py")).unwrap();
    std::fs::create_dir(project.path().join("moved")).unwrap();
    snapshot!(project.spinloom("code diff Training/1"));
}
