//! The families of a registry in the order of the page.

use super::{claims, Registered};
use crate::error::{RegisterError, RegisterErrorKind};
use crate::model::{first_family, Descriptor, Page, Source, Sources, Yielded};
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

/// The collectors in the order of their registration.
pub(super) type Collectors = Arc<Vec<Arc<Registered>>>;

/// What is registered. Kept behind the registry's lock, under which no user code runs.
#[derive(Default)]
pub(super) struct Shelf {
    /// Sources of one family stand in the order in which they were added. Shared with the pages in
    /// the making.
    page: Page,
    collectors: Collectors,
}

/// How many families there are on a page.
pub(super) fn count(page: &Page) -> usize {
    let mut count = 0;
    let mut rest = page.as_slice();
    while let Some((_, others)) = first_family(rest) {
        rest = others;
        count += 1;
    }
    count
}

impl Shelf {
    pub(super) fn collectors(&self) -> Collectors {
        Arc::clone(&self.collectors)
    }

    /// What is registered in the order of the page, for the price of a reference count.
    pub(super) fn page(&self) -> Page {
        Arc::clone(&self.page)
    }

    pub(super) fn get_or_add(
        &mut self,
        descriptor: Descriptor,
        any_shape: bool,
        make: &dyn Fn(Descriptor) -> Arc<dyn Source>,
    ) -> Result<Arc<dyn Source>, RegisterError> {
        self.check(&descriptor, any_shape)?;
        let family = self.family(descriptor.page_name());
        if let Some(source) = with_const_labels_of(&descriptor, family) {
            return match source.collector() {
                None => Ok(Arc::clone(source)),
                Some(_) => Err(duplicate(&descriptor)),
            };
        }
        // A sibling in another scope decides the shape for a site that does not.
        let descriptor = match family.first() {
            Some(sibling) if any_shape => {
                descriptor.with_shape(sibling.descriptor().shape().clone())
            }
            _ => descriptor,
        };
        let source = make(descriptor);
        self.add(Arc::clone(&source));
        Ok(source)
    }

    /// Adds all families of a collector, or none. The caller keeps the collector: a refused one must
    /// not be dropped, which is user code, under the lock.
    pub(super) fn add_collector(
        &mut self,
        registered: &Arc<Registered>,
        descriptors: &[Descriptor],
    ) -> Result<(), RegisterError> {
        for descriptor in descriptors {
            self.check(descriptor, false)?;
            claims::check(descriptor, &mut descriptors.iter())?;
            let name = descriptor.page_name();
            let twice = descriptors.iter().filter(|other| other.page_name() == name).count() > 1;
            if twice || with_const_labels_of(descriptor, self.family(name)).is_some() {
                return Err(duplicate(descriptor));
            }
        }
        let mut collectors = Vec::clone(&self.collectors);
        collectors.push(Arc::clone(registered));
        self.collectors = Arc::new(collectors);
        for (family, descriptor) in descriptors.iter().enumerate() {
            let descriptor = descriptor.clone();
            self.add(Arc::new(Yielded { descriptor, collector: registered.id, family }));
        }
        Ok(())
    }

    /// Takes the family with this name off, and with it the whole of every collector that yields
    /// it. Returns what was taken, to be dropped where no lock is held.
    pub(super) fn remove(&mut self, page_name: &str) -> Removed {
        let family = self.family(page_name).to_vec();
        let is_collector = |id| family.iter().any(|source| source.collector() == Some(id));
        let is_of = |source: &Arc<dyn Source>| {
            source.descriptor().page_name() == page_name
                || source.collector().is_some_and(is_collector)
        };
        let mut removed = Removed::default();
        if family.is_empty() {
            return removed;
        }
        let (sources, others) = self.page.iter().cloned().partition(is_of);
        removed.sources = sources;
        self.page = Arc::new(others);
        let is_of = |registered: &Arc<Registered>| is_collector(registered.id);
        let (collectors, others) = self.collectors.iter().cloned().partition(is_of);
        removed.collectors = collectors;
        self.collectors = Arc::new(others);
        removed
    }

    /// Whether the family may stand beside what is there.
    fn check(&self, descriptor: &Descriptor, any_shape: bool) -> Result<(), RegisterError> {
        claims::check(descriptor, &mut self.page.iter().map(|source| source.descriptor()))?;
        let Some(known) = self.family(descriptor.page_name()).first() else { return Ok(()) };
        let known = known.descriptor();
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

    /// Puts a source behind those of its family.
    fn add(&mut self, source: Arc<dyn Source>) {
        let at = self.range(source.descriptor().page_name()).end;
        // Shared with scrapes perhaps, which keep theirs.
        if let Some(page) = Arc::get_mut(&mut self.page) {
            page.insert(at, source);
        } else {
            let mut page = Vec::clone(&self.page);
            page.insert(at, source);
            self.page = Arc::new(page);
        }
    }

    /// Where the sources of a family are, or would be. One by one, as [`Self::check`] goes.
    #[inline(never)]
    fn range(&self, page_name: &str) -> Range<usize> {
        let mut range = 0..0;
        for source in self.page.iter() {
            match source.descriptor().page_name().cmp(page_name) {
                Ordering::Less => range.start += 1,
                Ordering::Equal => {}
                Ordering::Greater => break,
            }
            range.end += 1;
        }
        range
    }

    fn family(&self, page_name: &str) -> &Sources {
        self.page.get(self.range(page_name)).unwrap_or_default()
    }
}

/// What a registry held and holds no longer.
#[derive(Default)]
pub(super) struct Removed {
    pub(super) sources: Vec<Arc<dyn Source>>,
    #[allow(dead_code)] // Held to be dropped.
    pub(super) collectors: Vec<Arc<Registered>>,
}

/// The source of a family that has the const labels of `descriptor`.
fn with_const_labels_of<'f>(
    descriptor: &Descriptor,
    family: &'f [Arc<dyn Source>],
) -> Option<&'f Arc<dyn Source>> {
    let pieces = descriptor.const_pieces();
    family.iter().find(|source| source.descriptor().const_pieces() == pieces)
}

fn duplicate(descriptor: &Descriptor) -> RegisterError {
    let detail = "the same series are registered already";
    RegisterError::new(RegisterErrorKind::Duplicate, descriptor.name(), detail)
}
