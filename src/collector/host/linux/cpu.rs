//! `/proc/stat`, lines of processors: what they spent their time on.

use super::family::counter;
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::{field, USER_HZ};
use crate::model::Fact;
use std::str;

pub(super) static SUBJECT: Subject = Subject {
    name: "cpu",
    source: "`/proc/stat`, lines `cpuN`, in ticks of 10 ms",
    absent: "the line lacks the mode, as that of an old kernel, or the processor is off",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 2] = [
    counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.", &["cpu", "mode"]),
    counter(
        "node_cpu_guest_seconds_total",
        "Seconds the CPUs spent in guests (VMs) for each mode.",
        &["cpu", "mode"],
    ),
];

/// In the order of the file; those of guests come last.
const MODES: [&str; 10] =
    ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "user", "nice"];
const IDLE: usize = 3;
const GUEST: usize = 8;

/// The counter of idle time starts anew with a processor that was off. By less it goes back for
/// other reasons: the kernel reckons it from two clocks.
const RESTARTED: u64 = 3 * USER_HZ;

type Ticks = [Option<u64>; MODES.len()];

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cpu<'t> {
    pub(super) number: &'t str,
    pub(super) ticks: Ticks,
}

pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = Cpu<'_>> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|line| {
        let mut rest = line.strip_prefix(b"cpu")?;
        let number = rest.first()?.is_ascii_digit().then(|| field::next(&mut rest))??;
        field::number(number)?;
        let ticks = [(); MODES.len()].map(|()| field::number(field::next(&mut rest)?));
        Some(Cpu { number: str::from_utf8(number).ok()?, ticks })
    })
}

/// The most that each processor has told: some counters of the kernel go down a little now and then.
#[derive(Debug, Default)]
pub(super) struct Memory(Vec<(u64, Ticks)>);

impl Memory {
    /// What is to be told of a processor that now tells `ticks`. `at` is where it stood last time.
    fn advance(&mut self, at: usize, number: u64, ticks: Ticks) -> Ticks {
        let known = match self.0.get(at) {
            Some((known, _)) if *known == number => Some(at),
            _ => self.0.iter().position(|(known, _)| *known == number),
        };
        let Some((_, most)) = known.and_then(|at| self.0.get_mut(at)) else {
            self.0.push((number, ticks));
            return ticks;
        };
        let back = most[IDLE].zip(ticks[IDLE]).and_then(|(most, now)| most.checked_sub(now));
        if back.is_some_and(|back| back > RESTARTED) {
            *most = ticks;
        }
        let mut told = ticks;
        for (told, most) in told.iter_mut().zip(most) {
            if told.is_some() {
                *most = (*most).max(*told);
                *told = *most;
            }
        }
        told
    }
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    scrape.files.room.processors.clear();
    if scrape.files.proc("stat").is_none() {
        return Some(Outcome::Unreadable);
    }
    let room = &mut *scrape.files.room;
    let mut memory = scrape.machine.processors.lock();
    let [time, guest] = &FACTS;
    let mut found = None;
    for (at, cpu) in parse(room.text.content()).enumerate() {
        let Some(number) = field::number(cpu.number.as_bytes()) else { continue };
        let ticks = memory.advance(at, number, cpu.ticks);
        for (at, (mode, ticks)) in MODES.iter().zip(ticks).enumerate() {
            let fact = if at < GUEST { time } else { guest };
            let seconds = ticks.map(|ticks| ticks as f64 / USER_HZ as f64);
            scrape.page.put(fact, &[cpu.number, mode], seconds);
        }
        room.processors.push_str(cpu.number);
        room.processors.push('\n');
        found = Some(());
    }
    Outcome::of(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(user: u64, idle: u64) -> Ticks {
        let mut ticks = [None; MODES.len()];
        (ticks[0], ticks[IDLE]) = (Some(user), Some(idle));
        ticks
    }

    #[test]
    fn counters_go_down_only_when_a_processor_starts_anew() {
        let mut memory = Memory::default();
        assert_eq!(memory.advance(0, 7, ticks(50, 1000)), ticks(50, 1000));
        assert_eq!(memory.advance(0, 7, ticks(49, 1000 - RESTARTED)), ticks(50, 1000));
        assert_eq!(memory.advance(0, 7, ticks(51, 1001)), ticks(51, 1001));
        assert_eq!(memory.advance(0, 7, ticks(2, 1000 - RESTARTED)), ticks(2, 1000 - RESTARTED));
    }

    #[test]
    fn processors_are_known_by_number() {
        let mut memory = Memory::default();
        memory.advance(0, 0, ticks(10, 10));
        memory.advance(1, 1, ticks(20, 20));
        // The first one is off.
        assert_eq!(memory.advance(0, 1, ticks(19, 20)), ticks(20, 20));
        assert_eq!(memory.advance(0, 0, ticks(11, 10)), ticks(11, 10));
        assert_eq!(memory.0.len(), 2);
    }

    #[test]
    fn what_a_line_lacks_is_not_told_from_memory() {
        let mut memory = Memory::default();
        memory.advance(0, 0, ticks(10, 10));
        assert_eq!(memory.advance(0, 0, [None; MODES.len()]), [None; MODES.len()]);
    }
}
