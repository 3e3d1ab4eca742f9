//! Resource curves.

use serde_json::{Map, json};
use spinloom_datastore::{ResourcePoint, Resources};
use spinloom_flow::TaskId;

use super::world::{World, flow};

fn point(seconds: u64, cores: u64, rss_kib: u64) -> ResourcePoint {
    let at_us = seconds * 1_000_000;
    ResourcePoint { at_us, cpu_us: cores * at_us, rss_kib, processes: cores, ..ResourcePoint::default() }
}

#[test]
fn a_curve_is_answered_as_columns_and_added_up_for_its_step() {
    let mut world = World::new();
    let run = world.run("{}", Map::new());
    for task in 1..=3 {
        world.start(&run, "train", task, &[]);
        world.ended(&run, "train", task, None);
    }
    let writer = world.store.pack(&flow(), &run).unwrap().resource_writer(&world.store);
    for task in 1..=2 {
        let mut points = vec![point(1, task, 100), point(2, task, 300)];
        // One of them used half a GPU.
        if task == 1 {
            points.iter_mut().for_each(|point| (point.gpu_us, point.gpu_kib) = (point.at_us / 2, 64));
        }
        writer.write(TaskId(task), 0, &Resources { started_at: 1_000_000, points }).unwrap();
    }
    let curve = world.json("/flows/F/runs/1/tasks/2/attempts/latest/resources");
    assert_eq!(curve["cpu_us"], json!([2_000_000, 4_000_000]));
    assert_eq!((&curve["rss_kib"], &curve["at_us"]), (&json!([100, 300]), &json!([1_000_000, 2_000_000])));
    assert_eq!((&curve["total_cpu_us"], &curve["ended"]), (&json!(5), &json!(true)));
    assert_eq!((&curve["gpu_us"], &curve["gpu_kib"]), (&json!([]), &json!([])));
    let with_gpu = world.json("/flows/F/runs/1/tasks/1/attempts/0/resources");
    assert_eq!((&with_gpu["gpu_us"], &with_gpu["gpu_kib"]), (&json!([500_000, 1_000_000]), &json!([64, 64])));
    let none = world.json("/flows/F/runs/1/tasks/3/attempts/0/resources");
    assert_eq!(none["at_us"], json!([]));
    let step = world.json("/flows/F/runs/1/steps/train/resources");
    assert_eq!((&step["cores"], &step["rss_kib"]), (&json!([3.0, 3.0]), &json!([200.0, 600.0])));
    assert_eq!((&step["gpus"], &step["gpu_kib"]), (&json!([0.5, 0.5]), &json!([64.0, 64.0])));
    assert_eq!(
        (&step["tasks"], &step["with_curve"], &step["max_rss_kib"]),
        (&json!(3), &json!(2), &json!(300))
    );
}

#[test]
fn an_attempt_that_is_not_there_is_not_found() {
    let world = World::new();
    assert_eq!(world.get("/flows/F/runs/1/tasks/1/attempts/0/resources").status, 404);
    assert_eq!(world.get("/flows/F/runs/1/steps/train/resources").status, 404);
}
