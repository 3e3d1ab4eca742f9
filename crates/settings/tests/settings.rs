//! Settings from made-up environments; the one of the process is never touched.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use spinloom_diagnostics::codes;
use spinloom_settings::{Colour, Output, Settings};

fn settings(variables: &[(&str, &str)]) -> Settings {
    load(variables, Path::new("/nowhere/at/all")).unwrap()
}

fn load(variables: &[(&str, &str)], cwd: &Path) -> spinloom_diagnostics::Result<Settings> {
    Settings::load(variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())), cwd)
}

// CU-04
#[test]
fn the_user_is_the_first_name_that_is_not_root() {
    let order = ["SPINLOOM_USER", "METAFLOW_USER", "SUDO_USER", "USERNAME", "USER"];
    for first in 0..order.len() {
        let set: Vec<_> = order[first..].iter().map(|&name| (name, name)).collect();
        assert_eq!(settings(&set).user().unwrap(), order[first]);
    }
    assert_eq!(
        settings(&[("METAFLOW_USER", "root"), ("SUDO_USER", ""), ("USER", "ann")]).user().unwrap(),
        "ann"
    );
    for nobody in [&[][..], &[("USER", "root")], &[("SPINLOOM_USER", "")]] {
        let error = settings(nobody).user().unwrap_err();
        assert_eq!(error.code(), codes::UNKNOWN_USER);
        assert!(error.hints()[0].contains("SPINLOOM_USER"), "{:?}", error.hints());
    }
}

// CU-03
#[test]
fn the_namespace_is_production_or_the_user() {
    assert_eq!(settings(&[("USER", "ann")]).namespace().unwrap(), "user:ann");
    for name in ["SPINLOOM_PRODUCTION_TOKEN", "METAFLOW_PRODUCTION_TOKEN"] {
        assert_eq!(settings(&[(name, "tok-1")]).namespace().unwrap(), "production:tok-1");
    }
    assert_eq!(settings(&[]).namespace().unwrap_err().code(), codes::UNKNOWN_USER);
}

// AR-10
#[test]
fn the_store_is_found_upwards_or_made_here() {
    let project = tempfile::tempdir().unwrap();
    let root = project.path();
    let deep = root.join("a/b/c");
    std::fs::create_dir_all(&deep).unwrap();
    let store = |variables: &[(&str, &str)]| load(variables, &deep).unwrap().store_root().to_owned();
    assert_eq!(store(&[]), deep.join(".spinloom"));
    std::fs::create_dir(root.join(".spinloom")).unwrap();
    assert_eq!(store(&[]), root.join(".spinloom"));
    std::fs::create_dir(root.join("a/.spinloom")).unwrap();
    assert_eq!(store(&[]), root.join("a/.spinloom"), "the nearest");
    std::fs::write(root.join("a/b/.spinloom"), "").unwrap();
    assert_eq!(store(&[]), root.join("a/.spinloom"), "a file is no store");
    let (ours, theirs) = ("SPINLOOM_DATASTORE_SYSROOT_LOCAL", "METAFLOW_DATASTORE_SYSROOT_LOCAL");
    assert_eq!(store(&[(theirs, "/data")]), Path::new("/data/.spinloom"));
    assert_eq!(store(&[(theirs, "/data"), (ours, "/mine")]), Path::new("/mine/.spinloom"));
    assert_eq!(store(&[(ours, "kept")]), deep.join("kept/.spinloom"), "relative to the working directory");
}

