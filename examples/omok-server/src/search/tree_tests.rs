use std::time::{Duration, Instant};

use nunchi::{Format, Registry};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};

use super::*;
use crate::metrics::tree_gc;

/// The same tree as values that own their children.
#[derive(Clone, Debug, PartialEq)]
struct Naive {
    point: Point,
    numbers: (u32, u32, State),
    children: Vec<Naive>,
}

impl Naive {
    fn of(tree: &Tree, at: usize) -> Self {
        let node = tree.node(at);
        let children = tree.children(at).map(|child| Naive::of(tree, child)).collect();
        Naive { point: node.point, numbers: (node.visits, node.score, node.state), children }
    }

    fn nodes(&self) -> usize {
        1 + self.children.iter().map(Naive::nodes).sum::<usize>()
    }

    /// Without the children of nodes that were visited less often, but for the root's.
    fn pruned(&self, least: u32) -> Self {
        fn prune(node: &Naive, least: u32) -> Naive {
            let is_kept = node.numbers.0 >= least;
            let kept = node.children.iter().filter(|_| is_kept).map(|child| prune(child, least));
            Naive { children: kept.collect(), ..node.clone() }
        }
        let children = self.children.iter().map(|child| prune(child, least)).collect();
        Naive { children, ..self.clone() }
    }
}

/// Grows a tree as searches do, by chance.
fn grow(tree: &mut Tree, steps: usize, rng: &mut StdRng) {
    for _ in 0..steps {
        let mut path = vec![ROOT];
        loop {
            let at = path[path.len() - 1];
            if tree.node(at).children == 0 {
                if !tree.is_full() {
                    let count = rng.random_range(0..12);
                    let mut points: Vec<Point> = Point::all().collect();
                    let children = (0..count).map(|_| {
                        let point = points.swap_remove(rng.random_range(0..points.len()));
                        (point, if rng.random_bool(0.02) { State::Won } else { State::Open })
                    });
                    tree.expand(at, children.collect::<Vec<_>>().into_iter());
                }
                break;
            }
            let children = tree.children(at);
            path.push(rng.random_range(children));
        }
        let winner = [None, Some(Stone::Black), Some(Stone::White)][rng.random_range(0..3)];
        tree.learn(&path, Stone::Black, winner);
    }
}

fn value(registry: &Registry, name: &str) -> f64 {
    let mut page = Vec::new();
    nunchi::encode(registry, Format::Text, &mut page);
    let page = String::from_utf8(page).unwrap();
    let samples = page.lines().filter(|line| line.split(['{', ' ']).next() == Some(name));
    samples.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_collector_keeps_what_can_be_reached_and_counts_the_rest(seed in any::<u64>()) {
        let registry = Registry::new();
        let stats = tree_gc(&registry).unwrap();
        let mut rng = StdRng::seed_from_u64(seed);
        let mut tree = Tree::new(&stats, 1024);
        let (mut collections, mut timed) = (0, Duration::ZERO);
        for _ in 0..12 {
            grow(&mut tree, rng.random_range(0..400), &mut rng);
            let before = Naive::of(&tree, ROOT);
            prop_assert_eq!(before.nodes(), tree.pool.nodes.len(), "garbage before its time");
            let started = Instant::now();
            let expected = if tree.is_full() {
                tree.relieve();
                let mut least = 2;
                while before.pruned(least).nodes() > 512 {
                    least *= 2;
                }
                before.pruned(least)
            } else {
                let first = before.children.first().map(|child| child.point);
                let moves: Vec<Point> = first.into_iter().collect();
                tree.follow(&moves);
                before.children.into_iter().next().unwrap_or(Naive { children: vec![], ..before })
            };
            // Computing what is expected is in it too: an upper bound.
            timed += started.elapsed();
            collections += 1;
            prop_assert_eq!(Naive::of(&tree, ROOT), expected);
            let value = |name| value(&registry, name);
            let (freed, live) = (value("gc_freed_bytes_total"), value("gc_heap_live_bytes"));
            prop_assert_eq!(freed + live, value("gc_allocated_bytes_total"));
            let objects = value("gc_freed_objects_total") + value("gc_heap_live_objects");
            prop_assert_eq!(objects, value("gc_allocated_objects_total"));
            prop_assert_eq!(live, bytes(tree.pool.nodes.len()) as f64);
            prop_assert_eq!(value("gc_heap_used_bytes"), live);
            prop_assert!(value("gc_heap_committed_bytes") >= live);
            prop_assert_eq!(value("gc_collections_total"), f64::from(collections));
            prop_assert_eq!(value("gc_pause_seconds_count"), f64::from(collections));
            prop_assert!(value("gc_pause_seconds_sum") <= timed.as_secs_f64());
        }
        drop(tree);
        let value = |name| value(&registry, name);
        prop_assert_eq!(value("gc_freed_bytes_total"), value("gc_allocated_bytes_total"));
        prop_assert_eq!(value("gc_heap_live_bytes"), 0.0);
    }
}

#[test]
fn a_pause_is_as_long_as_the_copying() {
    let registry = Registry::new();
    let stats = tree_gc(&registry).unwrap();
    let mut tree = Tree::new(&stats, 1 << 20);
    let mut rng = StdRng::seed_from_u64(3);
    while tree.pool.nodes.len() < 200_000 {
        let leaf = rng.random_range(0..tree.pool.nodes.len());
        if tree.node(leaf).children == 0 {
            tree.expand(leaf, Point::all().take(20).map(|point| (point, State::Open)));
        }
    }
    let started = Instant::now();
    tree.collect(MOVED, REROOT, |pool| pool.copy(ROOT, 0));
    let timed = started.elapsed().as_secs_f64();
    let told = value(&registry, "gc_pause_seconds_sum");
    // What is outside the pause is a few counters, unless the scheduler comes by.
    assert!(told <= timed && told >= 0.2 * timed, "{told} of {timed}");
}

#[test]
fn a_node_is_sixteen_bytes() {
    assert_eq!(Node::BYTES, 16);
}
