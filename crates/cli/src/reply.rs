//! What a command answers, and how it gets out: text for people, one JSON object for programs (dx § 4.3).

use std::io::Write;

use serde_json::{Map, Value, json};
use spinloom_diagnostics::{Error, ExitCode};

use crate::terminal::error::render;
use crate::terminal::paint::Paint;

/// Version of the JSON envelope. Keys are only ever added.
const SCHEMA: u32 = 1;

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// For people, on standard output; ends with a newline unless empty.
    pub(crate) text: String,
    /// For programs.
    pub(crate) data: Value,
    /// For both.
    pub(crate) warnings: Vec<String>,
    /// How it failed, if it did and the user's own code is why: the command itself did what it was asked.
    pub(crate) failed: Option<(ExitCode, Value)>,
    /// Everything was printed already.
    pub(crate) silent: bool,
}

impl Reply {
    /// An answer that went well.
    pub(crate) fn new(text: impl Into<String>, data: Value) -> Self {
        Self { text: text.into(), data, ..Self::default() }
    }

    /// How the process ends.
    pub(crate) fn exit(&self) -> ExitCode {
        self.failed.as_ref().map_or(ExitCode::Success, |(exit, _)| *exit)
    }
}

/// Why a command did not do what it was asked: never empty.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<Error>);

impl From<Error> for Problems {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl From<Vec<Error>> for Problems {
    fn from(errors: Vec<Error>) -> Self {
        Self(errors)
    }
}

impl Problems {
    /// How the process ends: the first problem decides.
    pub(crate) fn exit(&self) -> ExitCode {
        self.0.first().map_or(ExitCode::Internal, Error::exit)
    }
}

/// What a command returns.
pub(crate) type Answer = Result<Reply, Problems>;

/// Where answers and remarks go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Data is JSON.
    pub(crate) json: bool,
    /// No remarks.
    pub(crate) quiet: bool,
    /// Colour of standard output.
    pub(crate) out: Paint,
    /// Colour of standard error.
    pub(crate) err: Paint,
}

impl Output {
    /// A remark: standard error, unless `--quiet`.
    pub(crate) fn remark(self, text: &str) {
        if !self.quiet {
            write(std::io::stderr(), text.as_bytes());
        }
    }

    /// Data of the user's, byte for byte, on standard output.
    ///
    /// # Errors
    /// Nobody reads it any more (`| head`), which is no failure of the command: it may stop.
    pub(crate) fn bytes(self, bytes: &[u8]) -> std::io::Result<()> {
        let mut out = std::io::stdout();
        out.write_all(bytes).and_then(|()| out.flush())
    }

    /// Gives out the answer of `command`. `began` says how long ago it was asked, milliseconds.
    pub(crate) fn answer(self, command: &str, answer: &Answer, took_ms: u64) {
        match answer {
            Ok(reply) => {
                for warning in &reply.warnings {
                    self.remark(&format!("{}: {warning}\n", self.err.warn("warning")));
                }
                if self.json && !reply.silent {
                    write(std::io::stdout(), format!("{}\n", envelope(command, answer, took_ms)).as_bytes());
                } else {
                    write(std::io::stdout(), reply.text.as_bytes());
                }
            }
            Err(problems) => {
                let text: Vec<String> = problems.0.iter().map(|error| render(error, self.err)).collect();
                write(std::io::stderr(), text.join("\n").as_bytes());
                if self.json {
                    write(std::io::stdout(), format!("{}\n", envelope(command, answer, took_ms)).as_bytes());
                }
            }
        }
    }
}

fn envelope(command: &str, answer: &Answer, took_ms: u64) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("schema", SCHEMA.into());
    put("command", command.into());
    match answer {
        Ok(reply) => {
            put("ok", reply.failed.is_none().into());
            put("data", reply.data.clone());
            put("warnings", json!(reply.warnings));
            if let Some((_, error)) = &reply.failed {
                put("error", error.clone());
            }
        }
        Err(problems) => {
            put("ok", false.into());
            put("data", Value::Null);
            put("warnings", json!([]));
            put("error", json!(problems.0.first()));
            if problems.0.len() > 1 {
                put("errors", json!(problems.0));
            }
        }
    }
    put("duration_ms", took_ms.into());
    Value::Object(out)
}

/// A reader that went away (`| head`) is no failure.
fn write(mut stream: impl Write, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests {
    use spinloom_diagnostics::codes;

    use super::*;

    #[test]
    fn the_envelope_is_a_contract() {
        let good = Ok(Reply::new("text", json!({"x": 1})));
        let bad: Answer = Err(vec![
            Error::new(codes::INVALID_FLOW, "one").at("flow.py", Some(3)),
            Error::new(codes::INVALID_FLOW, "two").hint("do this"),
        ]
        .into());
        let failed = Ok(Reply {
            failed: Some((ExitCode::UserCode, json!({"code": "SL0201"}))),
            ..Reply::new("", json!({"run": "58"}))
        });
        let all = [good, bad, failed].map(|answer| envelope("show", &answer, 7).to_string());
        insta::assert_snapshot!(all.join("\n"));
    }
}
