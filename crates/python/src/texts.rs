//! Arrays of Python strings, to plain bytes and back.
//!
//! A pickle has five opcodes and a memo entry for each string, and makes them one by one; a column of five million is mostly that. Here it is
//! the strings' UTF-8, how long each is, and which string stands where if some stand twice: as in a pickle, a string that is one
//! object before is one object after.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::spool::Held;

/// The text is handed over in pieces of about this many bytes: nothing of it is ever in memory twice.
const PIECE: usize = 4 << 20;
/// A longer string is left to pickle: it has no use for what is done here.
const LONG: usize = 1 << 20;

/// Lengths of the strings; unless the strings stand one after another, what stands where (one of `known`, or a string); and the text.
/// Numbers are as [`planes`] writes them.
type Packed<'py> = (Bound<'py, Held>, Option<Bound<'py, Held>>, Bound<'py, PyList>);

/// Packs the objects of a contiguous array, if all of them are strings or among `known`; else `None`.
#[pyfunction]
pub(crate) fn pack_texts<'py>(
    py: Python<'py>,
    array: &Bound<'py, PyAny>,
    known: Vec<Bound<'py, PyAny>>,
) -> PyResult<Option<Packed<'py>>> {
    let view = PyUntypedBuffer::get(array)?;
    let mut packing = Packing::new(py, &known, view.item_count());
    for &object in objects(&view)? {
        if !packing.add(object)? {
            return Ok(None);
        }
    }
    packing.finish().map(Some)
}

/// Fills a contiguous array of objects with what was packed.
#[pyfunction]
pub(crate) fn unpack_texts(
    py: Python<'_>,
    array: &Bound<'_, PyAny>,
    known: Vec<Bound<'_, PyAny>>,
    lengths: &Bound<'_, PyAny>,
    codes: Option<&Bound<'_, PyAny>>,
    pieces: Vec<Bound<'_, PyBytes>>,
) -> PyResult<()> {
    let (lengths, view) = (numbers(py, lengths)?, PyUntypedBuffer::get(array)?);
    if view.readonly() {
        return Err(PyValueError::new_err("the array cannot be written to"));
    }
    let slots = Slots { first: checked(&view)?, count: view.item_count() };
    let mut text = Texts { lengths: lengths.iter(), pieces: pieces.iter().map(|p| p.as_bytes()), rest: &[] };
    let Some(codes) = codes else {
        if lengths.len() != slots.count {
            return Err(torn());
        }
        for slot in 0..slots.count {
            slots.put(slot, text.next(py)?.ok_or_else(torn)?);
        }
        return Ok(());
    };
    let codes = numbers(py, codes)?;
    let mut all: Vec<Py<PyAny>> = known.into_iter().map(Bound::unbind).collect();
    all.reserve(lengths.len());
    while let Some(one) = text.next(py)? {
        all.push(one);
    }
    if codes.len() != slots.count {
        return Err(torn());
    }
    for (slot, &code) in codes.iter().enumerate() {
        slots.put(slot, all.get(code as usize).ok_or_else(torn)?.clone_ref(py));
    }
    Ok(())
}

fn torn() -> PyErr {
    PyValueError::new_err("packed strings do not fit together")
}

/// Where the objects of a contiguous array begin.
fn checked(view: &PyUntypedBuffer) -> PyResult<*mut *mut pyo3::ffi::PyObject> {
    let contiguous = view.is_c_contiguous() || view.is_fortran_contiguous();
    if view.format().to_bytes() != b"O" || !contiguous || view.item_size() != size_of::<*mut ()>() {
        return Err(PyValueError::new_err("not a contiguous array of objects"));
    }
    Ok(view.buf_ptr().cast())
}

/// The objects of a contiguous array, in the order of memory.
#[expect(unsafe_code, reason = "the buffer protocol is one of pointers")]
fn objects(view: &PyUntypedBuffer) -> PyResult<&[*mut pyo3::ffi::PyObject]> {
    let first = checked(view)?;
    // SAFETY: format, size and layout were looked at; the view keeps the memory, and the interpreter's lock keeps others from it.
    Ok(unsafe { std::slice::from_raw_parts(first, view.item_count()) })
}

/// The slots of an array that can be written to, whose view is held.
struct Slots {
    first: *mut *mut pyo3::ffi::PyObject,
    count: usize,
}

impl Slots {
    /// Puts an object into a slot, in place of the one that is there.
    #[expect(unsafe_code, reason = "an array owns a reference in each slot")]
    fn put(&self, slot: usize, object: Py<PyAny>) {
        assert!(slot < self.count);
        // SAFETY: the slot is one of the array's, nobody else looks at it meanwhile, and what it held is given up.
        unsafe { pyo3::ffi::Py_XDECREF(std::ptr::replace(self.first.add(slot), object.into_ptr())) };
    }
}

/// Numbers as bytes: how many bytes each has (one byte), then the lowest byte of each, then the next of each, and so on. Bytes of a
/// kind beside each other are what compression likes.
fn planes(numbers: &[u32]) -> Vec<u8> {
    let most = numbers.iter().copied().max().unwrap_or(0);
    let width = (32 - most.leading_zeros()).div_ceil(8).max(1);
    let mut bytes = Vec::with_capacity(1 + numbers.len() * width as usize);
    bytes.push(width as u8);
    for plane in 0..width {
        bytes.extend(numbers.iter().map(|number| (number >> (8 * plane)) as u8));
    }
    bytes
}

