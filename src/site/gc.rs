//! Registers the statistics of collectors.

use super::Builder;
use crate::error::{NameError, RegisterError};
use crate::gc::{family, GcBuilder, GcSource, GcStats, Inner, Instruments, Polled, Total};
use crate::gc::{Levels, LevelsCollector};
use crate::metric::{Metric, Series};
use crate::model::{Buckets, Fact, Quantiles, SummaryShape};
use crate::registry::Scope;
use std::sync::Arc;

impl GcBuilder {
    /// Registers the collector in a [`Registry`](crate::Registry) or a [`Scope`], from where it is
    /// driven by the answer.
    ///
    /// # Errors
    ///
    /// If a collector of this name is registered there already, another one has other quantiles or
    /// buckets, a quantile or a bucket is not valid, or somebody else has one of the names. Families
    /// that were registered before the error stay, empty or at 0.
    pub fn register(self, into: impl Into<Scope>) -> Result<GcStats, RegisterError> {
        let scope = into.into().scope("", [("collector", &*self.name)])?;
        let levels = Levels::new();
        scope.register(LevelsCollector(Arc::clone(&levels)))?;
        let instruments = self.instruments(&scope)?;
        let Self { name, causes, .. } = self;
        Ok(GcStats::new(Inner { name, causes: causes.len(), instruments, levels }))
    }

    /// Registers a collector that keeps totals of its own, to be asked at each scrape. The totals that
    /// it knows need not be declared, and there are no histograms.
    ///
    /// # Errors
    ///
    /// As [`Self::register`].
    pub fn poll(self, source: impl GcSource, into: impl Into<Scope>) -> Result<(), RegisterError> {
        let scope = into.into().scope("", [("collector", &*self.name)])?;
        let shape = SummaryShape::new(Quantiles::new(self.quantiles.clone())?, self.window);
        scope.register(Polled::new(self, shape, Box::new(source)))
    }

    fn instruments(&self, scope: &Scope) -> Result<Instruments, RegisterError> {
        let counters = |total, fact: &Fact| {
            let counter = scope.counter(fact.name, fact.help);
            if self.knows(total) {
                self.of_generations(counter)
            } else {
                Ok(Box::default())
            }
        };
        let counter = |total, fact: &Fact| {
            let known = self.knows(total);
            known.then(|| scope.counter(fact.name, fact.help).register()).transpose()
        };
        let histograms = |buckets: &Option<Result<Buckets, NameError>>, fact: &Fact| match buckets {
            Some(buckets) => {
                let histogram = scope.histogram(fact.name, fact.help);
                self.of_generations(histogram.buckets(buckets.clone()))
            }
            None => Ok(Box::default()),
        };
        let pauses = scope.summary(family::PAUSE.name, family::PAUSE.help);
        let pauses = pauses.quantiles(self.quantiles.iter().copied()).window(self.window);
        let collections = scope.counter(family::COLLECTIONS.name, family::COLLECTIONS.help);
        let collections = collections.labels(family::COLLECTIONS.labels.iter().copied())?;
        let collections = self.generations.iter().flat_map(|gen| {
            let family = &collections;
            self.causes.iter().map(move |cause| family.series_with_values(&[gen, cause]))
        });
        Ok(Instruments {
            collections: collections.collect::<Result<_, _>>()?,
            aborted: scope.counter(family::ABORTED.name, family::ABORTED.help).register()?,
            in_progress: scope
                .int_gauge(family::IN_PROGRESS.name, family::IN_PROGRESS.help)
                .register()?,
            pauses: self.of_generations(pauses)?,
            pause_durations: histograms(&self.pause_buckets, &family::PAUSE_DURATION)?,
            cycle_durations: histograms(&self.cycle_buckets, &family::CYCLE_DURATION)?,
            freed_bytes: counters(Total::FreedBytes, &family::FREED_BYTES)?,
            freed_objects: counters(Total::FreedObjects, &family::FREED_OBJECTS)?,
            promoted_bytes: counters(Total::PromotedBytes, &family::PROMOTED_BYTES)?,
            allocated_bytes: counter(Total::AllocatedBytes, &family::ALLOCATED_BYTES)?,
            allocated_objects: counter(Total::AllocatedObjects, &family::ALLOCATED_OBJECTS)?,
            cpu: counter(Total::CpuSeconds, &family::CPU)?,
        })
    }

    /// A series for each generation.
    fn of_generations<M: Metric>(
        &self,
        builder: Builder<M>,
    ) -> Result<Box<[Series<M>]>, RegisterError> {
        let family = builder.labels(["generation"])?;
        let series = self.generations.iter().map(|gen| family.series_with_values(&[gen]));
        Ok(series.collect::<Result<_, _>>()?)
    }
}
