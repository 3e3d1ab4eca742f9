//! The command line's view of a flow that lives in this interpreter.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use serde_json::{Map, Value};
use spinloom_cli::{FlowHost, SpinTask, Spun, Surface};
use spinloom_compute::{Interpreter, TaskSpec};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_engine::{Listener, Parameters, RunOutcome, RunRequest, Turn};
use spinloom_flow::{DecoSpec, exact};
use spinloom_settings::Settings;

use crate::context::TaskContext;
use crate::errors::{from_python, raise};
use crate::{imported, zygote};

/// Runs the command line of a flow. `argv` is what follows the program's name; `host` a `spinloom.host.FlowHost`.
///
/// Returns the exit code.
#[pyfunction]
pub(crate) fn run_cli(py: Python<'_>, argv: Vec<String>, host: &Bound<'_, PyAny>) -> PyResult<u8> {
    let surface = match host.getattr("surface")?.extract::<String>()?.as_str() {
        "native" => Surface::Native,
        _ => Surface::Python,
    };
    let script: String = host.getattr("script")?.extract()?;
    let left_open = imported::left_open();
    let mut flow = PythonFlow { py, host: host.clone(), surface, script, left_open };
    Ok(spinloom_cli::flow_main(&argv, &mut flow))
}

/// The store a script started here would use: the nearest `.spinloom`, or where one would be made.
#[pyfunction]
pub(crate) fn default_store(py: Python<'_>) -> PyResult<String> {
    let settings = Settings::from_process().map_err(|e| raise(py, &e))?;
    Ok(settings.store_root().display().to_string())
}

/// The user Spinloom takes this process to be of.
#[pyfunction]
pub(crate) fn default_user(py: Python<'_>) -> PyResult<String> {
    let settings = Settings::from_process().map_err(|e| raise(py, &e))?;
    settings.user().map(str::to_owned).map_err(|e| raise(py, &e))
}

/// A decorator as text, such as `retry:times=2`, as JSON: its name and attributes. `--with` reads the same.
///
/// Raises `InvalidDecorator`.
#[pyfunction]
pub(crate) fn parse_decorator(py: Python<'_>, text: &str) -> PyResult<String> {
    DecoSpec::parse(text).and_then(|spec| json(&spec)).map_err(|e| raise(py, &e))
}

/// The webhook events are published to, if one is set.
#[pyfunction]
pub(crate) fn argo_events_url(py: Python<'_>) -> PyResult<Option<String>> {
    let settings = Settings::from_process().map_err(|e| raise(py, &e))?;
    Ok(settings.argo_events_url().map(str::to_owned))
}

/// The compiled settings of the flow in `script`: a file. `None` if the flow belongs to no project.
///
/// Raises the first of the problems the settings have.
#[pyfunction]
pub(crate) fn compile_settings(py: Python<'_>, script: &str) -> PyResult<Option<String>> {
    match spinloom_cli::compile_for_flow(std::path::Path::new(script)) {
        Ok(path) => Ok(path.map(|path| path.display().to_string())),
        Err(problems) => Err(problems.first().map_or_else(
            || raise(py, &Error::new(codes::INTERNAL, "no settings")),
            |error| raise(py, error),
        )),
    }
}

/// The value in a text of YAML, as JSON.
///
/// Raises `ValueError` where it is none.
#[pyfunction]
pub(crate) fn read_yaml(text: &str) -> PyResult<String> {
    match spinloom_cli::read_yaml(text) {
        Ok(value) => Ok(exact::print(&value)),
        Err(fault) => Err(pyo3::exceptions::PyValueError::new_err(format!(
            "line {}, column {}: {}",
            fault.line, fault.column, fault.reason
        ))),
    }
}

struct PythonFlow<'py> {
    py: Python<'py>,
    host: Bound<'py, PyAny>,
    surface: Surface,
    script: String,
    left_open: Option<String>,
}

