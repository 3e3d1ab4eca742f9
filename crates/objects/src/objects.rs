//! The facade: blocking calls, whatever is behind them.

mod files;

use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::folder::Folder;
use crate::process::{PerProcess, runtime};
use crate::remote::{self, Remote};
use crate::{Interrupted, Kind, Listing, Location, ObjectInfo, Options, PutOptions, transfer};

pub use files::{Content, Depth, Download, Downloaded, Found, Part, Upload};

/// How often a call that waits asks whether it should end.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The objects at a location. Cheap to clone, and usable in a process that was forked after it was opened.
///
/// Keys are relative to the location. They have no empty parts, no `.` or `..` and no control characters; else they are
/// refused with `SL0002`. Every call may end with `SL0406` or `SL0407`; those of a local folder with `SL0401` or `SL0404`.
#[derive(Clone)]
pub struct Objects(Arc<Inner>);

struct Inner {
    at: Location,
    options: Options,
    store: Store,
}

enum Store {
    Local(Folder),
    Remote(PerProcess<Remote>),
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Objects({})", self.0.at)
    }
}

impl Objects {
    /// Opens a location. Nothing is sent before the first call.
    ///
    /// # Errors
    /// `SL0407` if what is set cannot be enough, such as a profile without keys; `SL0004` for a bad setting.
    pub fn open(at: &Location, options: &Options) -> Result<Self> {
        let store = if at.kind() == Kind::Local {
            Store::Local(Folder::new(at.bucket()))
        } else {
            let store = PerProcess::new();
            store.get(|| Remote::open(at, options))?;
            Store::Remote(store)
        };
        Ok(Self(Arc::new(Inner { at: at.clone(), options: options.clone(), store })))
    }

    /// Where they are.
    pub fn location(&self) -> &Location {
        &self.0.at
    }

