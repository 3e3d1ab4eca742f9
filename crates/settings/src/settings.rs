//! The one value all settings are in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::environment::Environment;
use crate::remote::{self, RemoteSettings};
use crate::{Colour, Output, parse, store_root, table, terminal};

/// Everything the user has set outside the command line. Immutable; two of them can live in one process.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) env: Environment,
    cwd: PathBuf,
    store_root: PathBuf,
    decospecs: Vec<String>,
    default_suffixes: Vec<String>,
    suffixes: Vec<String>,
    max_log_size: Option<u64>,
    progress_interval: Duration,
    resource_interval: Duration,
    output: Output,
    spin_daemon: bool,
    spin_idle: Duration,
    spin_memory: u64,
}

impl Settings {
    /// Settings from `variables` and the working directory `cwd`, an absolute path. Looks for the store, reads no other file.
    ///
    /// # Errors
    /// `SL0004` if a variable has a value that means nothing.
    pub fn load(variables: impl IntoIterator<Item = (String, String)>, cwd: &Path) -> Result<Self> {
        let env = Environment::new(variables);
        let default_suffixes = env.value(&table::DEFAULT_SUFFIXES).unwrap_or(".py,.R,.RDS");
        Ok(Self {
            cwd: cwd.to_owned(),
            store_root: store_root::find(env.value(&table::STORE_ROOT), cwd),
            decospecs: env
                .value(&table::DECOSPECS)
                .unwrap_or("")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            default_suffixes: parse::comma_list(default_suffixes).collect(),
            suffixes: parse::comma_list(env.value(&table::SUFFIXES).unwrap_or("")).collect(),
            max_log_size: parse::bytes(&env, &table::MAX_LOG_SIZE)?.filter(|bytes| *bytes > 0),
            progress_interval: parse::seconds(&env, &table::PROGRESS_INTERVAL)?
                .unwrap_or(Duration::from_secs(300)),
            resource_interval: parse::seconds(&env, &table::RESOURCE_INTERVAL)?
                .unwrap_or(Duration::from_secs(1)),
            output: terminal::output(&env)?,
            spin_daemon: parse::switch(&env, &table::SPIN_DAEMON)?.unwrap_or(!terminal::is_ci(&env)),
            spin_idle: parse::seconds(&env, &table::SPIN_IDLE)?.unwrap_or(Duration::from_secs(1800)),
            spin_memory: parse::bytes(&env, &table::SPIN_MEMORY)?.unwrap_or(2 << 30),
            env,
        })
    }

    /// The token for looking at a server and the one for recording at it, as far as they are set.
    pub fn server_tokens(&self) -> (Option<String>, Option<String>) {
        let of = |setting| self.env.value(setting).map(str::to_owned);
        (of(&table::SERVER_READ_TOKEN), of(&table::SERVER_TOKEN))
    }

    /// Settings of this process. The only place of the workspace that reads the environment.
    ///
    /// # Errors
    /// As [`load`](Self::load); `SL0401` if the working directory is gone.
    #[allow(clippy::disallowed_methods)] // This is the place the others are sent to.
    pub fn from_process() -> Result<Self> {
        let cwd = std::env::current_dir()
            .or_error(codes::STORE_IO, || "the working directory cannot be found".to_owned())
            .map_err(|e| e.hint("change to a folder that exists"))?;
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        Self::load(std::env::vars_os().filter_map(text), &cwd)
    }

    /// Who the user is (CU-04).
    ///
    /// # Errors
    /// `SL0305` if no variable tells, or only `root`.
    pub fn user(&self) -> Result<&str> {
        self.env.all(&table::USER).map(|(_, value)| value).find(|v| *v != "root").ok_or_else(|| {
            let names = table::USER.env.join("`, `");
            Error::new(codes::UNKNOWN_USER, "your user name is not known, and `root` is not one")
                .cause(format!("none of `{names}` is set to another name"))
                .hint("set it, for example with `export SPINLOOM_USER=ann`")
        })
    }

    /// The namespace to look into by default: `production:<token>` or `user:<name>` (CU-03).
    ///
    /// # Errors
    /// As [`user`](Self::user).
    pub fn namespace(&self) -> Result<String> {
        match self.production_token() {
            Some(token) => Ok(format!("production:{token}")),
            None => Ok(format!("user:{}", self.user()?)),
        }
    }

