//! `Buckets`: objects in S3 for the client of Python, many at once. It names what is to be done; the bytes move here.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use spinloom_diagnostics::{Result, codes};
use spinloom_objects::{
    Content, Depth, Download, Found, Interrupted, Location, ObjectInfo, Objects, Options, Part, PutOptions,
    Upload,
};
use spinloom_settings::Settings;

use crate::errors::raise;

/// The note of an object in which its writer's notes are, as JSON. Metaflow's client has the same.
const NOTES: &str = "metaflow-user-attributes";

/// A bucket, and how S3 is to encrypt what is put there, if not as usual.
type Bucket = (String, Option<String>);
/// Where an object is: its bucket and its key.
type Address = (String, String);
/// An object to be read: where, what of it (a start and a length; a negative length is counted from the end), and into which file.
type Wanted = (Address, Option<(u64, Option<i64>)>, PathBuf);
/// An object to be made: where, the bytes or the file, its content type, its notes, and how S3 is to encrypt it.
type Given = (Address, Option<PyBuffer<u8>>, Option<PathBuf>, Option<String>, Option<String>, Option<String>);
/// What is known of an object: size, content type, notes, encryption, seconds since the epoch.
type Facts = (u64, Option<String>, Option<String>, Option<String>, f64);
/// What is found in a listing: its key and size; a folder has none.
type Entry = (String, Option<u64>);

/// Buckets of S3, each opened when it is first used.
#[pyclass(module = "spinloom._native", frozen)]
pub struct Buckets {
    options: Options,
    open: Mutex<HashMap<Bucket, Objects>>,
    /// What Ctrl-C raised while this thread's call waited.
    raised: Arc<Mutex<Option<PyErr>>>,
}

#[pymethods]
impl Buckets {
    /// As the environment says, but for `variables`, which win over its own.
    #[new]
    fn new(py: Python<'_>, variables: Vec<(String, String)>) -> PyResult<Self> {
        let raised = Arc::new(Mutex::new(None));
        let mut options = options(variables).map_err(|e| raise(py, &e))?;
        let noted = Arc::clone(&raised);
        options.interrupted = Some(Interrupted::new(move || match Python::attach(|py| py.check_signals()) {
            Ok(()) => false,
            Err(error) => {
                *lock(&noted) = Some(error);
                true
            }
        }));
        Ok(Self { options, open: Mutex::default(), raised })
    }

    /// What is known of many objects; `None` for one that is not there.
    fn infos(&self, py: Python<'_>, at: Vec<Address>) -> PyResult<Vec<Option<Facts>>> {
        self.in_each(
            py,
            at,
            |(bucket, _)| (bucket.clone(), None),
            |objects, at| {
                let keys: Vec<_> = at.into_iter().map(|(_, key)| key).collect();
                Ok(objects.infos(&keys)?.into_iter().map(|info| info.map(facts)).collect())
            },
        )
    }

    /// Puts objects into files: what is known of each, and the range of it that its file has.
    fn download(&self, py: Python<'_>, wanted: Vec<Wanted>) -> PyResult<Vec<Option<(Facts, u64, u64)>>> {
        self.in_each(
            py,
            wanted,
            |((bucket, _), ..)| (bucket.clone(), None),
            |objects, wanted| {
                let downloads: Vec<_> = wanted
                    .into_iter()
                    .map(|((_, key), range, path)| Download { key, part: part(range), path })
                    .collect();
                let done = objects.download(&downloads)?.into_iter();
                Ok(done.map(|done| done.map(|d| (facts(d.info), d.start, d.len))).collect())
            },
        )
    }

    /// Makes objects; which of them were made. Those that are there already are left alone, unless `replace`.
    fn upload(&self, py: Python<'_>, given: Vec<Given>, replace: bool) -> PyResult<Vec<bool>> {
        let uploads = given.into_iter().map(upload).collect::<PyResult<Vec<_>>>()?;
        self.in_each(
            py,
            uploads,
            |(bucket, upload)| (bucket.clone(), upload.put.encryption.clone()),
            |objects, uploads| {
                let uploads: Vec<_> = uploads.into_iter().map(|(_, upload)| upload).collect();
                objects.upload(&uploads, replace)
            },
        )
    }

    /// Listings. `depth` is `folder`, `below` or `beginning`.
    fn listings(&self, py: Python<'_>, at: Vec<Address>, depth: &str) -> PyResult<Vec<Vec<Entry>>> {
        let depth = match depth {
            "folder" => Depth::Folder,
            "below" => Depth::Below,
            _ => Depth::Beginning,
        };
        let entry = |found| match found {
            Found::Object(info) => (info.key, Some(info.size)),
            Found::Folder(key) => (key, None),
        };
        self.in_each(
            py,
            at,
            |(bucket, _)| (bucket.clone(), None),
            |objects, at| {
                let prefixes: Vec<_> = at.into_iter().map(|(_, prefix)| prefix).collect();
                let found = objects.listings(&prefixes, depth)?.into_iter();
                Ok(found.map(|listing| listing.into_iter().map(entry).collect()).collect())
            },
        )
    }
}

