//! Objects come in ranges. The first answer's head tells how large the object is; the others are asked for then.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, TryStreamExt as _};
use object_store::{GetOptions, GetRange};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use tokio::sync::oneshot::Receiver;
use tokio::task::JoinSet;

use super::joined;
use crate::ObjectInfo;
use crate::remote::Remote;
use crate::transport::{self, Target, Told};

impl Remote {
    /// An object in memory.
    pub(crate) async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<Bytes>> {
        let range = range.unwrap_or(0..u64::MAX);
        if range.is_empty() {
            return Ok(self.head(key).await?.map(|_| Bytes::new()));
        }
        let start = self.start(&range);
        let target = Arc::new(Target::answer(start.clone()));
        let told = target.told();
        let rest = async {
            let Some((etag, rest)) = behind(&start, &range, told).await else { return Ok(None) };
            let mut whole = BytesMut::zeroed((rest.end - start.start) as usize);
            let mut tail = whole.split_off((start.end - start.start) as usize);
            let place = |part: Range<u64>| {
                let room = tail.split_to((part.end - part.start) as usize);
                Arc::new(Target::memory(part, room))
            };
            let parts: Vec<_> = self.cut(&rest).map(place).collect();
            self.read_parts(key, etag.as_deref(), parts.iter().cloned()).await?;
            Ok(Some((etag, whole, parts)))
        };
        let (first, rest) = tokio::try_join!(self.range(key, start.clone(), target), rest)?;
        let Some((info, first)) = first else { return Ok(None) };
        let Some((etag, mut whole, parts)) = rest else { return Ok(Some(first)) };
        if info.etag != etag || first.len() != whole.len() {
            return Err(self.replaced(key));
        }
        whole.copy_from_slice(&first);
        // They lie side by side, so nothing is copied here.
        for part in parts {
            whole.unsplit(part.filled());
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
        let range = range.unwrap_or(0..u64::MAX);
        if range.is_empty() {
            return self.head(key).await;
        }
        let (start, file) = (self.start(&range), Arc::new(file));
        let target = Arc::new(Target::file(start.clone(), &file, 0));
        let told = target.told();
        let rest = async {
            let Some((etag, rest)) = behind(&start, &range, told).await else { return Ok(None) };
            let place =
                |part: Range<u64>| Arc::new(Target::file(part.clone(), &file, part.start - range.start));
            self.read_parts(key, etag.as_deref(), self.cut(&rest).map(place)).await?;
            Ok(Some(etag))
        };
        let (first, etag) = tokio::try_join!(self.range(key, start.clone(), target), rest)?;
        let Some((info, _)) = first else { return Ok(None) };
        if etag.is_some_and(|etag| etag != info.etag) {
            return Err(self.replaced(key));
        }
        // A try that broke off may have left more of an object that was longer.
        let len = range.end.min(info.size).saturating_sub(range.start);
        file.set_len(len)
            .or_error(codes::STORE_IO, || "cannot write what was read from the store".to_owned())?;
        Ok(Some(info))
    }

    fn start(&self, range: &Range<u64>) -> Range<u64> {
        range.start..range.end.min(range.start.saturating_add(self.part_size as u64))
    }

    fn cut(&self, range: &Range<u64>) -> impl Iterator<Item = Range<u64>> + use<> {
        let (start, end, size) = (range.start, range.end, self.part_size as u64);
        (0..(end - start).div_ceil(size)).map(move |n| start + n * size..end.min(start + (n + 1) * size))
    }

    async fn read_parts(
        &self,
        key: &str,
        etag: Option<&str>,
        parts: impl Iterator<Item = Arc<Target>>,
    ) -> Result<()> {
        stream::iter(parts.map(Ok))
            .try_for_each_concurrent(self.most_parts, |part| self.read_part(key, etag, part))
            .await
    }

    /// One part of a large object.
    async fn read_part(&self, key: &str, etag: Option<&str>, part: Arc<Target>) -> Result<()> {
        let room = self.room(1).await?;
        let (store, path, target) = (Arc::clone(&self.store), self.path(key)?, Arc::clone(&part));
        let options = GetOptions {
            range: Some(GetRange::Bounded(part.range().clone())),
            if_match: etag.map(str::to_owned),
            ..Default::default()
        };
        // A task of its own, so that parts are received by several threads; it ends with this call.
        let mut task = JoinSet::new();
        task.spawn(async move {
            let found = transport::into(target, store.get_opts(&path, options)).await;
            drop(room);
            found.map(|found| found.range)
        });
        match task.join_next().await.map(joined).transpose()? {
            Some(Ok(range)) if range == *part.range() => Ok(()),
            None
            | Some(
                Ok(_) | Err(object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. }),
            ) => Err(self.replaced(key)),
            Some(Err(e)) => Err(part.failure().unwrap_or_else(|| self.error("read", key, &e))),
        }
    }

    fn replaced(&self, key: &str) -> Error {
        Error::new(codes::REMOTE_UNREACHABLE, format!("cannot read `{key}` of `{}`", self.at))
            .cause("it was replaced while it was read")
            .hint("try again when nobody writes to it")
    }
}

/// What is behind the first part, and of which version: known before that part is there. `None` if there is nothing.
async fn behind(
    first: &Range<u64>,
    wanted: &Range<u64>,
    told: Receiver<Told>,
) -> Option<(Option<String>, Range<u64>)> {
    // Without a word, the first request has failed, and says why.
    let told = told.await.ok()?;
    let end = wanted.end.min(told.size);
    (first.end < end).then_some((told.etag, first.end..end))
}