impl<'py> PythonFlow<'py> {
    fn call<A: pyo3::call::PyCallArgs<'py>>(
        &self,
        method: &str,
        args: A,
        what: &str,
    ) -> Result<Option<String>> {
        let returned = self.host.call_method1(method, args).map_err(|e| from_python(self.py, &e, what))?;
        returned
            .extract::<Option<String>>()
            .or_error(codes::INTERNAL, || format!("`{method}` of the flow's host returned no text"))
    }

    fn text<A: pyo3::call::PyCallArgs<'py>>(&self, method: &str, args: A, what: &str) -> Result<String> {
        self.call(method, args, what)?.ok_or_else(|| {
            Error::new(codes::INTERNAL, format!("`{method}` of the flow's host returned nothing"))
        })
    }
}

impl PythonFlow<'_> {
    /// Waiting for another process, this one has nothing to lose: Ctrl-C ends it as it ends any program.
    fn take_turn(&self, request: &RunRequest, listener: &mut dyn Listener) -> Result<Turn> {
        if request.shared.is_none() {
            return Ok(Turn::Drive(None));
        }
        let before = default_interrupt(self.py);
        let turn = self.py.detach(|| spinloom_engine::take_turn(request, listener));
        if let Some(handler) = before {
            let _not_main_thread = set_interrupt(self.py, &handler);
        }
        turn
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).or_error(codes::INTERNAL, || "cannot encode a value".into())
}

