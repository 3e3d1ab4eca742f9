//! Large objects, in parts that are under way at once. `Remote::parts` bounds how many are in memory.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::future::try_join_all;
use object_store::{Attributes, MultipartUpload, PutMultipartOptions};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinSet, spawn_blocking};

use crate::remote::{Got, Remote, Wanted};
use crate::{ObjectInfo, slices};

impl Remote {
    /// An object in memory.
    pub(crate) async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<Bytes>> {
        let Some((first, rest)) = self.first(key, range).await? else { return Ok(None) };
        if rest.is_empty() {
            return Ok(Some(first.bytes));
        }
        let len = first.bytes.len() + (rest.end - rest.start) as usize;
        let mut whole = BytesMut::zeroed(len);
        let mut tail = whole.split_off(first.bytes.len());
        whole.copy_from_slice(&first.bytes);
        let tasks = self.cut(&rest).map(|range| {
            let mut place = tail.split_to((range.end - range.start) as usize);
            let etag = first.info.etag.clone();
            async move {
                place.copy_from_slice(&self.part(key, range, etag).await?.1);
                Ok::<_, Error>(place)
            }
        });
        // They lie side by side, so nothing is copied here.
        for place in try_join_all(tasks.collect::<Vec<_>>()).await? {
            whole.unsplit(place);
        }
        Ok(Some(whole.freeze()))
    }

    /// An object into a file that is there and empty.
    pub(crate) async fn get_into(
        &self,
        key: &str,
        range: Option<Range<u64>>,
        file: File,
    ) -> Result<Option<ObjectInfo>> {
        let Some((first, rest)) = self.first(key, range).await? else { return Ok(None) };
        let start = rest.start - first.bytes.len() as u64;
        let file = Arc::new(file);
        write_at(&file, first.bytes, 0, None).await?;
        let tasks = self.cut(&rest).map(|range| {
            let (file, etag) = (Arc::clone(&file), first.info.etag.clone());
            async move {
                let at = range.start - start;
                let (permit, bytes) = self.part(key, range, etag).await?;
                write_at(&file, bytes, at, Some(permit)).await
            }
        });
        try_join_all(tasks.collect::<Vec<_>>()).await?;
        Ok(Some(first.info))
    }

    /// The first part, which tells how large the object is, and the range that is still to be read.
    async fn first(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(Got, Range<u64>)>> {
        let range = range.unwrap_or(0..u64::MAX);
        let first_end = range.end.min(range.start.saturating_add(self.part_size as u64));
        if range.start >= range.end {
            let info = self.head(key).await?;
            return Ok(info.map(|info| (Got { info, bytes: Bytes::new() }, range.start..range.start)));
        }
        let wanted = Wanted { range: range.start..first_end, etag: None };
        let Some(got) = self.range(&self.path(key)?, key, wanted).await? else { return Ok(None) };
        let read_to = range.start + got.bytes.len() as u64;
        let end = range.end.min(got.info.size).max(read_to);
        Ok(Some((got, read_to..end)))
    }

    fn cut(&self, range: &Range<u64>) -> impl Iterator<Item = Range<u64>> + use<> {
        let (start, end, size) = (range.start, range.end, self.part_size as u64);
        (0..(end - start).div_ceil(size)).map(move |n| start + n * size..end.min(start + (n + 1) * size))
    }

    /// One part of a large object; its memory is counted until the permit is dropped.
    async fn part(
        &self,
        key: &str,
        range: Range<u64>,
        etag: Option<String>,
    ) -> Result<(OwnedSemaphorePermit, Bytes)> {
        let permit = self.permit().await?;
        let (store, path, at) = (Arc::clone(&self.store), self.path(key)?, self.at.clone());
        let wanted = range.clone();
        // A task of its own, so that parts are received by several threads.
        let read = tokio::spawn(async move {
            let options = object_store::GetOptions {
                range: Some(object_store::GetRange::Bounded(range)),
                if_match: etag,
                ..Default::default()
            };
            store.get_opts(&path, options).await?.bytes().await
        });
        match joined(read.await)? {
            Ok(bytes) if bytes.len() as u64 == wanted.end - wanted.start => Ok((permit, bytes)),
            Ok(_) | Err(object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. }) => {
                Err(Error::new(codes::REMOTE_UNREACHABLE, format!("cannot read `{key}` of `{at}`"))
                    .cause("it was replaced while it was read")
                    .hint("try again when nobody writes to it"))
            }
            Err(e) => Err(self.error("read", key, &e)),
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.parts)
            .acquire_owned()
            .await
            .or_error(codes::INTERNAL, || "parts cannot be counted".to_owned())
    }

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

