//! What a task writes: read from its pipes, kept byte for byte, told to the listener in whole lines.

use spinloom_datastore::LogWriter;
use spinloom_diagnostics::Result;
use spinloom_flow::TaskId;
use spinloom_flow::event::LogStream;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::Sender;

use crate::clock::now;

/// A piece of a task's output, or its end.
#[derive(Debug)]
pub(crate) enum Output {
    /// Lines (the last may be cut by the end of the stream).
    Lines { task: TaskId, stream: LogStream, text: String },
    /// Both streams are closed and kept.
    Closed { task: TaskId, kept: Result<()> },
}

const CHUNK: usize = 64 * 1024;
/// A line longer than this is told in pieces.
const LONGEST_LINE: usize = 1024 * 1024;

/// Stands in a log for what was too much (RU-11).
const TRUNCATED: &str = "[TRUNCATED - MAXIMUM LOG FILE SIZE REACHED]\n";

/// Reads one stream of one attempt.
struct Reader {
    pipe: pipe::Receiver,
    stream: LogStream,
    /// Bytes still to be kept before the limit of `--max-log-size`; `None` once it was reached.
    room: Option<u64>,
    /// What was kept ends in the middle of a line.
    mid_line: bool,
    /// Tail of the last chunk: a line that has not ended.
    partial: Vec<u8>,
}

/// Reads both streams of an attempt to their ends.
pub(crate) async fn pump(
    task: TaskId,
    stdout: pipe::Receiver,
    stderr: pipe::Receiver,
    mut log: LogWriter,
    room: u64,
    out: Sender<Output>,
) {
    let mut readers = [(stdout, LogStream::Stdout), (stderr, LogStream::Stderr)].map(|(pipe, stream)| {
        Reader { pipe, stream, room: Some(room), mid_line: false, partial: Vec::new() }
    });
    let (first, second) = readers.split_at_mut(1);
    let (a, b) = (&mut first[0], &mut second[0]);
    let mut open = [true, true];
    let mut kept = Ok(());
    let mut buffers = [Vec::new(), Vec::new()];
    let [buffer_a, buffer_b] = &mut buffers;
    while open[0] || open[1] {
        let (which, got) = tokio::select! {
            got = a.pipe.read_buf(buffer_a), if open[0] => (0, got),
            got = b.pipe.read_buf(buffer_b), if open[1] => (1, got),
        };
        let (reader, buffer) = if which == 0 { (&mut *a, &mut *buffer_a) } else { (&mut *b, &mut *buffer_b) };
        if !matches!(got, Ok(n) if n > 0) {
            open[which] = false;
            reader.finish(task, &out).await;
            continue;
        }
        if kept.is_ok() {
            kept = reader.keep(&mut log, buffer);
        }
        reader.tell(task, buffer, &out).await;
        buffer.clear();
        buffer.reserve(CHUNK.min(buffer.capacity().max(4096) * 2));
    }
    let _engine_gone = out.send(Output::Closed { task, kept }).await;
}

impl Reader {
    /// Keeps what there is room for, as whole lines where lines are short; then the notice that Metaflow's users look for.
    fn keep(&mut self, log: &mut LogWriter, bytes: &[u8]) -> Result<()> {
        let Some(room) = self.room else { return Ok(()) };
        if bytes.len() as u64 <= room {
            self.room = Some(room - bytes.len() as u64);
            self.mid_line = !bytes.ends_with(b"\n");
            return log.append(self.stream, now(), bytes);
        }
        self.room = None;
        let part = &bytes[..usize::try_from(room).unwrap_or(bytes.len())];
        let part = match part.iter().rposition(|b| *b == b'\n') {
            Some(end) => &part[..=end],
            None => part,
        };
        if !part.is_empty() {
            self.mid_line = !part.ends_with(b"\n");
            log.append(self.stream, now(), part)?;
        }
        let break_line = if self.mid_line { "\n" } else { "" };
        log.append(self.stream, now(), format!("{break_line}{TRUNCATED}").as_bytes())
    }

    /// Tells the lines that `bytes` completes.
    async fn tell(&mut self, task: TaskId, bytes: &[u8], out: &Sender<Output>) {
        let cut = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let (whole, rest) = bytes.split_at(cut);
        if !whole.is_empty() {
            self.partial.extend_from_slice(whole);
            self.flush(task, out).await;
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LONGEST_LINE {
            self.flush(task, out).await;
        }
    }

    async fn finish(&mut self, task: TaskId, out: &Sender<Output>) {
        if !self.partial.is_empty() {
            self.flush(task, out).await;
        }
    }

    async fn flush(&mut self, task: TaskId, out: &Sender<Output>) {
        let text = String::from_utf8(std::mem::take(&mut self.partial))
            .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        let _engine_gone = out.send(Output::Lines { task, stream: self.stream, text }).await;
    }
}
