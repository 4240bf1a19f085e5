//! What was learnt: a tree in a pool of nodes, and the collector that cleans the pool.
//!
//! The nodes of a tree lie in one vector; children of a node lie side by side, and nothing is ever
//! freed by itself. When a move is made, all that does not follow from it is garbage. The collector
//! copies what can be reached from the new root into another vector, breadth first, and the two change
//! places (a copying collector as Cheney's). That is generation 0: it happens at each move, and what it
//! copies is small. When the pool is full in the middle of a search, generation 1 does the same from the
//! same root, but gives up the children of nodes that were seldom visited until half the pool is free.
//! Both stop the search: they are its pauses.

use nunchi::gc::{Cause, GcStats, Gen, Heap};

use crate::board::{Point, Stone};

/// Where the root is.
pub(super) const ROOT: usize = 0;

/// Generations and causes, in the order in which [`crate::metrics::tree_gc`] declares them.
pub(crate) const MOVED: Gen = Gen(0);
pub(crate) const CROWDED: Gen = Gen(1);
pub(crate) const REROOT: Cause = Cause(0);
pub(crate) const PRESSURE: Cause = Cause(1);
pub(crate) const GAME_OVER: Cause = Cause(2);

/// What is certain of a node, for whoever moved to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Won,
    Lost,
}

/// A position, by the move that leads to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// Where the children are, if there are any.
    first: u32,
    pub(super) visits: u32,
    /// For whoever moved here: two for a game that was won, one for a draw.
    score: u32,
    pub(super) point: Point,
    pub(super) children: u8,
    pub(super) state: State,
}

/// A tree, the first node of whose pool is the root.
#[derive(Debug)]
pub(super) struct Tree {
    pool: Pool,
    limit: usize,
    heap: Heap,
}

#[derive(Debug, Default)]
struct Pool {
    nodes: Vec<Node>,
    /// Where survivors are copied to.
    spare: Vec<Node>,
}

impl Node {
    const BYTES: usize = std::mem::size_of::<Node>();

    fn new(point: Point, state: State) -> Self {
        Node { first: 0, visits: 0, score: 0, point, children: 0, state }
    }
}

/// The memory of so many nodes.
fn bytes(nodes: usize) -> u64 {
    (nodes * Node::BYTES) as u64
}

impl Tree {
    /// A tree of a root, which grows to `limit` nodes; there is always room for one with children.
    pub(super) fn new(stats: &GcStats, limit: usize) -> Self {
        let limit = limit.max(1024);
        let mut tree = Tree { pool: Pool::default(), limit, heap: stats.heap() };
        tree.heap.limit(bytes(limit)).live_bytes(0).live_objects(0);
        tree.plant();
        tree
    }

    pub(super) fn node(&self, at: usize) -> Node {
        self.pool.nodes[at]
    }

    fn children(&self, at: usize) -> std::ops::Range<usize> {
        let (first, count) = (self.pool.nodes[at].first as usize, self.pool.nodes[at].children);
        first..first + usize::from(count)
    }

    /// Whether there may be no room for another node's children.
    pub(super) fn is_full(&self) -> bool {
        self.pool.nodes.len() + usize::from(u8::MAX) > self.limit
    }

    /// Gives a node without children some.
    pub(super) fn expand(&mut self, at: usize, children: impl Iterator<Item = (Point, State)>) {
        let first = self.pool.nodes.len();
        let new = children.take(u8::MAX.into()).map(|(point, state)| Node::new(point, state));
        self.pool.nodes.extend(new);
        let count = self.pool.nodes.len() - first;
        let node = &mut self.pool.nodes[at];
        node.first = first as u32; // The limit is far below.
        node.children = count as u8; // No more were taken.
        self.grown(count);
    }

    /// The child to look at next.
    pub(super) fn select(&self, at: usize, curiosity: f32) -> usize {
        let total = (self.pool.nodes[at].visits.max(1) as f32).ln();
        let worth = |child: usize| {
            let node = &self.pool.nodes[child];
            match node.state {
                State::Won => f32::INFINITY,
                State::Lost => -1.0,
                // One after the other, in the order of their patterns.
                State::Open if node.visits == 0 => 0.9 - (child as f32) * 1e-7,
                State::Open => {
                    let visits = node.visits as f32;
                    node.score as f32 / (2.0 * visits) + curiosity * (total / visits).sqrt()
                }
            }
        };
        let children = self.children(at);
        let first = children.start;
        children
            .skip(1)
            .fold((first, worth(first)), |best, child| {
                let worth = worth(child);
                if worth > best.1 {
                    (child, worth)
                } else {
                    best
                }
            })
            .0
    }

