use proptest::prelude::*;

use super::*;
use crate::arbitrary::{plain, timelines};
use crate::{Ids, Timeline};

/// A task as a reader of the columns puts it together.
type Rebuilt = (u64, String, u8, i64, Vec<u64>, Ids, Vec<(u64, u8, i64, Option<i64>, [u64; 3])>);

fn rebuilt(read: &Read) -> Vec<Rebuilt> {
    let column = |name: &str| &read.columns[name];
    let at = |ticks: u64| read.header.base_at + ticks as i64 * read.header.tick_us;
    let (mut index, mut range, mut bar) = (0, 0, 0);
    let mut tasks = Vec::new();
    for row in 0..column("task.id").len() {
        let take = |from: &mut usize, count: u64| {
            let first = *from;
            *from += count as usize;
            first..*from
        };
        let indices = take(&mut index, column("task.depth")[row]);
        let parents = take(&mut range, column("task.parents")[row]);
        let bars = take(&mut bar, column("task.attempts")[row]);
        let ranges: Vec<(u64, u64)> = parents
            .map(|i| (column("parent.first")[i], column("parent.first")[i] + column("parent.count")[i] - 1))
            .collect();
        let bars = bars.map(|i| {
            let took = column("attempt.duration")[i];
            let took = (took != u64::from(OPEN)).then_some(took as i64 * read.header.tick_us);
            (
                column("attempt.number")[i],
                column("attempt.state")[i] as u8,
                at(column("attempt.started")[i]),
                took,
                [column("attempt.failure")[i], column("attempt.starting")[i], column("attempt.saving")[i]],
            )
        });
        tasks.push((
            column("task.id")[row],
            read.header.steps[column("task.step")[row] as usize].to_string(),
            column("task.state")[row] as u8,
            at(column("task.created")[row]),
            column("index")[indices].to_vec(),
            Ids::of_ranges(&ranges),
            bars.collect(),
        ));
    }
    tasks
}

fn expected(timeline: &Timeline, after: u64) -> Vec<Rebuilt> {
    let tasks = timeline.tasks().iter().filter(|task| task.seq > after);
    tasks
        .map(|task| {
            let bars = task.bars.iter().map(|bar| {
                let failure = bar.failure.map_or(0, |id| u64::from(id.0));
                let rest = [failure, bar.starting_us, bar.saving_us];
                (u64::from(bar.attempt), state_number(bar.status), bar.started_at, bar.duration(), rest)
            });
            (
                task.id.0,
                timeline.step_of(task).to_string(),
                task_state(task),
                task.created_at,
                task.indices.to_vec(),
                task.parents.clone(),
                bars.collect(),
            )
        })
        .collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read(timeline in timelines()) {
        let read = read(&write(&timeline, Block { after: None, seq: 9 })).unwrap();
        prop_assert!(read.header.full && read.header.seq == 9);
        prop_assert_eq!(rebuilt(&read), expected(&timeline, 0));
        for id in &read.columns["attempt.failure"] {
            prop_assert!(*id == 0 || read.header.failures.iter().any(|group| u64::from(group.id.0) == *id));
        }
    }

    #[test]
    fn a_delta_has_what_was_written_since(timeline in timelines(), after in 0..60u64) {
        let read = read(&write(&timeline, Block { after: Some(after), seq: 99 })).unwrap();
        prop_assert!(!read.header.full);
        prop_assert_eq!(rebuilt(&read), expected(&timeline, after));
    }

    #[test]
    fn other_bytes_are_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..400usize) {
        let _ = read(&bytes);
        bytes.splice(..0, *MAGIC);
        let _ = read(&bytes);
        let whole = write(&plain(&[(1, "start", &[], 0, 10)]), Block { after: None, seq: 1 });
        if cut < whole.len() {
            prop_assert!(read(&whole[..cut]).is_err());
        }
    }
}

#[test]
fn columns_begin_at_multiples_of_eight() {
    let bytes = write(
        &plain(&[(1, "start", &[], 0, 10), (2, "end", &[(1, 1)], 10, 11)]),
        Block { after: None, seq: 1 },
    );
    let length = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
    assert_eq!(length % 8, 0);
    assert!(read(&bytes).unwrap().header.columns.iter().all(|place| place.offset % 8 == 0));
}

#[test]
fn long_runs_have_longer_ticks() {
    let day = 86_400_000_000;
    let timeline = plain(&[(1, "start", &[], 0, day), (1 << 40, "end", &[(1, 1)], day, 30 * day)]);
    let read = read(&write(&timeline, Block { after: None, seq: 1 })).unwrap();
    assert_eq!(read.header.tick_us, 1000);
    assert_eq!(rebuilt(&read), expected(&timeline, 0));
}
