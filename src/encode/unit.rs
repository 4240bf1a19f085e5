//! The unit that the name of a family tells, for the formats that tell it by itself as well.

use crate::model::MetricType;

/// Units in which quantities are to be measured, as the specification and the naming practices of
/// Prometheus list them. A name that ends with one of them says that this is its unit.
const BASE_UNITS: [&str; 9] =
    ["seconds", "bytes", "joules", "grams", "meters", "ratio", "volts", "amperes", "celsius"];

/// The unit that the name of a family tells (O10). Infos and state sets have none.
pub(super) fn unit(name: &str, metric_type: MetricType) -> Option<&'static str> {
    if matches!(metric_type, MetricType::Info | MetricType::StateSet) {
        return None;
    }
    let (_, last) = name.rsplit_once('_')?;
    BASE_UNITS.into_iter().find(|unit| *unit == last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o10_a_unit_is_the_last_word_of_a_name() {
        let gauge = |name| unit(name, MetricType::Gauge);
        assert_eq!(gauge("app_wait_seconds"), Some("seconds"));
        assert_eq!(gauge("a_celsius"), Some("celsius"));
        for name in ["seconds", "app_jobs", "a_milliseconds", "a_seconds_", "a_seconds_max"] {
            assert_eq!(gauge(name), None, "{name}");
        }
        assert_eq!(unit("a_seconds", MetricType::Counter), Some("seconds"));
        assert_eq!(unit("a_seconds", MetricType::Info), None);
        assert_eq!(unit("a_seconds", MetricType::StateSet), None);
    }
}
