//! What the command line asks of Python.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_compute::{Interpreter, TaskSpec};
use spinloom_datastore::{Datastore, LogWriter, ManifestRef};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_engine::{Listener, RunOutcome, RunRequest};
use spinloom_flow::DecoSpec;

/// Which of the two faces of the command line is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// `python flow.py …`: Metaflow's words and exit codes.
    Python,
    /// `spinloom … flow.py …`.
    Native,
}

/// A task to be run in this process.
pub struct SpinTask {
    /// What its step is told.
    pub spec: TaskSpec,
    /// The artifacts of the task it repeats.
    pub recorded: Option<ManifestRef>,
    /// Where what it saves and prints goes; `None` if that is not wanted.
    pub keep: Option<SpinKeep>,
    /// What Python must know: `{"decorators": […] or null, "artifacts_module", "set": {…}, "post_mortem"}`.
    pub request: Value,
}

/// Where the outcome of a spin goes.
pub struct SpinKeep {
    /// The store.
    pub store: Datastore,
    /// The parameters, in that store.
    pub base: ManifestRef,
    /// Its log.
    pub log: LogWriter,
    /// Bytes kept of each stream.
    pub max_log_size: u64,
}

/// What became of a [`SpinTask`].
#[derive(Debug, Default)]
pub struct Spun {
    /// What the task said of itself, as in the task protocol, and `artifacts`: `[{"name", "type", "size", "hash", "looks"}]`.
    pub result: Value,
    /// Its manifest record, if it was to be kept.
    pub record: Option<Vec<u8>>,
}

/// An imported flow. Implemented by the Python extension.
pub trait FlowHost {
    /// Which face this is.
    fn surface(&self) -> Surface;

    /// The flow file as the user typed it.
    fn script(&self) -> &str;

    /// The words that would start this very command line again. From here on Ctrl-C ends this process as any program.
    ///
    /// # Errors
    /// A bug.
    fn command(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Version of the interpreter, such as `3.11.7`, if it is known.
    fn python_version(&self) -> Option<String> {
        None
    }

    /// The configs the flow declares, and the names of its parameters: `{"configs", "parameters"}`. Empty without configs.
    ///
    /// # Errors
    /// A declaration that cannot be described.
    fn configs(&mut self) -> Result<String> {
        Ok(String::new())
    }

    /// Calls default functions of configs: of each, the config and `default` or `default_value`.
    ///
    /// # Errors
    /// A function that raised.
    fn config_defaults(
        &mut self,
        _wanted: &[(String, &'static str)],
        _context: &Value,
    ) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }

    /// Calls parsers of configs on texts, by name: `{"value"}`, `{"kind"}` of what is no mapping, or `{"problem"}`.
    ///
    /// # Errors
    /// A parser that cannot be found.
    fn parse_configs(&mut self, _texts: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
        Ok(Map::new())
    }

    /// Has models of configs check values, by name: `{"value"}` or `{"problems": [{"path", "message"}]}`.
    ///
    /// # Errors
    /// A model that failed in another way.
    fn check_configs(&mut self, _values: &Map<String, Value>) -> Result<Map<String, Value>> {
        Ok(Map::new())
    }

    /// Gives the configs their values, by name, and with them everything that waits for them. Comes before the flow is
    /// described.
    ///
    /// # Errors
    /// A decorator or parameter that cannot have the value it is given.
    fn configure(&mut self, _values: &Map<String, Value>) -> Result<()> {
        Ok(())
    }

    /// The interpreter this is, as a JSON object that [`spinloom_environments::Python`] is read from.
    ///
    /// # Errors
    /// A bug.
    fn interpreter(&mut self) -> Result<String> {
        Err(Error::new(codes::INTERNAL, "this flow has no interpreter"))
    }

    /// Whether somebody pressed Ctrl-C since this was last asked.
    fn interrupted(&mut self) -> bool {
        false
    }

    /// Whether an interpreter of an environment carries on with a command line here: see [`enter`](Self::enter).
    fn entered(&self) -> bool {
        false
    }

    /// Has another interpreter carry on with this very command line, in this process. Returns only if that fails.
    fn enter(&mut self, _interpreter: &Interpreter) -> Error {
        Error::new(codes::INTERNAL, "this flow cannot be run by another interpreter")
    }

    /// The `FlowGraph` document.
    ///
    /// # Errors
    /// A flow that cannot be described.
    fn flow_graph(&mut self) -> Result<String>;

    /// Adds decorators to every step that lacks them, and returns the new document.
    ///
    /// # Errors
    /// `SL0104` for an unknown decorator or a bad attribute.
    fn attach(&mut self, specs: &[DecoSpec]) -> Result<String>;

    /// Lets the flow, its tasks too, know more: `current` has these from now on.
    ///
    /// # Errors
    /// A bug.
    fn add_to_current(&mut self, _facts: &Map<String, Value>) -> Result<()> {
        Ok(())
    }

    /// Checks files that `IncludeFile` parameters name: parameter name → path.
    ///
    /// # Errors
    /// `SL0103` for one that is not text although it should be.
    fn check_files(&mut self, _files: &Map<String, Value>) -> Result<()> {
        Ok(())
    }

    /// Has the classes of models check values of parameters: parameter name → `{"value", "whence", "place": [file, line]}`.
    ///
    /// # Errors
    /// `SL0103` for one that its class does not take.
    fn check_models(&mut self, _values: &Map<String, Value>) -> Result<()> {
        Ok(())
    }

    /// Removes decorators of these names from every step, and returns the new document.
    ///
    /// # Errors
    /// `SL0104` for a name that no decorator has.
    fn detach(&mut self, names: &[String]) -> Result<String>;

    /// Files and folders that belong to the code package beside the flow's folder: of decorators, and of modules that ask
    /// for it (OP-01). A JSON list of `{"path", "name", "suffixes"}`, as `Source` of `datastore::package`.
    ///
    /// # Errors
    /// A decorator that raised.
    fn package_files(&mut self) -> Result<String> {
        Ok("[]".to_owned())
    }

    /// Calls a function of `@exit_hook` in a process of its own, and waits for it: its exit code (FD-09). The request:
    /// `{"function", "flow", "run", "store", "quiet_stdout"}`.
    ///
    /// # Errors
    /// A process that cannot be started.
    fn exit_hook(&mut self, _request: &Value) -> Result<i32> {
        Ok(0)
    }

    /// Calls deploy-time default functions: parameter name → value.
    ///
    /// # Errors
    /// A function that raised.
    fn defaults(&mut self, names: &[String], context: &Value) -> Result<Map<String, Value>>;

    /// Runs one task in this very process, on its terminal (RE-12).
    ///
    /// # Errors
    /// A module of artifacts that cannot be read; a step that failed is an outcome, not an error.
    fn spin(&mut self, _task: SpinTask) -> Result<Spun> {
        Ok(Spun::default())
    }

    /// Runs the flow with these parameter values, telling `listener` what happens.
    ///
    /// # Errors
    /// A run that could not be made or driven; a step that failed is an outcome, not an error.
    fn run(
        &mut self,
        request: RunRequest,
        values: Map<String, Value>,
        listener: &mut dyn Listener,
    ) -> Result<RunOutcome>;

    /// Prints or pickles artifacts (OP-17). The request, all of it resolved:
    /// `{"store", "flow", "run", "tasks": [{"step", "task", "pathspec", "manifest"}], "private", "max_value_size",
    /// "include": [name, …] or null, "file": path or null, "json"}`.
    ///
    /// # Errors
    /// An artifact that cannot be read.
    fn dump(&mut self, request: &Value) -> Result<()>;
}
