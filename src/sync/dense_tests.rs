use super::*;

struct Three;

impl Extent for Three {
    const LEN: usize = 3;
}

struct Owned([u64; 3]);

fn dense() -> Dense<Owned, u64, Three> {
    Dense::new(Arc::new(Owned([10, 11, 12])))
}

fn keep(dense: &Dense<Owned, u64, Three>, position: usize, at: usize, stays: bool) -> u64 {
    *dense.keep(position, || unreachable!("the owner is there"), |owner| (&owner.0[at], stays)).0
}

#[test]
fn a_part_is_found_where_it_was_kept() {
    let dense = dense();
    assert_eq!((keep(&dense, 1, 2, true), keep(&dense, 0, 0, false)), (12, 10));
    assert_eq!([0, 1, 2].map(|at| dense.get(at).copied()), [None, Some(12), None]);
}

#[test]
fn no_position_is_out_of_bounds() {
    let dense = dense();
    for position in [3, 4, usize::MAX] {
        assert_eq!((keep(&dense, position, 1, true), dense.get(position)), (11, None));
    }
    let open = Dense::<Owned, u64, Three>::open(Arc::new(Owned([1, 2, 3])));
    assert_eq!(open.get(0), None);
    assert_eq!((keep(&open, 2, 2, true), open.get(2)), (3, None));
}

#[test]
fn clones_share_what_is_kept_and_keep_the_owner_alive() {
    let first = dense();
    let second = first.clone();
    keep(&first, 0, 0, true);
    keep(&second, 2, 2, true);
    assert_eq!((second.get(0), first.get(2)), (Some(&10), Some(&12)));
    drop(first);
    let third = second.clone();
    drop(second);
    assert_eq!((third.get(0), third.get(2)), (Some(&10), Some(&12)));
}

#[test]
fn a_static_owner_is_found_once_and_shared_from_then_on() {
    static OWNERS: [Owned; 2] = [Owned([1, 2, 3]), Owned([4, 5, 6])];
    let dense = Dense::<Owned, u64, Three>::of_static();
    let early = dense.clone();
    assert!(dense.owner().is_none() && dense.get(1).is_none());
    let part = dense.keep(1, || &OWNERS[0], |owner| (&owner.0[1], true));
    assert_eq!(part, (&2, true));
    assert_eq!(dense.owner_or(|| &OWNERS[1]).0, [1, 2, 3]);
    assert_eq!(dense.clone().get(1), Some(&2));
    assert!(early.owner().is_none() && early.get(1).is_none());
    assert_eq!(early.keep(1, || &OWNERS[1], |owner| (&owner.0[1], true)), (&5, true));
}

#[test]
fn an_extent_of_nothing_keeps_nothing() {
    struct Nothing;
    impl Extent for Nothing {
        const LEN: usize = 0;
    }
    let dense = Dense::<Owned, u64, Nothing>::new(Arc::new(Owned([1, 2, 3])));
    let part = dense.keep(0, || unreachable!("the owner is there"), |owner| (&owner.0[0], true));
    assert_eq!((part, dense.get(0)), ((&1, true), None));
}

#[test]
fn threads_agree_on_every_part() {
    let rounds = if cfg!(miri) { 5 } else { 500 };
    for _ in 0..rounds {
        let owner = Owner::Counted(Arc::new(Owned([10, 11, 12])));
        let dense = Dense::<Owned, u64, Three>::of(owner, ptr::null_mut(), Three::LEN);
        std::thread::scope(|scope| {
            for start in 0..3 {
                let dense = &dense;
                scope.spawn(move || {
                    for position in [start, (start + 1) % 3, (start + 2) % 3] {
                        let found = dense.get(position).copied();
                        let value = found.unwrap_or_else(|| keep(dense, position, position, true));
                        assert_eq!(value, 10 + position as u64);
                        assert_eq!(dense.get(position), Some(&value));
                    }
                });
            }
        });
    }
}
