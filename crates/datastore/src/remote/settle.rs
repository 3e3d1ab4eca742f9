//! Sending beside a collection: what is sent while objects are removed is looked at once more.
//!
//! An object store has no lock, and removes whatever is of a name. So who collects has a flag, an object in
//! `collecting/`, which it makes or changes before each batch, and only then asks the objects of the batch for their ages.
//! Who sent something looks for flags afterwards. If there is none, later batches find it young. If there is one, the
//! batch at work may have taken what was sent: it is over when the flag has changed or is gone, and then what is missing is sent again.

use std::{
    fs::File,
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use bytes::Bytes;
use spinloom_diagnostics::Result;

use super::{Remote, identity, upload::Outgoing};
use crate::{ContentHash, io::read_error};

/// The folder of flags.
const FLAGS: &str = "collecting";
/// A flag that has not changed for so long is of a collector that was killed. Longer than [`LATEST`] and all tries to delete a batch.
const DEAD: Duration = Duration::from_secs(180);
/// Nobody waits for one that is so old, whatever the clocks.
const LONG_DEAD: Duration = Duration::from_secs(3600);
/// A collector that is slower than this after changing its flag asks for ages again.
const LATEST: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// Says that somebody removes objects, until it is dropped.
pub(super) struct Flag<'a> {
    remote: &'a Remote,
    key: String,
    changes: u64,
    changed: Instant,
}

impl<'a> Flag<'a> {
    /// One that nobody sees yet.
    pub(super) fn new(remote: &'a Remote) -> Self {
        let key = format!("{FLAGS}/{}", identity::unique());
        Self { remote, key, changes: 0, changed: Instant::now() }
    }

    /// Makes it, or makes it another one than before.
    pub(super) fn change(&mut self) -> Result<()> {
        self.changed = Instant::now();
        self.changes += 1;
        self.remote.objects.put(&self.key, vec![Bytes::from(self.changes.to_string())])
    }

    /// Whether it was changed a short while ago.
    pub(super) fn is_new(&self) -> bool {
        self.changed.elapsed() < LATEST
    }
}

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        // One that stays is taken for dead by those who send.
        let _ = self.remote.objects.delete_many(vec![self.key.clone()]);
    }
}

/// The present time by the clock of the object store, microseconds since the Unix epoch.
pub(super) fn clock(remote: &Remote) -> Result<Option<i64>> {
    let mut flag = Flag::new(remote);
    flag.change()?;
    Ok(remote.objects.head(&flag.key)?.map(|flag| flag.last_modified_us))
}

/// A flag as it was seen: its key, and what changes with it.
type Seen = (String, Option<String>, i64);

impl Remote {
    /// Makes sure that the chunks, of which something was just sent, are there to stay. Answers how many bytes were sent again.
    pub(super) fn settle(&self, chunks: &[(ContentHash, u64)]) -> Result<u64> {
        let flags = self.flags()?;
        if flags.is_empty() {
            return Ok(0);
        }
        self.wait_for(flags)?;
        let mut sent = 0;
        for (hash, len) in chunks {
            let path = self.shelf.chunk_path(hash);
            let file = File::open(&path).map_err(|e| read_error(&path, &e))?;
            sent += self.send_all_of(&Outgoing { hash: *hash, len: *len, file })?;
        }
        Ok(sent)
    }

    fn flags(&self) -> Result<Vec<Seen>> {
        let found = self.objects.list_folder(FLAGS)?.objects;
        Ok(found.into_iter().map(|flag| (flag.key, flag.etag, flag.last_modified_us)).collect())
    }

    /// Waits until each of these flags has changed or is gone.
    fn wait_for(&self, mut flags: Vec<Seen>) -> Result<()> {
        let began = Instant::now();
        loop {
            let is_late = began.elapsed() > DEAD;
            let dead: Vec<_> =
                flags.extract_if(.., |(.., at)| is_late || is_over(*at)).map(|(key, ..)| key).collect();
            self.objects.delete_many(dead)?;
            if flags.is_empty() {
                return Ok(());
            }
            thread::sleep(PAUSE);
            let now = self.flags()?;
            flags.retain(|flag| now.contains(flag));
        }
    }
}

/// Whether something was last changed long before the present.
fn is_over(at: i64) -> bool {
    let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap_or(0));
    at.elapsed().is_ok_and(|age| age > LONG_DEAD)
}
