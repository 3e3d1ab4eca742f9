//! Objects go in parts.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use object_store::{Attributes, MultipartUpload, PutMultipartOptions};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use tokio::runtime::Runtime;
use tokio::task::{JoinSet, spawn_blocking};

use super::joined;
use crate::remote::Remote;
use crate::slices;
use crate::transport::with_doubts;

/// Files up to this size are not counted as parts.
const SMALL: u64 = 1 << 20;
/// How long an interrupt may take to clear away what was begun.
const PATIENCE: Duration = Duration::from_secs(2);

impl Remote {
    /// An object from pieces in memory.
    pub(crate) async fn put(&self, key: &str, pieces: Vec<Bytes>) -> Result<()> {
        let len = slices::len(&pieces);
        if len <= 2 * self.part_size as u64 {
            self.put_whole(key, pieces, Attributes::new()).await?;
            return Ok(());
        }
        let mut parts = slices::cut(pieces, slices::part_size(len, self.part_size)).into_iter();
        let next = async || Ok(parts.next());
        self.put_parts(key, Attributes::new(), next).await.map(drop)
    }

    /// An object from a file. Parts are read when there is room for them.
    pub(crate) async fn put_from(
        &self,
        key: &str,
        file: File,
        attributes: Attributes,
    ) -> Result<Option<String>> {
        let len =
            file.metadata().or_error(codes::STORE_IO, || format!("cannot read what `{key}` is to be"))?.len();
        let file = Arc::new(file);
        if len <= 2 * self.part_size as u64 {
            // There may be as many small ones as there are workers.
            let _room = if len > SMALL {
                Some(self.room(len.div_ceil(self.part_size as u64) as usize).await?)
            } else {
                None
            };
            let whole = read_at(&file, 0..len).await?;
            return self.put_whole(key, vec![whole], attributes).await;
        }
        let size = slices::part_size(len, self.part_size) as u64;
        let mut at = 0;
        let next = async || {
            let range = at..len.min(at + size);
            at = range.end;
            if range.is_empty() {
                Ok(None)
            } else {
                read_at(&file, range).await.map(|bytes| Some(vec![bytes]))
            }
        };
        self.put_parts(key, attributes, next).await
    }

    pub(crate) async fn put_parts(
        &self,
        key: &str,
        attributes: Attributes,
        next: impl AsyncFnMut() -> Result<Option<Vec<Bytes>>>,
    ) -> Result<Option<String>> {
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let failed = |e: object_store::Error| self.error("write", key, &e);
        let upload = self.store.put_multipart_opts(&self.path(key)?, options).await.map_err(failed)?;
        let mut upload = Unfinished { upload: Some(upload), of: self };
        let Some(open) = upload.upload.as_mut() else { return Ok(None) };
        let len = self.send_parts(key, open.as_mut(), next).await?;
        let (made, doubted) = with_doubts(open.complete()).await;
        let e_tag = match made {
            Ok(made) => made.e_tag,
            // The answer to a try that did it was lost, and an upload that has ended is none.
            Err(e @ object_store::Error::NotFound { .. }) if doubted => match self.head(key).await? {
                Some(there) if there.size == len => there.etag,
                _ => return Err(failed(e)),
            },
            Err(e) => return Err(failed(e)),
        };
        upload.upload = None;
        Ok(e_tag)
    }

    /// Parts that stay behind cost money; that they could not be cleared away is less than what ended their uploads.
    pub(crate) fn clear_away(&self, runtime: &Runtime) {
        let unfinished = std::mem::take(&mut *self.unfinished.lock().unwrap_or_else(PoisonError::into_inner));
        if !unfinished.is_empty() {
            let aborts = unfinished.into_iter().map(async |mut upload| upload.abort().await);
            let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, join_all(aborts)).await });
        }
    }

    /// Sends the parts; says how many bytes they were.
    async fn send_parts(
        &self,
        key: &str,
        upload: &mut dyn MultipartUpload,
        mut next: impl AsyncFnMut() -> Result<Option<Vec<Bytes>>>,
    ) -> Result<u64> {
        let mut sending = JoinSet::<object_store::Result<()>>::new();
        let mut len = 0;
        loop {
            let room = self.room(1).await?;
            while let Some(done) = sending.try_join_next() {
                joined(done)?.map_err(|e| self.error("write", key, &e))?;
            }
            let Some(pieces) = next().await? else { break };
            len += slices::len(&pieces);
            let part = upload.put_part(pieces.into_iter().collect());
            sending.spawn(async move {
                let result = part.await;
                drop(room);
                result
            });
        }
        while let Some(done) = sending.join_next().await {
            joined(done)?.map_err(|e| self.error("write", key, &e))?;
        }
        Ok(len)
    }
}

/// An upload in parts. If it ends before its end, as an interrupted call does, it is noted as one to be cleared away.
struct Unfinished<'a> {
    upload: Option<Box<dyn MultipartUpload>>,
    of: &'a Remote,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            self.of.unfinished.lock().unwrap_or_else(PoisonError::into_inner).push(upload);
        }
    }
}

async fn read_at(file: &Arc<File>, range: Range<u64>) -> Result<Bytes> {
    let file = Arc::clone(file);
    let read = spawn_blocking(move || {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        file.read_exact_at(&mut bytes, range.start).map(|()| Bytes::from(bytes))
    });
    joined(read.await)?.or_error(codes::STORE_IO, || "cannot read the file to be put".to_owned())
}
