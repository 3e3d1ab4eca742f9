//! What a client of Metaflow's asks of the shared [`Server`].

use serde_json::{Value, json};

pub use crate::support::{Server, request};

impl Server {
    /// With everything below a path, too.
    pub fn below(prefix: &str) -> Self {
        Self::with(|options| options.prefix = Some(prefix.to_owned()))
    }

    /// The flow `F`, and its run; its number.
    pub fn run(&self) -> u64 {
        self.post("/flows/F", &json!({"flow_id": "F", "ts_epoch": 1}));
        let body = json!({"flow_id": "F", "user_name": "ann", "tags": ["a"], "system_tags": ["user:ann"], "ts_epoch": 1});
        self.post("/flows/F/run", &body).ok()["run_number"].as_u64().unwrap()
    }

    /// A task of a step of a run, which is made if need be; its path.
    pub fn task(&self, run: u64, step: &str) -> String {
        let steps = format!("/flows/F/runs/{run}/steps/{step}");
        let made =
            json!({"flow_id": "F", "run_number": run.to_string(), "step_name": step, "user_name": "ann"});
        self.post(&format!("{steps}/step"), &made);
        let task = self.post(&format!("{steps}/task"), &made).ok();
        format!("{steps}/tasks/{}", task["task_id"])
    }

    /// Says something about a task.
    pub fn say(&self, task: &str, field: &str, value: &str, attempt: u32) {
        let tags = json!([format!("attempt_id:{attempt}")]);
        let datum =
            json!({"field_name": field, "type": field, "value": value, "tags": tags, "user_name": "ann"});
        self.post(&format!("{task}/metadata"), &json!([datum])).ok();
    }

    /// Saves artifacts of an attempt.
    pub fn save(&self, task: &str, attempt: u32, names: &[&str]) {
        let artifact = |name: &&str| {
            json!({"name": name, "attempt_id": attempt, "sha": format!("sha-{name}-{attempt}"), "ds_type": "local",
                "location": ":root:/data", "type": "metaflow.artifact", "content_type": "pickle-v4", "user_name": "ann"})
        };
        let all: Vec<Value> = names.iter().map(artifact).collect();
        let answer = self.post(&format!("{task}/artifact"), &json!(all)).ok();
        assert_eq!(answer, json!({"artifacts_created": names.len()}));
    }
}
