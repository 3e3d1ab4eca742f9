//! The cache: who builds, what is whole, what is removed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_environments::{Cache, Lock, Manager, Removal};

fn lock() -> Lock {
    Lock {
        version: 1,
        manager: Manager::Pypi,
        requirements: vec!["six".into()],
        python: "3.11".into(),
        platform: "linux".into(),
        text: "six==1.17.0\n".into(),
    }
}

fn make(prefix: &Path) -> Result<()> {
    std::fs::create_dir_all(prefix.join("bin")).unwrap();
    std::fs::write(prefix.join("bin/python"), "").unwrap();
    Ok(())
}

#[test]
fn many_at_once_build_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("c"));
    let (built, inside) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut slowly = |prefix: &Path| {
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two build at once");
                    built.fetch_add(1, Ordering::SeqCst);
                    make(prefix)?;
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                let held = cache.hold_or_make("ab", &lock(), &mut slowly).unwrap();
                assert!(held.cached.prefix.join("bin/python").exists());
            });
        }
    });
    assert_eq!(built.load(Ordering::SeqCst), 1);
}

#[test]
fn a_build_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let mut fails = |prefix: &Path| {
        make(prefix)?;
        Err(Error::new(codes::DEPENDENCIES, "no"))
    };
    assert_eq!(cache.hold_or_make("ab", &lock(), &mut fails).unwrap_err().message(), "no");
    assert!(!cache.prefix("ab").exists());
    assert!(cache.hold_or_make("ab", &lock(), &mut make).is_ok());
}

#[test]
fn what_was_half_built_is_never_used() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    make(&cache.prefix("ab")).unwrap();
    std::fs::write(cache.prefix("ab").join("half"), "").unwrap();
    assert!(cache.find("ab").is_none());
    assert_eq!(cache.broken(), ["ab"]);
    let held = cache.hold_or_make("ab", &lock(), &mut make).unwrap();
    assert!(!held.cached.prefix.join("half").exists());
    assert!(cache.broken().is_empty());
}

#[test]
fn one_whose_interpreter_is_gone_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    drop(cache.hold_or_make("ab", &lock(), &mut make).unwrap());
    std::fs::remove_file(cache.prefix("ab").join("bin/python")).unwrap();
    assert!(cache.hold("ab").unwrap().is_none());
    assert!(cache.hold_or_make("ab", &lock(), &mut make).is_ok());
}

#[test]
fn one_in_use_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let held = cache.hold_or_make("ab", &lock(), &mut make).unwrap();
    assert_eq!(cache.remove("ab").unwrap(), Removal::InUse);
    assert_eq!(cache.list().len(), 1);
    drop(held);
    assert_eq!(cache.remove("ab").unwrap(), Removal::Removed);
    assert_eq!((cache.list().len(), cache.prefix("ab").exists()), (0, false));
}

#[test]
fn what_was_resolved_is_remembered_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("c"));
    assert_eq!(cache.resolved("s"), None);
    cache.remember("s", &lock()).unwrap();
    assert_eq!(cache.resolved("s"), Some(lock()));
    cache.forget_resolved().unwrap();
    assert_eq!(cache.resolved("s"), None);
}
