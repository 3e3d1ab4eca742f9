//! What every command is given: settings, the store, the flow if there is one, and where to write.

use std::collections::BTreeMap;
use std::path::PathBuf;

use spinloom_configs::Resolved;
use spinloom_datastore::{Datastore, StorePolicy};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::{DecoSpec, FlowGraph, FlowName, Graph, RunId, exact};
use spinloom_metadata::{Provider, RunQuery, SqliteProvider};
use spinloom_settings::Settings;

use crate::arguments::{FlowArgs, GlobalArgs, ProjectArgs, TriggerArgs};
use crate::configs::{Configs, When};
use crate::reply::{Output, Problems};
use crate::storage;
use crate::terminal::Screen;
use crate::terminal::summary::Commands;
use crate::{FlowHost, Serve, Surface};

/// The imported flow.
pub(crate) struct Flow<'a> {
    /// Python.
    pub(crate) host: &'a mut dyn FlowHost,
    /// Its document, as Python wrote it.
    pub(crate) json: String,
    /// Its document.
    pub(crate) doc: FlowGraph,
    /// Its configs, if it has some.
    pub(crate) configs: Option<Configs>,
}

impl<'a> Flow<'a> {
    /// Asks `host` what the flow is, its configs settled first if the command wants that.
    pub(crate) fn describe(
        host: &'a mut dyn FlowHost,
        mut configs: Option<Configs>,
        when: When,
        settings: &Settings,
    ) -> Result<Self, Problems> {
        if let Some(configs) = &mut configs {
            let settled = match when {
                When::First | When::IfPossible => configs.settle(host, &[], false, settings),
                When::WithOrigin | When::Not => Ok(()),
            };
            if when == When::First {
                settled?;
            }
        }
        let json = host.flow_graph()?;
        let doc = read_graph(&json)?;
        Ok(Self { host, json, doc, configs })
    }

    /// Settles configs that waited for the run whose values, `kept`, are used again.
    pub(crate) fn configure(
        &mut self,
        kept: &[Resolved],
        fixed: bool,
        settings: &Settings,
    ) -> Result<(), Problems> {
        let Some(configs) = self.configs.as_mut().filter(|configs| !configs.settled) else { return Ok(()) };
        configs.settle(self.host, kept, fixed, settings)?;
        self.json = self.host.flow_graph()?;
        self.doc = read_graph(&self.json)?;
        Ok(())
    }

    /// Whether configs wait for that.
    pub(crate) fn waits(&self) -> bool {
        self.configs.as_ref().is_some_and(|configs| !configs.settled)
    }

    /// Adds decorators to the steps that lack them (RU-13).
    pub(crate) fn attach(&mut self, specs: &[DecoSpec]) -> Result<()> {
        if !specs.is_empty() {
            self.json = self.host.attach(specs)?;
            self.doc = read_graph(&self.json)?;
        }
        Ok(())
    }

    /// Leaves decorators of these names out of every step.
    pub(crate) fn detach(&mut self, names: &[String]) -> Result<()> {
        if !names.is_empty() {
            self.json = self.host.detach(names)?;
            self.doc = read_graph(&self.json)?;
        }
        Ok(())
    }

    /// The flow, checked.
    pub(crate) fn compile(&self) -> Result<Graph, Problems> {
        Graph::compile(&self.doc).map_err(Problems)
    }
}

fn read_graph(json: &str) -> Result<FlowGraph> {
    let message = || "the description of the flow cannot be read".to_owned();
    let value = exact::parse(json).or_error(codes::INTERNAL, message)?;
    serde_json::from_value(value).or_error(codes::INTERNAL, message)
}

/// What every command is given.
pub(crate) struct Context<'a> {
    /// What the user set.
    pub(crate) settings: Settings,
    /// Options every command has.
    pub(crate) globals: GlobalArgs,
    /// Options of a flow's command line; `None` without a flow.
    pub(crate) top: Option<FlowArgs>,
    /// Options of a flow that belongs to a project; `None` for any other.
    pub(crate) project: Option<ProjectArgs>,
    /// Options of a flow that runs when others have; `None` for any other.
    pub(crate) triggered: Option<TriggerArgs>,
    /// `--with` before the command.
    pub(crate) top_with: Vec<String>,
    /// Parameters of the flow that were typed, by name.
    pub(crate) typed: BTreeMap<String, String>,
    /// Which face this is.
    pub(crate) surface: Surface,
    /// The flow, if the command has one.
    pub(crate) flow: Option<Flow<'a>>,
    /// Where answers go.
    pub(crate) output: Output,
    /// What the terminal can do.
    pub(crate) screen: Screen,
    /// How commands are typed here.
    pub(crate) commands: Commands,
    /// The words typed.
    pub(crate) argv: Vec<String>,
    /// Who serves, in the program that can.
    pub(crate) serve: Option<Serve>,
}

impl<'a> Context<'a> {
    /// The folder of the store.
    pub(crate) fn store(&self) -> PathBuf {
        match &self.globals.datastore_root {
            Some(folder) if !folder.to_str().is_some_and(storage::is_url) => self.settings.cwd().join(folder),
            _ => self.settings.store_root().to_owned(),
        }
    }

    /// The flow.
    ///
    /// # Errors
    /// A bug, if the command needs one and has none.
    pub(crate) fn flow(&mut self) -> Result<&mut Flow<'a>> {
        self.flow
            .as_mut()
            .ok_or_else(|| Error::new(codes::INTERNAL, "this command was started without a flow"))
    }

    /// The name of the flow, if the command has one.
    pub(crate) fn flow_name(&self) -> Result<Option<FlowName>> {
        self.flow.as_ref().map(|flow| FlowName::new(&flow.doc.name)).transpose()
    }

    /// What is recorded, for reading.
    ///
    /// # Errors
    /// `SL0301` if nothing is recorded yet.
    pub(crate) fn records(&self) -> Result<Records> {
        let store = self.store();
        let provider = SqliteProvider::open_read(&store.join("metadata.db"))?;
        let policy = StorePolicy::from_settings(&self.settings)?;
        let files = Datastore::open_existing_with(&store, &policy)?;
        match (provider, files) {
            (Some(provider), Some(files)) => Ok(Records { provider, files }),
            _ => {
                Err(Error::new(codes::NOT_FOUND, format!("nothing is recorded in `{}` yet", store.display()))
                    .hint("run a flow first, or change to the folder it was run in"))
            }
        }
    }

    /// What is recorded, for changing tags.
    ///
    /// # Errors
    /// As [`records`](Self::records).
    pub(crate) fn writable(&self) -> Result<SqliteProvider> {
        self.records()?;
        SqliteProvider::open(&self.store().join("metadata.db"))
    }

    /// The namespace to look into: the one given, where empty means all; else the user's (CU-03).
    ///
    /// A user who is not known sees everything: reading needs no name.
    pub(crate) fn namespace(&self, given: Option<&str>) -> Option<String> {
        match given {
            Some("") => None,
            Some(namespace) => Some(namespace.to_owned()),
            None => self.settings.namespace().ok(),
        }
    }
}

/// Metadata and files of a store.
pub(crate) struct Records {
    /// Flows, runs, tasks.
    pub(crate) provider: SqliteProvider,
    /// Artifacts, logs.
    pub(crate) files: Datastore,
}

/// The newest run of a flow that has all of these tags.
pub(crate) fn newest(provider: &dyn Provider, flow: &FlowName, tags: Vec<String>) -> Result<Option<RunId>> {
    let query = RunQuery { tags, limit: 1, ..RunQuery::default() };
    Ok(provider.runs(flow, &query)?.into_iter().next().map(|record| record.run))
}
