//! Many objects of a bucket at once, from and into files: what people's own objects need, and artifacts do not.
//!
//! The first failure ends a call, since its caller can do nothing with the rest.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::Attributes;
use object_store::path::Path as StorePath;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use super::{Behind, Objects};
use crate::failure::Deed;
use crate::remote::{Remote, attributes};
use crate::transport::{Trouble, TroubleKind};
use crate::{ObjectInfo, PutOptions, failure, slices};

/// Which bytes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    Whole,
    /// All but the first so many.
    From(u64),
    /// So many, after the first so many; fewer, if the object ends before.
    Of(u64, u64),
    /// The last so many.
    Last(u64),
}

/// An object that is to become a file.
#[derive(Debug, Clone)]
pub struct Download {
    /// The object.
    pub key: String,
    /// What of it is wanted.
    pub part: Part,
    /// The file, which must not be there yet.
    pub path: PathBuf,
}

/// What became a file.
#[derive(Debug, Clone)]
pub struct Downloaded {
    /// The object.
    pub info: ObjectInfo,
    /// The position in it of the file's first byte.
    pub start: u64,
    /// How many bytes the file has.
    pub len: u64,
}

/// What is to become an object.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The object.
    pub key: String,
    /// Its content.
    pub content: Content,
    /// What is to be said about it. Its encryption is that of [`Options`](crate::Options), not of this.
    pub put: PutOptions,
}

/// The content of an object to be made.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// What is in a file.
    File(PathBuf),
}

/// What a listing is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What is right in a folder: objects, and other folders.
    Folder,
    /// All objects in a folder, and in those in it.
    Below,
    /// All objects whose keys begin so, even in the middle of a name.
    Beginning,
}

/// What was found in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An object.
    Object(ObjectInfo),
    /// A folder, as a key without a `/` at the end.
    Folder(String),
}

/// For buckets only. A bucket that does not exist is no object's: `SL0602`.
impl Objects {
    /// What the store knows about many objects, in the order of `keys`.
    ///
    /// # Errors
    /// As [`Objects`] says; `SL0602` if there is no such bucket.
    pub fn infos(&self, keys: &[String]) -> Result<Vec<Option<ObjectInfo>>> {
        self.each(keys, async |bucket, key| bucket.head(key).await)
    }

    /// Puts many objects into files. `None`, and no file, for one that is not there.
    ///
    /// # Errors
    /// As [`infos`](Self::infos); `SL0603` for a part that begins behind the object's end or has no bytes; `SL0401` or
    /// `SL0404` if a file cannot be written. Files that were begun are removed.
    pub fn download(&self, downloads: &[Download]) -> Result<Vec<Option<Downloaded>>> {
        let done = self.each(downloads, async |bucket, download| bucket.fetch(download).await);
        if done.is_err() {
            for download in downloads {
                let _ = fs::remove_file(&download.path); // Most are not there; the failure is what is to be told.
            }
        }
        done
    }

    /// Makes many objects; which of them were made. Unless `replace`, those that are there already are left alone.
    ///
    /// # Errors
    /// As [`infos`](Self::infos); `SL0401` if a file cannot be read.
    pub fn upload(&self, uploads: &[Upload], replace: bool) -> Result<Vec<bool>> {
        self.each(uploads, async |bucket, upload| {
            if !replace && bucket.head(&upload.key).await?.is_some() {
                return Ok(false);
            }
            bucket.send(upload).await.map(|()| true)
        })
    }

    /// Many listings: objects in the order of their keys, then folders.
    ///
    /// # Errors
    /// As [`infos`](Self::infos).
    pub fn listings(&self, prefixes: &[String], depth: Depth) -> Result<Vec<Vec<Found>>> {
        self.each(prefixes, async |bucket, prefix| match depth {
            Depth::Folder => {
                let listing = bucket.list_folder(prefix).await?;
                let objects = listing.objects.into_iter().map(Found::Object);
                Ok(objects.chain(listing.folders.into_iter().map(Found::Folder)).collect())
            }
            Depth::Below => {
                let mut found = Vec::new();
                let mut keep = |info| {
                    found.push(Found::Object(info));
                    ControlFlow::Continue(())
                };
                bucket.list(prefix, &mut keep).await?;
                Ok(found)
            }
            Depth::Beginning => bucket.beginning(prefix).await,
        })
    }

    /// All of `items` at once, as far as the options allow, until one fails.
    fn each<I, T>(&self, items: &[I], one: impl AsyncFn(&Remote, &I) -> Result<T>) -> Result<Vec<T>> {
        let Behind::Bucket(bucket) = self.behind()? else {
            return Err(Error::new(codes::INTERNAL, "a folder is not a bucket"));
        };
        self.wait(async {
            let requests = items.iter().map(|item| one(bucket, item));
            match futures::stream::iter(requests).buffered(bucket.workers).try_collect().await {
                Err(e) if e.code() == codes::REMOTE_UNREACHABLE => Err(bucket.explain(e).await),
                done => done,
            }
        })
    }
}

