//! A bucket: single requests. What is cut into parts is in `transfer`.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Attributes, GetOptions, GetRange, MultipartUpload, ObjectMeta, ObjectStore,
    PutMode, PutOptions as StorePut, PutPayload,
};
use spinloom_diagnostics::Result;
use tokio::sync::Semaphore;

use crate::failure::{self, Deed};
use crate::transport::{self, Target, Trouble, TroubleKind, with_doubts, with_encryption};
use crate::{Listing, Location, ObjectInfo, Options, PutOptions, backend, key};

/// A client of one process.
pub(crate) struct Remote {
    pub(crate) at: Location,
    pub(crate) store: Arc<dyn ObjectStore>,
    /// One permit for each part of a large object that may be in memory.
    pub(crate) parts: Arc<Semaphore>,
    pub(crate) most_parts: usize,
    /// Uploads in parts that ended before their end.
    pub(crate) unfinished: Mutex<Vec<Box<dyn MultipartUpload>>>,
    pub(crate) part_size: usize,
    pub(crate) workers: usize,
    /// The store once answered as one does that has the bucket.
    bucket_seen: AtomicBool,
}

impl Remote {
    pub(crate) fn open(at: &Location, options: &Options) -> Result<Self> {
        Ok(Self {
            at: at.clone(),
            store: backend::open(at, options)?,
            parts: Arc::new(Semaphore::new(options.parts.max(1))),
            most_parts: options.parts.max(1),
            unfinished: Mutex::default(),
            part_size: options.part_size.max(5 << 20),
            workers: options.workers.max(1),
            bucket_seen: AtomicBool::new(false),
        })
    }

    pub(crate) fn path(&self, key: &str) -> Result<Path> {
        key::path(self.at.prefix(), key)
    }

    /// Our error for one of the client's.
    pub(crate) fn error(
        &self,
        verb: &'static str,
        key: &str,
        e: &object_store::Error,
    ) -> spinloom_diagnostics::Error {
        failure::error(&self.at, Deed { verb, key }, e)
    }

