//! A project with a store of known content, and the command run in it.

mod store;

use std::process::Command;

use spinloom_datastore::StorePolicy;
use spinloom_datastore::package::Contents;

use tempfile::TempDir;

pub use store::large::noise;

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

    /// Two runs with configs.
    pub fn configured() -> Self {
        let project = Self::empty();
        store::configured(&project.folder.path().join(".spinloom"));
        project
    }

    /// The runs of `large.rs`, whose artifacts are chunks; everything in the store two days old.
    pub fn large() -> Self {
        let project = Self::empty();
        store::large::fill(&project.folder.path().join(".spinloom"));
        project.age();
        project
    }

    /// Two runs whose artifacts are in the object store `objects/`, a folder.
    pub fn remote() -> Self {
        let project = Self::empty();
        let folder = project.folder.path();
        let policy = StorePolicy {
            remote: Some(format!("file://{}", folder.join("objects").display())),
            cache: Some(folder.join(".spinloom/cache")),
            ..StorePolicy::default()
        };
        store::large::fill_remote(&folder.join(".spinloom"), &policy);
        project
    }

    /// Several command lines of a project whose artifacts go to `objects/`.
    pub fn all_remote(&self, lines: &[&str]) -> String {
        let place = format!("file://{}", self.folder.path().join("objects").display());
        let told = lines.iter().map(|words| {
            let text = self.told(words, self.command(words).env("SPINLOOM_DEFAULT_DATASTORE", &place));
            // How wide a column is depends on the name of the folder.
            text.lines()
                .map(|line| line.split("  ").filter(|s| !s.is_empty()).collect::<Vec<_>>().join("  ") + "\n")
                .collect()
        });
        let store = std::fs::read_to_string(self.folder.path().join(".spinloom/id")).unwrap();
        told.collect::<Vec<String>>().join("\n").replace(&store, "[STORE]")
    }

    /// Makes everything in the store two days old.
    pub fn age(&self) {
        self.age_below("", 2);
    }

    /// Makes everything below a folder of the store so many days old.
    pub fn age_below(&self, below: &str, days: u64) {
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(days * 86_400);
        for path in self.files(below) {
            let times = std::fs::FileTimes::new().set_modified(old);
            std::fs::File::open(path).unwrap().set_times(times).unwrap();
        }
    }

    /// A run of `flow` that began so many seconds ago and is at work.
    pub fn begin_run(&self, flow: &str, seconds: i64) {
        store::begin(&self.folder.path().join(".spinloom"), flow, seconds);
    }

    /// Every file and folder below a folder of the store, sorted.
    pub fn files(&self, below: &str) -> Vec<std::path::PathBuf> {
        let mut found = vec![self.folder.path().join(".spinloom").join(below)];
        let mut next = 0;
        while let Some(path) = found.get(next).cloned() {
            if path.is_dir() {
                found.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            }
            next += 1;
        }
        found.sort();
        found
    }

    /// The chunks of the store, sorted.
    pub fn chunks(&self) -> Vec<std::path::PathBuf> {
        self.files("chunks").into_iter().filter(|path| path.is_file()).collect()
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Keeps a folder of the project as the code of a run.
    pub fn keep_code(&self, flow: &str, run: &str, folder: &str, contents: &Contents) {
        let folder = self.folder.path().join(folder);
        store::keep_code(&self.folder.path().join(".spinloom"), (flow, run), &folder, contents);
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
