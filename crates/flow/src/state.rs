//! What a run or a task can be.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};

macro_rules! status {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $text:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[doc = $vdoc])+ $variant,)+ }

        impl $name {
            /// As stored and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<Self, Error> {
                match s {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(Error::new(codes::STORE_CORRUPT, format!("`{s}` is no status"))),
                }
            }
        }
    };
}

status! {
    /// The state of a run.
    RunStatus {
        /// Its driver is at work (or was, when it died without a word).
        Running = "running",
        /// Its end step finished.
        Done = "done",
        /// A step failed.
        Failed = "failed",
        /// The user stopped it.
        Stopped = "stopped",
        /// Recorded as running, but its driver has not been heard of for a minute. Never stored.
        Lost = "lost",
    }
}

status! {
    /// The state of a task, or of one attempt of it.
    TaskStatus {
        /// A process is at work on it.
        Running = "running",
        /// It finished and its artifacts are committed.
        Done = "done",
        /// Its last attempt failed.
        Failed = "failed",
        /// The user stopped it.
        Stopped = "stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_stored_as_it_is_shown() {
        for status in
            [RunStatus::Running, RunStatus::Done, RunStatus::Failed, RunStatus::Stopped, RunStatus::Lost]
        {
            assert_eq!(status.as_str().parse::<RunStatus>().unwrap(), status);
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
        }
        for status in [TaskStatus::Running, TaskStatus::Done, TaskStatus::Failed, TaskStatus::Stopped] {
            assert_eq!(status.as_str().parse::<TaskStatus>().unwrap(), status);
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{status}\""));
        }
        assert_eq!(format!("[{:>8}]", TaskStatus::Done), "[    done]");
        assert_eq!("finished".parse::<RunStatus>().unwrap_err().code(), codes::STORE_CORRUPT);
    }
}
