//! The error type and its builder.

use std::fmt;

use serde::Serialize;

use crate::{Code, ExitCode, did_you_mean};

/// A result whose error is ours.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in the user's files. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Path as the user knows it.
    pub file: String,
    /// Line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// One problem: a [`Code`], a sentence, where it is, what caused it and what to do.
///
/// Boxed inside, so a `Result<T, Error>` stays one word.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    message: String,
    location: Option<Location>,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl Error {
    /// An error of kind `code`. `message` is one sentence, lower case, without a full stop, names in backticks.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            location: None,
            causes: Vec::new(),
            hints: Vec::new(),
        }))
    }

    /// Adds a hint: something the user can do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if !self.0.hints.contains(&hint) {
            self.0.hints.push(hint);
        }
        self
    }

    /// Adds a "did you mean" hint when one of `candidates` is like `typed`.
    #[must_use]
    pub fn suggest<'a>(self, typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(typed, candidates) {
            Some(best) => self.hint(format!("did you mean `{best}`?")),
            None => self,
        }
    }

    /// Says where in the user's files the problem is.
    #[must_use]
    pub fn at(mut self, file: impl Into<String>, line: Option<u32>) -> Self {
        self.0.location = Some(Location { file: file.into(), line });
        self
    }

    /// Adds what caused it, outermost first.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// The kind of the problem.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The exit code a process should end with because of it.
    pub fn exit(&self) -> ExitCode {
        self.0.code.exit()
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it is, if it is in a file of the user's.
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// What caused it, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// What to do about it.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for cause in &self.0.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.code.id())
    }
}

impl std::error::Error for Error {}

impl Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Error", 5)?;
        out.serialize_field("code", self.0.code.id())?;
        out.serialize_field("message", &self.0.message)?;
        out.serialize_field("location", &self.0.location)?;
        out.serialize_field("causes", &self.0.causes)?;
        out.serialize_field("hints", &self.0.hints)?;
        out.end()
    }
}

/// Turns a foreign error into ours, keeping it as the cause.
pub trait ResultExt<T> {
    /// Wraps the error: `message` is made only when there is one.
    ///
    /// # Errors
    /// The wrapped error.
    fn or_error(self, code: Code, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> ResultExt<T> for std::result::Result<T, E> {
    fn or_error(self, code: Code, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::new(code, message()).cause(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    fn full() -> Error {
        Error::new(codes::UNKNOWN_STEP, "the flow has no step `ennd`")
            .suggest("ennd", ["start", "end"])
            .cause("it was renamed")
            .at("flow.py", Some(3))
    }

    #[test]
    fn json_holds_everything_known() {
        let expected = serde_json::json!({
            "code": "SL0102",
            "message": "the flow has no step `ennd`",
            "location": {"file": "flow.py", "line": 3},
            "causes": ["it was renamed"],
            "hints": ["did you mean `end`?"],
        });
        assert_eq!(serde_json::to_value(full()).unwrap(), expected);
    }

    #[test]
    fn json_has_the_same_fields_when_little_is_known() {
        let error = Error::new(codes::USAGE, "no");
        let expected = serde_json::json!({"code": "SL0001", "message": "no", "location": null, "causes": [], "hints": []});
        assert_eq!(serde_json::to_value(error).unwrap(), expected);
    }

    #[test]
    fn a_place_without_a_line_has_no_line_in_json() {
        let error = Error::new(codes::FLOW_IMPORT, "no").at("flow.py", None);
        assert_eq!(serde_json::to_value(error).unwrap()["location"], serde_json::json!({"file": "flow.py"}));
    }

    #[test]
    fn text_is_the_sentence_and_its_causes() {
        let error = full().cause("long ago");
        assert_eq!(error.to_string(), "the flow has no step `ennd`: it was renamed: long ago");
        assert_eq!(format!("{error:?}"), "SL0102: the flow has no step `ennd`: it was renamed: long ago");
    }

    #[test]
    fn a_hint_is_given_once() {
        let error = full().hint("did you mean `end`?").hint("see the page");
        assert_eq!(error.hints(), ["did you mean `end`?", "see the page"]);
    }

    #[test]
    fn a_foreign_error_becomes_the_cause() {
        let parsed: std::result::Result<u8, _> = "x".parse::<u8>();
        let error = parsed.or_error(codes::BAD_SETTING, || "`N` is no number".to_owned()).unwrap_err();
        assert_eq!(error.causes(), ["invalid digit found in string"]);
        assert_eq!(error.exit(), ExitCode::Invalid);
        assert_eq!(error.exit().metaflow(), 1);
    }
}
