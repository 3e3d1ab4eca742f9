//! Every setting, declared once: its variables, what it is for, and what it is when none of them is set.

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name in documentation.
    pub name: &'static str,
    /// The variables that set it, the first that is set wins. One that ends in `*` is any variable that begins so.
    pub env: &'static [&'static str],
    /// What it is for, in Markdown.
    pub doc: &'static str,
    /// What holds when no variable is set, in words.
    pub default: &'static str,
}

macro_rules! settings_table {
    ($($(#[doc = $doc:literal])+ $konst:ident = $name:literal, [$($env:literal),+], $default:literal;)+) => {
        $(
            $(#[doc = $doc])+
            pub(crate) const $konst: Setting = Setting {
                name: $name,
                env: &[$($env),+],
                doc: concat!($($doc),+).trim_ascii(),
                default: $default,
            };
        )+

        /// Every setting, in the order of the reference page.
        pub fn table() -> &'static [Setting] {
            &[$($konst),+]
        }
    };
}

settings_table! {
    /// Who runs flows: names the default namespace and the tag `user:<name>`. The first of the variables that is set
    /// to anything but `root` counts.
    USER = "user", ["SPINLOOM_USER", "METAFLOW_USER", "SUDO_USER", "USERNAME", "USER"], "an error, when it is needed";

    /// The token of a production deployment: the default namespace is then `production:<token>`.
    PRODUCTION_TOKEN = "production_token", ["SPINLOOM_PRODUCTION_TOKEN", "METAFLOW_PRODUCTION_TOKEN"], "none";

    /// What runs here, for the tag `runtime:<name>`.
    RUNTIME = "runtime", ["SPINLOOM_RUNTIME_NAME", "METAFLOW_RUNTIME_NAME"], "`dev`";

    /// The folder that holds the store's folder `.spinloom`.
    STORE_ROOT = "store_root", ["SPINLOOM_DATASTORE_SYSROOT_LOCAL", "METAFLOW_DATASTORE_SYSROOT_LOCAL"],
        "the nearest folder, from the working directory upwards, that has a `.spinloom`; else the working directory";

    /// Where artifacts, logs and code of runs go, as for `--datastore`: `local`, a location such as `s3://bucket/prefix`, or
    /// `s3`, `azure` or `gs`, whose location is a setting of its own.
    DATASTORE = "default_datastore", ["SPINLOOM_DEFAULT_DATASTORE", "METAFLOW_DEFAULT_DATASTORE"], "`local`";

    /// Where runs are recorded, as for `--metadata`: `local`, a database such as `postgres://ann@db.example.com/spinloom`, a server
    /// such as `http://spinloom.example.com:8040`, or `service`, whose address is a setting of its own.
    METADATA = "default_metadata", ["SPINLOOM_DEFAULT_METADATA", "METAFLOW_DEFAULT_METADATA"], "`local`";

    /// The address of the server that `--metadata service` means.
    SERVICE_URL = "service_url", ["SPINLOOM_SERVICE_URL", "METAFLOW_SERVICE_URL"], "none";

    /// What a server that demands a token is shown.
    SERVICE_TOKEN = "service_auth_key", ["SPINLOOM_SERVICE_AUTH_KEY", "METAFLOW_SERVICE_AUTH_KEY", "SPINLOOM_SERVICE_TOKEN"], "none";

    /// The password of a PostgreSQL database whose address has none, as PostgreSQL's own programs read it.
    PG_PASSWORD = "pgpassword", ["PGPASSWORD"], "none";

    /// The location of the datastore `s3`, such as `s3://bucket/prefix`.
    S3_ROOT = "datastore_sysroot_s3", ["SPINLOOM_DATASTORE_SYSROOT_S3", "METAFLOW_DATASTORE_SYSROOT_S3"], "none";

    /// The location of the datastore `azure`, such as `az://container/prefix`.
    AZURE_ROOT = "datastore_sysroot_azure", ["SPINLOOM_DATASTORE_SYSROOT_AZURE", "METAFLOW_DATASTORE_SYSROOT_AZURE"], "none";

    /// The location of the datastore `gs`, such as `gs://bucket/prefix`.
    GS_ROOT = "datastore_sysroot_gs", ["SPINLOOM_DATASTORE_SYSROOT_GS", "METAFLOW_DATASTORE_SYSROOT_GS"], "none";

    /// What the local disk holds compressed: `auto` (pickle streams for which it pays; arrays stay as they are, so that they can
    /// be mapped), `always` or `never`. A store remembers what it was made with.
    COMPRESS = "compress", ["SPINLOOM_COMPRESS"], "what the store was made with, else `auto`";

    /// The token with which a server may be looked at.
    SERVER_READ_TOKEN = "server_read_token", ["SPINLOOM_SERVER_READ_TOKEN"], "one that is made, and kept in the store";

    /// The token with which programs may record at a server.
    SERVER_TOKEN = "server_token", ["SPINLOOM_SERVER_TOKEN"], "one that is made, and kept in the store";

    /// Whether large arrays are verified before they are mapped, too: `1` or `0`. Everything else always is.
    VERIFY = "verify", ["SPINLOOM_VERIFY"], "`0`";

    /// The folder where what object stores hold is kept for reading it again.
    CACHE = "client_cache_path", ["SPINLOOM_CLIENT_CACHE_PATH", "METAFLOW_CLIENT_CACHE_PATH"],
        "`spinloom` in the user's cache folder";

    /// How large that folder may grow: megabytes, or with a unit, such as `50G`.
    CACHE_SIZE = "client_cache_max_size", ["SPINLOOM_CLIENT_CACHE_MAX_SIZE", "METAFLOW_CLIENT_CACHE_MAX_SIZE"], "`10000`";

    /// The user's folder for caches.
    CACHE_HOME = "cache_home", ["XDG_CACHE_HOME"], "`~/.cache`";

    /// Where `S3(run=self)` keeps the objects of runs, such as `s3://bucket/data`.
    DATATOOLS_ROOT = "datatools_s3root", ["SPINLOOM_DATATOOLS_S3ROOT", "METAFLOW_DATATOOLS_S3ROOT"],
        "`data` below the root of the remote datastore in S3, if there is one";

    /// Decorators for every step that lacks them, as for `--with`, separated by spaces.
    DECOSPECS = "default_decospecs", ["SPINLOOM_DEFAULT_DECOSPECS", "METAFLOW_DEFAULT_DECOSPECS"], "none";

    /// Decorators that `spin` honours; others of a step are left out with a warning. Separated by commas, or a JSON list.
    SPIN_DECORATORS = "spin_allowed_decorators", ["SPINLOOM_SPIN_ALLOWED_DECORATORS", "METAFLOW_SPIN_ALLOWED_DECORATORS"],
        "`conda,pypi,conda_base,pypi_base,environment,project,timeout,card,secrets`";

    /// Files of the flow's configs, as for `--config`: a JSON object, name of the config → path.
    FLOW_CONFIG = "flow_config", ["SPINLOOM_FLOW_CONFIG", "METAFLOW_FLOW_CONFIG"], "none";

    /// Values of the flow's configs, as for `--config-value`: a JSON object, name of the config → value.
    FLOW_CONFIG_VALUE = "flow_config_value", ["SPINLOOM_FLOW_CONFIG_VALUE", "METAFLOW_FLOW_CONFIG_VALUE"], "none";

    /// The binding whose settings a flow of a project has if it is run by itself, without `spinloom flow run`.
    BINDING = "binding", ["SPINLOOM_BINDING"], "the only one; an error if there are several";

    /// The target of a project, as for `--target`.
    TARGET = "target", ["SPINLOOM_TARGET"], "what the project file says";

    /// Settings of a project: `SPINLOOM__CONFIGURATION__MODEL__LR=0.1` is `configuration.model.lr`. Upper and lower case do not count.
    OVERRIDES = "project_settings", ["SPINLOOM__*"], "none";

    /// What steps find installed, as for `--environment`: `local`, `pypi`, `conda` or `uv`.
    DEFAULT_ENVIRONMENT = "default_environment", ["SPINLOOM_DEFAULT_ENVIRONMENT", "METAFLOW_DEFAULT_ENVIRONMENT"], "`local`";

    /// The folder where environments of steps are kept, for all projects.
    ENVIRONMENTS = "environments_path", ["SPINLOOM_ENVIRONMENTS_PATH"], "`spinloom/environments` in the user's cache folder";

    /// The program `uv`, which builds environments of `@pypi` and `--environment=uv`.
    UV_PROGRAM = "uv", ["SPINLOOM_UV"], "the one on the path, else the one beside the Python that runs the flow";

    /// The program `micromamba`, which builds environments of `@conda`.
    MICROMAMBA = "micromamba", ["SPINLOOM_MICROMAMBA"], "the one on the path, else the one beside the Python that runs the flow";

    /// uv's own variables, as uv reads them. If one says where packages come from, pip's settings are not handed on to uv.
    UV = "uv_variables", ["UV_*"], "uv's files, else pip's settings";

    /// Where programs are looked for. Those of a step's environment come first in its tasks.
    SEARCH_PATH = "search_path", ["PATH"], "none";

    /// Endings of the files a code package holds, separated by commas.
    DEFAULT_SUFFIXES = "default_package_suffixes",
        ["SPINLOOM_DEFAULT_PACKAGE_SUFFIXES", "METAFLOW_DEFAULT_PACKAGE_SUFFIXES"], "`.py,.R,.RDS`";

    /// More endings of files a code package holds, as for `--package-suffixes`, separated by commas.
    SUFFIXES = "package_suffixes", ["SPINLOOM_PACKAGE_SUFFIXES", "METAFLOW_PACKAGE_SUFFIXES"], "none";

    /// The Python interpreter that the `spinloom` command runs flows with.
    PYTHON = "python", ["SPINLOOM_PYTHON"], "the one of the active virtual environment";

    /// The active virtual environment, as its `activate` script sets it.
    VIRTUAL_ENV = "virtual_env", ["VIRTUAL_ENV"], "none";

    /// How many bytes of an attempt's log are kept, such as `512M`; `0` for all of them.
    MAX_LOG_SIZE = "max_log_size", ["SPINLOOM_MAX_LOG_SIZE"], "all of them";

    /// How many seconds pass between two looks at what each task uses: CPU time, memory, what it reads from and writes to disks, NVIDIA's GPUs.
    /// Tasks that are over sooner have no curve; `0` for none at all.
    RESOURCE_INTERVAL = "resource_interval", ["SPINLOOM_RESOURCE_INTERVAL"], "`1`";

    /// What commands print: `text` for people, `json` for programs, as `--json` does.
    OUTPUT = "output", ["SPINLOOM_OUTPUT"], "`text`";

    /// Turns colour off when set to anything.
    NO_COLOR = "no_color", ["NO_COLOR"], "colour on a terminal";

    /// Turns colour on, terminal or not, when set to anything but `0`. `NO_COLOR` wins over it.
    FORCE_COLOR = "force_color", ["FORCE_COLOR", "CLICOLOR_FORCE"], "colour on a terminal";

    /// The kind of the terminal. `dumb` has neither colour nor live progress.
    TERM = "term", ["TERM"], "what the terminal can do is asked of it";

    /// The width of the terminal, in columns.
    COLUMNS = "columns", ["COLUMNS"], "asked of the terminal";

    /// How many seconds pass between two reports of what is at work, where progress is printed line by line; `0` for
    /// none.
    PROGRESS_INTERVAL = "progress_interval", ["SPINLOOM_PROGRESS_INTERVAL"], "`300`";

    /// Where the web UI is: a run's first line links to it.
    UI_URL = "ui_url", ["SPINLOOM_UI_URL", "METAFLOW_UI_URL"], "none";

    /// The webhook of Argo Events that `ArgoEvent` publishes to.
    ARGO_EVENTS_URL = "argo_events_webhook_url",
        ["SPINLOOM_ARGO_EVENTS_WEBHOOK_URL", "METAFLOW_ARGO_EVENTS_WEBHOOK_URL"], "none";

    /// Whether `spinloom spin` may use and start the background process that keeps an interpreter warm: `1` or `0`.
    SPIN_DAEMON = "spin_daemon", ["SPINLOOM_SPIN_DAEMON"], "`1`, but `0` in continuous integration";

    /// After how many seconds without a spin the warm interpreter leaves.
    SPIN_IDLE = "spin_idle", ["SPINLOOM_SPIN_IDLE"], "`1800`";

    /// How much memory the warm interpreter may take, such as `512M`; a larger one is dropped, and spins are cold.
    SPIN_MEMORY = "spin_memory", ["SPINLOOM_SPIN_MEMORY"], "`2G`";

    /// The folder for what lives as long as a session, such as sockets. It must be the user's own.
    RUNTIME_DIR = "runtime_dir", ["XDG_RUNTIME_DIR"], "`/tmp/spinloom-<user id>`";

    /// Where S3 is, such as `http://127.0.0.1:9000`, for a store that is not Amazon's. Buckets are then parts of the path.
    S3_ENDPOINT = "s3_endpoint_url",
        ["SPINLOOM_S3_ENDPOINT_URL", "METAFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], "Amazon's";

    /// How S3 is to encrypt what is put: `AES256` or `aws:kms`.
    S3_ENCRYPTION = "s3_server_side_encryption",
        ["SPINLOOM_S3_SERVER_SIDE_ENCRYPTION", "METAFLOW_S3_SERVER_SIDE_ENCRYPTION"], "as the bucket is set";

    /// Whether the certificates of stores are verified, `1` or `0`; or a file of certificates to trust beside the system's.
    S3_VERIFY = "s3_verify_certificate",
        ["SPINLOOM_S3_VERIFY_CERTIFICATE", "METAFLOW_S3_VERIFY_CERTIFICATE"], "`1`";

    /// How often a request to a remote store is tried again, with growing pauses, when the store fails or is too busy.
    STORE_RETRIES = "s3_retry_count", ["SPINLOOM_S3_RETRY_COUNT", "METAFLOW_S3_RETRY_COUNT"], "`7`";

    /// For how many seconds a request to a remote store is tried again at most.
    STORE_RETRY_TIME = "store_retry_time", ["SPINLOOM_STORE_RETRY_TIME"], "`120`";

    /// For how many seconds a remote store may be silent before a request is given up and tried again.
    STORE_TIMEOUT = "store_timeout", ["SPINLOOM_STORE_TIMEOUT"], "`30`";

    /// How many requests to a remote store may be under way at once.
    STORE_WORKERS = "s3_worker_count", ["SPINLOOM_S3_WORKER_COUNT", "METAFLOW_S3_WORKER_COUNT"], "`32`";

    /// Where Azure's blobs are, such as `https://account.blob.core.windows.net`.
    AZURE_ENDPOINT = "azure_storage_blob_service_endpoint",
        ["SPINLOOM_AZURE_STORAGE_BLOB_SERVICE_ENDPOINT", "METAFLOW_AZURE_STORAGE_BLOB_SERVICE_ENDPOINT"],
        "the usual address of the account";

    /// Where an emulator of Google Cloud Storage is, such as `http://127.0.0.1:9023`. Requests are then not signed.
    GS_EMULATOR = "storage_emulator_host", ["STORAGE_EMULATOR_HOST"], "none";

    /// Amazon's own variables: `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, `AWS_REGION` and others, as Amazon's tools read them.
    AWS = "aws", ["AWS_*"], "the files in `~/.aws`; else what the machine is given";

    /// Azure's own variables: `AZURE_STORAGE_ACCOUNT`, `AZURE_STORAGE_KEY`, `AZURE_STORAGE_CONNECTION_STRING` and others.
    AZURE = "azure", ["AZURE_*"], "what the machine is given";

    /// Google's own variables, such as `GOOGLE_APPLICATION_CREDENTIALS`.
    GOOGLE = "google", ["GOOGLE_*"], "the file `gcloud auth application-default login` makes; else what the machine is given";

    /// The user's home folder, in which the clouds' tools keep credentials.
    HOME = "home", ["HOME"], "none";

    /// Says that this is continuous integration: no live progress, unless it is `false` or `0`.
    CI = "ci", ["CI"], "no";

    /// Says that an agent reads along: neither colour nor live progress.
    AGENT = "agent", ["CLAUDECODE", "CURSOR_AGENT", "CODEX_*"], "no";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_variable_has_one_setting_and_each_setting_a_page() {
        let names: BTreeSet<_> = table().iter().map(|s| s.name).collect();
        assert_eq!(names.len(), table().len());
        let variables: Vec<_> = table().iter().flat_map(|s| s.env).collect();
        assert_eq!(variables.iter().collect::<BTreeSet<_>>().len(), variables.len());
        for setting in table() {
            assert!(setting.doc.trim().ends_with('.'), "{}", setting.name);
            assert!(!setting.default.is_empty(), "{}", setting.name);
        }
    }

    #[test]
    fn our_variable_comes_before_the_alias_and_every_alias_has_one() {
        for setting in table() {
            for alias in setting.env.iter().filter_map(|v| v.strip_prefix("METAFLOW_")) {
                assert_eq!(setting.env[0], format!("SPINLOOM_{alias}"), "{}", setting.name);
            }
        }
    }
}
