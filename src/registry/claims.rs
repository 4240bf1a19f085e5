//! Which sample names belong to which family.

use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::Descriptor;
use std::collections::HashMap;

/// Every name that some family exposes or may expose in some format, with the family's page name.
#[derive(Default)]
pub(super) struct Claims(HashMap<String, String>);

impl Claims {
    /// Fails if the family would expose a sample of a name that another family has (N12), also when
    /// the names become equal only on the page.
    pub(super) fn check(&self, descriptor: &Descriptor) -> Result<(), RegisterError> {
        for name in descriptor.claimed_names() {
            if let Some(owner) = self.0.get(&name).filter(|owner| *owner != descriptor.page_name())
            {
                let detail = format!("its name {name:?} belongs to the family {owner:?}");
                return Err(RegisterError::new(
                    RegisterErrorKind::Collision,
                    descriptor.name(),
                    detail,
                ));
            }
        }
        Ok(())
    }

    /// Gives back every name of the family with this page name.
    pub(super) fn release(&mut self, page_name: &str) {
        self.0.retain(|_, owner| owner != page_name);
    }

    pub(super) fn take(&mut self, descriptor: &Descriptor) {
        for name in descriptor.claimed_names() {
            self.0.insert(name, descriptor.page_name().to_owned());
        }
    }
}
