//! The checkout as the checks see it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the checkout.
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The workspace this crate was built in.
    pub fn of_this_workspace() -> Self {
        Self::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    /// A checkout elsewhere.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where `path`, relative to the root, is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.path(path)).map_err(|e| format!("{path} cannot be read: {e}\n"))
    }

    /// Every file of the repository, ignored ones excepted, relative to the root.
    pub fn files(&self) -> Result<Vec<String>, String> {
        let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"];
        let listed = self.output("git", &arguments)?;
        Ok(listed.lines().filter(|path| self.path(path).is_file()).map(str::to_owned).collect())
    }

    /// What a program run in the root prints.
    pub fn output(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(program).args(arguments).current_dir(&self.root).output();
        let output = output.map_err(|e| format!("`{program}` cannot be run: {e}\n"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        String::from_utf8(output.stdout)
            .map_err(|e| format!("`{program}` printed bytes that are no text: {e}\n"))
    }
}
