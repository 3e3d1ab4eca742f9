//! Shared runs: led by one driver at a time (RE-05).

use spinloom_diagnostics::codes;
use spinloom_flow::RunStatus;
use spinloom_metadata::{Change, Claim, NewRun, Provider};

use super::{code, id, new_run, now};

fn claim(identifier: &str, instead_of: Option<u64>) -> Claim {
    Claim { identifier: identifier.to_owned(), instead_of, at: now() }
}

fn shared() -> NewRun {
    NewRun { id: Some(id("shared")), origin: Some(id("1")), ..new_run("F") }
}

pub(super) fn who_makes_a_shared_run_leads_it(p: &mut dyn Provider) {
    let (run, leader, won) = p.lead(&shared(), &claim("first", None)).unwrap();
    assert!(won);
    assert_eq!((leader.identifier.as_str(), leader.term), ("first", 1));
    assert_eq!(p.run(&run.flow, &run.run).unwrap().as_ref(), Some(&run));
    assert_eq!(run.origin, Some(id("1")));
    assert_eq!(p.leader(&run.flow, &run.run).unwrap().as_ref(), Some(&leader));

    let other = NewRun { origin: Some(id("2")), ..shared() };
    let (found, theirs, won) = p.lead(&other, &claim("second", None)).unwrap();
    assert!(!won);
    assert_eq!((found, theirs), (run, leader), "the run stays as it was made");
}

pub(super) fn a_term_is_taken_over_once(p: &mut dyn Provider) {
    let (run, ..) = p.lead(&shared(), &claim("first", None)).unwrap();
    p.write(&run.flow, &run.run, &[Change::RunFinished { status: RunStatus::Stopped, at: now() }]).unwrap();
    let (again, leader, won) = p.lead(&shared(), &claim("second", Some(1))).unwrap();
    assert!(won);
    assert_eq!((leader.identifier.as_str(), leader.term), ("second", 2));
    assert_eq!((again.status, again.finished_at), (RunStatus::Running, None), "it goes on");
    for stale in [Some(1), Some(3), None] {
        let (_, leader, won) = p.lead(&shared(), &claim("third", stale)).unwrap();
        assert!(!won, "{stale:?}");
        assert_eq!(leader.term, 2);
    }
}

pub(super) fn a_leader_whose_term_is_over_writes_nothing(p: &mut dyn Provider) {
    let (run, ..) = p.lead(&shared(), &claim("first", None)).unwrap();
    let end = |term| [Change::Term { term }, Change::RunFinished { status: RunStatus::Done, at: now() }];
    p.lead(&shared(), &claim("second", Some(1))).unwrap();
    assert_eq!(code(p.write(&run.flow, &run.run, &end(1))), codes::CANNOT_RESUME.id());
    assert_eq!(p.run(&run.flow, &run.run).unwrap().unwrap().status, RunStatus::Running);
    p.write(&run.flow, &run.run, &end(2)).unwrap();
    assert_eq!(p.run(&run.flow, &run.run).unwrap().unwrap().status, RunStatus::Done);
}

pub(super) fn a_run_of_one_driver_is_led_by_nobody(p: &mut dyn Provider) {
    let run = p.create_run(&new_run("F")).unwrap();
    assert_eq!(p.leader(&run.flow, &run.run).unwrap(), None);
    assert_eq!(p.leader(&run.flow, &id("unknown")).unwrap(), None);
    let taken = NewRun { id: Some(run.run.clone()), ..new_run("F") };
    for instead_of in [None, Some(1)] {
        assert_eq!(code(p.lead(&taken, &claim("x", instead_of))), codes::CANNOT_RESUME.id());
    }
    assert_eq!(code(p.lead(&new_run("F"), &claim("x", None))), codes::CANNOT_RESUME.id(), "without an id");
    assert_eq!(code(p.write(&run.flow, &run.run, &[Change::Term { term: 1 }])), codes::CANNOT_RESUME.id());
}