    /// The token of the production deployment this runs for.
    pub fn production_token(&self) -> Option<&str> {
        self.env.value(&table::PRODUCTION_TOKEN)
    }

    /// What runs here, for the tag `runtime:<name>`.
    pub fn runtime(&self) -> &str {
        self.env.value(&table::RUNTIME).unwrap_or("dev")
    }

    /// The working directory.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The store's folder, `…/.spinloom`, which need not be there yet (AR-10).
    pub fn store_root(&self) -> &Path {
        &self.store_root
    }

    /// Where objects of runs are kept in S3, without a `/` at the end (PR-08).
    pub fn datatools_root(&self) -> Option<String> {
        let given = self.env.value(&table::DATATOOLS_ROOT).map(|root| root.trim_end_matches('/').to_owned());
        given.or_else(|| Some(format!("{}/data", self.env.value(&table::S3_ROOT)?.trim_end_matches('/'))))
    }

    /// Decorators for every step that lacks them, after those of `--with` (RU-13).
    pub fn default_decospecs(&self) -> &[String] {
        &self.decospecs
    }

    /// Decorators that `spin` honours (RE-15).
    pub fn spin_decorators(&self) -> Vec<String> {
        let default = table::SPIN_DECORATORS.default.trim_matches('`');
        let text = self.env.value(&table::SPIN_DECORATORS).unwrap_or(default);
        let bare: String = text.chars().filter(|c| !matches!(c, '[' | ']' | '"' | '\'')).collect();
        parse::comma_list(&bare).collect()
    }

    /// The variable with files of the flow's configs, and its value (PA-13).
    pub fn flow_config(&self) -> Option<(&str, &str)> {
        self.env.get(&table::FLOW_CONFIG)
    }

    /// The variable with values of the flow's configs, and its value (PA-13).
    pub fn flow_config_value(&self) -> Option<(&str, &str)> {
        self.env.get(&table::FLOW_CONFIG_VALUE)
    }

    /// The binding whose settings a flow has.
    pub fn binding(&self) -> Option<&str> {
        self.env.get(&table::BINDING).map(|(_, value)| value)
    }

    /// The target of the project.
    pub fn target(&self) -> Option<&str> {
        self.env.get(&table::TARGET).map(|(_, value)| value)
    }

    /// Settings of the project that variables give: the variable, the keys in its name, its value.
    pub fn project_settings(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let keys = |name: &'_ str| name.strip_prefix("SPINLOOM__").map_or(0, |keys| name.len() - keys.len());
        self.env.all(&table::OVERRIDES).map(move |(name, value)| (name, &name[keys(name)..], value))
    }

    /// Endings of files a code package always holds (OP-01).
    pub fn default_package_suffixes(&self) -> &[String] {
        &self.default_suffixes
    }

    /// More endings, for when the command line names none.
    pub fn package_suffixes(&self) -> &[String] {
        &self.suffixes
    }

    /// The interpreter the user chose, or the one of the active virtual environment.
    pub fn python(&self) -> Option<PathBuf> {
        let chosen = self.env.value(&table::PYTHON).map(PathBuf::from);
        chosen.or_else(|| Some(Path::new(self.env.value(&table::VIRTUAL_ENV)?).join("bin/python")))
    }

    /// What steps find installed, unless the command line says.
    pub fn default_environment(&self) -> Option<&str> {
        self.env.value(&table::DEFAULT_ENVIRONMENT)
    }

    /// The folder where environments of steps are kept; `None` if the user has no folder for caches.
    pub fn environments(&self) -> Option<PathBuf> {
        let given = self.env.value(&table::ENVIRONMENTS).map(|folder| self.cwd.join(folder));
        let caches = || match self.env.value(&table::CACHE_HOME) {
            Some(folder) => Some(PathBuf::from(folder)),
            None => Some(Path::new(self.env.value(&table::HOME)?).join(".cache")),
        };
        given.or_else(|| Some(caches()?.join("spinloom/environments")))
    }

    /// The `uv` the user chose.
    pub fn uv(&self) -> Option<PathBuf> {
        self.env.value(&table::UV_PROGRAM).map(PathBuf::from)
    }

    /// The `micromamba` the user chose.
    pub fn micromamba(&self) -> Option<PathBuf> {
        self.env.value(&table::MICROMAMBA).map(PathBuf::from)
    }

