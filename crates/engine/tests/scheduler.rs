//! The scheduler against a naive interpreter of the same flows, over random graphs and random orders of completion.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on may say so")]

mod world;

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use spinloom_engine::scheduler::{Command, End, Event, Limits, Origin, ResumePlan, Scheduler, TaskKey};
use spinloom_flow::graph::Graph;
use spinloom_testkit::flow_graph;
use world::{Oracle, World, key};

fn limits(max_workers: usize) -> Limits {
    Limits { max_workers, max_num_splits: 1_000_000, budget: None, retry_wait: false }
}

fn graphs() -> impl Strategy<Value = Arc<Graph>> {
    flow_graph(3).prop_map(|flow| Arc::new(Graph::compile(&flow).expect("generated flows are valid")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Every task runs exactly once, and joins see all inputs in order.
    #[test]
    fn a_run_is_what_its_flow_says((graph, workers, seed) in (graphs(), 1usize..9, any::<u64>())) {
        let oracle = Oracle::of(&graph);
        let mut world = World::new(graph.clone(), Scheduler::new(graph, limits(workers), None), seed);
        world.start();
        world.run_to_end();
        prop_assert_eq!(world.end.clone(), Some(End::Done));
        prop_assert!(world.most_live <= workers.max(world.largest_gang()));
        prop_assert_eq!(world.sorted_keys(), oracle.sorted_keys());
        for launch in &world.launches {
            let seen: Vec<_> = launch.inputs.iter().map(|input| input.output.clone()).collect();
            prop_assert_eq!(&seen, oracle.inputs_of(&key(launch)));
        }
    }

    /// Replaying any prefix of the events brings the machine to the same state, from which any order still works.
    #[test]
    fn any_prefix_can_be_replayed((graph, seed, cut) in (graphs(), any::<u64>(), any::<prop::sample::Index>())) {
        let mut first = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(4), None), seed);
        first.start();
        first.run_to_end();
        let cut = cut.index(first.log.len()) + 1;

        let mut again = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(4), None), seed ^ 0xABCD);
        for (event, commands) in &first.log[..cut] {
            let answered = again.feed(event.clone());
            prop_assert_eq!(&answered, commands);
        }
        again.run_to_end();
        prop_assert_eq!(again.end.clone(), Some(End::Done));
        prop_assert_eq!(again.sorted_keys(), Oracle::of(&graph).sorted_keys());
    }

    /// After a failure nothing new starts; a resume adopts what finished and runs the rest, each task once.
    #[test]
    fn a_failed_run_resumes((graph, seed, at) in (graphs(), any::<u64>(), any::<prop::sample::Index>())) {
        let oracle = Oracle::of(&graph);
        let victim = oracle.keys[at.index(oracle.keys.len())].clone();
        let mut failing = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(3), None), seed);
        failing.victim = Some(victim.clone());
        failing.start();
        failing.run_to_end();
        prop_assert_eq!(failing.end.clone(), Some(End::Failed(None)));
        prop_assert_eq!(failing.launched_after_failure, 0);

        let finished: HashMap<TaskKey, Origin<TaskKey>> = failing.finished_as_origins();
        prop_assert!(!finished.contains_key(&victim));
        let plan = ResumePlan { finished: finished.clone(), clone_only: false };
        let mut resumed = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(3), Some(plan)), seed);
        resumed.start();
        resumed.run_to_end();
        prop_assert_eq!(resumed.end.clone(), Some(End::Done));
        let mut all: Vec<TaskKey> = resumed.adopted.iter().cloned().chain(resumed.launches.iter().map(key)).collect();
        world::sort(&mut all);
        prop_assert_eq!(all, oracle.sorted_keys());
        for adopted in &resumed.adopted {
            prop_assert!(finished.contains_key(adopted));
        }
        for launch in &resumed.launches {
            let kept = finished.contains_key(&key(launch)) && !failing.wasted(&key(launch));
            prop_assert!(!kept, "a finished task ran again: {:?}", key(launch));
            let seen: Vec<_> = launch.inputs.iter().map(|input| input.output.clone()).collect();
            prop_assert_eq!(&seen, oracle.inputs_of(&key(launch)));
        }
    }

    /// A clone adopts everything and runs nothing.
    #[test]
    fn a_clone_runs_nothing((graph, seed) in (graphs(), any::<u64>())) {
        let mut run = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(4), None), seed);
        run.start();
        run.run_to_end();
        let plan = ResumePlan { finished: run.finished_as_origins(), clone_only: true };
        let mut clone = World::new(graph.clone(), Scheduler::new(graph, limits(4), Some(plan)), seed);
        clone.start();
        prop_assert!(clone.launches.is_empty());
        prop_assert_eq!(clone.end.clone(), Some(End::Done));
        prop_assert_eq!(clone.adopted.len(), run.launches.len());
    }

    /// Asked to stop at a step, a run starts that step's tasks and all that lead there, and nothing else.
    #[test]
    fn a_run_until_a_step((graph, seed, at) in (graphs(), any::<u64>(), any::<prop::sample::Index>())) {
        let step = graph.nodes().nth(at.index(graph.len())).expect("a step").index;
        let mut expected = Oracle::of(&graph).sorted_keys();
        let all = expected.len();
        expected.retain(|key| graph.descendants(key.step).contains(&step));
        let mut world = World::new(graph.clone(), Scheduler::new(graph, limits(3), None).until(step), seed);
        world.start();
        world.run_to_end();
        prop_assert_eq!(world.sorted_keys(), expected.clone());
        prop_assert_eq!(world.end, Some(if expected.len() == all { End::Done } else { End::Halted }));
    }

    /// RE-05: after any number of events another driver goes on: what finished stays, what ran is run again.
    #[test]
    fn another_driver_goes_on((graph, seed, steps) in (graphs(), any::<u64>(), 0usize..30)) {
        let oracle = Oracle::of(&graph);
        let mut first = World::new(graph.clone(), Scheduler::new(graph.clone(), limits(3), None), seed);
        first.start();
        for _ in 0..steps {
            first.finish_one();
        }
        let left = first.left();
        let mut second = World::new(graph.clone(), Scheduler::new(graph, limits(3), None).after(left.clone()), seed);
        second.start();
        second.run_to_end();
        prop_assert_eq!(second.end.clone(), Some(End::Done));
        // A gang of which some finished runs again as a whole.
        let kept = first.finished.iter().filter(|(_, key)| !first.wasted(key));
        let mut all: Vec<TaskKey> = kept.chain(&second.finished).map(|(_, key)| key.clone()).collect();
        world::sort(&mut all);
        prop_assert_eq!(all, oracle.sorted_keys());
        for command in second.log.iter().flat_map(|(_, commands)| commands) {
            let Command::Launch(launch) = command else { continue };
            match left.get(&key(launch)) {
                Some(known) => prop_assert_eq!((launch.task, launch.attempt), (known.task, known.attempt)),
                None => prop_assert!(left.values().all(|known| known.task != launch.task)),
            }
            let seen: Vec<_> = launch.inputs.iter().map(|input| input.output.clone()).collect();
            prop_assert_eq!(&seen, oracle.inputs_of(&key(launch)));
        }
    }

    /// Stopped at any time, a run starts nothing more and ends when the last live task does.
    #[test]
    fn a_stopped_run_drains((graph, seed, steps) in (graphs(), any::<u64>(), 0usize..20)) {
        let mut world = World::new(graph.clone(), Scheduler::new(graph, limits(4), None), seed);
        world.start();
        for _ in 0..steps {
            world.finish_one();
        }
        let ended = world.end.clone();
        let launched = world.launches.len();
        world.feed(Event::Stop);
        world.run_to_end();
        prop_assert_eq!(world.launches.len(), launched);
        prop_assert_eq!(world.end.clone(), ended.or(Some(End::Stopped)));
    }
}