impl FlowHost for PythonFlow<'_> {
    fn surface(&self) -> Surface {
        self.surface
    }

    fn script(&self) -> &str {
        &self.script
    }

    fn python_version(&self) -> Option<String> {
        let version = self.py.version_info();
        Some(format!("{}.{}.{}", version.major, version.minor, version.patch))
    }

    fn configs(&mut self) -> Result<String> {
        self.text("configs", (), "the flow's configs cannot be described")
    }

    fn config_defaults(&mut self, wanted: &[(String, &'static str)], context: &Value) -> Result<Vec<Value>> {
        let what = "a config's default cannot be computed";
        let text = self.text("config_defaults", (json(wanted)?, json(context)?), what)?;
        serde_json::from_str(&text).or_error(codes::INTERNAL, || "cannot read the defaults of configs".into())
    }

    fn parse_configs(&mut self, texts: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
        let text = self.text("parse_configs", (json(texts)?,), "a config cannot be parsed")?;
        serde_json::from_str(&text).or_error(codes::INTERNAL, || "cannot read what was parsed".into())
    }

    fn check_configs(&mut self, values: &Map<String, Value>) -> Result<Map<String, Value>> {
        let text = self.text("check_configs", (json(values)?,), "a config cannot be checked")?;
        serde_json::from_str(&text).or_error(codes::INTERNAL, || "cannot read what was checked".into())
    }

    fn configure(&mut self, values: &Map<String, Value>) -> Result<()> {
        self.call("configure", (json(values)?,), "the configs cannot be used").map(|_| ())
    }

    fn interpreter(&mut self) -> Result<String> {
        self.text("interpreter", (), "cannot tell which interpreter this is")
    }

    fn interrupted(&mut self) -> bool {
        self.py.check_signals().is_err()
    }

    fn entered(&self) -> bool {
        self.host.getattr("entered").is_ok_and(|entered| entered.is_truthy().unwrap_or(false))
    }

    fn enter(&mut self, interpreter: &Interpreter) -> Error {
        let what = format!("`{}` cannot be started", interpreter.path);
        match json(interpreter).and_then(|text| self.call("enter", (text,), &what)) {
            Ok(_) => Error::new(codes::ENVIRONMENT, what),
            Err(error) => error,
        }
    }

    fn flow_graph(&mut self) -> Result<String> {
        self.text("flow_graph", (), "the flow cannot be described")
    }

    fn attach(&mut self, specs: &[DecoSpec]) -> Result<String> {
        self.text("attach", (json(specs)?,), "a decorator cannot be attached")
    }

    fn add_to_current(&mut self, facts: &Map<String, Value>) -> Result<()> {
        self.call("add_to_current", (json(facts)?,), "`current` cannot be told").map(|_| ())
    }

    fn check_files(&mut self, files: &Map<String, Value>) -> Result<()> {
        self.call("check_files", (json(files)?,), "a file cannot be included").map(|_| ())
    }

    fn check_models(&mut self, values: &Map<String, Value>) -> Result<()> {
        let values = exact::print(&Value::Object(values.clone()));
        self.call("check_models", (values,), "a parameter cannot be checked").map(|_| ())
    }

    fn detach(&mut self, names: &[String]) -> Result<String> {
        self.text("detach", (json(names)?,), "a decorator cannot be left out")
    }

    fn package_files(&mut self) -> Result<String> {
        self.text("package_files", (), "a decorator cannot say what it adds to the code package")
    }

    fn exit_hook(&mut self, request: &Value) -> Result<i32> {
        let code = self.text("exit_hook", (json(request)?,), "an exit hook cannot be called")?;
        code.parse().or_error(codes::INTERNAL, || format!("`{code}` is no exit code"))
    }

    fn defaults(&mut self, names: &[String], context: &Value) -> Result<Map<String, Value>> {
        let what = "a parameter's default cannot be computed";
        let text = self.text("defaults", (json(names)?, json(context)?), what)?;
        match exact::parse(&text) {
            Ok(Value::Object(values)) => Ok(values),
            _ => Err(Error::new(codes::INTERNAL, "cannot read the defaults")),
        }
    }

    fn run(
        &mut self,
        request: RunRequest,
        values: Map<String, Value>,
        listener: &mut dyn Listener,
    ) -> Result<RunOutcome> {
        let lead = match self.take_turn(&request, listener)? {
            Turn::Drive(lead) => lead,
            Turn::Over(outcome) => return Ok(*outcome),
        };
        let link = zygote::start(self.py, &self.host, self.left_open.take())?;
        let mut parameters = PythonParameters { flow: self, values };
        let mut prepared = spinloom_engine::prepare(request, lead, link, &mut parameters)?;
        // Python may have heard Ctrl-C and not have said so yet: the run is there, so the run is what it stops.
        prepared.interrupted = self.py.check_signals().is_err();
        default_interrupt(self.py);
        self.py.detach(|| prepared.drive(listener))
    }

    fn command(&self) -> Result<Vec<String>> {
        // Whoever asks starts that command and waits, with no Python in between to hear Ctrl-C: it ends this as any program.
        default_interrupt(self.py);
        let words = self.text("command", (), "cannot tell how this command was started")?;
        serde_json::from_str(&words).or_error(codes::INTERNAL, || "cannot read a command".into())
    }

    fn spin(&mut self, task: SpinTask) -> Result<Spun> {
        let request = json(&task.request)?;
        let made = TaskContext::in_spin(task)?;
        let context = Bound::new(self.py, made)
            .or_error(codes::INTERNAL, || "cannot make the task's context".into())?;
        let result = self.text("spin", (&context, request), "the step cannot be spun")?;
        let result = serde_json::from_str(&result)
            .or_error(codes::INTERNAL, || "cannot read a task's result".into())?;
        let record = context.borrow_mut().take_record();
        Ok(Spun { result, record })
    }

    fn dump(&mut self, request: &Value) -> Result<()> {
        self.call("dump", (json(request)?,), "the artifacts cannot be shown").map(|_| ())
    }
}

/// From here on the engine hears Ctrl-C. Without this, Python's own handler would raise once more at the very end.
///
/// Returns the handler before. Only the main thread may: a flow started from another keeps Python's handler.
fn default_interrupt(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    let default = py.import("signal").and_then(|signal| signal.getattr("SIG_DFL")).ok()?;
    set_interrupt(py, &default).ok()
}

fn set_interrupt<'py>(py: Python<'py>, handler: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let signal = py.import("signal")?;
    signal.call_method1("signal", (signal.getattr("SIGINT")?, handler))
}

struct PythonParameters<'a, 'py> {
    flow: &'a PythonFlow<'py>,
    values: Map<String, Value>,
}

impl Parameters for PythonParameters<'_, '_> {
    fn write(&mut self, spec: &TaskSpec, store: &Datastore) -> Result<Vec<u8>> {
        let py = self.flow.py;
        let context = Bound::new(py, TaskContext::in_driver(spec, store)?)
            .or_error(codes::INTERNAL, || "cannot make the parameters' context".into())?;
        let values = exact::print(&Value::Object(std::mem::take(&mut self.values)));
        self.flow.call("init_task", (&context, values), "the parameters cannot be stored")?;
        let record = context.borrow_mut().take_record();
        record.ok_or_else(|| Error::new(codes::INTERNAL, "the parameters were not finished"))
    }
}
