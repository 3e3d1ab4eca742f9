//! Our errors as Python exceptions, and Python exceptions as our errors.

use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;
use spinloom_diagnostics::{Code, Error, all_codes, codes};

/// The exception for `error`: `spinloom.exceptions.SpinloomException`, or the class of its code.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let location = error.location();
        let causes = error.causes().to_vec();
        let instance = py.import("spinloom.exceptions")?.getattr("from_native")?.call1((
            error.code().id(),
            error.message(),
            causes,
            error.hints().to_vec(),
            location.map(|l| l.file.clone()),
            location.and_then(|l| l.line),
        ))?;
        Ok(PyErr::from_value(instance))
    };
    made().unwrap_or_else(|_| PyRuntimeError::new_err(error.to_string()))
}

/// The error for an exception that came out of Python code which is not a step's body.
///
/// Ctrl-C is that, whatever it fell into. One of ours keeps its code, hints and place. Any other is the user's: `what` says during what it was raised, its
/// traceback, our frames cut, becomes the cause.
pub(crate) fn from_python(py: Python<'_>, raised: &PyErr, what: &str) -> Error {
    if raised.is_instance_of::<PyKeyboardInterrupt>(py) {
        return Error::new(codes::INTERRUPTED, "interrupted");
    }
    ours(py, raised).unwrap_or_else(|| {
        let text = py
            .import("spinloom.worker.boundary")
            .and_then(|m| m.getattr("format_user_traceback"))
            .and_then(|f| f.call1((raised.value(py),)))
            .and_then(|t| t.extract::<String>())
            .unwrap_or_else(|_| raised.to_string());
        Error::new(codes::FLOW_IMPORT, what.to_owned()).cause(text.trim_end())
    })
}

fn ours(py: Python<'_>, raised: &PyErr) -> Option<Error> {
    let value = raised.value(py);
    let id: String = value.getattr("code").ok()?.extract().ok()?;
    let code: Code = all_codes().iter().copied().find(|c| c.id() == id)?;
    let message: String = value.getattr("message").ok()?.extract().ok()?;
    let mut error = Error::new(code, message);
    for hint in value.getattr("hints").and_then(|h| h.extract::<Vec<String>>()).unwrap_or_default() {
        error = error.hint(hint);
    }
    if let Ok(file) = value.getattr("file").and_then(|f| f.extract::<String>()) {
        let line = value.getattr("line").ok().and_then(|l| l.extract::<u32>().ok());
        error = error.at(file, line);
    }
    Some(error)
}
