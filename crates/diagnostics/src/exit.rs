//! Exit codes: what a script may rely on. The table of the documentation is made from this file.

use serde::Serialize;

macro_rules! exit_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $value:literal;)+) => {
        /// How the `spinloom` command ends. Via `python flow.py` every failure but a usage error is 1, as in Metaflow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[repr(u8)]
        pub enum ExitCode {
            $($(#[doc = $doc])+ $name = $value,)+
        }

        impl ExitCode {
            /// Every exit code, in the order of the documentation.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name),+]
            }

            /// What it says, one sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

exit_codes! {
    /// Everything asked for was done.
    Success = 0;
    /// User code failed: a step raised, or a check did not hold.
    UserCode = 1;
    /// The command line cannot be understood.
    Usage = 2;
    /// The flow, a setting or a schema is invalid; lint errors.
    Invalid = 3;
    /// A flow, run, step, task or artifact does not exist.
    NotFound = 4;
    /// An environment or dependency could not be resolved.
    Environment = 5;
    /// A service, store or network cannot be reached, read or written.
    Unreachable = 6;
    /// Something is locked, exists already or is in a state that forbids the request.
    Conflict = 7;
    /// Finished, with failures that were allowed.
    Partial = 8;
    /// A bug in Spinloom.
    Internal = 70;
    /// The time given by the user was over.
    Timeout = 124;
    /// Interrupted by Ctrl-C after a clean stop.
    Interrupted = 130;
    /// Terminated by SIGTERM after a clean stop.
    Terminated = 143;
}

impl ExitCode {
    /// The code on the Metaflow surface (`python flow.py …`): 0, 1 or 2 only.
    pub fn metaflow(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Usage => 2,
            _ => 1,
        }
    }

    /// The code of the native command.
    pub fn native(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_with_scripts() {
        let numbers: Vec<u8> = ExitCode::all().iter().map(|code| code.native()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 70, 124, 130, 143]);
        let metaflow: Vec<u8> = ExitCode::all().iter().map(|code| code.metaflow()).collect();
        assert_eq!(metaflow, [0, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn each_has_a_sentence() {
        for code in ExitCode::all() {
            assert!(code.meaning().ends_with('.') && !code.meaning().starts_with(' '), "{code:?}");
        }
    }
}
