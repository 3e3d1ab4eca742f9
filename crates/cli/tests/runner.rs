//! All tests of the command line in one binary: one file for each command that needs no Python.
//!
//! What needs an imported flow (`run`, `resume`, `check`, `dump`, `output-dot`, `output-raw`, `show flow.py`) is
//! snapshot-tested with a real interpreter from the workspace's `tests/`; here are their help and what they say without Python.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

mod test_artifact;
mod test_code;
mod test_completions;
mod test_config;
mod test_daemon;
mod test_explain;
mod test_extensions;
mod test_flow;
mod test_flow_face;
mod test_fsck;
mod test_gc;
mod test_help;
mod test_import;
mod test_list;
mod test_logs;
mod test_logs_follow;
mod test_project;
mod test_python_driven;
mod test_retention;
mod test_runs;
mod test_settings;
mod test_show;
mod test_sweep;
mod test_table;
mod test_tag;
mod test_usage;
mod test_version;
mod test_workflow;

/// A file that nobody names is a file that nobody runs.
#[test]
fn no_test_file_is_forgotten() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let runner = std::fs::read_to_string(folder.join("runner.rs")).unwrap();
    for entry in folder.read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|m| m.starts_with("test_")) {
            assert!(runner.contains(&format!("mod {module};")), "`{name}` is not in `runner.rs`");
        }
    }
}
