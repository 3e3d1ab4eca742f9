//! A world to run a scheduler in: tasks finish in a random order; what they do depends on where they are only.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use spinloom_engine::scheduler::{
    Command, Done, End, Event, Fan, Launch, Left, Next, Origin, Scheduler, TaskKey,
};
use spinloom_flow::TaskId;
use spinloom_flow::graph::{Graph, NodeKind, StepIndex};

/// Where a launched task is.
pub fn key<O>(launch: &Launch<O>) -> TaskKey {
    let indices = launch.frames.iter().map(|f| f.index).collect();
    TaskKey { step: launch.step, indices, iteration: launch.iteration }
}

/// A place that is no repetition.
fn place(step: StepIndex, indices: Vec<u64>) -> TaskKey {
    TaskKey { step, indices, iteration: 0 }
}

pub fn sort(keys: &mut [TaskKey]) {
    keys.sort_by(|a, b| (a.step, &a.indices, a.iteration).cmp(&(b.step, &b.indices, b.iteration)));
}

pub fn to(step: &str) -> Next {
    Next { steps: vec![step.into()], foreach: None, num_parallel: None }
}

pub fn fan(var: &str, step: &str, count: u64) -> Next {
    Next { foreach: Some(Fan { var: var.into(), count, labels: Vec::new() }), ..to(step) }
}

/// start -> foreach body -> join -> end; `start` has `@retry(times=…)` if asked for.
pub fn fan_graph(decorator: &str, times: u32) -> Arc<Graph> {
    let retry = if decorator.is_empty() {
        serde_json::json!([])
    } else {
        serde_json::json!([{"name": "retry", "attributes": {"times": times}}])
    };
    let step = |name: &str, line: u32, args: u32, next: serde_json::Value, decorators: serde_json::Value| serde_json::json!({"name": name, "file": "f.py", "line": line, "args": args, "tail": next, "decorators": decorators});
    let next = |target: &str, foreach: Option<&str>| serde_json::json!({"kind": "next", "line": 9, "targets": [target], "foreach": foreach});
    let flow = serde_json::json!({"version": 1, "name": "F", "file": "f.py", "steps": [
        step("start", 1, 1, next("body", Some("items")), retry),
        step("body", 2, 1, next("join", None), serde_json::json!([])),
        step("join", 3, 2, next("end", None), serde_json::json!([])),
        step("end", 4, 1, serde_json::json!({"kind": "none"}), serde_json::json!([])),
    ]});
    let flow = serde_json::from_value(flow).expect("a flow");
    Arc::new(Graph::compile(&flow).expect("a valid flow"))
}

/// What a task at `key` does next: the same wherever and whenever it runs.
pub fn choice(graph: &Graph, key: &TaskKey) -> Option<Next> {
    let node = graph.node(key.step);
    let name = |step: &StepIndex| graph.node(*step).name.to_string();
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let dice = hasher.finish();
    match &node.kind {
        NodeKind::End => None,
        NodeKind::Foreach { var } => Some(fan(var, &name(&node.targets[0]), dice % 4 + 1)),
        NodeKind::Parallel => Some(Next { num_parallel: Some(dice % 3 + 1), ..to(&name(&node.targets[0])) }),
        NodeKind::Switch { .. }
            if node.targets.contains(&key.step) && key.iteration < 3 && dice.is_multiple_of(2) =>
        {
            Some(to(node.name.as_str()))
        }
        NodeKind::Switch { .. } => {
            let others: Vec<_> = node.targets.iter().filter(|t| **t != key.step).collect();
            Some(to(&name(others[(dice % others.len() as u64) as usize])))
        }
        _ => Some(Next { steps: node.targets.iter().map(name).collect(), ..to("") }),
    }
}

/// What a run of a flow comes to, by following it step by step.
pub struct Oracle {
    pub keys: Vec<TaskKey>,
    inputs: HashMap<TaskKey, Vec<TaskKey>>,
}

