//! A number that nobody outside the process can guess.

use std::sync::atomic::{AtomicU64, Ordering};

/// A random value drawn once per process, so that nobody outside can choose label values that
/// collide. Never 0.
pub(crate) fn process_seed() -> u64 {
    static SEED: AtomicU64 = AtomicU64::new(0);
    match SEED.load(Ordering::Relaxed) {
        0 => {
            let drawn = system::draw() | 1;
            // Whoever comes first has drawn for all.
            match SEED.compare_exchange(0, drawn, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => drawn,
                Err(first) => first,
            }
        }
        seed => seed,
    }
}

/// The kernel gives every program sixteen random bytes when it starts. They are in memory, so
/// nothing has to be opened or asked for, and an old kernel or a system call filter is no reason to
/// do without.
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
mod system {
    use std::os::raw::c_ulong;

    /// Source: `include/uapi/linux/auxvec.h`.
    const AT_RANDOM: c_ulong = 25;

    // `std` links the C library already.
    extern "C" {
        fn getauxval(entry: c_ulong) -> c_ulong;
    }

    pub(super) fn draw() -> u64 {
        // SAFETY: reads what the kernel has left for this process, or answers 0.
        let bytes = unsafe { getauxval(AT_RANDOM) } as *const [u8; 16];
        if bytes.is_null() {
            return own_address(); // No kernel of the last fifteen years.
        }
        // SAFETY: the kernel put sixteen bytes there, on the first page of the stack, for good.
        let random = u128::from_ne_bytes(unsafe { bytes.read_unaligned() });
        // The C library guards stacks with these bytes: they are mixed so that they cannot be told
        // from the seed.
        let product = (random >> 64 | 1).wrapping_mul(random << 64 >> 64 | 1);
        (product >> 64) as u64 ^ product as u64
    }

    /// Where the system has placed this program.
    #[cold]
    fn own_address() -> u64 {
        let local = 0_u8;
        (std::ptr::addr_of!(local) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64", not(miri))))]
mod system {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher, Hasher};

    pub(super) fn draw() -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_seed() {
        let seed = process_seed();
        assert!(seed != 0 && seed == process_seed());
    }

    /// Run in processes of their own, which print their seeds.
    #[cfg(not(miri))]
    #[allow(clippy::print_stdout)] // The other process reads it.
    #[test]
    fn processes_have_seeds_of_their_own() {
        const ASKED: &str = "NUNCHI_TEST_PRINTS_SEED";
        if std::env::var_os(ASKED).is_some() {
            println!("seed {}", process_seed());
            return;
        }
        let seeds: std::collections::HashSet<Vec<u8>> = (0..4)
            .map(|_| {
                let program = std::env::current_exe().unwrap();
                let test = "sync::seed::tests::processes_have_seeds_of_their_own";
                let output = std::process::Command::new(program)
                    .args([test, "--exact", "--nocapture"])
                    .env(ASKED, "yes")
                    .output()
                    .unwrap();
                let lines = output.stdout.split(|byte| *byte == b'\n');
                lines.filter(|line| line.starts_with(b"seed ")).flatten().copied().collect()
            })
            .collect();
        assert_eq!(seeds.len(), 4, "{seeds:?}");
    }
}