    /// Takes the result of a game up a path, whose root `mover` moved to.
    pub(super) fn learn(&mut self, path: &[usize], mover: Stone, winner: Option<Stone>) {
        let mut mover = if path.len() % 2 == 1 { mover } else { mover.other() };
        let mut is_reply_won = false;
        for &at in path.iter().rev() {
            let node = &mut self.pool.nodes[at];
            node.visits += 1;
            node.score += match winner {
                Some(winner) if winner == mover => 2,
                Some(_) => 0,
                None => 1,
            };
            if is_reply_won {
                node.state = State::Lost;
            }
            is_reply_won = node.state == State::Won;
            mover = mover.other();
        }
    }

    /// The move that was found best.
    pub(super) fn best(&self) -> Option<Point> {
        let rank = |child: &usize| {
            let node = &self.pool.nodes[*child];
            let certain = match node.state {
                State::Won => 2,
                State::Open => 1,
                State::Lost => 0,
            };
            (certain, node.visits, node.score)
        };
        self.children(ROOT).max_by_key(rank).map(|child| self.pool.nodes[child].point)
    }

    /// Makes what these moves lead to the root; the rest goes. Generation 0.
    pub(super) fn follow(&mut self, moves: &[Point]) {
        let step = |at: usize, point: &Point| {
            self.children(at).find(|child| self.pool.nodes[*child].point == *point)
        };
        match moves.iter().try_fold(ROOT, step) {
            Some(root) => self.collect(MOVED, REROOT, |pool| pool.copy(root, 0)),
            None => self.restart(),
        }
    }

    /// Forgets everything. Generation 0.
    pub(super) fn restart(&mut self) {
        self.collect(MOVED, REROOT, |pool| pool.spare.clear());
        self.plant();
    }

    /// Makes room: gives up what was visited least, until half the pool is free. Generation 1.
    pub(super) fn relieve(&mut self) {
        let half = self.limit / 2;
        self.collect(CROWDED, PRESSURE, |pool| {
            let mut least = 2;
            pool.copy(ROOT, least);
            // The root and its children are always kept; they are fewer.
            while pool.spare.len() > half {
                least *= 2;
                pool.copy(ROOT, least);
            }
        });
    }

    /// A new root, where there is none.
    fn plant(&mut self) {
        self.pool.nodes.push(Node::new(Point::CENTRE, State::Open));
        self.grown(1);
    }

    /// So many nodes are new.
    fn grown(&self, count: usize) {
        self.heap.allocated_bytes(bytes(count)).allocated_objects(count as u64);
        self.heap.used(bytes(self.pool.nodes.len())).committed(self.pool.committed());
    }

    /// A collection: `survive` leaves what lives in [`Pool::spare`].
    fn collect(&mut self, gen: Gen, cause: Cause, survive: impl FnOnce(&mut Pool)) {
        let Tree { pool, heap, .. } = self;
        let before = pool.nodes.len();
        let mut cycle = heap.begin(gen, cause);
        let pause = cycle.pause();
        survive(pool);
        std::mem::swap(&mut pool.nodes, &mut pool.spare);
        drop(pause);
        let (live, committed) = (pool.nodes.len(), pool.committed());
        cycle.freed_bytes(bytes(before - live)).freed_objects((before - live) as u64);
        cycle.live_bytes(bytes(live)).live_objects(live as u64).used(bytes(live));
        cycle.finish();
        heap.committed(committed);
    }
}

impl Pool {
    /// Copies what can be reached from a node, breadth first. Nodes that were visited less often than
    /// `least` lose their children, but for the root.
    fn copy(&mut self, root: usize, least: u32) {
        let Pool { nodes, spare } = self;
        spare.clear();
        spare.push(nodes[root]);
        let mut at = ROOT;
        while let Some(node) = spare.get(at).copied() {
            if node.children > 0 {
                let (first, count) = (node.first as usize, usize::from(node.children));
                let is_kept = at == ROOT || node.visits >= least;
                let moved = spare.len() as u32; // No more than there were.
                if is_kept {
                    spare.extend_from_slice(&nodes[first..first + count]);
                }
                let copy = &mut spare[at];
                (copy.first, copy.children) = if is_kept { (moved, node.children) } else { (0, 0) };
            }
            at += 1;
        }
    }

    fn committed(&self) -> u64 {
        bytes(self.nodes.capacity() + self.spare.capacity())
    }
}

impl Drop for Tree {
    /// The game is over, or the room gone.
    fn drop(&mut self) {
        self.collect(CROWDED, GAME_OVER, |pool| pool.spare.clear());
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
