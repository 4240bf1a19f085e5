//! A hash index read without locks, over nodes that never move: split-ordered linear hashing.
//!
//! The idea (Shalev and Shavit, "Split-Ordered Lists: Lock-Free Extensible Hash Tables", cut down
//! to one writer at a time and no removal): the nodes of a bucket form a list sorted by their
//! bit-reversed hash. With `n` buckets a node belongs to bucket `hash mod n`, rounded to powers of
//! two. When bucket `n` is added it takes the *tail* of its parent's list, because the hash bit
//! that now decides is also the one that sorts the list into "stays" before "moves". So growing by
//! a bucket is one store of a head: no node is relinked, no table is copied, no insert pays for a
//! resize, and nothing has to be retired.
//!
//! **Protocol.** The writer publishes a node by one Release store, into a head or into the link of
//! its predecessor; a reader follows heads and links by Acquire loads. *If the store is first*, the
//! reader finds the node with all its contents. *If the load is first*, the reader misses it, and
//! the caller looks again under its writer lock before it creates anything. A reader that still
//! uses an old bucket count starts at the parent, whose list runs on through every node that was
//! there when the count was read.

use super::primitive::{AtomicPtr, AtomicUsize, Ordering};
use super::slots::{Slots, FIRST};
use std::ptr::{self, NonNull};

/// A node that carries its own link.
///
/// # Safety
///
/// `link` returns the same link for the whole life of the node.
pub(crate) unsafe trait Linked: Sized {
    /// The link of this node.
    fn link(&self) -> &Link<Self>;
}

/// What the index keeps inside a node.
pub(crate) struct Link<N> {
    hash: u32,
    next: AtomicPtr<N>,
}

impl<N> Link<N> {
    /// What the lists are sorted by.
    fn key(&self) -> u32 {
        self.hash.reverse_bits()
    }

    /// A link for a node with this hash, in no list yet.
    pub(crate) fn new(hash: u32) -> Self {
        Self { hash, next: AtomicPtr::new(ptr::null_mut()) }
    }
}

/// An index of nodes by hash. Owns the heads, not the nodes.
pub(crate) struct Index<N: Linked> {
    /// Buckets in use; only grows. Stored with Release after the head that it covers.
    buckets: AtomicUsize,
    heads: Slots<N>,
}

impl<N: Linked> Index<N> {
    pub(crate) fn new() -> Self {
        Self { buckets: AtomicUsize::new(FIRST), heads: Slots::new() }
    }

    /// How many nodes were inserted and can be found.
    pub(crate) fn len(&self) -> usize {
        let buckets = self.buckets.load(Ordering::Acquire); // Pairs with the Release in `grow`.
        (buckets.min(ROOMY) - FIRST) / 2 + buckets.saturating_sub(ROOMY)
    }

    /// The first node with this hash for which `is` holds. Takes no lock and writes nothing.
    #[inline]
    pub(crate) fn find(
        &self,
        hash: u32,
        mut is: impl FnMut(NonNull<N>) -> bool,
    ) -> Option<NonNull<N>> {
        // Acquire pairs with the Release in `grow`: the head and its segment are there.
        let (bucket, mask) = bucket_of(hash, self.buckets.load(Ordering::Acquire));
        // SAFETY: `bucket` is below a count that was stored after its slot was reserved.
        let head = unsafe { self.heads.get(bucket) };
        // Acquire pairs with the Release in `insert`: the node's contents are there.
        let mut at = head.load(Ordering::Acquire);
        while let Some(node) = NonNull::new(at) {
            // SAFETY: only `insert` puts pointers into heads and links, and its caller promised
            // that the node is valid for shared access as long as the index is used.
            let link = unsafe { node.as_ref() }.link();
            let difference = link.hash ^ hash;
            if difference == 0 {
                if is(node) {
                    return Some(node);
                }
            } else if difference & mask != 0 {
                return None; // The list has run on into the next bucket.
            }
            at = link.next.load(Ordering::Acquire); // Pairs with the Release in `insert`.
        }
        None
    }

    /// Publishes a node and adds two buckets, or one once there are [`ROOMY`]: with half as many
    /// nodes as buckets three hits in four look at a single node, with as many two in three.
    ///
    /// # Safety
    ///
    /// Calls do not overlap (the caller holds a lock). `node` is valid for shared access until the
    /// index is no longer used, is in no list, and its link was made by `Link::new(hash)`.
    pub(crate) unsafe fn insert(&self, hash: u32, node: NonNull<N>) {
        // SAFETY: the caller says that the node is valid.
        let new = unsafe { node.as_ref() }.link();
        let key = new.key();
        let buckets = self.buckets.load(Ordering::Relaxed); // Written by this side only.

        // SAFETY: below the count, as in `find`.
        let mut slot = unsafe { self.heads.get(bucket_of(hash, buckets).0) };
        let mut next = slot.load(Ordering::Relaxed); // Written by this side only.
        while let Some(after) = NonNull::new(next) {
            // SAFETY: as in `find`.
            let link = unsafe { after.as_ref() }.link();
            if link.key() >= key {
                break;
            }
            slot = &link.next;
            next = slot.load(Ordering::Relaxed); // Written by this side only.
        }
        new.next.store(next, Ordering::Relaxed); // Published by the next line.
        slot.store(node.as_ptr(), PUBLISH); // Pairs with the Acquire loads in `find`.
        self.grow(buckets);
        if buckets < ROOMY {
            self.grow(buckets + 1);
        }
    }

