//! `Spool`: the file a pickler writes to, whose bytes another thread hashes, compresses and writes meanwhile. And the way
//! back, of a long stream that is read.

use std::ffi::{c_int, c_void};

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

/// Bytes for which giving up the interpreter's lock is worth it.
const MANY: usize = 64 << 10;

/// Takes one pickle stream; `TaskContext.save` takes it in place of bytes.
#[pyclass(module = "spinloom._native")]
pub struct Spool(Option<spinloom_datastore::Spool>);

impl Spool {
    pub(crate) fn new(spool: spinloom_datastore::Spool) -> Self {
        Self(Some(spool))
    }

    /// What took the bytes; there is no writing any more.
    pub(crate) fn take(&mut self) -> PyResult<spinloom_datastore::Spool> {
        self.0.take().ok_or_else(saved)
    }
}

#[pymethods]
impl Spool {
    /// Takes `data`: `bytes`, or anything else with contiguous bytes. Where the disk refuses them, `save` raises.
    fn write(&mut self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<usize> {
        let spool = self.0.as_mut().ok_or_else(saved)?;
        if let Ok(bytes) = data.cast::<PyBytes>() {
            let bytes = bytes.as_bytes();
            if bytes.len() < MANY {
                spool.write(bytes);
            } else {
                py.detach(|| spool.write(bytes));
            }
            return Ok(bytes.len());
        }
        let buffer: PyBuffer<u8> = data.extract()?;
        let bytes = crate::context::bytes_of(py, &buffer)?;
        py.detach(|| spool.write(bytes));
        Ok(bytes.len())
    }

    /// Bytes taken so far.
    fn __len__(&self) -> usize {
        self.0.as_ref().map_or(0, |spool| usize::try_from(spool.len()).unwrap_or(usize::MAX))
    }
}

/// Streams from this length on are handed to Python as they are: copying them would need as much memory again.
const LONG: usize = 8 << 20;

/// Bytes of ours, for Python to look at.
#[pyclass(frozen)]
pub(crate) struct Held(Vec<u8>);

impl Held {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

#[pymethods]
impl Held {
    #[expect(unsafe_code, reason = "the buffer protocol is one of pointers")]
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut pyo3::ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let bytes = &slf.get().0;
        let len = isize::try_from(bytes.len())?;
        let start = bytes.as_ptr().cast_mut().cast::<c_void>();
        // SAFETY: the view holds a reference to `slf`, which keeps the bytes where they are and never changes them; it is
        // read-only.
        match unsafe { pyo3::ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, len, 1, flags) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(slf.py())),
        }
    }
}

/// A pickle stream for Python: `bytes`, or a read-only `memoryview` of a long one.
pub(crate) fn stream_for(py: Python<'_>, stream: Vec<u8>) -> PyResult<Bound<'_, PyAny>> {
    if stream.len() < LONG {
        return Ok(PyBytes::new(py, &stream).into_any());
    }
    Ok(PyMemoryView::from(Bound::new(py, Held(stream))?.as_any())?.into_any())
}

fn saved() -> PyErr {
    PyValueError::new_err("this stream is saved already")
}

/// A pickle stream as Python hands it over.
#[derive(FromPyObject)]
pub(crate) enum PickleStream<'py> {
    Bytes(Bound<'py, PyBytes>),
    Spool(Bound<'py, Spool>),
}

impl PickleStream<'_> {
    /// How long it is.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes().len(),
            Self::Spool(spool) => spool.borrow().__len__(),
        }
    }

    /// As the store takes it.
    pub(crate) fn stream(&self) -> PyResult<spinloom_datastore::Stream<'_>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.as_bytes().into()),
            Self::Spool(spool) => Ok(spool.borrow_mut().take()?.into()),
        }
    }
}
