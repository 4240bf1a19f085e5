use super::*;

fn find(index: &Index, hash: u32, number: u32) -> Option<u32> {
    index.find(hash, |other| (other == number).then_some(other))
}

/// Every number of a growing index is found after every insertion, whatever the hashes. Returns how
/// many bytes a number takes.
fn all_are_found(hashes: impl Iterator<Item = u32>, check_each: usize) -> usize {
    let index = Index::new();
    let mut known = Vec::new();
    for (number, hash) in hashes.enumerate() {
        assert_eq!(index.len(), known.len());
        known.push(hash);
        // SAFETY: one thread.
        unsafe { index.insert(hash, number as u32) };
        if known.len() % check_each == 0 {
            for (number, &hash) in known.iter().enumerate() {
                assert_eq!(find(&index, hash, number as u32), Some(number as u32));
            }
        }
    }
    assert_eq!(find(&index, 0x1234_5678, Index::MOST), None);
    let spilled = index.spilled.load(Ordering::Relaxed);
    (index.extent().lines() * 64 + spilled * 8 * SPILL) / known.len()
}

fn spread(n: u32) -> u32 {
    let mixed = (u64::from(n) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}

#[test]
fn spread_hashes_are_found_at_every_size() {
    let (len, check_each) = if cfg!(miri) { (60, 20) } else { (1500, 1) };
    all_are_found((0..len).map(spread), check_each);
}

#[test]
fn equal_and_adjacent_hashes_are_found() {
    // Twenty-four spill several times over, which is all that an interpreter has to see.
    let (len, check_each) = if cfg!(miri) { (24, 8) } else { (64, 1) };
    all_are_found((0..len).map(|n| n / 3), check_each);
    all_are_found((0..len).map(|_| u32::MAX), check_each);
    all_are_found((0..len).map(|n| n << 26), check_each);
    all_are_found((0..len).map(|_| 0), check_each);
}

#[test]
fn a_number_takes_eighteen_bytes_at_any_size() {
    for len in if cfg!(miri) { [40, 50, 60, 70] } else { [12_000, 16_000, 20_000, 100_000] } {
        let bytes = all_are_found((0..len).map(spread), len as usize);
        assert!(bytes <= if cfg!(miri) { 40 } else { 18 }, "{bytes} bytes with {len} numbers");
    }
}

#[test]
fn a_line_exists_for_every_hash_and_never_comes_back() {
    for hash in [0, 1, 7, 8, 255, 256, 0x8000_0000, u32::MAX, 0xdead_beef] {
        let mut seen = vec![0];
        for lines in 1..300 {
            let line = Extent::of(lines).line_of(hash);
            assert!(line < lines);
            if seen.last() != Some(&line) {
                assert!(!seen.contains(&line));
                seen.push(line);
            }
        }
    }
}
