use super::*;
use crate::error::CollectError;

struct Fixed(Vec<Descriptor>);

impl Collector for Fixed {
    fn describe(&self) -> Vec<Descriptor> {
        self.0.clone()
    }

    fn collect(&self, _: &mut Collection<'_>) -> Result<(), CollectError> {
        Ok(())
    }
}

fn gauge(name: &'static str) -> Descriptor {
    Descriptor::gauge(name, "Help.").unwrap()
}

fn kind(registry: &Registry, families: Vec<Descriptor>) -> Option<RegisterErrorKind> {
    registry.register(Fixed(families)).err().map(|error| error.kind())
}

#[test]
fn n12_names_that_collide_once_expanded_are_refused() {
    let registry = Registry::new();
    let histogram = Descriptor::histogram("h", "Help.", crate::model::Buckets::default()).unwrap();
    assert_eq!(kind(&registry, vec![histogram]), None);
    for name in ["h_count", "h_sum", "h_bucket", "h_created"] {
        assert_eq!(
            kind(&registry, vec![gauge(name)]),
            Some(RegisterErrorKind::Collision),
            "{name}"
        );
    }
    assert_eq!(kind(&registry, vec![Descriptor::counter("c_total", "Help.").unwrap()]), None);
    assert_eq!(kind(&registry, vec![gauge("c")]), Some(RegisterErrorKind::Collision));
    let both = vec![gauge("s_sum"), Descriptor::summary("s", "Help.", Default::default()).unwrap()];
    assert_eq!(kind(&registry, both), Some(RegisterErrorKind::Collision));
}

#[test]
fn names_equal_after_normalisation_are_refused() {
    let registry = Registry::new();
    let dotted = crate::name::MetricName::utf8("a.b").unwrap();
    assert_eq!(kind(&registry, vec![Descriptor::gauge(dotted, "Help.").unwrap()]), None);
    assert_eq!(kind(&registry, vec![gauge("a_b")]), Some(RegisterErrorKind::Collision));
}

#[test]
fn n13_a_name_has_one_type_and_one_help() {
    let registry = Registry::new();
    assert_eq!(kind(&registry, vec![gauge("g")]), None);
    assert_eq!(kind(&registry, vec![gauge("g")]), Some(RegisterErrorKind::Duplicate));
    let other_help = Descriptor::gauge("g", "Other.").unwrap();
    assert_eq!(kind(&registry, vec![other_help]), Some(RegisterErrorKind::Conflict));
    let other_type = Descriptor::unknown("g", "Help.").unwrap();
    assert_eq!(kind(&registry, vec![other_type]), Some(RegisterErrorKind::Conflict));
    assert_eq!(kind(&registry, vec![gauge("x"), gauge("x")]), Some(RegisterErrorKind::Duplicate));
    assert_eq!(kind(&registry, vec![]), Some(RegisterErrorKind::Invalid));
}

#[test]
fn a_refused_collector_leaves_nothing_behind() {
    let registry = Registry::new();
    assert_eq!(kind(&registry, vec![gauge("g")]), None);
    assert_eq!(kind(&registry, vec![gauge("new"), gauge("g")]), Some(RegisterErrorKind::Duplicate));
    assert_eq!(kind(&registry, vec![gauge("new")]), None);
}

#[test]
fn only_the_first_registration_errors_are_kept() {
    let registry = Registry::new();
    for n in 0..100 {
        let why = n.to_string();
        registry.report(RegisterError::new(RegisterErrorKind::Conflict, "a", why));
    }
    assert_eq!(registry.registration_errors().len(), 16);
}

#[test]
fn a2_what_is_unregistered_is_gone_and_its_names_are_free() {
    let registry = Registry::new();
    assert_eq!(kind(&registry, vec![gauge("a"), gauge("b")]), None);
    assert_eq!(kind(&registry, vec![gauge("c")]), None);
    assert!(registry.unregister("b"));
    assert!(!registry.unregister("a"), "the collector went as a whole");
    let mut scratch = Scratch::default();
    let page = registry.gatherer().gather(&mut scratch, &|_| true);
    let names: Vec<&str> = page.iter().map(|source| source.descriptor().name()).collect();
    assert_eq!(names, ["c"]);
    assert_eq!(kind(&registry, vec![gauge("b"), gauge("a")]), None);
}

#[test]
fn a1_every_scrape_calls_every_collector_once() {
    struct Counting(Arc<AtomicU64>);
    impl Collector for Counting {
        fn describe(&self) -> Vec<Descriptor> {
            vec![gauge("calls")]
        }
        fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
            out.number("calls", &[], self.0.fetch_add(1, Ordering::Relaxed) + 1)
        }
    }
    let (registry, calls) = (Registry::new(), Arc::new(AtomicU64::new(0)));
    registry.register(Counting(Arc::clone(&calls))).unwrap();
    for scrape in 1..4 {
        registry.gatherer().gather(&mut Scratch::default(), &|_| true);
        assert_eq!(calls.load(Ordering::Relaxed), scrape);
    }
}

/// Registers something when it is dropped: a lock that is still held would never be given.
struct Dropped(Registry, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        drop(self.0.register(Fixed(vec![gauge("dropped")])));
    }
}

impl Collector for Dropped {
    fn describe(&self) -> Vec<Descriptor> {
        vec![gauge(self.1)]
    }

    fn collect(&self, _: &mut Collection<'_>) -> Result<(), CollectError> {
        self.0.unregister(self.1);
        Ok(())
    }
}

#[test]
fn a_collector_is_dropped_where_no_lock_is_held() {
    let registry = Registry::new();
    assert_eq!(kind(&registry, vec![gauge("taken")]), None);
    registry.register(Dropped(registry.clone(), "taken")).unwrap_err();
    assert!(registry.unregister("dropped"));
    // Unregisters itself while it is collected: the scrape holds it last.
    registry.register(Dropped(registry.clone(), "own")).unwrap();
    registry.gatherer().gather(&mut Scratch::default(), &|_| true);
    assert!(registry.unregister("dropped"));
}

#[test]
fn registering_and_unregistering_leaves_nothing_behind() {
    let registry = Registry::new();
    let mut scratch = Scratch::default();
    for _ in 0..100 {
        assert_eq!(kind(&registry, vec![gauge("a")]), None);
        registry.gatherer().gather(&mut scratch, &|_| true);
        assert!(registry.unregister("a"));
    }
    assert_eq!(registry.gatherer().gather(&mut scratch, &|_| true).len(), 0);
    assert_eq!(scratch.staged.len(), 1);
}