// RU-22, PA-05
#[test]
fn options_have_variables() {
    let s = settings(&[
        ("METAFLOW_RUN_MAX_WORKERS", "3"),
        ("METAFLOW_RUN_MY_ALPHA", ""),
        ("SPINLOOM_RUN_ALPHA", "ours"),
        ("METAFLOW_RUN_ALPHA", "theirs"),
        ("METAFLOW_QUIET", "true"),
        ("METAFLOW_TAG_ADD_RUN_ID", "7"),
        ("RUN_BETA", "unrelated"),
    ]);
    let found = |command: &str, option: &str| s.option_env(command, option);
    let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
    assert_eq!(found("run", "max-workers"), pair("METAFLOW_RUN_MAX_WORKERS", "3"));
    assert_eq!(found("run", "alpha"), pair("SPINLOOM_RUN_ALPHA", "ours"));
    assert_eq!(
        found("run", "My_alpha"),
        pair("METAFLOW_RUN_MY_ALPHA", ""),
        "empty is a value, as in Metaflow"
    );
    assert_eq!(found("", "quiet"), pair("METAFLOW_QUIET", "true"));
    assert_eq!(found("tag add", "run-id"), pair("METAFLOW_TAG_ADD_RUN_ID", "7"));
    assert_eq!(found("run", "beta"), None);
    assert_eq!(found("resume", "max-workers"), None);
}

// RU-13, OP-01
#[test]
fn lists_are_split_as_metaflow_does() {
    let s = settings(&[
        ("METAFLOW_DEFAULT_DECOSPECS", "retry:times=2,minutes_between_retries=0  environment"),
        ("METAFLOW_PACKAGE_SUFFIXES", ".sql, .yaml,"),
    ]);
    assert_eq!(s.default_decospecs(), ["retry:times=2,minutes_between_retries=0", "environment"]);
    assert_eq!(s.default_package_suffixes(), [".py", ".R", ".RDS"]);
    assert_eq!(s.package_suffixes(), [".sql", ".yaml"]);
    let s = settings(&[("METAFLOW_DEFAULT_PACKAGE_SUFFIXES", ".py")]);
    assert_eq!((s.default_package_suffixes(), s.package_suffixes()), (&[".py".to_owned()][..], &[][..]));
}

#[test]
fn colour_follows_the_conventions() {
    let colour = |variables: &[(&str, &str)]| settings(variables).colour();
    assert_eq!(colour(&[("TERM", "xterm")]), Colour::Auto);
    assert_eq!(colour(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]), Colour::Never);
    assert_eq!(colour(&[("NO_COLOR", "")]), Colour::Auto);
    assert_eq!(colour(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]), Colour::Always);
    assert_eq!(colour(&[("FORCE_COLOR", "0")]), Colour::Auto);
    assert_eq!(colour(&[("TERM", "dumb")]), Colour::Never);
    assert_eq!(colour(&[("CODEX_SANDBOX", "x")]), Colour::Never);
}

#[test]
fn progress_is_live_for_people_only() {
    assert!(settings(&[("TERM", "xterm")]).live_progress());
    assert!(settings(&[("CI", "false")]).live_progress());
    for quiet in
        [("CI", "true"), ("CLAUDECODE", "1"), ("CURSOR_AGENT", "1"), ("CODEX_CI", "1"), ("TERM", "dumb")]
    {
        assert!(!settings(&[quiet]).live_progress(), "{quiet:?}");
    }
}

#[test]
fn values_that_mean_nothing_are_refused() {
    for (name, value) in [
        ("SPINLOOM_OUTPUT", "jsn"),
        ("SPINLOOM_MAX_LOG_SIZE", "much"),
        ("SPINLOOM_MAX_LOG_SIZE", "5x"),
        ("SPINLOOM_MAX_LOG_SIZE", "99999999999G"),
        ("SPINLOOM_MAX_LOG_SIZE", "-1"),
    ] {
        let error = load(&[(name, value)], Path::new("/")).unwrap_err();
        assert_eq!(error.code(), codes::BAD_SETTING);
        assert!(error.message().contains(name) && error.message().contains(value), "{error}");
    }
    let suggested = load(&[("SPINLOOM_OUTPUT", "jsn")], Path::new("/")).unwrap_err();
    assert!(suggested.hints().iter().any(|h| h.contains("`json`")), "{:?}", suggested.hints());
}