impl Oracle {
    pub fn of(graph: &Graph) -> Self {
        let mut oracle = Self { keys: Vec::new(), inputs: HashMap::new() };
        let parameters = place(graph.start(), vec![u64::MAX]);
        let first = place(graph.start(), vec![]);
        assert_eq!(oracle.follow(graph, first, vec![parameters]), None, "a run ends at its end step");
        oracle
    }

    pub fn sorted_keys(&self) -> Vec<TaskKey> {
        let mut keys = self.keys.clone();
        sort(&mut keys);
        keys
    }

    pub fn inputs_of(&self, key: &TaskKey) -> &Vec<TaskKey> {
        &self.inputs[key]
    }

    /// Follows one branch up to the join that closes it; answers that join and the task that reached it.
    fn follow(&mut self, graph: &Graph, from: TaskKey, inputs: Vec<TaskKey>) -> Option<(StepIndex, TaskKey)> {
        let (mut at, mut inputs) = (from, inputs);
        loop {
            self.keys.push(at.clone());
            self.inputs.insert(at.clone(), inputs);
            let next = choice(graph, &at)?;
            let find = |name: &String| graph.find(name).expect("a step");
            if let Some(count) = next.foreach.as_ref().map(|fan| fan.count).or(next.num_parallel) {
                let arrivals = (0..count).map(|i| {
                    let indices = at.indices.iter().copied().chain([i]).collect();
                    self.follow(graph, place(find(&next.steps[0]), indices), vec![at.clone()])
                });
                (at, inputs) = joined(&at, arrivals.collect());
            } else if next.steps.len() > 1 {
                let arrivals = next.steps.iter().map(|step| {
                    let step = find(step);
                    if graph.node(step).is_join {
                        return Some((step, at.clone()));
                    }
                    self.follow(graph, place(step, at.indices.clone()), vec![at.clone()])
                });
                (at, inputs) = joined(&at, arrivals.collect());
            } else {
                let step = find(&next.steps[0]);
                if graph.node(step).is_join {
                    return Some((step, at));
                }
                inputs = vec![at.clone()];
                let iteration = if step == at.step { at.iteration + 1 } else { 0 };
                at = TaskKey { step, indices: at.indices, iteration };
            }
        }
    }
}

fn joined(split: &TaskKey, arrivals: Vec<Option<(StepIndex, TaskKey)>>) -> (TaskKey, Vec<TaskKey>) {
    let arrivals: Vec<_> = arrivals.into_iter().map(|a| a.expect("a branch ends at its join")).collect();
    let join = place(arrivals[0].0, split.indices.clone());
    (join, arrivals.into_iter().map(|(_, key)| key).collect())
}

/// Runs a scheduler; an artifact is the key of the task that made it.
pub struct World {
    graph: Arc<Graph>,
    scheduler: Scheduler<TaskKey>,
    dice: u64,
    live: Vec<(TaskId, TaskKey)>,
    doomed: Vec<TaskId>,
    /// Who belongs to which gang.
    pub gangs: HashMap<TaskId, Vec<TaskKey>>,
    failed: bool,
    pub victim: Option<TaskKey>,
    pub launches: Vec<Launch<TaskKey>>,
    pub adopted: Vec<TaskKey>,
    pub finished: Vec<(TaskId, TaskKey)>,
    pub log: Vec<(Event<TaskKey>, Vec<Command<TaskKey>>)>,
    pub end: Option<End>,
    pub most_live: usize,
    pub launched_after_failure: usize,
}

impl World {
    pub fn new(graph: Arc<Graph>, scheduler: Scheduler<TaskKey>, seed: u64) -> Self {
        Self {
            graph,
            scheduler,
            dice: seed | 1,
            live: Vec::new(),
            doomed: Vec::new(),
            gangs: HashMap::new(),
            failed: false,
            victim: None,
            launches: Vec::new(),
            adopted: Vec::new(),
            finished: Vec::new(),
            log: Vec::new(),
            end: None,
            most_live: 0,
            launched_after_failure: 0,
        }
    }