    /// Adds bucket number `count`, headed by the first node of its parent that belongs to it.
    fn grow(&self, count: usize) {
        // Hashes have 32 bits: more buckets could not be told apart.
        let Some(bucket) = u32::try_from(count).ok().filter(|&bucket| bucket != u32::MAX) else {
            return;
        };
        let top = 1_u32 << bucket.ilog2();
        let lowest = bucket.reverse_bits();
        let highest = (bucket | !(top | (top - 1))).reverse_bits();
        // SAFETY: the parent is below the count, as in `find`.
        let parent = unsafe { self.heads.get((bucket ^ top) as usize) };
        let mut at = parent.load(Ordering::Relaxed); // Written by this side only.
        while let Some(node) = NonNull::new(at) {
            // SAFETY: as in `find`.
            let link = unsafe { node.as_ref() }.link();
            if link.key() >= lowest {
                if link.key() > highest {
                    at = ptr::null_mut();
                }
                break;
            }
            at = link.next.load(Ordering::Relaxed); // Written by this side only.
        }
        self.heads.reserve(count);
        // A reader may meet these nodes through this head first: Release, as in `insert`.
        // SAFETY: reserved on the line above.
        unsafe { self.heads.get(count) }.store(at, PUBLISH);
        self.buckets.store(count + 1, PUBLISH); // Pairs with the Acquire in `find`.
    }
}

/// Up to here heads are cheap beside what they save; a larger index counts its bytes.
const ROOMY: usize = 1 << 13;

/// The order of the stores that publish; a loom model weakens it to show that it is needed.
const PUBLISH: Ordering =
    if cfg!(nunchi_loom_weak = "publish") { Ordering::Relaxed } else { Ordering::Release };

/// The bucket of a hash among `buckets`: modulo the next power of two, folded once if that bucket
/// does not exist yet. And the bits of a hash that say so: a node of another bucket differs in them.
#[inline]
fn bucket_of(hash: u32, buckets: usize) -> (usize, u32) {
    let mask = u32::MAX.checked_shr((buckets as u32 - 1).leading_zeros()).unwrap_or(0);
    let folds = (hash & mask) as usize >= buckets;
    let mask = if folds { mask >> 1 } else { mask };
    ((hash & mask) as usize, mask)
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    struct Node {
        link: Link<Node>,
        value: u64,
    }

    // SAFETY: the link is a field.
    unsafe impl Linked for Node {
        fn link(&self) -> &Link<Self> {
            &self.link
        }
    }

    /// Every node of a growing index is found after every insertion, whatever the hashes.
    fn all_are_found(hashes: impl Iterator<Item = u32>, check_each: usize) {
        let index = Index::new();
        let mut nodes = Vec::new();
        for (value, hash) in hashes.enumerate() {
            let node = Box::into_raw(Box::new(Node { link: Link::new(hash), value: value as u64 }));
            nodes.push((hash, node));
            // SAFETY: one thread; the box is leaked until the end of the test.
            unsafe { index.insert(hash, NonNull::new_unchecked(node)) };
            if nodes.len() % check_each == 0 {
                for &(hash, node) in &nodes {
                    let found = index.find(hash, |other| other.as_ptr() == node);
                    assert_eq!(found.map(NonNull::as_ptr), Some(node));
                }
            }
        }
        assert!(index.find(0x1234_5678, |_| false).is_none());
        for &(hash, node) in &nodes {
            // SAFETY: freed after the last search.
            let value = unsafe { (*node).value };
            // SAFETY: as above.
            let is = |other: NonNull<Node>| unsafe { other.as_ref() }.value == value;
            assert!(index.find(hash, is).is_some());
        }
        drop(index);
        for (_, node) in nodes {
            // SAFETY: from `Box::into_raw` above; the index, which alone knew it, is gone.
            drop(unsafe { Box::from_raw(node) });
        }
    }

    #[test]
    fn spread_hashes_are_found_at_every_size() {
        let count = if cfg!(miri) { 40 } else { 700 };
        all_are_found((0..count).map(|n: u32| n.wrapping_mul(0x9e37_79b9).rotate_left(7)), 1);
    }

    #[test]
    fn equal_and_adjacent_hashes_are_found() {
        all_are_found((0..60).map(|n| n / 3), 1);
        all_are_found((0..60).map(|_| u32::MAX), 1);
        all_are_found((0..64).map(|n| n << 26), 1);
    }

    #[test]
    fn nodes_are_counted_whether_they_add_two_buckets_or_one() {
        let index = Index::<Node>::new();
        let count = if cfg!(miri) { 20 } else { 5000 };
        let mut nodes = Vec::new();
        for at in 0..count {
            assert_eq!(index.len(), at);
            let hash = (at as u32).wrapping_mul(0x9e37_79b9);
            let node = Box::into_raw(Box::new(Node { link: Link::new(hash), value: 0 }));
            nodes.push(node);
            // SAFETY: one thread; the box lives until the index is gone.
            unsafe { index.insert(hash, NonNull::new_unchecked(node)) };
        }
        drop(index);
        for node in nodes {
            // SAFETY: from `Box::into_raw` above; the index, which alone knew it, is gone.
            drop(unsafe { Box::from_raw(node) });
        }
    }

    #[test]
    fn a_bucket_exists_for_every_hash() {
        for buckets in 1..300 {
            for hash in [0, 1, 7, 8, 255, 256, 0x8000_0000, u32::MAX, 0xdead_beef] {
                assert!(bucket_of(hash, buckets).0 < buckets);
            }
        }
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "index_loom.rs"]
mod loom_model;
