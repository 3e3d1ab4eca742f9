//! Where metadata is kept, and opening what is there.

use std::fmt;
use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_settings::{MetadataSettings, STORE_FOLDER};

use crate::{HttpLocation, HttpProvider, PostgresLocation, PostgresProvider, Provider, SqliteProvider};

/// The file of a store that says where its runs are recorded, if not in it.
const NOTE: &str = "metadata.at";

/// Where metadata is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the store of this folder (`…/.spinloom`), as an SQLite file.
    Local(PathBuf),
    /// In a PostgreSQL database.
    Postgres(PostgresLocation),
    /// Behind a Spinloom server.
    Http(HttpLocation),
}

impl Location {
    /// What `text` names: `local`, which is in `store`; `local@<folder>`, of a store or of what holds one; `postgres://…`; `http://…`; or
    /// `service`, whose address is set. Nothing is connected.
    ///
    /// # Errors
    /// `SL0004` if it names nothing that metadata can be kept in.
    pub fn named(text: &str, store: &Path, settings: &MetadataSettings) -> Result<Self> {
        let text = text.trim();
        match text.split_once('@') {
            Some(("local", folder)) => {
                let (folder, inner) = (PathBuf::from(folder), Path::new(folder).join(STORE_FOLDER));
                return Ok(Self::Local(if inner.is_dir() { inner } else { folder }));
            }
            Some(("service", url)) => return HttpLocation::new(url, settings).map(Self::Http),
            _ => {}
        }
        match text.split_once("://").map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => PostgresLocation::new(text, settings).map(Self::Postgres),
            Some("http" | "https") => HttpLocation::new(text, settings).map(Self::Http),
            _ if text == "local" => Ok(Self::Local(store.to_owned())),
            _ if text == "service" => HttpLocation::new(settings.service()?, settings).map(Self::Http),
            _ => Err(Error::new(codes::BAD_SETTING, format!("metadata cannot be kept in `{text}`"))
                .hint("use `local`, `postgres://user@host/database`, `http://host:8040` or `service`")),
        }
    }

    /// The metadata that goes with the store in the folder `store`: in the store itself, unless it was [noted](Self::note) elsewhere.
    ///
    /// # Errors
    /// `SL0401` if the note cannot be read, `SL0004` if it makes no sense.
    pub fn of_store(store: &Path, settings: &MetadataSettings) -> Result<Self> {
        match std::fs::read_to_string(store.join(NOTE)) {
            Ok(text) => Self::named(&text, store, settings),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::Local(store.to_owned())),
            Err(e) => {
                Err(Error::new(codes::STORE_IO, format!("cannot read `{}`", store.join(NOTE).display()))
                    .cause(e))
            }
        }
    }

    /// Notes in the folder `store` that this is where its runs are recorded. Secrets are not noted.
    ///
    /// # Errors
    /// `SL0401` if it cannot be written.
    pub fn note(&self, store: &Path) -> Result<()> {
        let (path, text) = (store.join(NOTE), self.to_string());
        if std::fs::read_to_string(&path).is_ok_and(|noted| noted == text) {
            return Ok(());
        }
        // Whole or not at all: others may be reading it.
        let draft = store.join(format!("{NOTE}.{}", std::process::id()));
        let written = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, &path));
        written
            .map_err(|e| Error::new(codes::STORE_IO, format!("cannot write `{}`", path.display())).cause(e))
    }

    /// The folder of the store whose SQLite file it is; `None` if it is elsewhere.
    pub fn local(&self) -> Option<&Path> {
        match self {
            Self::Local(store) => Some(store),
            Self::Postgres(_) | Self::Http(_) => None,
        }
    }

    /// Opens it for reading and writing; makes it if it is not there.
    ///
    /// # Errors
    /// As [`SqliteProvider::open`], [`PostgresProvider::open`] or [`HttpProvider::open`].
    pub fn open(&self) -> Result<Box<dyn Provider>> {
        match self {
            Self::Local(store) => Ok(Box::new(SqliteProvider::open(&store.join("metadata.db"))?)),
            Self::Postgres(place) => Ok(Box::new(PostgresProvider::open(place)?)),
            Self::Http(place) => Ok(Box::new(HttpProvider::open(place)?)),
        }
    }

    /// Opens it for reading; `None` if nothing has been recorded there yet.
    ///
    /// # Errors
    /// As [`SqliteProvider::open_read`], [`PostgresProvider::open_read`] or [`HttpProvider::open`].
    pub fn open_read(&self) -> Result<Option<Box<dyn Provider>>> {
        match self {
            Self::Local(store) => {
                let found = SqliteProvider::open_read(&store.join("metadata.db"))?;
                Ok(found.map(|provider| Box::new(provider) as Box<dyn Provider>))
            }
            Self::Postgres(place) => {
                let found = PostgresProvider::open_read(place)?;
                Ok(found.map(|provider| Box::new(provider) as Box<dyn Provider>))
            }
            Self::Http(place) => Ok(Some(Box::new(HttpProvider::open(place)?))),
        }
    }
}

