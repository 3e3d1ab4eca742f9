//! A type for every name, so that they never mix.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};

macro_rules! name_type {
    ($(#[doc = $doc:literal])+ $name:ident, $what:literal, $ok:expr) => {
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps `name`.
            ///
            /// # Errors
            /// `SL0002` if the name is not allowed.
            pub fn new(name: impl AsRef<str>) -> Result<Self, Error> {
                let name = name.as_ref();
                let ok: fn(&str) -> bool = $ok;
                if ok(name) {
                    Ok(Self(name.into()))
                } else {
                    Err(Error::new(codes::BAD_NAME, format!(concat!("`{}` is not a valid ", $what), name)))
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<Self, Error> {
                Self::new(s)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

fn identifier(s: &str) -> bool {
    let mut chars = s.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// A path segment: anything printable that cannot leave its folder.
fn segment(s: &str) -> bool {
    !s.is_empty()
        && s.len() <= 200
        && !s.starts_with('.')
        && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

name_type! {
    /// The name of a flow: a Python class name.
    FlowName, "flow name", identifier
}
name_type! {
    /// The name of a step: a Python method name.
    StepName, "step name", identifier
}
name_type! {
    /// The name of an artifact: a Python attribute name.
    ArtifactName, "artifact name", |s| !s.is_empty() && !s.contains(['/', '\0'])
}
name_type! {
    /// The id of a run, unique in its flow: a number given by the metadata provider, or text chosen by the user.
    RunId, "run id", segment
}

/// The id of a task, unique in its run. Task 0 belongs to the pseudo-step `_parameters`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TaskId {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        s.parse().map(Self).map_err(|_| Error::new(codes::BAD_NAME, format!("`{s}` is not a valid task id")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["F", "_f1", "Überlauf"] {
            assert_eq!(FlowName::new(good).unwrap().as_str(), good);
            assert_eq!(good.parse::<StepName>().unwrap().to_string(), good);
        }
        for bad in ["", "1f", "a-b", "a/b", "a b"] {
            let error = FlowName::new(bad).unwrap_err();
            assert_eq!(
                (error.code(), error.message()),
                (codes::BAD_NAME, &*format!("`{bad}` is not a valid flow name"))
            );
        }
    }

    #[test]
    fn a_run_id_cannot_leave_its_folder() {
        for good in ["1", "1795425942636654", "sfn-x_1.2"] {
            assert!(RunId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "..", ".x", "a/b", "a\0b", "é", &"x".repeat(201)] {
            assert!(RunId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn artifacts_and_tasks() {
        assert!(ArtifactName::new("_graph_info").is_ok());
        assert!(ArtifactName::new("a/b").is_err());
        assert_eq!("12".parse::<TaskId>().unwrap(), TaskId(12));
        assert!("-1".parse::<TaskId>().is_err());
    }

    #[test]
    fn names_are_plain_json() {
        let name = StepName::new("train").unwrap();
        assert_eq!(serde_json::to_string(&(name, TaskId(3))).unwrap(), r#"["train",3]"#);
    }
}
