//! A project with a store of known content, and the command run in it.

mod store;

use std::process::Command;

use tempfile::TempDir;

/// A folder with a `.spinloom`.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Nothing recorded.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The runs of `store.rs`.
    pub fn recorded() -> Self {
        let project = Self::empty();
        store::fill(&project.folder.path().join(".spinloom"));
        project
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The folder.
    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The command, with nothing of this process's environment but `PATH`.
    #[allow(clippy::disallowed_methods)] // a test hands its own `PATH` on
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spinloom"));
        command.args(words.split_whitespace()).current_dir(self.folder.path()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs([
            ("SPINLOOM_USER", "ann"),
            ("TZ", "UTC"),
            ("COLUMNS", "80"),
            ("SPINLOOM_SPIN_DAEMON", "0"),
        ]);
        command
    }

    /// What a command line says and how it ends, what differs from run to run replaced.
    pub fn spinloom(&self, words: &str) -> String {
        self.told(words, &mut self.command(words))
    }

    /// Several command lines, one after another.
    pub fn all(&self, lines: &[&str]) -> String {
        lines.iter().map(|words| self.spinloom(words)).collect::<Vec<_>>().join("\n")
    }

    /// The same for a command made with [`command`](Self::command).
    pub fn told(&self, words: &str, command: &mut Command) -> String {
        let done = command.output().unwrap();
        let mut text = format!("$ spinloom {words}\n");
        text += &String::from_utf8_lossy(&done.stdout);
        let stderr = String::from_utf8_lossy(&done.stderr);
        if !stderr.is_empty() {
            text += &format!("--- stderr\n{stderr}");
        }
        text += &format!("--- exit {}\n", done.status.code().unwrap());
        let folder = self.folder.path().canonicalize().unwrap();
        for path in [folder.as_path(), self.folder.path()] {
            text = text.replace(&path.display().to_string(), "[PROJECT]");
        }
        text
    }
}

/// Compares with the stored snapshot.
#[macro_export]
macro_rules! snapshot {
    ($text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r#""duration_ms":\d+"#, r#""duration_ms":[MS]"#);
        settings.add_filter(r"\b[0-9a-f]{64}\b", "[HASH]");
        settings.add_filter(env!("CARGO_PKG_VERSION"), "[VERSION]");
        settings.bind(|| insta::assert_snapshot!($text));
    }};
}