/// As [`Location::named`] takes it, but for a password and a token, which are left out.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(store) => write!(f, "local@{}", store.display()),
            Self::Postgres(place) => place.fmt(f),
            Self::Http(place) => place.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MetadataSettings {
        MetadataSettings {
            service_url: Some("http://team:8040/".to_owned()),
            service_token: Some("hush".to_owned()),
            ..MetadataSettings::default()
        }
    }

    fn named(text: &str) -> Result<Location> {
        Location::named(text, Path::new("/p/.spinloom"), &settings())
    }

    #[test]
    fn every_kind_of_place_has_a_name() {
        for (text, shown) in [
            ("local", "local@/p/.spinloom"),
            ("local@/q/.spinloom", "local@/q/.spinloom"),
            ("postgres://ann@db:5433/spinloom", "postgres://ann@db:5433/spinloom"),
            ("postgresql://db/x?sslmode=verify-full", "postgresql://db/x?sslmode=verify-full"),
            ("http://127.0.0.1:8040", "http://127.0.0.1:8040"),
            ("https://spinloom.example.com/team/", "https://spinloom.example.com/team"),
            ("service", "http://team:8040"),
            ("service@http://other", "http://other"),
        ] {
            assert_eq!(named(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let database = named("postgres://ann:hush%40@db/x?password=hush").unwrap();
        assert_eq!(database.to_string(), "postgres://ann@db/x");
        let server = named("http://ann:hush@team:8040").unwrap();
        for shown in [format!("{database:?}"), format!("{server:?} {server}")] {
            assert!(!shown.contains("hush"), "{shown}");
        }
    }

    #[test]
    fn a_store_knows_where_its_runs_are_recorded() {
        let store = tempfile::tempdir().unwrap();
        let known = || Location::of_store(store.path(), &settings()).unwrap();
        assert_eq!(known(), Location::Local(store.path().to_owned()));
        for text in ["postgres://ann:hush@db/x", "http://team:8040"] {
            named(text).unwrap().note(store.path()).unwrap();
            assert_eq!(known().to_string(), named(text).unwrap().to_string());
        }
    }

    #[test]
    fn a_noted_database_is_used_with_the_password_that_is_set() {
        let set = MetadataSettings { default: Some("postgres://ann:hush@db/x".to_owned()), ..settings() };
        let noted = Location::named("postgres://ann@db/x", Path::new("/p"), &set).unwrap();
        assert_eq!(noted, Location::named("postgres://ann:hush@db/x", Path::new("/p"), &set).unwrap());
        assert_ne!(Location::named("postgres://ann@other/x", Path::new("/p"), &set).unwrap(), noted);
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in
            ["", "locl", "sqlite://x", "http://", "postgres://h/x?sslmode=perhaps", "postgres://h:99999/x"]
        {
            assert_eq!(named(text).unwrap_err().code(), codes::BAD_SETTING, "{text}");
        }
    }
}