    pub fn start(&mut self) {
        let parameters = place(self.graph.start(), vec![u64::MAX]);
        self.feed(Event::Start { parameters });
    }

    /// Tells the scheduler, and does what it commands.
    pub fn feed(&mut self, event: Event<TaskKey>) -> Vec<Command<TaskKey>> {
        if let Event::Finished { task, .. } | Event::Failed { task, .. } = &event
            && let Some(at) = self.live.iter().position(|(id, _)| id == task)
        {
            let done = self.live.remove(at);
            if matches!(event, Event::Finished { .. }) {
                self.finished.push(done);
            }
        }
        self.failed |= matches!(event, Event::Failed { .. });
        let commands = self.scheduler.on(event.clone());
        for command in &commands {
            assert!(self.end.is_none(), "nothing follows the end: {command:?}");
            match command {
                Command::Launch(launch) => {
                    self.launched_after_failure += usize::from(self.failed && launch.attempt == 0);
                    if launch.attempt == 0 {
                        self.launches.push(launch.clone());
                    }
                    self.live.push((launch.task, key(launch)));
                    if let Some(control) = launch.control {
                        self.gangs.entry(control).or_default().push(key(launch));
                    }
                }
                Command::Kill(task) => self.doomed.push(*task),
                Command::Adopt(adopted) => {
                    let mut key = place(adopted.step, adopted.indices.clone());
                    while self.adopted.contains(&key) {
                        key.iteration += 1;
                    }
                    self.adopted.push(key);
                }
                Command::End(end) => self.end = Some(end.clone()),
            }
        }
        self.most_live = self.most_live.max(self.live.len());
        self.log.push((event, commands.clone()));
        commands
    }

    /// Some live task finishes (or fails, if it is the victim). False if there is none.
    pub fn finish_one(&mut self) -> bool {
        if self.live.is_empty() {
            return false;
        }
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (task, key) = self.live[(self.dice >> 33) as usize % self.live.len()].clone();
        let doomed = self.doomed.contains(&task);
        if doomed || self.victim.as_ref() == Some(&key) {
            self.feed(Event::Failed { task, retry: true, died: doomed });
        } else {
            let next = choice(&self.graph, &key);
            self.feed(Event::Finished { task, next, output: key });
        }
        true
    }

    pub fn run_to_end(&mut self) {
        while self.finish_one() {}
    }

    pub fn sorted_keys(&self) -> Vec<TaskKey> {
        let mut keys: Vec<_> = self.launches.iter().map(key).collect();
        sort(&mut keys);
        keys
    }

    /// Finished tasks of gangs that did not finish as a whole: they are of no use.
    pub fn wasted(&self, key: &TaskKey) -> bool {
        let finished = |member: &TaskKey| self.finished.iter().any(|(_, done)| done == member);
        self.gangs.values().any(|gang| gang.contains(key) && !gang.iter().all(finished))
    }

    /// The largest gang.
    pub fn largest_gang(&self) -> usize {
        self.gangs.values().map(Vec::len).max().unwrap_or(0)
    }

    /// What a driver that took this run over would find.
    pub fn left(&self) -> HashMap<TaskKey, Left<TaskKey>> {
        let done = self.finished.iter().map(|(task, key)| {
            let done = Done { next: choice(&self.graph, key), output: key.clone(), adopted: false };
            (key.clone(), Left { task: *task, attempt: 0, done: Some(done) })
        });
        let live =
            self.live.iter().map(|(task, key)| (key.clone(), Left { task: *task, attempt: 0, done: None }));
        done.chain(live).collect()
    }

    pub fn finished_as_origins(&self) -> HashMap<TaskKey, Origin<TaskKey>> {
        self.finished
            .iter()
            .map(|(task, key)| {
                let next = choice(&self.graph, key);
                (key.clone(), Origin { task: *task, next, output: key.clone() })
            })
            .collect()
    }
}