    /// Whether uv is told where packages come from: by a variable, or by a file of its own.
    pub fn uv_knows_its_indexes(&self) -> bool {
        let about = [
            "UV_DEFAULT_INDEX",
            "UV_INDEX",
            "UV_FIND_LINKS",
            "UV_NO_INDEX",
            "UV_EXTRA_INDEX",
            "UV_CONFIG_FILE",
        ];
        let by_variable =
            self.env.all(&table::UV).any(|(name, _)| about.iter().any(|one| name.starts_with(one)));
        let home = self.env.value(&table::HOME).map(|home| Path::new(home).join(".config/uv/uv.toml"));
        by_variable || home.into_iter().chain([PathBuf::from("/etc/uv/uv.toml")]).any(|file| file.exists())
    }

    /// Where programs are looked for.
    pub fn search_path(&self) -> &str {
        self.env.value(&table::SEARCH_PATH).unwrap_or_default()
    }

    /// How many bytes of an attempt's log to keep; `None` for all.
    pub fn max_log_size(&self) -> Option<u64> {
        self.max_log_size
    }

    /// How long to wait between two looks at what tasks use; `None` not to look.
    pub fn resource_interval(&self) -> Option<Duration> {
        Some(self.resource_interval).filter(|interval| !interval.is_zero())
    }

    /// For whom commands print.
    pub fn output(&self) -> Output {
        self.output
    }

    /// Whether to use colour. The command line's `--color` wins over it.
    pub fn colour(&self) -> Colour {
        terminal::colour(&self.env)
    }

    /// Whether progress may be drawn over itself, provided that there is a terminal.
    pub fn live_progress(&self) -> bool {
        !(self.is_ci() || self.is_agent() || terminal::is_dumb(&self.env))
    }

    /// This is continuous integration.
    pub fn is_ci(&self) -> bool {
        terminal::is_ci(&self.env)
    }

    /// An agent reads along.
    pub fn is_agent(&self) -> bool {
        terminal::is_agent(&self.env)
    }

    /// The width of the terminal, if the environment tells.
    pub fn columns(&self) -> Option<usize> {
        self.env.value(&table::COLUMNS)?.parse().ok().filter(|n| *n > 0)
    }

    /// How often a run says what is at work where it prints line by line; zero for never (RU-10).
    pub fn progress_interval(&self) -> Duration {
        self.progress_interval
    }

    /// Whether `spin` may use and start the process that keeps an interpreter warm.
    pub fn spin_daemon(&self) -> bool {
        self.spin_daemon
    }

    /// How long a warm interpreter waits for the next spin before it leaves.
    pub fn spin_idle(&self) -> Duration {
        self.spin_idle
    }

    /// How many bytes of memory a warm interpreter may take.
    pub fn spin_memory(&self) -> u64 {
        self.spin_memory
    }

    /// The folder for sockets and the like, if the session has one.
    pub fn runtime_dir(&self) -> Option<&Path> {
        self.env.value(&table::RUNTIME_DIR).map(Path::new)
    }

    /// Where the web UI is, without a `/` at the end.
    pub fn ui_url(&self) -> Option<&str> {
        self.env.value(&table::UI_URL).map(|url| url.trim_end_matches('/'))
    }

    /// The webhook of Argo Events, if one is known.
    pub fn argo_events_url(&self) -> Option<&str> {
        self.env.value(&table::ARGO_EVENTS_URL)
    }

    /// What is set about stores that are reached over a network (AR-09).
    ///
    /// # Errors
    /// `SL0004` if one of their variables has a value that means nothing.
    pub fn remote(&self) -> Result<RemoteSettings> {
        remote::load(&self.env)
    }

    /// The variable that sets an option or parameter of a command, and its value (RU-22, PA-05).
    ///
    /// `option_env("run", "max-workers")` is `SPINLOOM_RUN_MAX_WORKERS`, else `METAFLOW_RUN_MAX_WORKERS`. With an empty
    /// `command` it is an option of the program itself. A variable that is set but empty is an empty value.
    pub fn option_env(&self, command: &str, option: &str) -> Option<(String, String)> {
        let words =
            [command, option].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
        self.env.prefixed(&words.replace(['-', ' '], "_").to_uppercase())
    }

    /// The environment of this process, byte for byte, to be handed on. Nothing is to be looked up in it.
    #[allow(clippy::disallowed_methods)] // The other half of the same place.
    pub fn environment_to_hand_on() -> Vec<(OsString, OsString)> {
        std::env::vars_os().collect()
    }
}
