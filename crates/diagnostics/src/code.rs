//! The catalogue of error codes. Each has a page in `codes/`, compiled in.

use std::fmt;

use crate::ExitCode;

/// The kind of a problem: a stable id, the exit code it leads to, and the page that explains it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code {
    id: &'static str,
    exit: ExitCode,
    page: &'static str,
}

impl Code {
    /// The stable id, such as `SL0104`.
    pub const fn id(self) -> &'static str {
        self.id
    }

    /// The exit code a process ends with because of it.
    pub const fn exit(self) -> ExitCode {
        self.exit
    }

    /// The Markdown page that explains it.
    pub const fn page(self) -> &'static str {
        self.page
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal, $exit:ident;)+) => {
        /// Every code, by name.
        pub mod codes {
            use super::{Code, ExitCode};
            $($(#[doc = $doc])+
            pub const $name: Code = Code {
                id: $id,
                exit: ExitCode::$exit,
                page: include_str!(concat!("../codes/", $id, ".md")),
            };)+
        }

        /// Every code, in the order of the catalogue.
        pub const fn all_codes() -> &'static [Code] {
            &[$(codes::$name),+]
        }
    };
}

codes! {
    /// The command line cannot be understood.
    USAGE = "SL0001", Usage;
    /// A name is not allowed.
    BAD_NAME = "SL0002", Usage;
    /// A pathspec is malformed.
    BAD_PATHSPEC = "SL0003", Usage;
    /// A setting has an invalid value.
    BAD_SETTING = "SL0004", Invalid;
    /// A query of runs cannot be understood.
    BAD_QUERY = "SL0005", Usage;

    /// The flow's graph is invalid.
    INVALID_FLOW = "SL0101", Invalid;
    /// A step does not exist.
    UNKNOWN_STEP = "SL0102", NotFound;
    /// A parameter is missing, unknown or has a bad value.
    BAD_PARAMETER = "SL0103", Usage;
    /// A decorator is unknown or was given bad attributes.
    BAD_DECORATOR = "SL0104", Invalid;
    /// The flow file cannot be imported.
    FLOW_IMPORT = "SL0105", Invalid;
    /// A step is to run on another machine, which this version cannot do.
    RUNS_ELSEWHERE = "SL0107", Invalid;

    /// A config is missing, unknown or cannot be read.
    BAD_CONFIG = "SL0111", Usage;
    /// The value of a config is not as its schema wants it.
    CONFIG_SCHEMA = "SL0112", Invalid;
    /// The code package cannot be made as described.
    BAD_PACKAGE = "SL0131", Invalid;

    /// A step's code raised.
    STEP_FAILED = "SL0201", UserCode;
    /// A task's process died.
    TASK_DIED = "SL0202", UserCode;
    /// A step took a transition its graph does not have.
    BAD_TRANSITION = "SL0203", UserCode;
    /// A foreach fans out too widely, or over nothing.
    BAD_FOREACH = "SL0204", UserCode;
    /// The run was interrupted.
    INTERRUPTED = "SL0205", Interrupted;
    /// The run was terminated.
    TERMINATED = "SL0206", Terminated;

    /// A flow, run, step, task or artifact does not exist.
    NOT_FOUND = "SL0301", NotFound;
    /// An object is outside the current namespace.
    NAMESPACE = "SL0302", NotFound;
    /// A tag is not allowed.
    BAD_TAG = "SL0303", Invalid;
    /// A run cannot be resumed.
    CANNOT_RESUME = "SL0304", Conflict;
    /// The user is not known.
    UNKNOWN_USER = "SL0305", Invalid;
    /// A step cannot be spun.
    CANNOT_SPIN = "SL0306", Conflict;
    /// A run cannot be deleted.
    CANNOT_DELETE = "SL0311", Conflict;
    /// The rules of retention cannot be understood.
    BAD_RETENTION = "SL0312", Invalid;
    /// An artifact cannot be exported as asked.
    CANNOT_EXPORT = "SL0313", Invalid;
    /// Something of a store that was imported could not be brought in.
    PARTIAL_IMPORT = "SL0321", Partial;
    /// The code of a run cannot be put where it should go.
    CANNOT_PULL = "SL0331", Conflict;

    /// The store cannot be read or written.
    STORE_IO = "SL0401", Unreachable;
    /// The store was written by a newer Spinloom.
    STORE_FORMAT = "SL0402", Conflict;
    /// Stored bytes are not what was written.
    STORE_CORRUPT = "SL0403", Unreachable;
    /// The disk is full.
    DISK_FULL = "SL0404", Unreachable;
    /// The metadata cannot be read or written.
    METADATA_IO = "SL0405", Unreachable;
    /// A remote store cannot be reached, or keeps failing.
    REMOTE_UNREACHABLE = "SL0406", Unreachable;
    /// A remote store refuses the credentials, or there are none.
    REMOTE_DENIED = "SL0407", Unreachable;

    /// The environment for the flow is not usable.
    ENVIRONMENT = "SL0501", Environment;
    /// Secrets cannot be fetched.
    SECRETS = "SL0502", Environment;
    /// The packages of a step cannot be resolved or installed.
    DEPENDENCIES = "SL0503", Environment;
    /// The program that makes environments is missing.
    NO_ENVIRONMENT_TOOL = "SL0504", Environment;
    /// An extension cannot be used.
    BAD_EXTENSION = "SL0511", Environment;
    /// An address in S3 is malformed, or not allowed where it is used.
    S3_ADDRESS = "SL0601", Usage;
    /// An object in S3, or its bucket, does not exist.
    S3_NOT_FOUND = "SL0602", NotFound;
    /// A value cannot be an object in S3, or a range is not in the object.
    S3_VALUE = "SL0603", Invalid;
    /// A server cannot listen where it is to.
    CANNOT_LISTEN = "SL0701", Environment;
    /// A server refuses a request: no token, a wrong one, or too many requests.
    SERVER_DENIED = "SL0702", Unreachable;
    /// There is no project here.
    NO_PROJECT = "SL0801", NotFound;
    /// The project file is wrong.
    BAD_PROJECT = "SL0802", Invalid;
    /// A binding does not exist, or which is meant is not said.
    BAD_BINDING = "SL0803", Usage;
    /// A setting is missing, unknown, or not as its schema wants it.
    SETTINGS_VALUE = "SL0804", Invalid;
    /// A `${…}` in settings has no value.
    INTERPOLATION = "SL0805", Invalid;
    /// Something of a project cannot be called as it is.
    BAD_ARTEFACT = "SL0806", Invalid;
    /// A file of settings cannot be read.
    SETTINGS_FILE = "SL0807", Invalid;
    /// Two layers of settings do not fit together.
    SETTINGS_MERGE = "SL0808", Invalid;
    /// A secret is written into settings.
    SECRET_IN_SETTINGS = "SL0809", Invalid;
    /// A table is described wrongly.
    BAD_TABLE = "SL0811", Invalid;
    /// A workflow is described wrongly.
    BAD_WORKFLOW = "SL0812", Invalid;
    /// A sweep cannot be understood.
    BAD_SWEEP = "SL0821", Usage;
    /// A sweep cannot be resumed.
    CANNOT_RESUME_SWEEP = "SL0822", Conflict;
    /// A bug in Spinloom.
    INTERNAL = "SL0901", Internal;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_is_unique_and_well_formed() {
        let ids: BTreeSet<_> = all_codes().iter().map(|code| code.id()).collect();
        assert_eq!(ids.len(), all_codes().len());
        for id in ids {
            assert!(id.len() == 6 && id.starts_with("SL0"), "{id}");
            assert!(id[2..].bytes().all(|b| b.is_ascii_digit()), "{id}");
        }
    }

    #[test]
    fn every_code_has_a_page_that_explains_shows_and_helps() {
        for code in all_codes() {
            let (id, page) = (code.id(), code.page());
            assert!(page.starts_with(&format!("# {id}: ")), "{id} has no title");
            let (about, rest) =
                page.split_once("\n```text\n").unwrap_or_else(|| panic!("{id} has no example"));
            assert!(about.len() > 120, "{id} does not say what it means");
            let (example, help) =
                rest.split_once("\n```\n").unwrap_or_else(|| panic!("{id} has an open example"));
            assert!(!example.trim().is_empty(), "{id} has an empty example");
            assert!(help.contains("\nTo fix it:\n\n* "), "{id} does not say what to do");
        }
    }

    #[test]
    fn an_example_shows_the_code_it_is_for() {
        for code in all_codes() {
            for line in code.page().lines().filter(|line| line.starts_with("error[")) {
                assert!(line.starts_with(&format!("error[{}]: ", code.id())), "{code:?}: {line}");
            }
        }
    }

    #[test]
    fn every_page_belongs_to_a_code() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/codes");
        let pages: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let wanted: BTreeSet<_> = all_codes().iter().map(|code| format!("{}.md", code.id())).collect();
        assert_eq!(pages, wanted);
    }

    #[test]
    fn no_problem_ends_with_success() {
        assert!(all_codes().iter().all(|code| code.exit() != ExitCode::Success));
    }
}