#[test]
fn retries_keep_the_task_and_count_the_attempts() {
    let graph = world::fan_graph("@retry", 2);
    let mut scheduler: Scheduler<u32> = Scheduler::new(graph.clone(), limits(1), None);
    let [Command::Launch(start)] = &scheduler.on(Event::Start { parameters: 0 })[..] else {
        panic!("start launches")
    };
    let task = start.task;
    for attempt in 1..=2 {
        let again = scheduler.on(Event::Failed { task, retry: true, died: false });
        let [Command::Launch(launch)] = &again[..] else { panic!("a retry follows: {again:?}") };
        assert_eq!((launch.task, launch.attempt), (task, attempt));
    }
    assert_eq!(
        scheduler.on(Event::Failed { task, retry: true, died: false }),
        [Command::End(End::Failed(None))]
    );
}

#[test]
fn an_exit_that_forbids_retries_ends_the_task() {
    let graph = world::fan_graph("@retry", 2);
    let mut scheduler: Scheduler<u32> = Scheduler::new(graph, limits(1), None);
    let [Command::Launch(start)] = &scheduler.on(Event::Start { parameters: 0 })[..] else {
        panic!("start launches")
    };
    let task = start.task;
    assert_eq!(
        scheduler.on(Event::Failed { task, retry: false, died: false }),
        [Command::End(End::Failed(None))]
    );
}

#[test]
fn a_fan_out_over_nothing_or_too_much_names_step_and_flag() {
    for (count, wanted) in [(0, "which is empty"), (7, "at most 5 are allowed")] {
        let graph = world::fan_graph("", 0);
        let limits = Limits { max_num_splits: 5, ..limits(2) };
        let mut scheduler: Scheduler<u32> = Scheduler::new(graph, limits, None);
        let [Command::Launch(start)] = &scheduler.on(Event::Start { parameters: 0 })[..] else { panic!() };
        let next = world::fan("items", "body", count);
        let commands = scheduler.on(Event::Finished { task: start.task, next: Some(next), output: 1 });
        let [Command::End(End::Failed(Some(error)))] = &commands[..] else { panic!("refused: {commands:?}") };
        assert!(error.message().contains(wanted) && error.message().contains("`start`"), "{error}");
    }
}

#[test]
fn a_million_tasks_pass_through() {
    let graph = world::fan_graph("", 0);
    let mut scheduler: Scheduler<u32> = Scheduler::new(graph, limits(16), None);
    let mut queue = scheduler.on(Event::Start { parameters: 0 });
    let (mut launched, mut most, mut ended) = (0u64, 0, None);
    while let Some(command) = queue.pop() {
        most = most.max(queue.len() + 1);
        match command {
            Command::Launch(launch) => {
                launched += 1;
                let next = match launch.step.get() {
                    0 => Some(world::fan("items", "body", 1_000_000)),
                    1 => Some(world::to("join")),
                    2 => {
                        assert_eq!(launch.inputs.len(), 1_000_000);
                        Some(world::to("end"))
                    }
                    _ => None,
                };
                queue.extend(scheduler.on(Event::Finished { task: launch.task, next, output: 1 }));
            }
            Command::End(end) => ended = Some(end),
            Command::Adopt(_) | Command::Kill(_) => panic!("nothing to adopt, nobody to kill"),
        }
    }
    assert_eq!((launched, most, ended), (1_000_003, 16, Some(End::Done)));
}
