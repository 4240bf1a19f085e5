//! The families of a registry in the order of the page.

use super::{claims, Registered};
use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::{CollectorId, Descriptor, Member, PageFamily, Source};
use std::sync::Arc;

/// The collectors in the order of their registration.
pub(super) type Collectors = Arc<Vec<(CollectorId, Arc<Registered>)>>;

/// What is registered. Kept behind the registry's lock, under which no user code runs.
#[derive(Default)]
pub(super) struct Shelf {
    /// In the order of their page names, none of them empty. Shared with the pages in the making.
    families: Arc<Vec<PageFamily>>,
    collectors: Collectors,
    /// How many collectors were ever added: the next one's identifier.
    added: CollectorId,
}

impl Shelf {
    pub(super) fn len(&self) -> usize {
        self.families.len()
    }

    pub(super) fn collectors(&self) -> Collectors {
        Arc::clone(&self.collectors)
    }

    /// The families in the order of their names, for the price of a reference count.
    pub(super) fn page(&self) -> Arc<Vec<PageFamily>> {
        Arc::clone(&self.families)
    }

    pub(super) fn get_or_add(
        &mut self,
        descriptor: Descriptor,
        any_shape: bool,
        make: impl FnOnce(Descriptor) -> Arc<dyn Source>,
    ) -> Result<Arc<dyn Source>, RegisterError> {
        self.check(&descriptor, any_shape)?;
        let members = self.members(descriptor.page_name());
        let same =
            |member: &&Member| member.descriptor().const_pieces() == descriptor.const_pieces();
        match members.iter().find(same) {
            Some(Member::Live(source)) => Ok(Arc::clone(source)),
            Some(Member::Staged { .. }) => Err(duplicate(&descriptor)),
            None => {
                // A sibling in another scope decides the shape for a site that does not.
                let shape = members.first().map(|sibling| sibling.descriptor().shape().clone());
                let descriptor = match shape.filter(|_| any_shape) {
                    Some(shape) => descriptor.with_shape(shape),
                    None => descriptor,
                };
                let source = make(descriptor.clone());
                self.add(&descriptor, Member::Live(Arc::clone(&source)));
                Ok(source)
            }
        }
    }

    /// Adds all families of a collector, or none. The caller keeps the collector: a refused one must
    /// not be dropped, which is user code, under the lock.
    pub(super) fn add_collector(
        &mut self,
        registered: &Arc<Registered>,
        descriptors: Vec<Descriptor>,
    ) -> Result<(), RegisterError> {
        for descriptor in &descriptors {
            self.check(descriptor, false)?;
            claims::check(descriptor, &mut descriptors.iter())?;
            let is_same =
                |member: &Member| member.descriptor().const_pieces() == descriptor.const_pieces();
            let taken = self.members(descriptor.page_name()).iter().any(is_same);
            let twice =
                descriptors.iter().filter(|other| other.page_name() == descriptor.page_name());
            if taken || twice.count() > 1 {
                return Err(duplicate(descriptor));
            }
        }
        let collector = self.added;
        self.added += 1;
        Arc::make_mut(&mut self.collectors).push((collector, Arc::clone(registered)));
        for (family, descriptor) in descriptors.into_iter().enumerate() {
            let shared = descriptor.clone();
            self.add(&shared, Member::Staged { descriptor, collector, family });
        }
        Ok(())
    }

    /// Takes the family with this name off, and with it the whole of every collector that yields
    /// it. Returns what was taken, to be dropped where no lock is held.
    pub(super) fn remove(&mut self, page_name: &str) -> Vec<Removed> {
        let Ok(at) = self.position(page_name) else { return Vec::new() };
        let family = Arc::make_mut(&mut self.families).remove(at);
        let mut removed = Vec::new();
        for member in family.members {
            if let Member::Staged { collector, .. } = &member {
                let collectors = Arc::make_mut(&mut self.collectors);
                if let Some(at) = collectors.iter().position(|(id, _)| id == collector) {
                    removed.push(Removed::Collector(collectors.remove(at).1));
                }
                self.remove_families_of(*collector, &mut removed);
            }
            removed.push(Removed::Member(member));
        }
        removed
    }

    fn remove_families_of(&mut self, id: CollectorId, removed: &mut Vec<Removed>) {
        let is_of = |member: &Member| match member {
            Member::Staged { collector, .. } => *collector == id,
            Member::Live(_) => false,
        };
        Arc::make_mut(&mut self.families).retain_mut(|family| {
            let (of, others) = std::mem::take(&mut family.members).into_iter().partition(is_of);
            removed.extend(Vec::into_iter(of).map(Removed::Member));
            family.members = others;
            let Some(first) = family.members.first() else { return false };
            family.descriptor = first.descriptor().clone();
            true
        });
    }

    /// Whether the family may stand beside what is there.
    fn check(&self, descriptor: &Descriptor, any_shape: bool) -> Result<(), RegisterError> {
        claims::check(descriptor, &mut self.families.iter().map(|family| &family.descriptor))?;
        let known = self.members(descriptor.page_name()).first();
        let Some(known) = known.map(Member::descriptor) else { return Ok(()) };
        match known.disagreement(descriptor, any_shape) {
            None => Ok(()),
            Some("name") => Err(RegisterError::new(
                RegisterErrorKind::Collision,
                descriptor.name(),
                format!("on the page its name is that of {:?}", known.name()),
            )),
            Some(field) => Err(RegisterError::new(
                RegisterErrorKind::Conflict,
                descriptor.name(),
                format!("it is registered with a different {field}"),
            )),
        }
    }

    fn add(&mut self, descriptor: &Descriptor, member: Member) {
        let position = self.position(descriptor.page_name());
        let families = Arc::make_mut(&mut self.families);
        match position {
            Ok(at) => families[at].members.push(member),
            Err(at) => {
                let descriptor = descriptor.clone();
                families.insert(at, PageFamily { descriptor, members: vec![member] });
            }
        }
    }

    /// The number of the family, or the one it would have.
    fn position(&self, page_name: &str) -> Result<usize, usize> {
        self.families.binary_search_by(|family| family.descriptor.page_name().cmp(page_name))
    }

    fn members(&self, page_name: &str) -> &[Member] {
        match self.position(page_name) {
            Ok(at) => &self.families[at].members,
            Err(_) => &[],
        }
    }
}

/// What a registry held and holds no longer.
#[allow(dead_code)] // Held to be dropped.
pub(super) enum Removed {
    Collector(Arc<Registered>),
    Member(Member),
}

fn duplicate(descriptor: &Descriptor) -> RegisterError {
    let detail = "the same series are registered already";
    RegisterError::new(RegisterErrorKind::Duplicate, descriptor.name(), detail)
}