impl Remote {
    /// That a bucket is not there is for people that their object is not.
    async fn explain(&self, error: Error) -> Error {
        match self.store.list(None).try_next().await {
            Err(e) if Trouble::of(&e).is_some_and(|t| t.kind == TroubleKind::NoBucket) => {
                let bucket = self.at.bucket();
                Error::new(codes::S3_NOT_FOUND, format!("there is no bucket `{bucket}`")).hint(
                    "make it, or correct its name; where S3 is, is the setting `SPINLOOM_S3_ENDPOINT_URL`",
                )
            }
            _ => error,
        }
    }

    async fn fetch(&self, download: &Download) -> Result<Option<Downloaded>> {
        let key = &download.key;
        let range = match download.part {
            Part::Whole => None,
            Part::From(start) => Some(start..u64::MAX),
            Part::Of(start, len) => Some(start..start.saturating_add(len)),
            Part::Last(len) => match self.head(key).await? {
                Some(info) => Some(info.size.saturating_sub(len)..info.size),
                None => return Ok(None),
            },
        };
        if range.as_ref().is_some_and(|range| range.is_empty()) {
            return Err(self.no_bytes(key, "it has no bytes"));
        }
        let start = range.as_ref().map_or(0, |range| range.start);
        let file = File::create_new(&download.path).map_err(|e| cannot_write(&download.path, &e))?;
        let Some(info) = self.get_into(key, range.clone(), file).await? else {
            fs::remove_file(&download.path).map_err(|e| cannot_write(&download.path, &e))?;
            return Ok(None);
        };
        if range.is_some() && start >= info.size {
            return Err(self.no_bytes(key, &format!("the object has {} bytes", info.size)));
        }
        let end = range.map_or(info.size, |range| range.end.min(info.size));
        Ok(Some(Downloaded { len: end - start, info, start }))
    }

    fn no_bytes(&self, key: &str, why: &str) -> Error {
        Error::new(codes::S3_VALUE, format!("nothing of `{}` is in the range", self.at.join(key)))
            .cause(why)
            .hint("begin the range within the object; `info(key).size` tells how large it is")
    }

    async fn send(&self, upload: &Upload) -> Result<()> {
        let said = attributes(&upload.put);
        match &upload.content {
            Content::Bytes(bytes) => self.send_bytes(&upload.key, bytes.clone(), said).await,
            Content::File(path) => {
                let file = File::open(path)
                    .or_error(codes::STORE_IO, || format!("cannot read `{}`", path.display()))?;
                self.put_from(&upload.key, file, said).await.map(drop)
            }
        }
    }

    async fn send_bytes(&self, key: &str, bytes: Bytes, said: Attributes) -> Result<()> {
        let len = bytes.len() as u64;
        if len <= 2 * self.part_size as u64 {
            return self.put_whole(key, vec![bytes], said).await.map(drop);
        }
        let mut parts = slices::cut(vec![bytes], slices::part_size(len, self.part_size)).into_iter();
        self.put_parts(key, said, async || Ok(parts.next())).await.map(drop)
    }

    /// Stores list below whole names; so what is beside is passed over, from where the beginning would be.
    async fn beginning(&self, start: &str) -> Result<Vec<Found>> {
        if start.is_empty() || start.ends_with('/') {
            let mut found = Vec::new();
            self.list(start, &mut |info| {
                found.push(Found::Object(info));
                ControlFlow::Continue(())
            })
            .await?;
            return Ok(found);
        }
        let offset = self.path(start)?;
        let folder = start.rsplit_once('/').map(|(folder, _)| folder);
        let folder = folder.map(|folder| self.path(folder)).transpose()?;
        let mut found: Vec<Found> = self.head(start).await?.map(Found::Object).into_iter().collect();
        let mut beside = self.store.list_with_offset(folder.as_ref(), &offset);
        let failed = |e| failure::error(&self.at, Deed { verb: "list", key: start }, &e);
        while let Some(meta) = beside.try_next().await.map_err(failed)? {
            if !begins(&meta.location, &offset) {
                break;
            }
            if let Some(key) = crate::key::relative(self.at.prefix(), &meta.location) {
                found.push(Found::Object(crate::remote::info(key, &meta)));
            }
        }
        Ok(found)
    }
}

fn begins(path: &StorePath, start: &StorePath) -> bool {
    path.as_ref().starts_with(start.as_ref())
}

fn cannot_write(path: &Path, e: &std::io::Error) -> Error {
    let full = e.kind() == std::io::ErrorKind::StorageFull;
    let code = if full { codes::DISK_FULL } else { codes::STORE_IO };
    Error::new(code, format!("cannot write `{}`", path.display())).cause(e)
}