/// What [`planes`] wrote.
fn numbers(py: Python<'_>, bytes: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let view: PyBuffer<u8> = bytes.extract()?;
    let bytes = crate::context::bytes_of(py, &view)?;
    let Some((&width @ 1..=4, planes)) = bytes.split_first() else { return Err(torn()) };
    if planes.len() % usize::from(width) != 0 {
        return Err(torn());
    }
    let mut numbers = vec![0; planes.len() / usize::from(width)];
    // An empty list has no planes.
    for (plane, bytes) in (0..).zip(planes.chunks_exact(numbers.len().max(1))) {
        numbers.iter_mut().zip(bytes).for_each(|(number, byte)| *number |= u32::from(*byte) << (8 * plane));
    }
    Ok(numbers)
}

/// Strings, one after another.
struct Texts<'a, P: Iterator<Item = &'a [u8]>> {
    lengths: std::slice::Iter<'a, u32>,
    pieces: P,
    rest: &'a [u8],
}

impl<'a, P: Iterator<Item = &'a [u8]>> Texts<'a, P> {
    #[expect(unsafe_code, reason = "there is no safe form that checks while it copies")]
    fn next(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let Some(&length) = self.lengths.next() else { return Ok(None) };
        let length = length as usize;
        while self.rest.is_empty() && length > 0 {
            self.rest = self.pieces.next().ok_or_else(torn)?;
        }
        let (text, rest) = self.rest.split_at_checked(length).ok_or_else(torn)?;
        self.rest = rest;
        // SAFETY: pointer and length are of `text`; the answer is a new reference, or null with an exception set.
        unsafe {
            let made = pyo3::ffi::PyUnicode_DecodeUTF8(
                text.as_ptr().cast(),
                text.len().cast_signed(),
                std::ptr::null(),
            );
            Bound::from_owned_ptr_or_err(py, made).map(|text| Some(text.unbind()))
        }
    }
}

/// An address, which is as good as random already but for its last bits.
#[derive(Default)]
struct Address(u64);

impl Hasher for Address {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_right(29);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What was packed so far.
struct Packing<'py> {
    py: Python<'py>,
    known: Vec<usize>,
    seen: HashMap<usize, u32, BuildHasherDefault<Address>>,
    lengths: Vec<u32>,
    strings: u32,
    /// None while the strings stand one after another.
    codes: Option<Vec<u32>>,
    count: usize,
    text: Vec<u8>,
    pieces: Bound<'py, PyList>,
}

impl<'py> Packing<'py> {
    fn new(py: Python<'py>, known: &[Bound<'py, PyAny>], count: usize) -> Self {
        Self {
            py,
            known: known.iter().map(|one| one.as_ptr() as usize).collect(),
            seen: HashMap::default(),
            lengths: Vec::new(),
            strings: 0,
            codes: None,
            count,
            text: Vec::with_capacity(PIECE),
            pieces: PyList::empty(py),
        }
    }

    /// Takes the next object; `false` if it is none of ours.
    #[expect(unsafe_code, reason = "objects of an array are pointers")]
    fn add(&mut self, object: *mut pyo3::ffi::PyObject) -> PyResult<bool> {
        let address = object as usize;
        if object.is_null() {
            return Ok(false);
        }
        // SAFETY: the array holds a reference to the object.
        let (text, alone) =
            unsafe { (pyo3::ffi::PyUnicode_CheckExact(object) != 0, pyo3::ffi::Py_REFCNT(object) == 1) };
        if !text {
            let Some(place) = self.known.iter().position(|&one| one == address) else { return Ok(false) };
            self.refer(u32::try_from(place).unwrap_or(u32::MAX));
            return Ok(true);
        }
        // What only this slot refers to cannot stand twice.
        if !alone {
            if let Some(&code) = self.seen.get(&address) {
                self.refer(code);
                return Ok(true);
            }
            self.seen.insert(address, self.code(self.strings));
        }
        self.take(object)
    }

    #[expect(unsafe_code, reason = "objects of an array are pointers")]
    fn take(&mut self, object: *mut pyo3::ffi::PyObject) -> PyResult<bool> {
        // SAFETY: it is a string, as was looked at; the answer is a new reference, or null with an exception set.
        let bytes = unsafe {
            let made = pyo3::ffi::PyUnicode_AsUTF8String(object);
            Bound::from_owned_ptr_or_opt(self.py, made)
        };
        let Some(bytes) = bytes else {
            drop(PyErr::take(self.py)); // half a surrogate pair, which UTF-8 does not have
            return Ok(false);
        };
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        if bytes.len() > LONG || self.strings == u32::MAX - 64 {
            return Ok(false);
        }
        if self.text.len() + bytes.len() > PIECE {
            self.cut()?;
        }
        self.text.extend_from_slice(bytes);
        self.lengths.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let code = self.code(self.strings);
        self.strings += 1;
        if let Some(codes) = &mut self.codes {
            codes.push(code);
        }
        Ok(true)
    }

    fn code(&self, string: u32) -> u32 {
        string + u32::try_from(self.known.len()).unwrap_or(u32::MAX)
    }

    /// Notes that something stands here that is known already. Until now every string was followed by the next.
    fn refer(&mut self, code: u32) {
        if self.codes.is_none() {
            let mut codes = Vec::with_capacity(self.count);
            codes.extend((0..self.strings).map(|string| self.code(string)));
            self.codes = Some(codes);
        }
        if let Some(codes) = &mut self.codes {
            codes.push(code);
        }
    }

    fn cut(&mut self) -> PyResult<()> {
        self.pieces.append(PyBytes::new(self.py, &self.text))?;
        self.text.clear();
        Ok(())
    }

    fn finish(mut self) -> PyResult<Packed<'py>> {
        self.cut()?;
        let held = |numbers: Vec<u32>| Bound::new(self.py, Held::new(planes(&numbers)));
        Ok((held(self.lengths)?, self.codes.map(held).transpose()?, self.pieces))
    }
}
