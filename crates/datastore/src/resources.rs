//! What the processes of an attempt used while it ran.

use std::{fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};

use crate::{
    Datastore, Pack,
    io::{corrupt, read_error, write_error},
    log::replace,
    remote::PackSender,
};

/// The version of the files this crate writes, and the newest it reads.
const VERSION: u32 = 1;

/// What the processes of an attempt had used, or used, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResourcePoint {
    /// When, microseconds since the attempt started.
    pub at_us: u64,
    /// CPU time until then, microseconds.
    pub cpu_us: u64,
    /// The most resident memory since the point before, KiB. Pages that processes share count for each.
    pub rss_kib: u64,
    /// Bytes read from disks until then.
    pub read_bytes: u64,
    /// Bytes written to disks until then.
    pub written_bytes: u64,
    /// Processes at that moment.
    pub processes: u64,
    /// Time for which a GPU was at work until then, microseconds; of two at once, twice as much.
    pub gpu_us: u64,
    /// The most memory of GPUs since the point before, KiB.
    pub gpu_kib: u64,
}

/// The curve of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// When the attempt started, microseconds since the Unix epoch.
    pub started_at: i64,
    /// In the order of time.
    pub points: Vec<ResourcePoint>,
}

/// The file: columns, each value less the one before, but for memory and processes. What was used of GPUs is there if any was.
#[derive(Serialize, Deserialize)]
struct Columns {
    version: u32,
    started_at: i64,
    at_us: Vec<u64>,
    cpu_us: Vec<u64>,
    rss_kib: Vec<u64>,
    read_bytes: Vec<u64>,
    written_bytes: Vec<u64>,
    processes: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gpu_us: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gpu_kib: Vec<u64>,
}

impl Resources {
    /// What was used of GPUs, if anything.
    pub fn gpu_points(&self) -> &[ResourcePoint] {
        let used = self.points.iter().any(|point| point.gpu_us > 0 || point.gpu_kib > 0);
        if used { &self.points } else { &[] }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let column = |of: fn(&ResourcePoint) -> u64| self.points.iter().map(of).collect::<Vec<_>>();
        let of_gpus = |of: fn(&ResourcePoint) -> u64| self.gpu_points().iter().map(of).collect::<Vec<_>>();
        let columns = Columns {
            version: VERSION,
            started_at: self.started_at,
            at_us: differences(column(|point| point.at_us)),
            cpu_us: differences(column(|point| point.cpu_us)),
            rss_kib: column(|point| point.rss_kib),
            read_bytes: differences(column(|point| point.read_bytes)),
            written_bytes: differences(column(|point| point.written_bytes)),
            processes: column(|point| point.processes),
            gpu_us: differences(of_gpus(|point| point.gpu_us)),
            gpu_kib: of_gpus(|point| point.gpu_kib),
        };
        serde_json::to_vec(&columns)
            .map_err(|e| Error::new(codes::INTERNAL, "a resource curve cannot be written").cause(e))
    }

    fn decode(bytes: &[u8]) -> serde_json::Result<Self> {
        let columns: Columns = serde_json::from_slice(bytes)?;
        let (at, cpu) = (sums(columns.at_us), sums(columns.cpu_us));
        let (read, written) = (sums(columns.read_bytes), sums(columns.written_bytes));
        let gpu = sums(columns.gpu_us);
        let nth = |column: &[u64], i: usize| column.get(i).copied().unwrap_or_default();
        let point = |(i, at_us): (usize, &u64)| ResourcePoint {
            at_us: *at_us,
            cpu_us: nth(&cpu, i),
            rss_kib: nth(&columns.rss_kib, i),
            read_bytes: nth(&read, i),
            written_bytes: nth(&written, i),
            processes: nth(&columns.processes, i),
            gpu_us: nth(&gpu, i),
            gpu_kib: nth(&columns.gpu_kib, i),
        };
        let points = at.iter().enumerate().map(point).collect();
        Ok(Self { started_at: columns.started_at, points })
    }
}

fn differences(mut column: Vec<u64>) -> Vec<u64> {
    for at in (1..column.len()).rev() {
        column[at] = column[at].saturating_sub(column[at - 1]);
    }
    column
}

fn sums(mut column: Vec<u64>) -> Vec<u64> {
    for at in 1..column.len() {
        column[at] = column[at].saturating_add(column[at - 1]);
    }
    column
}

