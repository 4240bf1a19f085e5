use super::*;
use crate::sync::hash::hash_values;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

#[derive(Clone, Copy)]
struct Words<'a>(&'a [&'a str]);

impl Key for Words<'_> {
    fn hash(self, seed: u64) -> u32 {
        hash_values(seed, self.0)
    }

    fn is(self, column: usize, text: Text<'_>) -> bool {
        self.0[column] == text.as_str() && text.mark() == text.as_str().is_empty()
    }
}

impl NewKey for Words<'_> {
    type Key = Self;

    fn key(self) -> Self {
        self
    }

    fn hash_of(self, column: usize, seed: u64) -> u32 {
        hash_values(seed, &[self.0[column]])
    }

    fn is_of(self, _: usize, _: &str) -> bool {
        true // A word is the same in any column.
    }

    fn write(self, column: usize, draft: &mut String) -> bool {
        draft.push_str(self.0[column]);
        draft.is_empty()
    }
}

fn insert_with<'t, V>(
    table: &'t Table<V>,
    words: &[&str],
    limit: usize,
    make: impl FnOnce() -> V,
) -> Result<&'t V, Full> {
    let key = Words(words);
    table.find(key).or_else(|missed| table.insert(key, missed, limit, make))
}

fn insert<'t>(
    table: &'t Table<AtomicU64>,
    words: &[&str],
    limit: usize,
) -> Result<&'t AtomicU64, Full> {
    insert_with(table, words, limit, || AtomicU64::new(0))
}

#[test]
fn each_list_of_texts_has_one_value() {
    let table = Table::new(2, 1);
    let count = if cfg!(miri) { 30 } else { 3000 };
    for n in 0..count {
        let (left, right) = (format!("l{}", n % 17), format!("r{n}"));
        for _ in 0..2 {
            let value = insert(&table, &[&left, &right], usize::MAX).unwrap();
            value.fetch_add(n, Ordering::Relaxed);
        }
    }
    assert_eq!(table.len() as u64, count);
    let mut visited = 0;
    assert_eq!(
        table.visit(0, |columns, value| {
            let texts: Vec<&str> = columns.texts().collect();
            assert_eq!(texts, [format!("l{}", visited % 17), format!("r{visited}")]);
            assert_eq!(value.load(Ordering::Relaxed), 2 * visited);
            visited += 1;
            true
        }) as u64,
        count
    );
}

#[test]
fn a_walk_can_stop_and_go_on() {
    let table = Table::new(1, 1);
    for n in 0..40 {
        insert(&table, &[&n.to_string()], usize::MAX).unwrap();
    }
    let (mut at, mut seen) = (0, Vec::new());
    while at < table.len() {
        let mut room = 7;
        at = table.visit(at, |columns, _| {
            if room == 0 {
                return false;
            }
            room -= 1;
            seen.extend(columns.texts().map(str::to_owned));
            true
        });
    }
    assert_eq!(seen, (0..40).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn the_limit_refuses_new_keys_and_keeps_old_ones() {
    let table = Table::new(1, 1);
    insert(&table, &["a"], 2).unwrap();
    insert(&table, &["b"], 2).unwrap();
    assert!(insert(&table, &["c"], 2).is_err());
    assert!(insert(&table, &["a"], 2).is_ok());
    assert_eq!(table.len(), 2);
}

#[test]
fn marked_texts_are_other_texts() {
    let table = Table::new(2, 1);
    insert(&table, &["", "x"], 9).unwrap();
    insert(&table, &["x", ""], 9).unwrap();
    assert_eq!(table.len(), 2);
}

#[test]
fn values_are_dropped_once() {
    let probe = std::sync::Arc::new(());
    let table = Table::new(1, 1);
    for n in 0..30 {
        let make = || std::sync::Arc::clone(&probe);
        insert_with(&table, &[&n.to_string()], usize::MAX, make).unwrap();
    }
    assert_eq!(std::sync::Arc::strong_count(&probe), 31);
    drop(table);
    assert_eq!(std::sync::Arc::strong_count(&probe), 1);
}

#[test]
fn threads_that_race_for_the_same_keys_agree() {
    let (threads, keys, rounds) = if cfg!(miri) { (3, 8, 4) } else { (4, 500, 40) };
    let table = Table::new(1, 1);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let table = &table;
            scope.spawn(move || {
                for round in 0..rounds {
                    for key in 0..keys {
                        let word = ((key + thread * 7 + round) % keys).to_string();
                        insert(table, &[&word], usize::MAX)
                            .unwrap()
                            .fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut totals = BTreeMap::new();
    table.visit(0, |columns, value| {
        totals.insert(columns.texts().next().map(str::to_owned), value.load(Ordering::Relaxed));
        true
    });
    assert_eq!(totals.len(), keys);
    assert!(totals.values().all(|&total| total == (threads * rounds) as u64));
}