    async fn put_parts(
        &self,
        key: &str,
        attributes: Attributes,
        next: impl AsyncFnMut() -> Result<Option<Vec<Bytes>>>,
    ) -> Result<Option<String>> {
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let failed = |e: object_store::Error| self.error("write", key, &e);
        let mut upload = self.store.put_multipart_opts(&self.path(key)?, options).await.map_err(failed)?;
        let sent = self.send_parts(key, upload.as_mut(), next).await;
        match sent {
            Ok(()) => upload.complete().await.map(|put| put.e_tag).map_err(failed),
            Err(e) => {
                // Parts that stay behind cost money; that they could not be cleared away is less than the error itself.
                let _ = upload.abort().await;
                Err(e)
            }
        }
    }

    async fn send_parts(
        &self,
        key: &str,
        upload: &mut dyn MultipartUpload,
        mut next: impl AsyncFnMut() -> Result<Option<Vec<Bytes>>>,
    ) -> Result<()> {
        let mut sending = JoinSet::<object_store::Result<()>>::new();
        loop {
            let permit = self.permit().await?;
            while let Some(done) = sending.try_join_next() {
                joined(done)?.map_err(|e| self.error("write", key, &e))?;
            }
            let Some(pieces) = next().await? else { break };
            let part = upload.put_part(pieces.into_iter().collect());
            sending.spawn(async move {
                let result = part.await;
                drop(permit);
                result
            });
        }
        while let Some(done) = sending.join_next().await {
            joined(done)?.map_err(|e| self.error("write", key, &e))?;
        }
        Ok(())
    }
}

/// What a task gave. One that panicked is a bug.
fn joined<T>(result: std::result::Result<T, tokio::task::JoinError>) -> Result<T> {
    result.or_error(codes::INTERNAL, || "a transfer ended early".to_owned())
}

async fn read_at(file: &Arc<File>, range: Range<u64>) -> Result<Bytes> {
    let file = Arc::clone(file);
    let read = spawn_blocking(move || {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        file.read_exact_at(&mut bytes, range.start).map(|()| Bytes::from(bytes))
    });
    joined(read.await)?.or_error(codes::STORE_IO, || "cannot read the file to be put".to_owned())
}

async fn write_at(
    file: &Arc<File>,
    bytes: Bytes,
    at: u64,
    permit: Option<OwnedSemaphorePermit>,
) -> Result<()> {
    let file = Arc::clone(file);
    let written = spawn_blocking(move || {
        let result = file.write_all_at(&bytes, at);
        drop((bytes, permit));
        result
    });
    joined(written.await)?.map_err(|e| no_room(&e))
}

fn no_room(e: &std::io::Error) -> Error {
    let code = if e.kind() == std::io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::STORE_IO };
    Error::new(code, "cannot write what was read from the store").cause(e)
}

/// A file beside `path` that becomes it.
pub(crate) fn published(
    path: &Path,
    fill: impl FnOnce(File) -> Result<Option<ObjectInfo>>,
) -> Result<Option<ObjectInfo>> {
    let failed = |e: &std::io::Error| {
        Error::new(codes::STORE_IO, format!("cannot write `{}`", path.display())).cause(e)
    };
    let beside = crate::folder::beside(path);
    let file = File::create(&beside).map_err(|e| failed(&e))?;
    let filled = fill(file);
    if matches!(filled, Ok(Some(_))) {
        std::fs::rename(&beside, path).map_err(|e| failed(&e))?;
    } else {
        let _ = std::fs::remove_file(&beside);
    }
    filled
}