/// Keeps the curves of a run's attempts.
pub struct ResourceWriter {
    store: Datastore,
    flow: FlowName,
    run: RunId,
    sender: Option<PackSender>,
}

impl Pack {
    /// For the run of this pack.
    pub fn resource_writer(&self, store: &Datastore) -> ResourceWriter {
        let (flow, run) = self.of();
        ResourceWriter {
            store: store.clone(),
            flow: flow.clone(),
            run: run.clone(),
            sender: self.sender().cloned(),
        }
    }
}

impl ResourceWriter {
    /// Makes `curve` that of an attempt, in place of an earlier one.
    ///
    /// # Errors
    /// `SL0404` or `SL0401` if it cannot be written, and then the earlier one is as before.
    pub fn write(&self, task: TaskId, attempt: u32, curve: &Resources) -> Result<()> {
        let path = self.store.resource_path(&self.flow, &self.run, task, attempt);
        let bytes = curve.encode()?;
        match replace(&path, &bytes) {
            Err(_) if path.parent().is_some_and(|folder| !folder.exists()) => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(|e| write_error(folder, &e))?;
                }
                replace(&path, &bytes)
            }
            done => done,
        }
    }

    /// Sends the curve of an attempt that is over to where the store's object store has them, if it has one.
    pub fn send(&self, task: TaskId, attempt: u32) {
        if let Some(sender) = &self.sender {
            let path = self.store.resource_path(&self.flow, &self.run, task, attempt);
            sender.log(&path, remote_name(task, attempt));
        }
    }
}

fn remote_name(task: TaskId, attempt: u32) -> String {
    format!("{task}.{attempt}.resources")
}

impl Datastore {
    /// The curve of an attempt, from the object store if it is not on this disk; `None` if it was too short for one, or if
    /// none was wanted.
    ///
    /// # Errors
    /// `SL0401` if it cannot be read, `SL0403` if it is damaged, `SL0406` or `SL0407` if it is in an object store that cannot be used.
    pub fn resources(
        &self,
        flow: &FlowName,
        run: &RunId,
        task: TaskId,
        attempt: u32,
    ) -> Result<Option<Resources>> {
        let path = self.resource_path(flow, run, task, attempt);
        let (bytes, path) = match fs::read(&path) {
            Ok(bytes) => (bytes, path),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                // A run that has its folder here has its curves here.
                if self.pack_path(flow, run).exists() {
                    return Ok(None);
                }
                let fetched = self.fetched_log(flow, run, &remote_name(task, attempt))?;
                let Some(path) = fetched else { return Ok(None) };
                (fs::read(&path).map_err(|e| read_error(&path, &e))?, path)
            }
            Err(e) => return Err(read_error(&path, &e)),
        };
        Resources::decode(&bytes)
            .map(Some)
            .map_err(|e| corrupt(format!("the resource curve `{}` is damaged", path.display())).cause(e))
    }

    fn resource_path(&self, flow: &FlowName, run: &RunId, task: TaskId, attempt: u32) -> PathBuf {
        self.run_folder(flow, run).join("resources").join(format!("{task}.{attempt}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_kept_as_differences() {
        let point = |at_us, cpu_us, rss_kib| ResourcePoint {
            at_us,
            cpu_us,
            rss_kib,
            processes: 1,
            ..ResourcePoint::default()
        };
        let curve = Resources { started_at: 9, points: vec![point(1000, 500, 7), point(2000, 1500, 5)] };
        let text = String::from_utf8(curve.encode().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"version":1,"started_at":9,"at_us":[1000,1000],"cpu_us":[500,1000],"rss_kib":[7,5],"read_bytes":[0,0],"written_bytes":[0,0],"processes":[1,1]}"#
        );
        assert_eq!(Resources::decode(text.as_bytes()).unwrap(), curve);
    }

    #[test]
    fn what_was_used_of_gpus_is_kept_if_any_was() {
        let point =
            |at_us, gpu_us, gpu_kib| ResourcePoint { at_us, gpu_us, gpu_kib, ..ResourcePoint::default() };
        let curve = Resources {
            started_at: 9,
            points: vec![point(1000, 0, 0), point(2000, 900, 4), point(3000, 950, 3)],
        };
        let text = String::from_utf8(curve.encode().unwrap()).unwrap();
        assert!(text.ends_with(r#""gpu_us":[0,900,50],"gpu_kib":[0,4,3]}"#), "{text}");
        assert_eq!(Resources::decode(text.as_bytes()).unwrap(), curve);
    }
}
