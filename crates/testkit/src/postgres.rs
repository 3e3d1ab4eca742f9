//! A real PostgreSQL, of the Debian package that `./setup --servers` installs.
#![allow(clippy::unwrap_used, clippy::expect_used)] // This is test code, though not in a `tests` folder.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(120);
/// The user and group of nobody in particular: PostgreSQL refuses to be root.
const NOBODY: (u32, u32) = (65534, 65534);
/// Waits for its own standard input to end, and ends the server then: also when who started it was killed. Who did not say `keep`
/// before cannot clean up any more.
const KEEPER: &str = r#"
"$@" >"$LOG" 2>&1 &
server=$!
echo $server
while read -r word; do
    case $word in
        keep) FOLDER= ;;
        *) kill -s "$word" $server 2>/dev/null ;;
    esac
done
kill -s QUIT $server 2>/dev/null
wait $server
[ -z "$FOLDER" ] || rm -rf "$FOLDER"
"#;

/// A PostgreSQL server on a free port, which ends with this.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    programs: PathBuf,
    options: Vec<String>,
    keeper: Mutex<Option<Keeper>>,
    databases: AtomicU32,
}

struct Keeper {
    process: Child,
    input: Option<ChildStdin>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let said = self.input.take().map(|mut input| writeln!(input, "keep"));
        drop(said);
        let _ = self.process.wait();
    }
}

impl Postgres {
    /// The one all tests of a program share. It ends with the program, however that ends.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[]))
    }

    /// Starts one with further settings, such as `max_connections=5`. What is committed survives its end, not that of the machine.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(settings: &[&str]) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        if nix::unistd::getuid().is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY.0), Some(NOBODY.1)).unwrap();
        }
        let data = folder.path().join("data");
        let made = as_nobody(&programs.join("initdb"))
            .args(["-U", "app", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let cheap = [
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "max_connections=60",
            "listen_addresses=127.0.0.1",
        ];
        let options = cheap.iter().chain(settings).map(|one| (*one).to_owned()).collect();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let databases = AtomicU32::new(0);
        let server = Self { folder, port, programs, options, keeper: Mutex::default(), databases };
        server.run();
        server
    }

    /// The address of a new, empty database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name}"), "postgres");
        format!("postgres://app@127.0.0.1:{}/{name}", self.port)
    }

    /// Has the database carry out a statement, and answers what it prints.
    ///
    /// # Panics
    /// If it cannot.
    pub fn sql(&self, statement: &str, database: &str) -> String {
        let port = self.port.to_string();
        let done = Command::new(self.programs.join("psql"))
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "app",
                "-At",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                statement,
                database,
            ])
            .output()
            .unwrap();
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Ends the server at once, as a crash would.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&self) {
        drop(self.keeper().take().expect("it runs"));
    }

    /// Starts the server again, on the same port.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(&self) {
        let options = self.options.iter().flat_map(|option| ["-c", option.as_str()]);
        let socket = format!("unix_socket_directories={}", self.folder.path().display());
        let mut process = as_nobody(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "keeper"])
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string(), "-c", &socket])
            .args(options)
            .env("LOG", self.folder.path().join("log"))
            .env("FOLDER", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let input = process.stdin.take();
        *self.keeper() = Some(Keeper { process, input });
        self.await_ready();
    }

    /// Asks the server to end as `pg_ctl stop -m fast` does: who is connected is told.
    ///
    /// # Panics
    /// If it does not run.
    pub fn stop(&self) {
        let mut keeper = self.keeper().take().expect("it runs");
        let input = keeper.input.as_mut().expect("it runs");
        writeln!(input, "INT").unwrap();
        let started = Instant::now();
        while self.folder.path().join("data/postmaster.pid").exists() {
            assert!(started.elapsed() < READY_WITHIN, "PostgreSQL does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn await_ready(&self) {
        let started = Instant::now();
        let port = self.port.to_string();
        let ready = || {
            Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &port])
                .status()
                .is_ok_and(|status| status.success())
        };
        while !ready() {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(started.elapsed() < READY_WITHIN, "PostgreSQL does not start: {log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn keeper(&self) -> std::sync::MutexGuard<'_, Option<Keeper>> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that is not root.
fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new(program);
    if nix::unistd::getuid().is_root() {
        command.uid(NOBODY.0).gid(NOBODY.1).current_dir("/");
    }
    command
}

/// Where the newest PostgreSQL of this machine is.
fn programs() -> PathBuf {
    let number =
        |path: &PathBuf| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|one| one.path());
    let newest = versions.filter(|path| path.join("bin/initdb").exists()).max_by_key(number);
    newest.expect("PostgreSQL is not there: run ./setup --servers").join("bin")
}
