//! Whether a command line can be run by a warm interpreter as a fresh one would run it.

use std::path::Path;

use crate::environment::Environment;
use crate::interpreter::Interpreter;
use crate::learned::Learned;
use crate::protocol::{Ready, Run};
use crate::system::limits;

/// Why it cannot, whichever interpreter there is.
pub(crate) fn never(run: &Run, environment: &Environment) -> Option<String> {
    let path = environment.get("PYTHONPATH").map(|path| path.to_string_lossy().into_owned());
    if path.is_some_and(|path| path.split(':').any(|folder| !folder.starts_with('/'))) {
        return Some("`PYTHONPATH` has a folder that depends on the working directory".to_owned());
    }
    let narrower = limits().into_iter().zip(&run.limits).any(|((_, ours), (_, theirs))| ours < *theirs);
    narrower.then(|| "its limits (`ulimit`) are narrower than yours".to_owned())
}

/// Why this interpreter cannot, now that its modules are those that a fresh one would load.
pub(crate) fn not_here(
    run: &Run,
    environment: &Environment,
    interpreter: &Interpreter,
    learned: &Learned,
) -> Option<String> {
    let ready = interpreter.ready.as_ref()?;
    if let Some(name) = interpreter.environment_differs(environment) {
        return Some(format!("`{name}` is not what libraries were loaded with"));
    }
    if let Some(name) = learned.changed.iter().find(|name| !ready.made.contains(name)) {
        return Some(format!("the flow sets `{name}`, which libraries look up when they are loaded"));
    }
    let path = environment.get("PYTHONPATH").map(|path| path.to_string_lossy().into_owned());
    let folders = path.iter().flat_map(|path| path.split(':')).map(Path::new);
    folders.chain([run.folder.as_path()]).find_map(|folder| hidden(folder, ready))
}

/// A file of the user's that takes the place of a module that is loaded already.
fn hidden(folder: &Path, ready: &Ready) -> Option<String> {
    let entries = folder.read_dir().ok()?;
    let found =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).find(|name| {
            let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
            let module = match ending {
                "" => folder.join(name).join("__init__.py").exists(),
                ending => ["py", "pyc"].contains(&ending) || ending.ends_with("so"),
            };
            module && ready.tops.binary_search_by(|top| top.as_str().cmp(stem)).is_ok()
        });
    found.map(|name| format!("`{}` takes the place of an installed module", folder.join(name).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_users_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let ready = Ready { tops: vec!["numpy".into(), "yaml".into()], ..Ready::default() };
        for harmless in ["flow.py", "yaml.md", "yaml.json"] {
            std::fs::write(folder.path().join(harmless), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("numpy")).unwrap(); // a folder of data
        assert_eq!(hidden(folder.path(), &ready), None);
        std::fs::write(folder.path().join("numpy/__init__.py"), "").unwrap();
        assert!(hidden(folder.path(), &ready).unwrap().contains("numpy"));
        std::fs::remove_file(folder.path().join("numpy/__init__.py")).unwrap();
        std::fs::write(folder.path().join("yaml.py"), "").unwrap();
        assert!(hidden(folder.path(), &ready).unwrap().contains("yaml.py"));
    }

    #[test]
    fn a_path_that_depends_on_the_folder_is_never_served() {
        let run = Run {
            v: 1,
            build: String::new(),
            words: Vec::new(),
            folder: "/".into(),
            umask: 0,
            limits: limits(),
            ignored: 0,
        };
        let refused = |text: &str| never(&run, &Environment::parse(text.as_bytes())).is_some();
        assert!(!refused("PYTHONPATH=/a:/b"));
        assert!(refused("PYTHONPATH=/a:src"));
        assert!(refused("PYTHONPATH=/a:"));
        assert!(!refused("A=1"));
    }
}
