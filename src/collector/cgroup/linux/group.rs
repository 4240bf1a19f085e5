//! The directory of a control group.

use super::place::Place;
use crate::collector::kernel::text::Text;
use crate::collector::kernel::{field, pressure};
use std::path::PathBuf;

/// A group that can be read, or none at all.
pub(super) struct Group {
    /// The directory at hand, and how many are above it in what is mounted.
    at: Option<(PathBuf, usize)>,
    text: Text,
}

impl Group {
    pub(super) fn new(place: Option<Place>) -> Self {
        Self { at: place.map(|place| (place.directory, place.depth)), text: Text::default() }
    }

    fn read(&mut self, name: &str) -> Option<&[u8]> {
        let (directory, _) = self.at.as_ref()?;
        self.text.read(&directory.join(name))
    }

    /// The number that a file holds alone. `max` is none.
    pub(super) fn number(&mut self, name: &str) -> Option<u64> {
        first(self.read(name)?)
    }

    /// The number behind this beginning of a line of a file.
    pub(super) fn line(&mut self, name: &str, key: &str) -> Option<u64> {
        field::number(field::behind(key.as_bytes(), self.read(name)?)?)
    }

    /// Seconds that tasks waited.
    pub(super) fn pressure(&mut self, name: &str, tasks: &str) -> Option<f64> {
        pressure::total(tasks, self.read(name)?)
    }

    /// The least of the limits of this group and those above it, as far as they can be seen. `None` if
    /// there is none, or if one of them is not understood: the others may be looser.
    pub(super) fn least<T: PartialOrd>(
        &mut self,
        read: impl Fn(&mut Self) -> Option<Limit<T>>,
    ) -> Option<T> {
        let own = self.at.clone()?;
        let mut least = Some(Limit::Unlimited);
        loop {
            let limit = read(self);
            least = match (least, limit) {
                (Some(Limit::At(least)), Some(Limit::At(limit))) => {
                    Some(Limit::At(if limit < least { limit } else { least }))
                }
                (Some(Limit::Unlimited), limit) => limit,
                (least, Some(Limit::Unlimited)) => least,
                _ => None,
            };
            match &mut self.at {
                Some((directory, above)) if *above > 0 => {
                    directory.pop();
                    *above -= 1;
                }
                _ => break,
            }
        }
        self.at = Some(own);
        match least? {
            Limit::At(limit) => Some(limit),
            Limit::Unlimited => None,
        }
    }

    /// What a file of a limit says. A file that is not there limits nothing: the controller is not for
    /// this group.
    pub(super) fn limit<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&[u8]) -> Option<Limit<T>>,
    ) -> Option<Limit<T>> {
        self.read(name).map_or(Some(Limit::Unlimited), parse)
    }
}

/// What a group may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit<T> {
    Unlimited,
    At(T),
}

pub(super) fn first(mut text: &[u8]) -> Option<u64> {
    field::number(field::next(&mut text)?)
}

/// A number or `max`.
pub(super) fn max(mut text: &[u8]) -> Option<Limit<u64>> {
    match field::next(&mut text)? {
        b"max" => Some(Limit::Unlimited),
        number => field::number(number).map(Limit::At),
    }
}

/// Processors' worth of time: a quota, or `max`, and a period.
pub(super) fn cpu_max(mut text: &[u8]) -> Option<Limit<f64>> {
    match field::next(&mut text)? {
        b"max" => Some(Limit::Unlimited),
        quota => cores(field::number(quota)?, first(text)?).map(Limit::At),
    }
}

/// A quota of v1, which is -1 if there is none.
pub(super) fn quota(mut text: &[u8]) -> Option<Limit<u64>> {
    match field::next(&mut text)? {
        b"-1" => Some(Limit::Unlimited),
        quota => field::number(quota).map(Limit::At),
    }
}

pub(super) fn cores(quota: u64, period: u64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}
