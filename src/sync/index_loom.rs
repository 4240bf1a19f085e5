//! Model of the index: one writer, readers that must find what they were told of.

use super::*;
use loom::sync::atomic::AtomicUsize as Told;
use loom::sync::Arc;
use std::sync::atomic::{AtomicUsize as Count, Ordering as Std};

struct Node {
    link: Link<Node>,
    at: usize,
    /// Plain memory: loom reports a data race if a reader is led here without the Acquire/Release
    /// pair of the protocol.
    value: loom::cell::UnsafeCell<u32>,
}

// SAFETY: the link is a field.
unsafe impl Linked for Node {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

/// A writer inserts three nodes with these hashes and tells how many are in; a reader looks for
/// one of them. Returns how many executions were explored.
fn explore(hashes: [u32; 3]) -> usize {
    let explored = std::sync::Arc::new(Count::new(0));
    let counter = std::sync::Arc::clone(&explored);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        counter.fetch_add(1, Std::Relaxed);
        let index = Arc::new(Index::<Node>::new());
        let told = Arc::new(Told::new(0));
        let nodes: Vec<usize> = hashes
            .iter()
            .enumerate()
            .map(|(at, &hash)| {
                let value = loom::cell::UnsafeCell::new(0);
                let node = Box::new(Node { link: Link::new(hash), at, value });
                Box::into_raw(node) as usize
            })
            .collect();
        let writer = {
            let (index, told, nodes) = (Arc::clone(&index), Arc::clone(&told), nodes.clone());
            loom::thread::spawn(move || {
                for (at, &node) in nodes.iter().enumerate() {
                    let node = node as *mut Node;
                    // SAFETY: this thread alone knows the node until it is inserted.
                    unsafe { (*node).value.with_mut(|value| *value = at as u32 + 1) };
                    // SAFETY: one writer; nodes are freed after both threads are done.
                    unsafe { index.insert(hashes[at], NonNull::new_unchecked(node)) };
                    told.store(at + 1, Ordering::Release);
                }
            })
        };
        let known = told.load(Ordering::Acquire);
        for (at, &hash) in hashes.iter().enumerate() {
            let mut value = 0;
            let found = index.find(hash, |node| {
                // SAFETY: nodes are freed after both threads are done.
                let node = unsafe { node.as_ref() };
                // SAFETY: loom checks that no write is concurrent: that is the model's point.
                node.value.with(|place| value = unsafe { *place });
                node.at == at
            });
            if found.is_some() {
                assert_eq!(value, at as u32 + 1, "a node was found before its contents");
            }
            assert!(found.is_some() || at >= known, "a node that was told of is missing");
        }
        writer.join().unwrap();
        drop(index);
        for node in nodes {
            // SAFETY: made by `Box::into_raw` above; nobody refers to it any more.
            drop(unsafe { Box::from_raw(node as *mut Node) });
        }
    });
    explored.load(Std::Relaxed)
}

#[test]
fn a_reader_finds_every_node_it_was_told_of() {
    for hashes in [[0, 1, 3], [3, 1, 0], [5, 5, 5], [0, 2, 4]] {
        let explored = explore(hashes);
        assert!(explored > 100, "only {explored} executions: the model proves nothing");
    }
}