impl Buckets {
    /// Does `work` with the items of each bucket, off the interpreter's lock; results are in the items' order.
    fn in_each<I: Send, T: Send>(
        &self,
        py: Python<'_>,
        items: Vec<I>,
        bucket_of: impl Fn(&I) -> Bucket + Send,
        work: impl Fn(&Objects, Vec<I>) -> Result<Vec<T>> + Send,
    ) -> PyResult<Vec<T>> {
        let done = py.detach(move || {
            let mut groups: BTreeMap<_, (Vec<usize>, Vec<I>)> = BTreeMap::new();
            for (position, item) in items.into_iter().enumerate() {
                let (positions, group) = groups.entry(bucket_of(&item)).or_default();
                positions.push(position);
                group.push(item);
            }
            let mut results = Vec::new();
            for (bucket, (positions, items)) in groups {
                results.extend(positions.into_iter().zip(work(&self.bucket(bucket)?, items)?));
            }
            results.sort_by_key(|(position, _)| *position);
            Ok(results.into_iter().map(|(_, result)| result).collect())
        });
        done.map_err(|error: spinloom_diagnostics::Error| match lock(&self.raised).take() {
            Some(raised) if error.code() == codes::INTERRUPTED => raised,
            _ => raise(py, &error),
        })
    }

    fn bucket(&self, (bucket, encryption): Bucket) -> Result<Objects> {
        let at: Location = format!("s3://{bucket}").parse()?;
        let mut open = lock(&self.open);
        if let Some(objects) = open.get(&(bucket.clone(), encryption.clone())) {
            return Ok(objects.clone());
        }
        let mut options = self.options.clone();
        if encryption.is_some() {
            options.s3_encryption.clone_from(&encryption);
        }
        let objects = Objects::open(&at, &options)?;
        open.insert((bucket, encryption), objects.clone());
        Ok(objects)
    }
}

/// Where objects of runs are kept, if that is set.
#[pyfunction]
pub(crate) fn datatools_root(py: Python<'_>) -> PyResult<Option<String>> {
    Ok(Settings::from_process().map_err(|e| raise(py, &e))?.datatools_root())
}

fn options(variables: Vec<(String, String)>) -> Result<Options> {
    if variables.is_empty() {
        return Options::from_settings(&Settings::from_process()?);
    }
    let cwd = Settings::from_process()?.cwd().to_owned();
    let inherited = Settings::environment_to_hand_on();
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    Options::from_settings(&Settings::load(inherited.into_iter().filter_map(text).chain(variables), &cwd)?)
}

fn part(range: Option<(u64, Option<i64>)>) -> Part {
    match range {
        None => Part::Whole,
        Some((start, None)) => Part::From(start),
        Some((_, Some(length))) if length < 0 => Part::Last(length.unsigned_abs()),
        Some((start, Some(length))) => Part::Of(start, length.unsigned_abs()),
    }
}

fn facts(mut info: ObjectInfo) -> Facts {
    let notes = info.metadata.remove(NOTES);
    let seconds = info.last_modified_us as f64 / 1e6;
    (info.size, info.content_type, notes, info.encryption, seconds)
}

fn upload(
    ((bucket, key), buffer, file, content_type, notes, encryption): Given,
) -> PyResult<(String, Upload)> {
    let content = match (buffer, file) {
        (Some(buffer), _) if buffer.is_c_contiguous() => {
            Content::Bytes(bytes::Bytes::from_owner(Held(buffer)))
        }
        (None, Some(path)) => Content::File(path),
        _ => return Err(PyValueError::new_err("an object is made of bytes or of a file")),
    };
    let metadata = notes.map(|notes| (NOTES.to_owned(), notes)).into_iter().collect();
    Ok((bucket, Upload { key, content, put: PutOptions { content_type, metadata, encryption } }))
}

/// Bytes that a Python object holds, and goes on holding until nobody sends them any more.
struct Held(PyBuffer<u8>);

#[expect(unsafe_code, reason = "a contiguous buffer is a slice of bytes")]
impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        if self.0.len_bytes() == 0 {
            return &[];
        }
        // SAFETY: the buffer is contiguous and stays where it is while it is exported. Whoever writes to it meanwhile from
        // another thread sends a mixture, as with any other client.
        unsafe { std::slice::from_raw_parts(self.0.buf_ptr().cast(), self.0.len_bytes()) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