    /// What the store knows about an object; `None` if there is none.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        match self.behind()? {
            Behind::Folder(folder) => folder.head(key),
            Behind::Bucket(remote) => self.wait(remote.head(key)),
        }
    }

    /// An object; `None` if there is none. It is whole, or there is an error.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn get(&self, key: &str) -> Result<Option<Bytes>> {
        self.read(key, None)
    }

    /// A part of an object. What is past its end is left out.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn get_range(&self, key: &str, range: Range<u64>) -> Result<Option<Bytes>> {
        self.read(key, Some(range))
    }

    fn read(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<Bytes>> {
        match self.behind()? {
            Behind::Folder(folder) => folder.get(key, range),
            Behind::Bucket(remote) => self.wait(remote.get(key, range)),
        }
    }

    /// Makes or replaces an object of `pieces`, which are not copied. Others see all of it or nothing.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn put(&self, key: &str, pieces: Vec<Bytes>) -> Result<()> {
        match self.behind()? {
            Behind::Folder(folder) => folder.put(key, &pieces),
            Behind::Bucket(remote) => self.wait(remote.put(key, pieces)),
        }
    }

    /// Makes an object unless there is one; whether it did. Meant for small objects: it is a single request.
    ///
    /// When the connection breaks at the wrong moment, an object with the same bytes counts as made here: of bytes that
    /// are to tell who was first, no two writers' may be equal.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn put_if_absent(&self, key: &str, pieces: Vec<Bytes>) -> Result<bool> {
        match self.behind()? {
            Behind::Folder(folder) => folder.put_if_absent(key, &pieces),
            Behind::Bucket(remote) => self.wait(remote.put_if_absent(key, pieces)),
        }
    }

    /// Makes or replaces an object of a file's content.
    ///
    /// # Errors
    /// As [`Objects`] says; `SL0401` if the file cannot be read.
    pub fn put_file(&self, key: &str, path: &Path, put: &PutOptions) -> Result<ObjectInfo> {
        if put.encryption.is_some() && put.encryption != self.0.options.s3_encryption {
            let options = Options { s3_encryption: put.encryption.clone(), ..self.0.options.clone() };
            return Self::open(&self.0.at, &options)?.put_file(key, path, put);
        }
        let cannot_read = || format!("cannot read `{}`", path.display());
        let mut file = File::open(path).or_error(codes::STORE_IO, cannot_read)?;
        let size = file.metadata().or_error(codes::STORE_IO, cannot_read)?.len();
        match self.behind()? {
            Behind::Folder(folder) => {
                folder.put_from(key, &mut file)?;
                Ok(folder.head(key)?.unwrap_or_default())
            }
            Behind::Bucket(remote) => Ok(ObjectInfo {
                key: key.to_owned(),
                size,
                etag: self.wait(remote.put_from(key, file, remote::attributes(put)))?,
                content_type: put.content_type.clone(),
                metadata: put.metadata.clone(),
                ..ObjectInfo::default()
            }),
        }
    }

    /// Puts an object, or a part of it, into a file, which is there when it is whole. `None`, and no file, if there is none.
    ///
    /// # Errors
    /// As [`Objects`] says; `SL0401` or `SL0404` if the file cannot be written.
    pub fn get_to_file(
        &self,
        key: &str,
        range: Option<Range<u64>>,
        path: &Path,
    ) -> Result<Option<ObjectInfo>> {
        match self.behind()? {
            Behind::Folder(folder) => {
                let Some(info) = folder.head(key)? else { return Ok(None) };
                transfer::published(path, |mut file| {
                    folder.copy_to(key, range, &mut file).map(|()| Some(info))
                })
            }
            Behind::Bucket(remote) => {
                transfer::published(path, |file| self.wait(remote.get_into(key, range, file)))
            }
        }
    }

    /// Every object below `prefix`, a key's leading parts; all of them if it is empty. In the order of their keys, where
    /// the store lists so; all that are tested do.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn list(&self, prefix: &str, each: &mut dyn FnMut(ObjectInfo) -> ControlFlow<()>) -> Result<()> {
        match self.behind()? {
            Behind::Folder(folder) => folder.list(prefix, each),
            Behind::Bucket(remote) => self.wait(remote.list(prefix, each)),
        }
    }

    /// What is right below `prefix`.
    ///
    /// # Errors
    /// As [`Objects`] says.
    pub fn list_folder(&self, prefix: &str) -> Result<Listing> {
        match self.behind()? {
            Behind::Folder(folder) => folder.list_folder(prefix),
            Behind::Bucket(remote) => self.wait(remote.list_folder(prefix)),
        }
    }

    /// Deletes objects. That there is none is no error.
    ///
    /// # Errors
    /// As [`Objects`] says; some may be deleted by then.
    pub fn delete_many(&self, keys: Vec<String>) -> Result<()> {
        match self.behind()? {
            Behind::Folder(folder) => folder.delete_many(&keys),
            Behind::Bucket(remote) => self.wait(remote.delete_many(&keys)),
        }
    }

    /// Many objects at once, in the order of their keys here.
    pub fn get_many(&self, keys: &[String]) -> Vec<Result<Option<Bytes>>> {
        self.many(keys, |folder, key| folder.get(key, None), async |remote, key| remote.get(key, None).await)
    }

    /// Makes or replaces many objects at once.
    pub fn put_many(&self, objects: Vec<(String, Vec<Bytes>)>) -> Vec<Result<()>> {
        self.many(
            &objects,
            |folder, (key, pieces)| folder.put(key, pieces),
            async |remote, (key, pieces)| remote.put(key, pieces.clone()).await,
        )
    }

    /// What the store knows about each of many objects.
    pub fn head_many(&self, keys: &[String]) -> Vec<Result<Option<ObjectInfo>>> {
        self.many(keys, |folder, key| folder.head(key), async |remote, key| remote.head(key).await)
    }

    /// Which of many objects there are.
    pub fn exists_many(&self, keys: &[String]) -> Vec<Result<bool>> {
        self.many(
            keys,
            |folder, key| Ok(folder.head(key)?.is_some()),
            async |remote, key| Ok(remote.head(key).await?.is_some()),
        )
    }

    fn many<I, T>(
        &self,
        items: &[I],
        local: impl Fn(&Folder, &I) -> Result<T>,
        remote: impl AsyncFn(&Remote, &I) -> Result<T>,
    ) -> Vec<Result<T>> {
        let all = self.behind().and_then(|behind| match behind {
            Behind::Folder(folder) => Ok(items.iter().map(|item| local(folder, item)).collect()),
            Behind::Bucket(bucket) => self.wait(async {
                let requests = items.iter().map(|item| remote(bucket, item));
                Ok(futures::stream::iter(requests).buffered(bucket.workers).collect().await)
            }),
        });
        all.unwrap_or_else(|e| items.iter().map(|_| Err(e.clone())).collect())
    }

    fn behind(&self) -> Result<Behind<'_>> {
        match &self.0.store {
            Store::Local(folder) => Ok(Behind::Folder(folder)),
            Store::Remote(store) => {
                store.get(|| Remote::open(&self.0.at, &self.0.options)).map(Behind::Bucket)
            }
        }
    }

    /// Waits in this thread for what the runtime's threads do.
    fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = runtime()?;
        let done = match &self.0.options.interrupted {
            None => runtime.block_on(work),
            Some(interrupted) => runtime.block_on(self.unless(interrupted, work)),
        };
        if let Behind::Bucket(remote) = self.behind()? {
            remote.clear_away(runtime);
        }
        done
    }

    async fn unless<T>(&self, interrupted: &Interrupted, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::pin!(work);
        loop {
            match tokio::time::timeout(ASK_EVERY, &mut work).await {
                Ok(result) => return result,
                Err(_) if interrupted.ask() => {
                    let at = &self.0.at;
                    return Err(Error::new(codes::INTERRUPTED, format!("interrupted while `{at}` was used")));
                }
                Err(_) => {}
            }
        }
    }
}

/// What is behind the facade, in this process.
enum Behind<'a> {
    Folder(&'a Folder),
    Bucket(&'a Remote),
}
