//! `/sys/devices/system/cpu/cpuN/cpufreq`: how fast the processors run.

use super::family::gauge;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::field;
use crate::model::Fact;
use std::mem;

pub(super) static SUBJECT: Subject = Subject {
    name: "cpufreq",
    source: "`/sys/devices/system/cpu/cpuN/cpufreq/scaling_{cur,min,max}_freq`, in kHz",
    absent: "the processor's speed is not the kernel's to scale, as in most virtual machines",
    families: Families::Fields(&FIELDS),
    collect,
};

static FIELDS: [(&str, Fact); 3] = [
    (
        "scaling_cur_freq",
        gauge(
            "node_cpu_scaling_frequency_hertz",
            "Current scaled CPU thread frequency in hertz.",
            &["cpu"],
        ),
    ),
    (
        "scaling_min_freq",
        gauge(
            "node_cpu_scaling_frequency_min_hertz",
            "Minimum scaled CPU thread frequency in hertz.",
            &["cpu"],
        ),
    ),
    (
        "scaling_max_freq",
        gauge(
            "node_cpu_scaling_frequency_max_hertz",
            "Maximum scaled CPU thread frequency in hertz.",
            &["cpu"],
        ),
    ),
];

/// Hertz.
pub(super) fn parse(mut text: &[u8]) -> Option<u64> {
    field::number(field::next(&mut text)?)?.checked_mul(1000)
}

/// Goes on with the processors that were found.
fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let processors = mem::take(&mut scrape.files.room.processors);
    let directory = &mut mem::take(&mut scrape.files.room.labels[0]);
    for cpu in processors.lines() {
        directory.clear();
        directory.push_str("cpu");
        directory.push_str(cpu);
        for (name, fact) in &FIELDS {
            let parts = ["devices/system/cpu", &*directory, "cpufreq", name];
            let hertz = scrape.files.sys(&parts).and_then(parse);
            scrape.page.put(fact, &[cpu], hertz);
            if hertz.is_none() {
                break; // There is none of them, or all are.
            }
        }
    }
    scrape.files.room.labels[0] = mem::take(directory);
    scrape.files.room.processors = processors;
    Some(Outcome::Read)
}
