//! Which sample names belong to which family.

use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::Descriptor;

/// Fails if the family would expose a sample of a name that a family of `known` exposes or may
/// expose in some format (N12), also when the names become equal only on the page. Families of its
/// own page name are left to the caller.
pub(super) fn check(
    descriptor: &Descriptor,
    known: &mut dyn Iterator<Item = &Descriptor>,
) -> Result<(), RegisterError> {
    for owner in known.filter(|known| known.page_name() != descriptor.page_name()) {
        if let Some(name) = descriptor.common_sample_name(owner) {
            let owner = owner.page_name();
            let detail = format!("its name {name:?} belongs to the family {owner:?}");
            let kind = RegisterErrorKind::Collision;
            return Err(RegisterError::new(kind, descriptor.name(), detail));
        }
    }
    Ok(())
}