#[test]
fn single_values() {
    let s = settings(&[
        ("SPINLOOM_OUTPUT", "json"),
        ("SPINLOOM_MAX_LOG_SIZE", "64M"),
        ("VIRTUAL_ENV", "/venv"),
        ("COLUMNS", "80"),
        ("METAFLOW_RUNTIME_NAME", "nightly"),
    ]);
    assert_eq!((s.output(), s.max_log_size(), s.columns()), (Output::Json, Some(64 << 20), Some(80)));
    assert_eq!((s.python().unwrap(), s.runtime()), ("/venv/bin/python".into(), "nightly"));
    let s = settings(&[("SPINLOOM_PYTHON", "/py"), ("VIRTUAL_ENV", "/venv"), ("SPINLOOM_MAX_LOG_SIZE", "0")]);
    assert_eq!((s.python().unwrap(), s.runtime(), s.max_log_size()), ("/py".into(), "dev", None));
    let s = settings(&[("COLUMNS", "wide")]);
    assert_eq!((s.output(), s.python(), s.columns()), (Output::Text, None, None));
}

#[test]
fn tasks_are_looked_at_each_second_unless_nobody_wants_to_know() {
    let interval = |given: &str| settings(&[("SPINLOOM_RESOURCE_INTERVAL", given)]).resource_interval();
    assert_eq!(settings(&[]).resource_interval(), Some(Duration::from_secs(1)));
    assert_eq!((interval("15"), interval("0")), (Some(Duration::from_secs(15)), None));
}

// Rule 5 of the architecture: secrets never reach messages.
#[test]
fn values_are_not_shown_by_accident() {
    let s = settings(&[
        ("METAFLOW_SERVICE_AUTH_KEY", "hush"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("DB_PASSWORD", "hush"),
    ]);
    let shown = format!("{s:?} {:?}", s.remote().unwrap());
    assert!(!shown.contains("hush") && !shown.contains("DB_PASSWORD"), "{shown}");
}

// AR-09
#[test]
fn stores_over_a_network_are_set_by_our_variables_and_the_clouds_own() {
    let s = settings(&[
        ("AWS_ENDPOINT_URL", "http://general"),
        ("AWS_ENDPOINT_URL_S3", "http://s3"),
        ("AWS_PROFILE", "work"),
        ("AWS_REGION", ""),
        ("AZURE_STORAGE_ACCOUNT", "acc"),
        ("METAFLOW_S3_RETRY_COUNT", "3"),
        ("HOME", "/home/ann"),
    ]);
    let remote = s.remote().unwrap();
    assert_eq!((remote.s3_endpoint.as_deref(), remote.retries, remote.workers), (Some("http://s3"), 3, 32));
    assert_eq!((remote.aws.get("AWS_PROFILE"), remote.aws.get("AWS_REGION")), (Some("work"), None));
    assert_eq!((remote.azure.get("AZURE_STORAGE_ACCOUNT"), remote.google.iter().count()), (Some("acc"), 0));
    assert_eq!(remote.home.unwrap(), Path::new("/home/ann"));
    let s = settings(&[("METAFLOW_S3_ENDPOINT_URL", "http://m"), ("AWS_ENDPOINT_URL_S3", "http://s3")]);
    assert_eq!(s.remote().unwrap().s3_endpoint.as_deref(), Some("http://m"));
    let error = settings(&[("SPINLOOM_S3_RETRY_COUNT", "often")]).remote().unwrap_err();
    assert_eq!(error.code(), codes::BAD_SETTING);
}

// AR-09
#[test]
fn certificates_are_verified_unless_told_not_to_be() {
    let of = |value: &str| {
        let remote = settings(&[("METAFLOW_S3_VERIFY_CERTIFICATE", value)]).remote().unwrap();
        (remote.verify_certificates, remote.certificates)
    };
    assert_eq!(of(""), (true, None));
    assert_eq!(of("False"), (false, None));
    assert_eq!(of("/ca.pem"), (true, Some("/ca.pem".into())));
}
