//! Whether anything was written: asked by one task for all who want to know, and by nobody if nobody does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;

/// How often it is asked.
const EVERY: Duration = Duration::from_millis(80);
/// How long to wait after metadata could not be read.
const TROUBLE: Duration = Duration::from_secs(1);

/// The number of the last write, while somebody wants to know it.
#[derive(Default)]
pub(super) struct Feed {
    seq: watch::Sender<u64>,
    asking: AtomicBool,
}

impl Feed {
    /// The number of the last write, from now on.
    pub(super) fn follow(&self, app: &App) -> watch::Receiver<u64> {
        let seq = self.seq.subscribe();
        if !self.asking.swap(true, Ordering::SeqCst) {
            tokio::spawn(ask(app.clone()));
        }
        seq
    }
}

async fn ask(app: App) {
    let feed = &app.live.feed;
    loop {
        let pause = match app.readers.read(|provider| provider.sequence()).await {
            Ok(seq) => {
                feed.seq.send_if_modified(|known| std::mem::replace(known, seq) != seq);
                EVERY
            }
            Err(_) => TROUBLE,
        };
        tokio::time::sleep(pause).await;
        if feed.seq.receiver_count() == 0 {
            feed.asking.store(false, Ordering::SeqCst);
            // Somebody may have come meanwhile, and found it asking.
            if feed.seq.receiver_count() == 0 || feed.asking.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }
}
