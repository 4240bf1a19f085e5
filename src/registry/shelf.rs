//! The families of a registry in the order of the page.

use super::claims::Claims;
use super::Registered;
use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::{CollectorId, Descriptor, Member, PageFamily, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The collectors in the order of their registration.
pub(super) type Collectors = Arc<Vec<(CollectorId, Arc<Registered>)>>;

/// What is registered. Kept behind the registry's lock, under which no user code runs.
#[derive(Default)]
pub(super) struct Shelf {
    /// By page name.
    families: BTreeMap<String, Vec<Member>>,
    claims: Claims,
    collectors: Collectors,
    /// How many collectors were ever added: the next one's identifier.
    added: CollectorId,
    /// The page as it was last put together; `None` when something was added since.
    page: Option<Arc<[PageFamily]>>,
}

impl Shelf {
    pub(super) fn len(&self) -> usize {
        self.families.len()
    }

    pub(super) fn collectors(&self) -> Collectors {
        Arc::clone(&self.collectors)
    }

    /// The families in the order of their names. Put together once per registration, so a scrape
    /// usually pays for a reference count.
    pub(super) fn page(&mut self) -> Arc<[PageFamily]> {
        let page = self.page.get_or_insert_with(|| {
            let family = |members: &Vec<Member>| {
                let first = members.first()?;
                let descriptor = Arc::clone(first.descriptor());
                Some(PageFamily { descriptor, members: members.clone() })
            };
            self.families.values().filter_map(family).collect()
        });
        Arc::clone(page)
    }

    pub(super) fn get_or_add(
        &mut self,
        descriptor: Descriptor,
        any_shape: bool,
        make: impl FnOnce(Arc<Descriptor>) -> Arc<dyn Source>,
    ) -> Result<Arc<dyn Source>, RegisterError> {
        self.check(&descriptor, any_shape)?;
        let members = self.families.get(descriptor.page_name()).map_or(&[][..], Vec::as_slice);
        let same =
            |member: &&Member| member.descriptor().const_pieces() == descriptor.const_pieces();
        match members.iter().find(same) {
            Some(Member::Live(source)) => Ok(Arc::clone(source)),
            Some(Member::Staged { .. }) => Err(duplicate(&descriptor)),
            None => {
                // A sibling in another scope decides the shape for a site that does not.
                let shape = members.first().map(|sibling| sibling.descriptor().shape().clone());
                let descriptor = Arc::new(match shape.filter(|_| any_shape) {
                    Some(shape) => descriptor.with_shape(shape),
                    None => descriptor,
                });
                let source = make(Arc::clone(&descriptor));
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
        descriptors: impl IntoIterator<Item = Arc<Descriptor>>,
    ) -> Result<(), RegisterError> {
        let descriptors: Vec<_> = descriptors.into_iter().collect();
        let mut own = Claims::default();
        for descriptor in &descriptors {
            self.check(descriptor, false)?;
            own.check(descriptor)?;
            own.take(descriptor);
            let taken = self.families.get(descriptor.page_name()).is_some_and(|members| {
                let taken = |member: &Member| {
                    member.descriptor().const_pieces() == descriptor.const_pieces()
                };
                members.iter().any(taken)
            });
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
            let shared = Arc::clone(&descriptor);
            self.add(&shared, Member::Staged { descriptor, collector, family });
        }
        Ok(())
    }

    /// Takes the family with this name off, and with it the whole of every collector that yields
    /// it. Returns what was taken, to be dropped where no lock is held.
    pub(super) fn remove(&mut self, page_name: &str) -> Vec<Removed> {
        let Some(members) = self.families.remove(page_name) else { return Vec::new() };
        self.claims.release(page_name);
        self.page = None;
        let mut removed = Vec::new();
        for member in members {
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
        let claims = &mut self.claims;
        self.families.retain(|page_name, members| {
            let is_of = |member: &Member| {
                matches!(member, Member::Staged { collector, .. } if *collector == id)
            };
            let (of, others) = std::mem::take(members).into_iter().partition(is_of);
            removed.extend(Vec::into_iter(of).map(Removed::Member));
            *members = others;
            if members.is_empty() {
                claims.release(page_name);
            }
            !members.is_empty()
        });
    }

    /// Whether the family may stand beside what is there.
    fn check(&self, descriptor: &Descriptor, any_shape: bool) -> Result<(), RegisterError> {
        self.claims.check(descriptor)?;
        let known = self.families.get(descriptor.page_name()).and_then(|members| members.first());
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
        self.claims.take(descriptor);
        self.families.entry(descriptor.page_name().to_owned()).or_default().push(member);
        self.page = None;
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
