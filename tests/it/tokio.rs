//! `nunchi::collector::TokioCollector`: runtimes of both kinds, with tasks and without.

use crate::support::{page, parsed};
use ::tokio::runtime::{Builder, Runtime};
use nunchi::collector::TokioCollector;
use nunchi::Registry;
use std::time::{Duration, Instant};

fn registry_of(runtime: &Runtime) -> Registry {
    let registry = Registry::new();
    registry.register(TokioCollector::new(runtime.handle())).expect("the families are valid");
    registry
}

/// The sum of the series of a family.
fn value(registry: &Registry, name: &str) -> f64 {
    let page = parsed(registry);
    let family = page.family(name).unwrap_or_else(|| panic!("no {name}"));
    family.samples.iter().map(crate::parser::Sample::float).sum()
}

#[test]
fn tasks_and_workers_are_counted() {
    let runtime = Builder::new_multi_thread().worker_threads(3).build().expect("a runtime");
    let registry = registry_of(&runtime);
    assert_eq!(value(&registry, "tokio_workers"), 3.0);
    assert_eq!(value(&registry, "tokio_tasks_alive"), 0.0);

    let tasks: Vec<_> = (0..7).map(|_| runtime.spawn(std::future::pending::<()>())).collect();
    assert_eq!(value(&registry, "tokio_tasks_alive"), 7.0);
    tasks.iter().for_each(::tokio::task::JoinHandle::abort);
    for task in tasks {
        assert!(runtime.block_on(task).is_err());
    }
    // Who waits for a task is woken before it is taken off the list.
    let until = Instant::now() + Duration::from_secs(30);
    while value(&registry, "tokio_tasks_alive") > 0.0 {
        assert!(Instant::now() < until, "{}", page(&registry));
    }
}

#[test]
#[cfg(target_has_atomic = "64")]
fn workers_that_were_busy_tell_for_how_long() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let registry = registry_of(&runtime);
    let busy = Duration::from_millis(20);
    let task = runtime.spawn(async move {
        let begun = Instant::now();
        while begun.elapsed() < busy {
            std::hint::spin_loop();
        }
    });
    runtime.block_on(task).expect("no panic");
    // It adds them when it goes to sleep.
    let until = Instant::now() + Duration::from_secs(30);
    while value(&registry, "tokio_worker_busy_seconds_total") < busy.as_secs_f64() {
        assert!(Instant::now() < until, "{}", page(&registry));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(value(&registry, "tokio_worker_parks_total") >= 1.0);
    let page = parsed(&registry);
    for worker in ["0", "1"] {
        assert!(page.value("tokio_worker_parks_total", &[("worker", worker)]).is_some());
    }
}

#[test]
fn a_runtime_of_the_current_thread_has_a_queue() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let registry = registry_of(&runtime);
    assert_eq!(value(&registry, "tokio_workers"), 1.0);
    let task = runtime.spawn(async {});
    assert_eq!(value(&registry, "tokio_global_queue_tasks"), 1.0);
    runtime.block_on(task).expect("no panic");
    assert_eq!(value(&registry, "tokio_global_queue_tasks"), 0.0);

    drop(runtime);
    assert_eq!(value(&registry, "tokio_workers"), 1.0); // Its metrics outlive it.
}

#[test]
fn runtimes_are_told_apart_by_scopes() {
    let registry = Registry::new();
    let runtimes = ["requests", "storage"].map(|name| {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let scope = registry.scope("", [("runtime", name)]).expect("valid");
        scope.register(TokioCollector::new(runtime.handle())).expect("told apart");
        runtime
    });
    let page = parsed(&registry);
    for name in ["requests", "storage"] {
        assert_eq!(page.value("tokio_workers", &[("runtime", name)]), Some("1"));
    }
    drop(runtimes);
}
