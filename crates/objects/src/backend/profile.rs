//! `~/.aws/credentials` and `~/.aws/config`, as Amazon's tools read them.

use std::fs;
use std::path::{Path, PathBuf};

use configparser::ini::{Ini, IniDefault};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::Options;

/// What a profile says.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) keys: Option<Keys>,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
}

/// Long-lived or temporary keys. Not shown.
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// The profile in use. Keys in variables win over those of a profile that nobody chose.
pub(super) fn find(options: &Options) -> Result<Profile> {
    let chosen = options.aws.get("AWS_PROFILE").or_else(|| options.aws.get("AWS_DEFAULT_PROFILE"));
    let in_variables = options.aws.get("AWS_ACCESS_KEY_ID").is_some()
        || options.aws.get("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
    let name = chosen.unwrap_or("default");
    let file = |variable: &str, usual: &str| {
        let usual = || Some(options.home.as_ref()?.join(".aws").join(usual));
        options.aws.get(variable).map(PathBuf::from).or_else(usual)
    };
    let (at_credentials, at_config) =
        (file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), file("AWS_CONFIG_FILE", "config"));
    let credentials = at_credentials.as_deref().map(read).transpose()?.flatten();
    let config = at_config.as_deref().map(read).transpose()?.flatten();
    let in_config = if name == "default" { name.to_owned() } else { format!("profile {name}") };
    let get = |key: &str| {
        let from = |file: &Option<Ini>, section: &str| file.as_ref().and_then(|f| f.get(section, key));
        from(&credentials, name).or_else(|| from(&config, &in_config))
    };
    let keys = match (get("aws_access_key_id"), get("aws_secret_access_key")) {
        (Some(id), Some(secret)) => Some(Keys { id, secret, token: get("aws_session_token") }),
        _ => None,
    };
    if chosen.is_some() && keys.is_none() && !in_variables {
        let there = |file: &Option<Ini>, section: &str| {
            file.as_ref().is_some_and(|f| f.sections().iter().any(|s| s == section))
        };
        return Err(unusable(name, there(&credentials, name) || there(&config, &in_config), &get));
    }
    // As Amazon's tools do it: keys in variables win, even over a profile that was chosen.
    let keys = keys.filter(|_| !in_variables);
    Ok(Profile { keys, region: get("region"), endpoint: get("endpoint_url") })
}

/// Sections and keys as they are written; `=` alone parts them, for values have colons.
fn read(path: &Path) -> Result<Option<Ini>> {
    let text = match fs::read_to_string(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        text => text.or_error(codes::REMOTE_DENIED, || format!("cannot read `{}`", path.display()))?,
    };
    let mut rules = IniDefault::default();
    rules.case_sensitive = true;
    rules.delimiters = vec!['='];
    rules.comment_symbols = vec!['#', ';'];
    rules.inline_comment_symbols = Some(Vec::new());
    let mut ini = Ini::new_from_defaults(rules);
    match ini.read(text) {
        Ok(_) => Ok(Some(ini)),
        Err(why) => Err(Error::new(codes::REMOTE_DENIED, format!("`{}` is malformed", path.display()))
            .cause(why)
            .hint("it has sections `[name]` with lines `key = value`")),
    }
}

fn unusable(name: &str, exists: bool, get: &dyn Fn(&str) -> Option<String>) -> Error {
    let error =
        Error::new(codes::REMOTE_DENIED, format!("the AWS profile `{name}` has no keys that can be used"));
    let other = ["role_arn", "sso_session", "sso_start_url", "credential_process", "login_session"];
    match other.iter().find(|key| get(key).is_some()) {
        Some(how) => error.cause(format!("it gets them by `{how}`, which is not supported")).hint(format!(
            "put them into the environment first: `eval \"$(aws configure export-credentials --profile {name} --format env)\"`"
        )),
        None if exists => error.hint("give it `aws_access_key_id` and `aws_secret_access_key`"),
        None => error
            .cause("there is no such profile in `~/.aws/credentials` or `~/.aws/config`")
            .hint("correct or unset `AWS_PROFILE`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(home: &Path, variables: &[(&str, &str)]) -> Options {
        let aws = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Options { home: Some(home.to_owned()), aws, ..Options::default() }
    }

    fn home(credentials: &str, config: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        home
    }

    const CREDENTIALS: &str = "[default]\naws_access_key_id = D\naws_secret_access_key = d/+=:x\n\n\
        [Work]\naws_access_key_id=W\naws_secret_access_key=w#;\naws_session_token=t\n";
    const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile Work]\nregion = us-west-2\nendpoint_url = http://w:9\n\
        s3 =\n  addressing_style = path\n[profile Role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n";

    #[test]
    fn the_default_profile_is_used_when_nothing_is_set() {
        let home = home(CREDENTIALS, CONFIG);
        let profile = find(&options(home.path(), &[])).unwrap();
        let keys = profile.keys.unwrap();
        assert_eq!((keys.id.as_str(), keys.secret.as_str(), keys.token), ("D", "d/+=:x", None));
        assert_eq!(profile.region.as_deref(), Some("eu-west-1"));
    }

    #[test]
    fn a_profile_is_chosen_by_its_name() {
        let home = home(CREDENTIALS, CONFIG);
        let profile = find(&options(home.path(), &[("AWS_PROFILE", "Work")])).unwrap();
        let keys = profile.keys.unwrap();
        assert_eq!((keys.id.as_str(), keys.secret.as_str(), keys.token.as_deref()), ("W", "w#;", Some("t")));
        assert_eq!(
            (profile.region.as_deref(), profile.endpoint.as_deref()),
            (Some("us-west-2"), Some("http://w:9"))
        );
    }

    #[test]
    fn keys_in_variables_win() {
        let home = home(CREDENTIALS, CONFIG);
        assert!(find(&options(home.path(), &[("AWS_ACCESS_KEY_ID", "x")])).unwrap().keys.is_none());
    }

    #[test]
    fn what_a_profile_lacks_is_said() {
        let home = home(CREDENTIALS, CONFIG);
        let of = |name| find(&options(home.path(), &[("AWS_PROFILE", name)])).unwrap_err();
        let role = of("Role");
        assert_eq!(role.code(), codes::REMOTE_DENIED);
        assert!(
            role.causes()[0].contains("`role_arn`") && role.hints()[0].contains("--profile Role"),
            "{role}"
        );
        assert!(of("None").causes()[0].contains("no such profile"));
        let empty = tempfile::tempdir().unwrap();
        assert!(find(&options(empty.path(), &[])).unwrap().keys.is_none(), "no files are no error");
    }

    #[test]
    fn files_may_be_elsewhere() {
        let home = home(CREDENTIALS, CONFIG);
        let path = home.path().join(".aws/credentials");
        let profile =
            find(&options(Path::new("/none"), &[("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap())]));
        assert_eq!(profile.unwrap().keys.unwrap().id, "D");
    }
}