    pub(crate) async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let (found, encryption) = with_encryption(self.store.get_opts(&self.path(key)?, options)).await;
        match found {
            Ok(found) => {
                self.bucket_seen.store(true, Ordering::Relaxed);
                let info = described(info(key.to_owned(), &found.meta), &found.attributes);
                Ok(Some(ObjectInfo { encryption, ..info }))
            }
            Err(object_store::Error::NotFound { .. }) => self.absent(key).await.map(|()| None),
            Err(e) => Err(self.error("read", key, &e)),
        }
    }

    /// That an object is not found need not say that the bucket is missing, so the bucket is asked for once.
    async fn absent(&self, key: &str) -> Result<()> {
        if !self.bucket_seen.load(Ordering::Relaxed) {
            let prefix = self.path(key)?;
            self.store.list(Some(&prefix)).try_next().await.map_err(|e| self.error("read", key, &e))?;
            self.bucket_seen.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Bytes of an object that `target` does not take, and what is known of it. Past its end there are none.
    pub(crate) async fn range(
        &self,
        key: &str,
        range: Range<u64>,
        target: Arc<Target>,
    ) -> Result<Option<(ObjectInfo, Bytes)>> {
        let start = range.start;
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..Default::default() };
        let path = self.path(key)?;
        let get = transport::into(Arc::clone(&target), self.store.get_opts(&path, options));
        let (found, encryption) = with_encryption(get).await;
        let found = match found {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return self.absent(key).await.map(|()| None),
            Err(e) if Trouble::of(&e).is_some_and(|t| t.kind != TroubleKind::NoSuchRange) => {
                return Err(target.failure().unwrap_or_else(|| self.error("read", key, &e)));
            }
            // A range past the end. Some stores do not say so, but answer with a range that was not asked for.
            Err(e) => match self.head(key).await? {
                Some(info) if info.size <= start => return Ok(Some((info, Bytes::new()))),
                _ => return Err(self.error("read", key, &e)),
            },
        };
        self.bucket_seen.store(true, Ordering::Relaxed);
        let info = described(info(key.to_owned(), &found.meta), &found.attributes);
        let info = ObjectInfo { encryption, ..info };
        let bytes = found.bytes().await.map_err(|e| self.error("read", key, &e))?;
        Ok(Some((info, bytes)))
    }

    pub(crate) async fn put_whole(
        &self,
        key: &str,
        pieces: Vec<Bytes>,
        attributes: Attributes,
    ) -> Result<Option<String>> {
        let options = StorePut { attributes, ..StorePut::default() };
        let put = self.store.put_opts(&self.path(key)?, payload(pieces), options).await;
        put.map(|put| put.e_tag).map_err(|e| self.error("write", key, &e))
    }

    /// Whether the object is ours. A try that broke off may have made it: then equal bytes count as ours.
    pub(crate) async fn put_if_absent(&self, key: &str, pieces: Vec<Bytes>) -> Result<bool> {
        let path = self.path(key)?;
        let put = self.store.put_opts(&path, payload(pieces.clone()), PutMode::Create.into());
        match with_doubts(put).await {
            (Ok(_), _) => Ok(true),
            (
                Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }),
                doubted,
            ) => Ok(doubted && self.holds(key, &pieces).await?),
            (Err(e), _) => Err(self.error("write", key, &e)),
        }
    }

    async fn holds(&self, key: &str, pieces: &[Bytes]) -> Result<bool> {
        let there = self.get(key, None).await?;
        Ok(there.is_some_and(|there| pieces.concat() == there.as_ref()))
    }

    pub(crate) async fn list(
        &self,
        prefix: &str,
        each: &mut dyn FnMut(ObjectInfo) -> ControlFlow<()>,
    ) -> Result<()> {
        let below = self.below(prefix)?;
        let mut found = self.store.list(below.as_ref());
        while let Some(meta) = found.try_next().await.map_err(|e| self.error("list", prefix, &e))? {
            if let Some(key) = key::relative(self.at.prefix(), &meta.location)
                && each(info(key, &meta)).is_break()
            {
                break;
            }
        }
        Ok(())
    }

    pub(crate) async fn list_folder(&self, prefix: &str) -> Result<Listing> {
        let below = self.below(prefix)?;
        let found = self
            .store
            .list_with_delimiter(below.as_ref())
            .await
            .map_err(|e| self.error("list", prefix, &e))?;
        let relative = |path: &Path| key::relative(self.at.prefix(), path);
        Ok(Listing {
            folders: found.common_prefixes.iter().filter_map(relative).collect(),
            objects: found
                .objects
                .iter()
                .filter_map(|meta| Some(info(relative(&meta.location)?, meta)))
                .collect(),
        })
    }

    fn below(&self, prefix: &str) -> Result<Option<Path>> {
        let prefix = prefix.trim_end_matches('/');
        match (prefix.is_empty(), self.at.prefix().is_empty()) {
            (true, true) => Ok(None),
            (true, false) => key::path("", self.at.prefix()).map(Some),
            _ => self.path(prefix).map(Some),
        }
    }

    pub(crate) async fn delete_many(&self, keys: &[String]) -> Result<()> {
        let paths = keys.iter().map(|key| self.path(key)).collect::<Result<Vec<_>>>()?;
        let paths = futures::stream::iter(paths.into_iter().map(Ok)).boxed();
        let mut deleted = self.store.delete_stream(paths);
        while let Some(result) = deleted.next().await {
            match result {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(self.error("delete from", "", &e)),
            }
        }
        Ok(())
    }
}

fn payload(pieces: Vec<Bytes>) -> PutPayload {
    // An empty piece would end the body early.
    pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
}

pub(crate) fn attributes(put: &PutOptions) -> Attributes {
    let content_type =
        put.content_type.clone().map(|value| (Attribute::ContentType, AttributeValue::from(value)));
    let notes = put
        .metadata
        .iter()
        .map(|(name, value)| (Attribute::Metadata(name.clone().into()), value.clone().into()));
    content_type.into_iter().chain(notes).collect()
}

pub(crate) fn info(key: String, meta: &ObjectMeta) -> ObjectInfo {
    ObjectInfo {
        key,
        size: meta.size,
        etag: meta.e_tag.clone(),
        last_modified_us: meta.last_modified.timestamp_micros(),
        ..ObjectInfo::default()
    }
}

fn described(mut info: ObjectInfo, attributes: &Attributes) -> ObjectInfo {
    for (attribute, value) in attributes {
        match attribute {
            Attribute::ContentType => info.content_type = Some(value.to_string()),
            Attribute::Metadata(name) => drop(info.metadata.insert(name.to_lowercase(), value.to_string())),
            _ => {}
        }
    }
    info
}
