//! What every command is given: settings, the store, the flow if there is one, and where to write.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use spinloom_configs::Resolved;
use spinloom_datastore::{Datastore, StorePolicy};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::{DecoSpec, FlowGraph, FlowName, Graph, RunId, exact};
use spinloom_metadata::{Location, Provider, RunQuery};
use spinloom_settings::Settings;

use crate::arguments::{FlowArgs, GlobalArgs, ProjectArgs, TriggerArgs};
use crate::configs::{Configs, When};
use crate::reply::{Output, Problems};
use crate::terminal::Screen;
use crate::terminal::summary::Commands;
use crate::{FlowHost, Serve, Surface};
use crate::{shared, storage, values};

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
    /// Where runs are, once that was asked for.
    pub(crate) found: OnceCell<Place>,
}

/// Where runs are.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Where they are recorded.
    pub(crate) metadata: Location,
    /// The folder of the store that goes with it.
    pub(crate) store: PathBuf,
}

impl<'a> Context<'a> {
    /// Where runs are recorded, and the store that goes with it: `--metadata`, else as it is set. What is not on this machine is asked
    /// what its store is called, once.
    ///
    /// # Errors
    /// `SL0001` or `SL0004` if it cannot be anywhere; those of opening it.
    pub(crate) fn place(&self) -> Result<&Place> {
        if self.found.get().is_none() {
            let (root, settings) = (self.root(), self.settings.metadata()?);
            let given = values::given(&self.settings, "", "metadata", self.globals.metadata.as_deref());
            let metadata = match (&given, &settings.default) {
                (Some((source, text)), _) => {
                    Location::named(text, &root, &settings).map_err(|e| storage::usage(source, &e))?
                }
                (None, Some(text)) => Location::named(text, &root, &settings)?,
                (None, None) => Location::Local(root.clone()),
            };
            let store = shared::store(&root, &metadata)?;
            let _ = self.found.set(Place { metadata, store });
        }
        self.found.get().ok_or_else(|| Error::new(codes::INTERNAL, "a place was found and lost"))
    }

    /// The folder of the store that goes with the runs, once that is known; before, and where it is all here, the local one.
    pub(crate) fn store(&self) -> PathBuf {
        self.found.get().map_or_else(|| self.root(), |place| place.store.clone())
    }

    /// The folder of the local store.
    pub(crate) fn root(&self) -> PathBuf {
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
        let Place { metadata, store } = self.place()?;
        let provider = metadata.open_read()?;
        let policy = StorePolicy::from_settings(&self.settings)?;
        let files = Datastore::open_existing_with(store, &policy)?;
        match (provider, files) {
            (Some(provider), Some(files)) => Ok(Records { provider, files }),
            _ => Err(Error::new(codes::NOT_FOUND, format!("nothing is recorded in `{}` yet", self.shown()))
                .hint("run a flow first, or change to the folder it was run in")),
        }
    }

    /// What is recorded, for changing tags.
    ///
    /// # Errors
    /// As [`records`](Self::records).
    pub(crate) fn writable(&self) -> Result<Box<dyn Provider>> {
        self.records()?;
        self.place()?.metadata.open()
    }

    /// What people call the place where runs are recorded.
    fn shown(&self) -> String {
        match self.found.get() {
            Some(Place { metadata, .. }) if metadata.local().is_none() => metadata.to_string(),
            _ => self.store().display().to_string(),
        }
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
    pub(crate) provider: Box<dyn Provider>,
    /// Artifacts, logs.
    pub(crate) files: Datastore,
}

/// The newest run of a flow that has all of these tags.
pub(crate) fn newest(provider: &dyn Provider, flow: &FlowName, tags: Vec<String>) -> Result<Option<RunId>> {
    let query = RunQuery { tags, limit: 1, ..RunQuery::default() };
    Ok(provider.runs(flow, &query)?.into_iter().next().map(|record| record.run))
}
