//! The flow's configs on their way: taken out of the words, settled before the flow is described (PA-09 … PA-16).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use spinloom_configs::{Declared, Given, Outcome, Python, Request, Resolved, Variable, Words, resolve, take};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_settings::Settings;

use crate::FlowHost;
use crate::handover::command_at;
use crate::reply::Problems;

/// When a command needs the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// At once.
    First,
    /// At once, but it can do without.
    IfPossible,
    /// Once it knows the run whose configs are used again.
    WithOrigin,
    /// Never.
    Not,
}

impl When {
    pub(crate) fn of(command: &str, argv: &[String]) -> Self {
        let helps = argv.iter().any(|word| word == "--help" || word == "-h");
        match command {
            _ if helps => Self::IfPossible,
            "resume" | "spin" => Self::WithOrigin,
            "help" => Self::IfPossible,
            "" | "run" | "check" | "show" | "output-dot" | "output-raw" | "package" | "config" => Self::First,
            _ => Self::Not,
        }
    }
}

/// The configs of a flow that has some.
#[derive(Debug, Default)]
pub(crate) struct Configs {
    /// What the flow declares.
    pub(crate) declared: Vec<Declared>,
    /// The values, once they are settled.
    pub(crate) resolved: Vec<Resolved>,
    /// They are.
    pub(crate) settled: bool,
    given: Given,
    /// Remarks for the user.
    pub(crate) notes: Vec<String>,
}

#[derive(Deserialize)]
struct Declarations {
    configs: Vec<Declared>,
    parameters: Vec<String>,
}

impl Configs {
    /// The configs of a flow, and the words without what is about them. `None` for a flow without.
    pub(crate) fn of(
        host: &mut dyn FlowHost,
        argv: &[String],
        settings: &Settings,
    ) -> Result<Option<(Self, Vec<String>)>> {
        let text = host.configs()?;
        if text.is_empty() {
            return Ok(None);
        }
        let Declarations { configs: declared, parameters } = serde_json::from_str(&text)
            .or_error(codes::INTERNAL, || "the configs of the flow cannot be read".to_owned())?;
        let names: Vec<String> = declared.iter().map(|config| config.name.clone()).collect();
        let words = Words { argv, command_at: command_at(argv), configs: &names, parameters: &parameters };
        let (mut given, rest) = take(words)?;
        let variable = |found: (&str, &str)| Variable { name: found.0.to_owned(), value: found.1.to_owned() };
        given.file_variable = settings.flow_config().map(variable);
        given.value_variable = settings.flow_config_value().map(variable);
        Ok(Some((Self { declared, given, ..Self::default() }, rest)))
    }

    /// Whether a config is given a file or a value.
    pub(crate) fn gives(&self, name: &str) -> bool {
        self.given.names(name)
    }

    /// Settles the values and gives them to Python. Those of `kept` are as they were; `fixed` ones nobody may change.
    pub(crate) fn settle(
        &mut self,
        host: &mut dyn FlowHost,
        kept: &[Resolved],
        fixed: bool,
        settings: &Settings,
    ) -> Result<(), Problems> {
        let context = json!({"user_name": settings.user().ok(), "ds_type": "local"});
        let request = Request {
            declared: &self.declared,
            given: &self.given,
            kept,
            fixed,
            cwd: settings.cwd(),
            context: &context,
        };
        let Outcome { configs, notes } = resolve(&request, &mut Asked(host))?;
        let values: Map<String, Value> =
            configs.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
        host.configure(&values)?;
        self.resolved = configs;
        self.notes = notes;
        self.settled = true;
        Ok(())
    }
}

/// Python, asked through the host.
struct Asked<'a>(&'a mut dyn FlowHost);

impl Python for Asked<'_> {
    fn defaults(&mut self, wanted: &[(String, &'static str)], context: &Value) -> Result<Vec<Value>> {
        self.0.config_defaults(wanted, context)
    }

    fn parse(&mut self, texts: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
        self.0.parse_configs(texts)
    }

    fn check(&mut self, values: &Map<String, Value>) -> Result<Map<String, Value>> {
        self.0.check_configs(values)
    }
}
