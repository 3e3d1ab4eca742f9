//! A store whose artifacts are large enough to be chunks:
//!
//! * `Big/1`: done; `start` saved `data` (and a code package is kept), `end` carried it on and saved `notes`, compressed; tag `best`;
//! * `Big/2`: failed; `start` saved `other`;
//! * `Big/3`: resumes `Big/2`: took `start` over, `end` carried `other` on; done.

use std::path::Path;

use serde_json::json;
use spinloom_datastore::{AttemptId, AttemptWriter, Datastore, Described, ManifestRef, StorePolicy};
use spinloom_flow::event::LogStream;
use spinloom_flow::{RunId, RunStatus, StepName, TaskId};
use spinloom_metadata::Change;

use super::Recorder;

/// Makes the store.
pub fn fill(root: &Path) {
    let mut first = Recorder::new(root, "Big", "ann", 0, None, &["best"]);
    let start = first.saved("start", 1, &[("data", &noise(1, 70_000)), ("small", b"1")], None);
    first.saved("end", 2, &[("notes", &[7; 90_000])], Some((&start, "data")));
    let package = first.files.put_chunk(&noise(9, 5000)).unwrap();
    let value = json!({"hash": package.to_string(), "bytes": 5000, "files": 3});
    first.changes.push(Change::Info { key: "code_package".to_owned(), value });
    first.log((TaskId(1), 0), &[(LogStream::Stdout, "hello\n")]);
    first.end(RunStatus::Done, 1000);

    let mut second = Recorder::new(root, "Big", "ann", 10, None, &[]);
    let start = second.saved("start", 1, &[("other", &noise(2, 80_000)), ("small", b"2")], None);
    second.failed("end", 2, &[], 1, 900);
    second.end(RunStatus::Failed, 1000);

    let mut third = Recorder::new(root, "Big", "ann", 20, Some("2"), &[]);
    third.changes.push(Change::TaskAdopted {
        task: Recorder::task("start", 1, &[]),
        origin: (RunId::new("2").unwrap(), TaskId(1)),
        parents: Vec::new(),
        transition: None,
        manifest: Some(start.to_string()),
        at: third.at(20),
    });
    third.saved("end", 2, &[("score", b"0.9")], Some((&start, "small")));
    third.end(RunStatus::Done, 1000);
}

/// Makes a store of two runs whose artifacts are in an object store: `Cloud/1` saved 2.5 MB, `Cloud/2` 70 kB.
pub fn fill_remote(root: &Path, policy: &StorePolicy) {
    for (minute, value) in [(0, noise(1, 2_500_000)), (10, noise(2, 70_000))] {
        let mut run = Recorder::new(root, "Cloud", "ann", minute, None, &[]);
        run.files = Datastore::open_with(root, policy).unwrap();
        run.pack = run.files.pack(&run.flow, &run.run).unwrap();
        run.saved("start", 1, &[("data", &value)], None);
        run.pack.sync().unwrap();
        run.end(RunStatus::Done, 1000);
    }
}

/// Bytes nobody can compress, different for each `seed`.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (seed << 32 | 1);
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..len).map(|_| byte()).collect()
}

impl Recorder {
    /// A task that is done: it saved these, and carried one of another task on.
    fn saved(
        &mut self,
        step: &str,
        task: u64,
        artifacts: &[(&str, &[u8])],
        carried: Option<(&ManifestRef, &str)>,
    ) -> ManifestRef {
        let (flow, run, step_name) = (self.flow.clone(), self.run.clone(), StepName::new(step).unwrap());
        let id = AttemptId { flow, run, step: step_name, task: TaskId(task), attempt: 0 };
        let mut writer = AttemptWriter::new(self.files.clone(), id, None);
        for (name, stream) in artifacts {
            let note = format!(
                r#"{{"preview":{{"kind":"text","type":"bytes","length":{},"text":"bytes of {name}"}}}}"#,
                stream.len()
            );
            writer.save(*name, Described::noted("bytes", &note).unwrap(), *stream, &[]).unwrap();
        }
        if let Some((from, name)) = carried {
            let from = self.files.manifest(from).unwrap();
            let (_, entry) = self.files.find(&from, name).unwrap().unwrap();
            writer.inherit(&from, &entry);
        }
        let at = self.pack.append(&writer.finish().unwrap()).unwrap();
        self.started(step, task, &[], 0, 100);
        self.finished(step, task, &[], Some(&at), 300);
        at
    }
}
