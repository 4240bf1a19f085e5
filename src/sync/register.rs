//! An address that stands in a register of its own.
//!
//! Processors forward a store to the load that follows it at no cost, but only where both name their
//! address by the same plain register: `cargo bench --bench update addressing`
//! prints what that makes of additions to one word in a row, here 0.4 ns, and 2.4 ns where the address
//! is a register plus an index. The compiler would rather save the instruction that adds the two.

/// The same reference, of which the compiler no longer knows how it was computed.
#[inline(always)]
pub(crate) fn plain<T>(reference: &T) -> &T {
    // SAFETY: the address is that of the reference.
    unsafe { &*opaque(reference) }
}

/// The same slice, of which the compiler no longer knows how its address was computed.
#[inline(always)]
pub(crate) fn plain_slice<T>(slice: &[T]) -> &[T] {
    // SAFETY: address and length are those of the slice.
    unsafe { std::slice::from_raw_parts(opaque(slice.as_ptr()), slice.len()) }
}

#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block)] // The address passes through, that is all.
fn opaque<T>(address: *const T) -> *const T {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        let mut address = address;
        // SAFETY: there is no instruction, so all that is promised is kept: nothing is read or
        // written, no flag changes, and the address stays what it is.
        unsafe {
            std::arch::asm!(
                "/* {0} */",
                inout(reg) address,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        address
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    address
}
